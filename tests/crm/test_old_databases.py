"""Databases that earlier versions wrote: nothing of them is lost when this version opens them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from crm.asking_records import AttemptKind, OneTimeCode, Pin, SurveyOutcome
from crm.people import AuditEntry, LegalHold, Mark, MarkKind, Restriction
from crm.records import (
    Answer,
    BlockedNumber,
    Call,
    Callback,
    CallbackState,
    CallerMatch,
    Case,
    CaseNote,
    CaseState,
    ContractRecord,
    Customer,
    Disposition,
    Outcome,
    QueueVisit,
    Recording,
    Revision,
    TimelineEvent,
)
from crm.sqlite_checking import check_sqlite
from crm.sqlite_store import SqliteStore
from crm.tracking import tracking_number

OLD = Path(__file__).parent / "old_databases"
AT = datetime(2026, 3, 21, 8, 30, 0, 123456, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Old:
    """A database, and the last step of the schema that it has had."""

    path: Path
    version: int


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


VERSIONS = sorted(OLD.glob("*.sql"))


@pytest.fixture(params=VERSIONS, ids=lambda path: path.stem)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Old:
    """A database as an earlier version left it."""
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(request.param.read_text(encoding="utf-8"))
    return Old(path, int(request.param.stem))


@pytest.fixture
def store(old: Old) -> Iterator[SqliteStore]:
    """The same, opened by this version."""
    with closing(SqliteStore(old.path)) as opened:
        yield opened


def sara(version: int) -> Customer:
    """What a version could know of her."""
    known = replace(SARA, lead_score=70 if version >= 2 else None)
    if version < 8:
        return known
    return replace(
        known,
        address="Azadi 1",
        notes="calls in the morning",
        preferences={"channel": "sms"},
        external_ids={"vtiger": "12x34"},
    )


def test_there_is_one_of_each_version_and_something_in_every_table(old: Old) -> None:
    """What is empty would prove nothing. The versions 8 to 12 have never been let out."""
    assert [int(path.stem) for path in VERSIONS] == [1, 2, 3, 4, 5, 6, 7, 13, 14, 15]
    with closing(sqlite3.connect(old.path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608  ours
            assert count > 0, table


def test_they_become_as_a_new_one_is(old: Old) -> None:
    """In schema, references and pages."""
    SqliteStore(old.path).close()
    told = [(each.subject, each.told) for each in check_sqlite(old.path) if each.subject != "space"]
    assert ("schema", "as this version makes it") in told
    assert ("integrity", "every page and every index is sound") in told
    assert ("references", "every record that another one names is there") in told


def test_customers_are_as_they_were(store: SqliteStore, old: Old) -> None:
    """What is new of them is not known yet."""
    janis = Customer("Jānis Bērziņš", "C-2", "en", numbers=("+37120000001",), id=2)
    walk_in = Customer("walk-in", id=3)
    assert store.customers() == [janis, walk_in, sara(old.version)]
    blocked = [BlockedNumber("+982100000000", AT, "abusive calls")] if old.version >= 3 else []
    assert store.blocked_numbers() == blocked


def test_the_journal_is_as_it_was(store: SqliteStore, old: Old) -> None:
    """A call with all that hangs on it, and a trial."""
    story = store.call_story("call-1")
    assert story is not None
    assert story.call == CALL
    assert story.timeline == (
        TimelineEvent("call-1", 1, 1, AT, "played", {"prompt": "welcome"}),
        TimelineEvent("call-1", 2, 1, AT, "left-queue", {"agent": "ali"}),
    )
    given = Answer("call-1", "satisfaction", "mark", "10", AT, "ali", "support", "123456789", "r1")
    assert story.answers == (given,)
    main = Recording("call-1", "main", "/var/spool/m1.wav", 12.5, AT, 1)
    to_case = Recording(
        "call-1", "case 123456789", "/var/spool/n1.wav", 3.5, AT, 1, tracking="123456789"
    )
    assert set(story.recordings) == ({main, to_case} if old.version >= 14 else {main})
    assert story.callback is None
    trial = store.call_story("call-2")
    assert trial is not None
    asked = Callback("call-2", "+98", AT, 1, None, "fa") if old.version >= 6 else None
    assert (trial.call.trial, trial.callback) == (True, asked)
    assert [call.id for call in store.calls()] == ["call-2", "call-1"]


def test_cases_keep_their_numbers_and_their_calls(store: SqliteStore, old: Old) -> None:
    """A case has the number from which it was opened, and its call belongs to it."""
    file = store.case_file("123456789")
    opened = Case("123456789", CaseState.WAITING, "support", AT, 1, "call-1", "+989121234567")
    assert file.case == opened
    assert [call.id for call in file.calls] == ["call-1"]
    noted = [CaseNote("123456789", AT, "ali", CaseState.WAITING, "asked for papers")]
    assert list(file.notes) == (noted if old.version >= 13 else [])
    again = replace(opened, tracking="987654321")
    assert store.open_case(again, join=False) == opened


def test_new_numbers_are_none_that_was_given(store: SqliteStore, old: Old) -> None:
    """Neither those that cases of old have, nor those that were leased."""
    leased = store.lease_tracking(50)
    assert len(set(leased) - {"123456789"}) == 50
    if old.version >= 13:
        secret = "612c60c59d7fb4edd56416010e320f285fc3e781d99ccd60ffc338f2776fb6fc"
        given = {tracking_number(count, bytes.fromhex(secret)) for count in range(3)}
        assert given.isdisjoint(leased)


def test_rules_and_people_are_as_they_were(store: SqliteStore, old: Old) -> None:
    """Revisions, marks, restrictions, holds, erasures, who looked, and how far a spool was read."""
    kept = Revision("r1", "a bundle of rules", AT) if old.version >= 5 else None
    assert store.revision("r1") == kept
    is_last = old.version >= 13
    mark = Mark("+989121234567", MarkKind.CONSENT, "marketing", "web form", AT, AT + DAY)
    assert store.marks() == ([mark] if is_last else [])
    assert [each.pseudonym for each in store.erasures()] == (["erased-1"] if is_last else [])
    looked = [AuditEntry(AT, "root", "shown", 1, "customers show")]
    assert store.audit_log(customer_id=1) == (looked if is_last else [])
    held = LegalHold(2, AT, "a lawsuit", date(2031, 1, 1))
    assert store.customer_file(2).hold == (held if is_last else None)
    restricted = Restriction(3, AT, "asked for it")
    assert store.customer_file(3).restriction == (restricted if is_last else None)
    assert store.spool_position("spool-1") == (77 if is_last else 0)


def test_what_was_asked_of_callers_is_as_it_was(store: SqliteStore, old: Old) -> None:
    """Messages, codes, PINs and surveys."""
    is_last = old.version >= 14
    file, number = store.customer_file(1), "+989121234567"
    assert [each.text for each in file.messages] == (["123-456-789"] if is_last else [])
    asked = [("satisfaction", SurveyOutcome.COMPLETE)] if is_last else []
    assert [(each.survey, each.outcome) for each in file.surveys] == asked
    assert store.pin(1) == (Pin(1, b"salt", b"digest", AT) if is_last else None)
    code = OneTimeCode(number, b"salt", b"digest", AT, AT + DAY / 288, 3, "call-1")
    assert store.try_code(number, AT) == (code if is_last else None)
    assert store.attempts(AttemptKind.CODE, number, AT) == (1 if is_last else 0)


def test_visits_to_queues_are_as_they_were(store: SqliteStore, old: Old) -> None:
    """In the story of their call; of calls before these were kept, nobody knows any."""
    answered = QueueVisit(
        call_id="call-1",
        number=1,
        queue="support",
        language="fa",
        asterisk_queue="support-fa",
        entered_at=AT,
        waiting_since=AT,
        priority=5,
        disposition=Disposition.ANSWERED,
        left_at=AT + timedelta(seconds=80),
        agent="ali",
        answered_at=AT + timedelta(seconds=20),
    )
    keyed = QueueVisit(
        call_id="call-1",
        number=2,
        queue=None,
        language="fa",
        asterisk_queue="sales-fa",
        entered_at=AT + timedelta(seconds=85),
        waiting_since=AT,
        disposition=Disposition.EXIT_KEY,
        left_at=AT + timedelta(seconds=90),
        key="1",
    )
    story = store.call_story("call-1")
    assert story is not None
    assert story.queue_visits == ((answered, keyed) if old.version >= 15 else ())


def test_a_callback_of_old_belongs_to_its_call(store: SqliteStore, old: Old) -> None:
    """So it is not asked for twice, and can be finished."""
    if old.version < 6:
        store.ask_callback(Callback("call-2", "+98", AT, 1, None, "fa"))
    again = Callback("call-2", "+98", AT, 1, None, "fa")
    assert store.ask_callback(again) == again
    assert store.finish_callback("call-2") == replace(again, state=CallbackState.DONE)


def test_new_questions_are_answered_from_old_records(store: SqliteStore, old: Old) -> None:
    """Who last spoke with a customer, how long a case is open, what there is to replay."""
    (match,) = store.look_up_caller("+989121234567").matches
    assert match == CallerMatch(sara(old.version), 1, AT, "ali")
    assert store.count_calls(AT) == 1
    (recorded,) = store.recorded_calls(AT, kinds=["played"])
    assert (recorded.facts, len(recorded.events)) == (CALL.facts, 1)
    (agent,) = store.agents()
    assert (agent.name, agent.answered, agent.last_customers) == ("ali", 1, (1,))


def test_new_records_can_be_added(store: SqliteStore) -> None:
    """To the records that were there."""
    asked = Callback("call-1", "+98", AT, 1, None, "fa")
    store.ask_callback(asked)
    assert store.callbacks(state=CallbackState.OPEN) == [asked]
    waiting = QueueVisit("call-1", 3, "support", "fa", "support-fa", AT, AT)
    store.keep_queue_visit(waiting)
    assert waiting in store.queue_visits()
    store.put_customers([Customer("walk-in", id=3, lead_score=7)])
    assert store.customer(3).lead_score == 7
