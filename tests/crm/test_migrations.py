"""Named steps, each once, each in a transaction of its own."""

import sqlite3
from collections.abc import Iterator

import pytest
from sqlite_utils import Database, Migrations

from crm import migrations

NAMES = [
    "001-customers-journal-cases-answers",
    "002-lead-scores",
    "003-blocked-numbers",
    "004-last-agents",
    "005-revisions",
    "006-callbacks",
    "007-counting-calls",
    "008-more-of-a-customer",
    "009-histories-of-cases",
    "010-leases-of-tracking-numbers",
    "011-written-in-any-order",
    "012-messages-answers-agents",
    "013-people",
    "014-messages-codes-surveys",
    "015-queue-visits",
]
"""None that was released may ever get another name: databases remember it."""


@pytest.fixture
def database() -> Iterator[Database]:
    """An empty database, on a connection like the store's."""
    with Database(sqlite3.connect(":memory:", isolation_level=None)) as empty:
        yield empty


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Migrations:
    """Steps of our own in place of the program's."""
    own = Migrations("rahyab")
    monkeypatch.setattr(migrations, "STEPS", own)
    return own


def test_an_empty_database_lacks_every_step(database: Database) -> None:
    """And looking writes nothing."""
    assert migrations.pending(database) == NAMES
    assert database.table_names() == []


def test_steps_are_applied_once_and_recorded(database: Database) -> None:
    """A second time there is nothing to do."""
    assert migrations.apply(database) == NAMES
    assert migrations.pending(database) == []
    assert migrations.apply(database) == []
    assert migrations.unknown(database) == []
    assert not database.conn.in_transaction


def test_our_databases_are_marked(database: Database) -> None:
    """By this the file is known for ours."""
    migrations.apply(database)
    found = database.execute("PRAGMA application_id").fetchone()
    assert found == (migrations.APPLICATION_ID,)


def test_a_step_that_fails_leaves_those_before_it(database: Database, steps: Migrations) -> None:
    """Nothing of the failed one is kept, and it is tried again next time."""
    broken = [True]

    @steps(name="001")
    def _first(db: Database) -> None:
        db.execute("CREATE TABLE first (a TEXT) STRICT")

    @steps(name="002")
    def _second(db: Database) -> None:
        db.execute("CREATE TABLE second (a TEXT) STRICT")
        if broken:
            raise LookupError

    with pytest.raises(LookupError):
        migrations.apply(database)
    assert migrations.pending(database) == ["002"]
    assert "second" not in database.table_names()
    broken.clear()
    assert migrations.apply(database) == ["002"]
    assert {"first", "second"} <= set(database.table_names())


def test_steps_of_a_newer_version_are_named(database: Database, steps: Migrations) -> None:
    """Whatever else is known."""

    @steps(name="001")
    def _first(db: Database) -> None:
        db.execute("CREATE TABLE first (a TEXT) STRICT")

    migrations.apply(database)
    table = database.table("_sqlite_migrations")
    table.insert({"migration_set": "rahyab", "name": "002", "applied_at": "then"})
    table.insert({"migration_set": "another", "name": "003", "applied_at": "then"})
    assert migrations.unknown(database) == ["002"]
