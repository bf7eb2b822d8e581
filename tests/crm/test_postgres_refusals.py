"""What is said when a PostgreSQL server does not let us in: the sentence, its class, no password.

The server of these tests speaks German where its catalogues are installed: no sentence hangs on a
server's words.
"""

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg
import pytest

from crm.ports import Store, StoreDamagedError, StoreError, StoreUnavailableError
from crm.postgres_connections import place_of
from crm.postgres_store import PostgresStore
from crm.stores import PostgresServer as Place
from crm.stores import open_store
from tests.postgres import PostgresServer, postgres_server

PASSWORD = "correct-horse/9"
WRONG = "wr0ng-battery"
"""Neither may be seen anywhere."""


def free_port() -> int:
    """A port that nobody listens on now."""
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def strict() -> Iterator[PostgresServer]:
    """A server that wants passwords, and speaks German."""
    with speaking_german() as server:
        with psycopg.connect(server.address(), autocommit=True) as connection:
            for user in ("rahyab", "crowd", "stranger", "guest"):
                connection.execute(f"CREATE USER {user} PASSWORD '{PASSWORD}'".encode())
            connection.execute("CREATE DATABASE rahyab OWNER rahyab TEMPLATE template0")
            connection.execute("CREATE DATABASE closed OWNER rahyab")
            connection.execute("REVOKE CONNECT ON DATABASE closed FROM public")
            connection.execute("ALTER USER crowd CONNECTION LIMIT 0")
        (server._data / "pg_hba.conf").write_text(
            "local all postgres trust\nlocal all stranger reject\nlocal all all scram-sha-256\n"
        )
        server.stop()
        server.start()
        yield server


@contextmanager
def speaking_german() -> Iterator[PostgresServer]:
    """A server of one's own that does so from its next start."""
    with pytest.MonkeyPatch.context() as environment, postgres_server(durable=True) as server:
        # Its catalogues are looked up by LANGUAGE, if the locale is another one than C.
        environment.setenv("LANGUAGE", "de")
        configure(server, "lc_messages = 'C.UTF-8'")
        server.stop()
        server.start()
        yield server


def configure(server: PostgresServer, line: str) -> None:
    """Add a line to what the server reads at its next start."""
    with (server._data / "postgresql.conf").open("a") as file:
        file.write(f"{line}\n")


def address(
    server: PostgresServer, *, user: str = "rahyab", password: str = PASSWORD, base: str = "rahyab"
) -> str:
    """Where a database of the strict server is, as RAHYAB_STORE takes it."""
    secret = f":{password.replace('/', '%2F')}" if password else ""
    return f"postgresql://{user}{secret}@/{base}?host={server._folder}"


@pytest.mark.parametrize(
    ("given", "kind", "cure"),
    [
        (
            {"password": WRONG},
            StoreError,
            "the user or the password is wrong: check RAHYAB_STORE, and ~/.pgpass",
        ),
        (
            {"user": "nobody-of-this-name"},
            StoreError,
            "the user or the password is wrong: check RAHYAB_STORE, and ~/.pgpass",
        ),
        (
            {"password": ""},
            StoreError,
            "it wants a password: write one into RAHYAB_STORE, or into ~/.pgpass",
        ),
        (
            {"base": "nowhere"},
            StoreError,
            "there is no such database: make it with createdb",
        ),
        (
            {"base": "closed", "user": "guest"},
            StoreError,
            "its user lacks rights: make it the owner of the database",
        ),
        (
            {"user": "stranger"},
            StoreError,
            (
                "it does not let this user in from here: look whether there is such a user"
                " (createuser), and whether pg_hba.conf lets it in"
            ),
        ),
        (
            {"user": "crowd"},
            StoreUnavailableError,
            (
                "it has no connection left for us: raise its max_connections, or look into"
                " pg_stat_activity who has them"
            ),
        ),
    ],
    ids=["wrong", "unknown", "none", "no-database", "no-right", "not-let-in", "too-many"],
)
def test_a_refusal_is_told_with_its_cure(
    strict: PostgresServer,
    given: dict[str, str],
    kind: type[StoreError],
    cure: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever language the server speaks."""
    monkeypatch.setenv("PGPASSFILE", os.devnull)
    where = f"{given.get('base', 'rahyab')} at {strict._folder}:5432"
    with pytest.raises(StoreError) as raised:
        PostgresStore(address(strict, **given))
    assert type(raised.value) is kind
    assert str(raised.value) == f"The database {where} cannot be used: {cure}"


def everything(error: BaseException | None) -> Iterator[str]:
    """All that a traceback or a log could show of an error and of what led to it."""
    while error is not None:
        yield from (str(error), repr(error), repr(error.args))
        error = error.__cause__


@pytest.mark.parametrize("given", [{"password": WRONG}, {"base": "nowhere"}, {"user": "crowd"}])
def test_no_password_is_ever_shown(
    strict: PostgresServer, given: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """Neither in a message, nor in what it was raised from, nor in a log."""
    caplog.set_level(logging.DEBUG)
    place = Place(address(strict, **given))
    with pytest.raises(StoreError) as raised:
        open_store(place)
    shown = "\n".join([*everything(raised.value), caplog.text, str(place), repr(place)])
    assert str(strict._folder) in shown
    assert WRONG not in shown
    assert PASSWORD not in shown


@pytest.mark.parametrize(
    "password",
    ["se@cr3t", "se/cr3t", "se:cr3t@x", "se%cr3t", "se#cr@3t", "cr3t@", "a/cr3t@b"],
)
def test_a_password_that_breaks_its_address_is_not_shown(password: str) -> None:
    """A mark that should have been written otherwise makes a host or a port of the rest."""
    written = f"postgresql://rahyab:{password}@127.0.0.1:1/rahyab"
    with pytest.raises(StoreError) as raised:
        PostgresStore(written)
    shown = "\n".join([*everything(raised.value), place_of(written), repr(Place(written))])
    assert "cr3t" not in shown
    assert "write @ as %40" in str(raised.value)


def test_a_server_that_is_not_there_is_told() -> None:
    """And may be there later."""
    nowhere = f"postgresql://rahyab:{WRONG}@127.0.0.1:{free_port()}/rahyab"
    with pytest.raises(StoreUnavailableError) as raised:
        PostgresStore(nowhere)
    assert "cannot be used: the server cannot be reached (connection failed:" in str(raised.value)
    assert str(raised.value).endswith("): check that it runs, and the network between")
    assert WRONG not in str(raised.value)


def refused(server: PostgresServer, kind: type[StoreError]) -> str:
    """What is said when the store cannot be opened."""
    with pytest.raises(StoreError) as raised:
        PostgresStore(server.address())
    assert type(raised.value) is kind
    return str(raised.value).partition(": ")[2]


STARTING = "it is starting, stopping or recovering: it can be used when that is done"


def test_a_server_that_stops_or_starts_may_be_used_later() -> None:
    """It stops when the last one leaves; it recovers and lets nobody in before it is done."""
    with speaking_german() as server:
        with closing(psycopg.connect(server.address())):
            server._run("pg_ctl", "stop", "-W", "-m", "smart", "-D", server._data)
            assert refused(server, StoreUnavailableError) == STARTING
        server._run("pg_ctl", "stop", "-w", "-D", server._data)
        (server._data / "standby.signal").touch()
        configure(server, "hot_standby = off")
        server.start()
        assert refused(server, StoreUnavailableError) == STARTING


def opened(address: str) -> Store:
    """A store of a database."""
    return PostgresStore(address)


def execute(address: str, statement: str) -> None:
    """Do something to a database as its administrator."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement.encode())


def test_a_database_that_is_not_in_utf_8_is_refused(postgres: PostgresServer) -> None:
    """It could not hold what callers are called."""
    statement = "CREATE DATABASE narrow ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"
    execute(postgres.address(), statement)
    with pytest.raises(StoreError) as raised:
        opened(postgres.address("narrow"))
    assert str(raised.value) == (
        f"The database narrow at {postgres._folder}:5432 is not in UTF-8: make one with"
        " `createdb --encoding UTF8 --template template0`"
    )


def test_a_database_of_another_program_is_refused_untouched(postgres: PostgresServer) -> None:
    """A wrong name must not fill somebody else's database with our tables."""
    other = postgres.new_database("other")
    execute(other, "CREATE TABLE notes (text text)")
    with pytest.raises(StoreDamagedError) as raised:
        opened(other)
    assert str(raised.value) == (
        f"The database other at {postgres._folder}:5432 holds tables of another program (notes):"
        " check RAHYAB_STORE, or make a database for rahyab alone (createdb)"
    )
    with psycopg.connect(other) as connection:
        (count,) = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    assert count == (1,)


def test_nothing_is_made_where_nothing_must_be_made(postgres: PostgresServer) -> None:
    """Who only reads must not be shown an empty database in the wrong place."""
    empty = postgres.new_database("void")
    with pytest.raises(StoreUnavailableError) as raised:
        PostgresStore(empty, create=False)
    assert str(raised.value) == (
        f"There is nothing of rahyab in the database void at {postgres._folder}:5432: check"
        " RAHYAB_STORE, or make the tables with `rahyab db migrate`"
    )
