"""What the PostgreSQL store does when its server is in trouble, and how it uses connections."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from crm import postgres_schema
from crm.ports import (
    SchemaTooNewError,
    SchemaTooOldError,
    StoreError,
    StoreUnavailableError,
)
from crm.postgres_connections import shared_pool
from crm.postgres_store import PostgresStore
from crm.records import Customer, NewCall, Revision
from tests.postgres import PostgresServer, postgres_server

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 1, 1, tzinfo=UTC)
CALL = NewCall("call-1", AT, "", "", None, "1", None, "fa", None, "r", {})
SECOND = replace(CALL, id="call-2")


@pytest.fixture
def base(postgres: PostgresServer) -> str:
    """A database of this test's alone, which it may do anything to."""
    return postgres.new_database(template="template")


@pytest.fixture
def store(base: str) -> Iterator[PostgresStore]:
    """Its store."""
    with closing(PostgresStore(base)) as opened:
        yield opened


def execute(address: str, statement: str) -> list[tuple[object, ...]]:
    """Do something to a database as its administrator; what that tells."""
    with psycopg.connect(address, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def backends(address: str) -> list[int]:
    """The server's processes that serve our connections to this database."""
    found = execute(
        address,
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        " AND application_name = 'rahyab' ORDER BY pid",
    )
    return [int(str(pid)) for (pid,) in found]


def cut(address: str) -> None:
    """End our connections, as an administrator or a firewall may."""
    execute(
        address,
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'rahyab'",
    )


def end(error: BaseException, kind: type[StoreError]) -> str:
    """What is said behind the name of the database."""
    assert type(error) is kind
    return str(error).partition(" cannot be used: ")[2]


def test_a_store_goes_on_after_its_server_was_restarted() -> None:
    """The first operation does not fail: that the connection is gone is seen beforehand."""
    with postgres_server() as server, closing(PostgresStore(server.address())) as store:
        store.begin_call(CALL)
        for _ in range(2):
            server.stop()
            server.start()
            store.begin_call(SECOND)
        server.stop()
        with pytest.raises(StoreUnavailableError, match="the server cannot be reached"):
            store.calls()
        server.start()
        assert [call.id for call in store.calls()] == ["call-2", "call-1"]


def test_a_connection_that_was_cut_is_made_anew(base: str, store: PostgresStore) -> None:
    """Whether the next operation reads, writes, or is a transaction."""
    cut(base)
    store.begin_call(CALL)
    cut(base)
    assert store.call("call-1") is not None
    cut(base)
    with store.transaction():
        store.begin_call(SECOND)
    assert store.call("call-2") is not None


def test_nothing_is_half_there_when_the_connection_is_lost(base: str, store: PostgresStore) -> None:
    """The transaction fails as a whole, and the store can be used again."""

    def interrupted() -> None:
        with store.transaction():
            store.begin_call(CALL)
            cut(base)
            with store.transaction():
                store.begin_call(SECOND)

    with pytest.raises(StoreUnavailableError) as raised:
        interrupted()
    assert end(raised.value, StoreUnavailableError) == (
        "it has ended our connection: it stops, or an administrator did so; look into its log"
    )
    assert store.calls() == []
    store.begin_call(CALL)
    assert len(store.calls()) == 1


def test_a_server_process_that_is_killed_loses_nothing_that_was_committed() -> None:
    """SIGKILL of the process in mid-transaction makes the whole server recover."""
    with postgres_server(durable=True) as server, closing(PostgresStore(server.address())) as store:
        store.begin_call(CALL)

        def interrupted() -> None:
            with store.transaction():
                store.begin_call(SECOND)
                (backend,) = backends(server.address())
                os.kill(backend, signal.SIGKILL)
                while Path(f"/proc/{backend}").exists():
                    os.sched_yield()
                store.begin_call(replace(CALL, id="call-3"))

        with pytest.raises(StoreUnavailableError) as raised:
            interrupted()
        assert "the connection was lost (" in end(raised.value, StoreUnavailableError)
        server.stop()
        server.start()
        assert [call.id for call in store.calls()] == ["call-1"]


def test_a_dead_process_of_ours_holds_nothing_up(base: str, store: PostgresStore) -> None:
    """Its open transaction ends with it, so that others can write what it had locked."""
    store.put_customers([Customer("Sara", reference="C-1")])
    script = (
        "import sys\n"
        "from crm.postgres_store import PostgresStore\n"
        "from crm.records import Customer\n"
        "store = PostgresStore(sys.argv[1])\n"
        "with store.transaction():\n"
        "    store.put_customers([Customer('Other', reference='C-1')])\n"
        "    print('locked', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, base],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        process.kill()
        process.wait()
    store.put_customers([Customer("Sara A.", reference="C-1")])
    assert [customer.name for customer in store.customers()] == ["Sara A."]


def test_durability_and_limits_are_set_on_every_connection(store: PostgresStore) -> None:
    """What a machine leaves that vanishes without a word is ended by the server in a minute."""
    wanted = {
        "statement_timeout": "5s",
        "idle_in_transaction_session_timeout": "1min",
        "synchronous_commit": "on",
        "TimeZone": "UTC",
    }
    found = {name: store._read(f"SHOW {name}", ())[0][0] for name in wanted}
    assert found == wanted


def test_a_statement_that_waits_too_long_is_told(base: str, store: PostgresStore) -> None:
    """And can be repeated when the other is done."""
    with closing(PostgresStore(base, statement_seconds=0.05)) as hasty:
        with psycopg.connect(base) as other:
            other.execute("LOCK TABLE calls")
            with pytest.raises(StoreUnavailableError) as raised:
                hasty.begin_call(CALL)
        assert end(raised.value, StoreUnavailableError) == (
            "it took too long over a statement, or others hold its locks: look into"
            " pg_stat_activity"
        )
        hasty.begin_call(CALL)
    assert store.call("call-1") is not None


def test_a_full_disk_is_told_and_nothing_is_half_there(postgres: PostgresServer, base: str) -> None:
    """The server gets the system's own ENOSPC: the table's file leads to /dev/full."""
    ((path,),) = execute(base, "SELECT pg_relation_filepath('revisions')")
    file = postgres._data / str(path)
    kept = file.rename(file.with_name("kept"))
    file.symlink_to("/dev/full")
    with closing(PostgresStore(base)) as store:

        def fill() -> None:
            with store.transaction():
                store.begin_call(CALL)
                store.keep_revision(Revision("r", "rules", AT))

        with pytest.raises(StoreUnavailableError) as raised:
            fill()
        assert end(raised.value, StoreUnavailableError) == (
            "its disk is full: free some space, then try again"
        )
        assert store.calls() == []
        cut(base)
        kept.replace(file)
        fill()
        assert (len(store.calls()), len(store.revisions())) == (1, 1)


def test_a_server_that_takes_no_writes_is_told(base: str) -> None:
    """It may be a standby, which is read but not written."""
    execute(base, f"ALTER DATABASE {name(base)} SET default_transaction_read_only = on")
    with closing(PostgresStore(base)) as store:
        with pytest.raises(StoreUnavailableError) as raised:
            store.begin_call(CALL)
        assert end(raised.value, StoreUnavailableError) == (
            "it takes no writes now (a standby?): let RAHYAB_STORE name the primary"
        )
        assert store.calls() == []


def name(base: str) -> str:
    """The name of the database at an address."""
    return str(execute(base, "SELECT current_database()")[0][0])


def test_a_user_without_rights_is_told(base: str) -> None:
    """With the cure."""
    execute(base, "CREATE ROLE reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
    try:
        with closing(PostgresStore(base.replace("postgres@", "reader@"))) as store:
            with pytest.raises(StoreError) as raised:
                store.begin_call(CALL)
            assert end(raised.value, StoreError) == (
                "its user lacks rights: make it the owner of the database"
            )
    finally:
        execute(base, "DROP OWNED BY reader; DROP ROLE reader")


def test_a_newer_database_is_refused_untouched(base: str) -> None:
    """With the cure; writing to it with old code could destroy what new code relies on."""
    execute(base, "INSERT INTO rahyab_migrations (name) VALUES ('999-from-the-future')")
    with pytest.raises(SchemaTooNewError, match=r"999-from-the-future.*update rahyab"):
        PostgresStore(base)


def test_an_older_database_is_left_to_a_person(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another server may be at work on it, whose version does not know the new tables."""
    monkeypatch.setitem(
        postgres_schema.STEPS,
        "003-later",
        lambda connection: connection.execute("CREATE TABLE later (a text)"),
    )
    with pytest.raises(SchemaTooOldError) as raised:
        PostgresStore(base)
    assert str(raised.value).partition(" is ")[2] == (
        "older than this version of rahyab (it lacks 003-later): stop all servers that use it, make"
        " a backup, and run `rahyab db migrate`"
    )
    assert execute(base, "SELECT to_regclass('later')") == [(None,)]


def test_a_store_that_was_closed_says_so(base: str) -> None:
    """Closing twice is closing once."""
    store = PostgresStore(base)
    store.close()
    store.close()
    with pytest.raises(StoreUnavailableError, match="was closed"):
        store.calls()


def test_stores_of_a_process_have_no_more_connections_than_they_use_at_once(base: str) -> None:
    """Ten stores that take turns have one; the last that is closed closes it."""
    stores = [PostgresStore(base) for _ in range(10)]
    for store in stores:
        store.calls()
    assert len(backends(base)) == 1
    with stores[0].transaction():
        stores[0].calls()
        stores[1].calls()
        assert len(backends(base)) == 2
    for store in stores:
        store.close()
    with shared_pool(base, 5.0) as pool:
        assert pool._idle == []


def test_threads_that_share_connections_do_not_mix_their_transactions(base: str) -> None:
    """Each has one of its own for as long as its transaction lasts."""
    together = threading.Barrier(4)

    def write(thread: int) -> None:
        with closing(PostgresStore(base)) as store:
            together.wait(timeout=30)
            for number in range(25):
                with store.transaction():
                    store.begin_call(replace(CALL, id=f"{thread}-{number}"))
                    store.keep_revision(Revision(f"{thread}-{number}", "", AT))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with closing(PostgresStore(base)) as store:
        assert store.count_calls(AT) == 100


@pytest.mark.parametrize(("ending", "prepared"), [("", True), ("&prepare=off", False)])
def test_statements_are_prepared_unless_a_pooler_forbids_it(
    base: str, ending: str, *, prepared: bool
) -> None:
    """After the fifth time; the store works either way."""
    with closing(PostgresStore(base + ending)) as store:
        for number in range(8):
            store.begin_call(replace(CALL, id=str(number)))
            assert store.call(str(number)) is not None
        found = store._read("SELECT statement FROM pg_prepared_statements", ())
        assert any("INSERT INTO calls" in row[0] for row in found) is prepared
