"""What the checks of databases find, each in a real database that has it."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from crm import postgres_schema, sqlite_checking
from crm.postgres_store import PostgresStore
from crm.records import Customer
from crm.sqlite_store import SqliteStore
from crm.stores import PostgresServer as Place
from crm.stores import SqliteFile, StorePlace
from crm.upkeep import check, migrate, pending_steps
from tests.postgres import PostgresServer

OLD = Path(__file__).parent / "old_databases" / "007.sql"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with a customer."""
    path = tmp_path / "rahyab.db"
    with closing(SqliteStore(path)) as store:
        store.put_customers([Customer("Sara", reference="C-1", numbers=("+98",))])
    return path


@pytest.fixture
def base(postgres: PostgresServer) -> str:
    """A PostgreSQL database with our tables."""
    return postgres.new_database(template="template")


def wrong(place: StorePlace) -> Mapping[str, str]:
    """What is wrong, by subject."""
    return {each.subject: each.told for each in check(place) if not each.is_good}


def change(path: Path, script: str) -> None:
    """Do something to a database behind the program's back."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)


def execute(base: str, statement: str) -> None:
    """The same to a PostgreSQL database."""
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(statement.encode())


def test_a_sound_database_is_sound(path: Path, base: str) -> None:
    """Also while it is used; and nothing is written."""
    before = path.read_bytes()
    with closing(SqliteStore(path)), closing(PostgresStore(base)):
        assert [each.subject for each in check(SqliteFile(path)) if each.subject != "space"] == [
            "integrity",
            "references",
            "schema",
            "log",
        ]
        assert wrong(SqliteFile(path)).keys() <= {"space"}
        assert wrong(Place(base)) == {}
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("script", "subject", "told"),
    [
        (
            "PRAGMA foreign_keys = OFF; DELETE FROM customers",
            "references",
            "records name others that do not exist: 1 in phone_numbers. Restore a backup",
        ),
        (
            "DROP INDEX calls_by_customer",
            "schema",
            "not as this version makes it: index calls_by_customer is missing",
        ),
        (
            "CREATE TABLE notes (text)",
            "schema",
            "not as this version makes it: table notes is not ours",
        ),
        (
            "ALTER TABLE customers ADD COLUMN shoe_size INTEGER",
            "schema",
            "not as this version makes it: table customers is different",
        ),
    ],
    ids=["references", "index", "table", "column"],
)
def test_what_is_wrong_with_an_sqlite_file_is_told(
    path: Path, script: str, subject: str, told: str
) -> None:
    """In a sentence, with what to do."""
    change(path, script)
    assert wrong(SqliteFile(path))[subject] == told


def test_an_index_that_disagrees_with_its_table_is_found(path: Path) -> None:
    """By SQLite's own check."""
    change(
        path,
        "PRAGMA writable_schema = ON;"
        "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master"
        " WHERE name = 'calls_by_customer') WHERE name = 'customers_by_search_text';",
    )
    assert wrong(SqliteFile(path))["integrity"].startswith(
        "damaged: put a backup in its place (`rahyab db restore`): "
    )


def test_a_damaged_file_is_a_finding(path: Path) -> None:
    """Not an error of the command."""
    path.write_bytes(b"no database" * 1_000)
    assert wrong(SqliteFile(path)) == {
        "database": f"The database {path} cannot be used: it is not an SQLite database: check the"
        " path, or put a backup in its place"
    }


def test_little_space_and_a_long_log_are_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With limits that this disk and this log exceed."""
    monkeypatch.setattr(sqlite_checking, "_LITTLE_SPACE", 2**62)
    monkeypatch.setattr(sqlite_checking, "_LONG_LOG", -1)
    found = wrong(SqliteFile(path))
    assert found["space"].startswith("only ")
    assert found["space"].endswith(" are free on its disk: free some before it is full")
    assert "somebody has been reading for long" in found["log"]


def test_steps_that_are_pending_are_told_and_applied(tmp_path: Path) -> None:
    """Looking changes nothing; each step is told with the time that it took."""
    path = tmp_path / "old.db"
    change(path, OLD.read_text(encoding="utf-8"))
    place = SqliteFile(path)
    before = path.read_bytes()
    lacking = list(pending_steps(place))
    assert lacking[0] == "008-more-of-a-customer"
    assert path.read_bytes() == before
    assert "schema" not in wrong(place)
    told: list[tuple[str, float]] = []
    assert migrate(place, lambda *step: told.append(step)) == lacking
    assert [name for name, _ in told] == lacking
    assert all(0 <= seconds < 60 for _, seconds in told)
    assert pending_steps(place) == []


def test_steps_of_postgresql_are_applied_by_order(
    base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step of a version to come."""
    monkeypatch.setitem(
        postgres_schema.STEPS,
        "002-later",
        lambda connection: connection.execute("CREATE TABLE later (a text)"),
    )
    place = Place(base)
    assert pending_steps(place) == ["002-later"]
    assert wrong(place) == {"schema": "1 steps are pending: `rahyab db migrate` applies them"}
    assert migrate(place, lambda *_: None) == ["002-later"]
    assert pending_steps(place) == []
    assert wrong(place) == {}


@pytest.mark.parametrize(
    ("statement", "subject", "told"),
    [
        (
            "DROP INDEX calls_by_customer",
            "schema",
            "not as this version makes it: index calls_by_customer is missing",
        ),
        (
            "ALTER TABLE customers ADD COLUMN shoe_size integer",
            "schema",
            "not as this version makes it: column customers.shoe_size is not ours",
        ),
        (
            "ALTER TABLE calls ALTER COLUMN visit TYPE bigint",
            "schema",
            "not as this version makes it: column calls.visit is different",
        ),
        (
            "ALTER TABLE timeline DROP CONSTRAINT timeline_call_id_fkey",
            "schema",
            "not as this version makes it: constraint timeline.timeline_call_id_fkey is missing",
        ),
        (
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'calls_by_time'::regclass",
            "indexes",
            "not valid, and not used: REINDEX calls_by_time",
        ),
    ],
    ids=["index", "column", "type", "constraint", "invalid"],
)
def test_what_is_wrong_with_a_postgresql_database_is_told(
    base: str, statement: str, subject: str, told: str
) -> None:
    """In a sentence, with what to do."""
    execute(base, statement)
    assert wrong(Place(base)) == {subject: told}


def test_a_user_with_too_few_rights_is_told(base: str) -> None:
    """Calls would find out one after the other."""
    execute(base, "CREATE ROLE looker LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO looker")
    try:
        found = wrong(Place(base.replace("postgres@", "looker@")))
        assert found["rights"].startswith("this user may not read and write answers, attempts, ")
    finally:
        execute(base, "DROP OWNED BY looker; DROP ROLE looker")


def test_indexes_are_read_where_the_server_can(base: str) -> None:
    """By PostgreSQL's own amcheck."""
    execute(base, "CREATE EXTENSION amcheck")
    found = {each.subject: each.told for each in check(Place(base)) if each.is_good}
    assert found["integrity"] == "every index agrees with its table (amcheck)"
