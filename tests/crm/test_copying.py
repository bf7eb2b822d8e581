"""Moving everything from SQLite to PostgreSQL and back, with something in each table."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlite_utils import Database

from crm import migrations, postgres_schema
from crm.copying import TABLES, Copied
from crm.ports import Store, StoreError, StoreUnavailableError
from crm.postgres_connections import place_of
from crm.postgres_store import PostgresStore
from crm.records import Customer, NewCall, QueueVisit, TimelineEvent
from crm.sqlite_store import SqliteStore
from crm.stores import PostgresServer as Place
from crm.stores import SqliteFile
from crm.upkeep import copy
from tests.postgres import PostgresServer

FILLED = Path(__file__).parent / "old_databases" / "015.sql"
AT = datetime(2026, 3, 21, 8, 30, 0, 1, tzinfo=UTC)

HOSTILE = [
    "plain",
    "نام فارسی",
    "NUL \0 and what follows",
    "stray \udcff byte",
    "half a pair \ud83d",
    "\uffffbegins with the mark",
    'a "quoted" \\N \t tab \n line \\x41',
    "",
]
"""Texts as the network sends them, and as COPY could misread them."""


def unheard(table: str, done: int, total: int) -> None:
    """For progress that nobody looks at."""
    assert table.partition(" ")[0] in TABLES
    assert done <= total


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """An SQLite database with something in each table, and texts of all kinds."""
    path = tmp_path / "filled.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FILLED.read_text(encoding="utf-8"))
    with closing(SqliteStore(path)) as store:
        for number, text in enumerate(HOSTILE):
            call = NewCall(
                f"h-{number}", AT, text, text, None, text, None, "fa", None, "r", {"x": text}
            )
            store.begin_call(call)
            store.add_to_timeline([TimelineEvent(call.id, 1, 1, AT, text, {text: text})])
            store.keep_queue_visit(QueueVisit(call.id, 1, text, text, text, AT, AT, agent=text))
            store.put_customers([Customer(text or "nobody", reference=text, notes=text)])
    return path


@pytest.fixture
def base(postgres: PostgresServer) -> str:
    """An empty PostgreSQL database, without tables."""
    return postgres.new_database()


def told_by(store: Store) -> list[object]:
    """What a store tells of all that it holds."""
    calls = store.calls(limit=1_000)
    # Text that is no text has another place in the order of each database.
    customers = sorted(store.customers(limit=1_000), key=lambda customer: customer.id or 0)
    return [
        calls,
        [store.call_story(call.id) for call in calls],
        customers,
        [store.customer_file(customer.id or 0) for customer in customers],
        store.case_file("123456789"),
        store.blocked_numbers(),
        store.marks(),
        store.erasures(),
        store.audit_log(),
        store.revision("r1"),
        store.spool_position("spool-1"),
        store.agents(),
    ]


def everything(open_store: Callable[[], Store]) -> list[object]:
    """The same of a store that is opened for this."""
    with closing(open_store()) as store:
        return told_by(store)


def test_every_table_is_copied(base: str, filled: Path) -> None:
    """One that is added to the schema must be added here."""
    with closing(SqliteStore(filled)) as store:
        names = store._read("SELECT name FROM sqlite_master WHERE type = 'table'", ())
        ours = {name for (name,) in names if not name.startswith(("sqlite_", "_sqlite"))}
        for table in TABLES:
            assert store._read(f"SELECT count(*) FROM {table}", ())[0][0] > 0, table  # noqa: S608  ours
    assert ours == set(TABLES)
    PostgresStore(base).close()
    with psycopg.connect(base) as connection:
        assert set(postgres_schema.tables(connection)) == {*TABLES, "rahyab_migrations"}


def test_everything_goes_to_postgresql_and_back(base: str, filled: Path, tmp_path: Path) -> None:
    """Both stores tell the same, whatever the texts; and both sums are equal, there and back."""
    there = copy(SqliteFile(filled), Place(base), unheard)
    before = everything(lambda: SqliteStore(filled))
    assert everything(lambda: PostgresStore(base)) == before
    back = copy(Place(base), SqliteFile(tmp_path / "back.db"), unheard)
    assert back == there
    assert everything(lambda: SqliteStore(tmp_path / "back.db")) == before
    assert [each.table for each in there] == list(TABLES)
    counts = {each.table: each.rows for each in there}
    assert (counts["calls"], counts["customers"]) == (2 + len(HOSTILE), 4 + len(HOSTILE))


def test_what_is_added_afterwards_gets_new_ids_and_numbers(base: str, filled: Path) -> None:
    """The counters stand behind what was copied; tracking numbers go on where they were."""
    copy(SqliteFile(filled), Place(base), unheard)
    with closing(SqliteStore(filled)) as store:
        following = store.lease_tracking(5)
    with closing(PostgresStore(base)) as store:
        assert store.lease_tracking(5) == following
        store.put_customers([Customer("new", reference="new")])
        added = store.find_customer("new")
    assert added is not None
    assert added.id == 4 + len(HOSTILE) + 1


def test_a_target_that_is_not_empty_is_left_alone(base: str, filled: Path) -> None:
    """Neither filled twice nor mixed."""
    with closing(PostgresStore(base)) as store:
        store.put_customers([Customer("already here")])
    with pytest.raises(StoreError) as raised:
        copy(SqliteFile(filled), Place(base), unheard)
    assert str(raised.value) == (
        "The target is not empty (it has customers): copy into a new database"
    )
    with closing(PostgresStore(base)) as store:
        assert [customer.name for customer in store.customers()] == ["already here"]


def test_a_target_that_has_given_numbers_is_not_empty(base: str, filled: Path) -> None:
    """Callers may hold them."""
    with closing(PostgresStore(base)) as store:
        store.lease_tracking(1)
    with pytest.raises(StoreError, match="a server has given numbers from it"):
        copy(SqliteFile(filled), Place(base), unheard)


def test_an_interrupted_copy_leaves_nothing(base: str, filled: Path) -> None:
    """And can be done again."""

    def interrupt(table: str, done: int, total: int) -> None:
        if table == "answers":
            raise KeyboardInterrupt(done, total)

    with pytest.raises(KeyboardInterrupt):
        copy(SqliteFile(filled), Place(base), interrupt)
    with closing(PostgresStore(base)) as store:
        assert store.customers() == []
    assert len(copy(SqliteFile(filled), Place(base), unheard)) == len(TABLES)


def test_nothing_is_copied_while_a_server_uses_it(base: str, filled: Path, tmp_path: Path) -> None:
    """What it writes meanwhile would be lost."""
    with closing(SqliteStore(filled)), pytest.raises(StoreUnavailableError, match="is in use"):
        copy(SqliteFile(filled), Place(base), unheard)
    copy(SqliteFile(filled), Place(base), unheard)
    with closing(PostgresStore(base)) as server:
        server.calls()
        with pytest.raises(StoreUnavailableError) as raised:
            copy(Place(base), SqliteFile(tmp_path / "back.db"), unheard)
    assert str(raised.value) == (
        f"The database {place_of(base)} is in use by 1 connections of rahyab: stop every server and"
        " command that uses it, then try again"
    )


def test_a_write_beside_the_copy_is_noticed(base: str, filled: Path) -> None:
    """By somebody who came after it had begun."""

    def disturb(table: str, done: int, total: int) -> None:
        if (table, done) == ("audit", total):
            with closing(SqliteStore(filled)) as store:
                store.begin_call(NewCall("late", AT, "", "", None, "", None, "fa", None, "r", {}))

    with pytest.raises(StoreUnavailableError, match="while it was copied"):
        copy(SqliteFile(filled), Place(base), disturb)
    with closing(PostgresStore(base)) as store:
        assert store.customers() == []


def test_a_row_that_the_target_refuses_is_told(base: str, filled: Path) -> None:
    """SQLite does not check what a day is; nothing is copied then."""
    with closing(sqlite3.connect(filled)) as connection, connection:
        connection.execute("UPDATE contracts SET starts = 'Nowruz'")
    with pytest.raises(StoreError) as raised:
        copy(SqliteFile(filled), Place(base), unheard)
    assert "refused a statement" in str(raised.value)
    assert "Nowruz" in str(raised.value)
    with closing(PostgresStore(base)) as store:
        assert store.customers() == []


def test_tables_that_are_different_are_told(base: str, filled: Path) -> None:
    """Somebody has changed one of them by hand."""
    with closing(sqlite3.connect(filled)) as connection, connection:
        connection.execute("ALTER TABLE calls ADD COLUMN shoe_size INTEGER")
    with pytest.raises(StoreError) as raised:
        copy(SqliteFile(filled), Place(base), unheard)
    assert str(raised.value) == (
        "The columns shoe_size of calls are not in both databases: look with `rahyab db check`"
        " which of them is not as this version makes it"
    )


def test_a_value_that_changes_on_its_way_is_noticed(base: str, filled: Path) -> None:
    """A time with less than microseconds in its text would come back as another text."""
    with closing(sqlite3.connect(filled)) as connection, connection:
        connection.execute("UPDATE calls SET started_at = '2026-03-21T08:30Z' WHERE id = 'call-1'")
    with pytest.raises(StoreError, match="The copy of calls is not what was read"):
        copy(SqliteFile(filled), Place(base), unheard)


def test_both_schemas_have_the_same_columns(base: str) -> None:
    """A step that one has and the other has not would show here."""
    PostgresStore(base).close()
    with Database(sqlite3.connect(":memory:", isolation_level=None)) as ours:
        migrations.apply(ours)
        with psycopg.connect(base) as theirs:
            for table in TABLES:
                found = theirs.execute(
                    "SELECT column_name FROM information_schema.columns WHERE table_name = %s",
                    (table,),
                )
                names = {name for (name,) in found}
                assert names == {column.name for column in ours.table(table).columns}, table


def test_what_was_copied_is_told(base: str, filled: Path) -> None:
    """How far each table is, and what it holds in the end."""
    told: list[tuple[str, int, int]] = []
    copied = copy(SqliteFile(filled), Place(base), lambda *progress: told.append(progress))
    assert told[0] == ("customers", 0, 4 + len(HOSTILE))
    assert ("customers", 4 + len(HOSTILE), 4 + len(HOSTILE)) in told
    assert ("audit again", 1, 1) in told
    assert Copied("spools", 1, copied[TABLES.index("spools")].digest) in copied
