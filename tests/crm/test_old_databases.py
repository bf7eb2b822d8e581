"""Databases that earlier versions wrote: nothing of them is lost when this version opens them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from crm.records import (
    Answer,
    Call,
    Callback,
    CallbackState,
    CallerMatch,
    Case,
    CaseState,
    ContractRecord,
    Customer,
    Outcome,
    Recording,
    TimelineEvent,
)
from crm.sqlite_store import SqliteStore

OLD = Path(__file__).parent / "old_databases"
AT = datetime(2026, 3, 21, 8, 30, 0, 123456, tzinfo=UTC)

SARA = Customer(
    name="سارا احمدی",
    reference="C-1",
    language="fa",
    segment="gold",
    numbers=("+989121234567", "+982188880000"),
    contracts=(ContractRecord("gold", date(2025, 1, 1), date(2030, 12, 31), 14),),
    id=1,
)

CALL = Call(
    id="call-1",
    started_at=AT,
    caller_as_sent="09121234567",
    name_as_sent="stray byte \udcff",
    caller="+989121234567",
    dialled="+982191000000",
    source="website",
    language="fa",
    customer_id=1,
    customer_name="سارا احمدی",
    revision="r1",
    facts={"customer": {"status": "known"}, "keys": ["1"]},
    trial=False,
    queue="support",
    agent="ali",
    queued_at=AT,
    answered_at=AT + timedelta(seconds=20),
    left_queue_at=AT + timedelta(seconds=80),
    ended_at=AT + timedelta(seconds=90),
    outcome=Outcome.ANSWERED,
    stage="queue support",
    state={"visit": 2},
)


@pytest.fixture(params=sorted(OLD.glob("*.sql")), ids=lambda path: path.stem)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqliteStore]:
    """An old database, opened by this version."""
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(request.param.read_text(encoding="utf-8"))
    with closing(SqliteStore(path)) as opened:
        yield opened


def test_customers_are_as_they_were(store: SqliteStore) -> None:
    """What is new of them is not known yet."""
    janis = Customer("Jānis Bērziņš", "C-2", "en", numbers=("+37120000001",), id=2)
    assert store.customers() == [janis, Customer("walk-in", id=3), SARA]
    assert store.customers()[0].lead_score is None
    assert store.blocked_numbers() == []


def test_the_journal_is_as_it_was(store: SqliteStore) -> None:
    """A call with all that hangs on it, and a trial."""
    story = store.call_story("call-1")
    assert story is not None
    assert story.call == CALL
    assert story.timeline == (
        TimelineEvent("call-1", 1, 1, AT, "played", {"prompt": "welcome"}),
        TimelineEvent("call-1", 2, 1, AT, "left-queue", {"agent": "ali"}),
    )
    assert story.cases == (
        Case("123456789", CaseState.WAITING, "support", AT, 1, "call-1", "+989121234567"),
    )
    given = Answer("call-1", "satisfaction", "mark", "10", AT, "ali", "support", "123456789", "r1")
    assert story.answers == (given,)
    assert story.recordings == (Recording("call-1", "main", "/var/spool/m1.wav", 12.5, AT, 1),)
    assert story.callback is None
    assert [(call.id, call.trial) for call in store.calls()] == [
        ("call-2", True),
        ("call-1", False),
    ]


def test_new_questions_are_answered_from_old_records(store: SqliteStore) -> None:
    """Who last spoke with a customer, how long a case is open, what there is to replay."""
    (match,) = store.look_up_caller("+989121234567").matches
    assert match == CallerMatch(SARA, 1, AT, "ali")
    assert store.count_calls(AT) == 1
    (recorded,) = store.recorded_calls(AT, kinds=["played"])
    assert (recorded.facts, len(recorded.events)) == (CALL.facts, 1)


def test_new_records_can_be_added(store: SqliteStore) -> None:
    """To the records that were there."""
    asked = Callback("call-1", "+98", AT, 1, None, "fa")
    store.ask_callback(asked)
    assert store.callbacks(state=CallbackState.OPEN) == [asked]
    store.put_customers([Customer("walk-in", id=3, lead_score=7)])
    assert store.customer(3).lead_score == 7
