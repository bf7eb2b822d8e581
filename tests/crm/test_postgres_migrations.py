"""A PostgreSQL database that an earlier version wrote: nothing is lost when it is migrated."""

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime

import psycopg
import pytest

from crm import postgres_schema
from crm.ports import SchemaTooOldError
from crm.postgres_store import PostgresStore
from crm.records import Callback, CallbackState, Recording
from crm.stores import PostgresServer as Place
from crm.upkeep import check, migrate
from tests.postgres import PostgresServer

AT = datetime(2026, 3, 21, 8, 30, 0, 123456, tzinfo=UTC)
LATER = ["002-messages-codes-surveys", "003-queue-visits"]

RECORDS = """
INSERT INTO calls (id, started_at, caller_as_sent, name_as_sent, dialled, language, revision, facts,
    trial) VALUES ('c', '2026-03-21T08:30:00.123456Z', '', '', '1', 'fa', 'r', '{}', 0);
INSERT INTO callbacks VALUES ('c', '+98', '2026-03-21T08:30:00.123456Z', NULL, NULL, 'fa', 'open');
INSERT INTO recordings VALUES ('c', 'main', '/m.wav', 1.5, '2026-03-21T08:30:00.123456Z', NULL,
    'new');
"""


@pytest.fixture
def old(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a database as the version before messages and surveys left it."""
    address = postgres.new_database()
    with psycopg.connect(address, autocommit=True) as connection, monkeypatch.context() as patch:
        for name in reversed(LATER):  # they come back in their order
            patch.delitem(postgres_schema.STEPS, name)
        postgres_schema.apply(connection)
        connection.execute(RECORDS.encode())
    return address


def test_it_is_left_to_a_person(old: str) -> None:
    """Who migrates it once all servers are stopped; then it is as a new one."""
    with pytest.raises(SchemaTooOldError, match=LATER[0]):
        PostgresStore(old)
    told: list[str] = []
    assert list(migrate(Place(old), lambda name, _: told.append(name))) == told == LATER
    assert [each.told for each in check(Place(old)) if not each.is_good] == []
    assert list(migrate(Place(old), lambda name, _: told.append(name))) == []


def test_callbacks_and_recordings_are_as_they_were(old: str) -> None:
    """A callback belongs to its call, and can be joined and finished."""
    migrate(Place(old), lambda *_: None)
    with closing(PostgresStore(old)) as store:
        asked = Callback("c", "+98", AT, None, None, "fa")
        assert store.callbacks() == [asked]
        assert store.recordings() == [Recording("c", "main", "/m.wav", 1.5, AT, None)]
        assert store.ask_callback(asked) == asked
        assert store.finish_callback("c").state is CallbackState.DONE


def test_a_new_database_is_never_seen_half_made(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that starts meanwhile would take it for one of an older version."""
    seen: list[Sequence[str]] = []
    address = postgres.new_database()

    def look(connection: postgres_schema.Records) -> None:
        del connection  # It has made nothing yet that others can see.
        with psycopg.connect(address, autocommit=True) as other:
            seen.append(postgres_schema.pending(other))

    monkeypatch.setitem(postgres_schema.STEPS, "999-looks", look)
    with psycopg.connect(address, autocommit=True) as connection:
        postgres_schema.apply(connection)
        assert postgres_schema.pending(connection) == []
    assert seen == [list(postgres_schema.STEPS)]
