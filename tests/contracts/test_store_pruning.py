"""What every store must leave of what is too old, kind by kind, and what it must not touch."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TypeAlias

import pytest

from crm.people import EVERYTHING, AuditEntry, DataKind, LegalHold, Pruned
from crm.ports import Store
from crm.records import (
    Answer,
    Callback,
    CallbackState,
    CallChange,
    Case,
    CaseNote,
    CaseState,
    Customer,
    NewCall,
    Recording,
    TimelineEvent,
)
from tests.contracts.everything import everything

Put: TypeAlias = Callable[..., tuple[int, ...]]

AT = datetime(2026, 3, 21, 8, 30, 0, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)
TODAY = date(2026, 6, 1)
NUMBER = "+989121234567"


def prune(
    store: Store, kind: DataKind, *, hours: float = 1, today: date = TODAY, limit: int = EVERYTHING
) -> Pruned:
    """Remove what is from before so many hours after `AT`."""
    return store.prune(kind, AT + hours * HOUR, today, limit=limit)


@pytest.fixture
def full(  # noqa: PLR0913, PLR0917  one of each kind
    store: Store,
    sara: Customer,
    put: Put,
    call: NewCall,
    case: Case,
    answer: Answer,
    recording: Recording,
    event: TimelineEvent,
) -> int:
    """Something of every kind at `AT`, of a customer whose id this is."""
    (sara_id,) = put(sara)
    store.begin_call(replace(call, customer_id=sara_id))
    store.change_call("call-1", CallChange(1, queue="support", agent="ali", state={"a": 1}))
    store.add_to_timeline([event])
    store.open_case(
        replace(case, customer_id=sara_id, number=NUMBER, state=CaseState.CLOSED), join=False
    )
    store.note_on_case(CaseNote(case.tracking, AT, "ali", text="wants papers"))
    store.keep_answer(replace(answer, question="why", value="too slow", tracking=case.tracking))
    store.keep_answer(replace(answer, tracking=case.tracking))
    store.keep_recording(replace(recording, customer_id=sara_id))
    store.ask_callback(Callback("call-1", NUMBER, AT, sara_id, "support", "fa"))
    store.note_access(AuditEntry(AT, "ali", "shown", sara_id, "asked by letter"))
    return sara_id


@pytest.mark.parametrize("kind", DataKind)
def test_what_is_not_old_stays(store: Store, full: int, kind: DataKind) -> None:
    """What is of the moment itself too, in whatever zone it is given."""
    assert full
    before = everything(store)
    moment = AT.astimezone(timezone(timedelta(hours=3, minutes=30)))
    assert store.prune(kind, moment, TODAY, limit=100) == Pruned(0)
    assert everything(store) == before


@pytest.mark.parametrize("kind", DataKind)
def test_a_moment_without_zone_is_refused(store: Store, kind: DataKind) -> None:
    """Nobody could say what is older."""
    with pytest.raises(ValueError, match="time zone"):
        store.prune(kind, AT.replace(tzinfo=None), TODAY, limit=100)


@pytest.mark.parametrize("kind", DataKind)
def test_a_kind_is_removed_once_and_no_other(store: Store, full: int, kind: DataKind) -> None:
    """Each kind is kept for a time of its own; the second time there is nothing left."""
    kinds = (
        store.call_story,
        lambda _: store.recordings(),
        lambda _: store.answers(),
        lambda _: store.cases(),
        lambda _: store.audit_log(),
    )
    assert full
    assert prune(store, kind).records == 1
    before = [kept("call-1") for kept in kinds]
    assert prune(store, kind) == Pruned(0)
    assert [kept("call-1") for kept in kinds] == before


@pytest.mark.parametrize("kind", DataKind)
@pytest.mark.parametrize("until", [None, TODAY + timedelta(1)], ids=str)
def test_what_is_held_stays(store: Store, full: int, kind: DataKind, until: date | None) -> None:
    """Until the day on which the hold ends, or until it is lifted."""
    store.hold(LegalHold(full, AT, "lawsuit", until))
    before = everything(store)
    assert prune(store, kind) == Pruned(0)
    assert everything(store) == before
    if until is None:
        store.lift_hold(full)
    assert prune(store, kind, today=until or TODAY).records == 1


def test_a_call_stays_countable(store: Store, full: int) -> None:
    """Whose it was, when, where to and how it ended; nothing that was sent or known."""
    before = store.call_story("call-1")
    assert before is not None
    prune(store, DataKind.CALLS)
    after = store.call_story("call-1")
    assert after is not None
    assert after.call == replace(
        before.call, caller_as_sent="", name_as_sent="", caller=None, facts={}, state={}
    )
    assert after.call.customer_id == full
    assert after.timeline == (replace(before.timeline[0], data={}),)
    assert after.callback == Callback("call-1", "", AT, full, "support", "fa", CallbackState.DONE)
    assert (after.cases, after.answers, after.recordings) == (
        before.cases,
        before.answers,
        before.recordings,
    )


@pytest.mark.parametrize(
    "bare",
    [{"facts": {}}, {"caller_as_sent": "", "name_as_sent": "", "caller": None}],
    ids=["without facts", "withheld"],
)
def test_a_call_of_which_little_is_known_is_emptied_too(
    store: Store, call: NewCall, bare: dict[str, object]
) -> None:
    """Once."""
    store.begin_call(replace(call, **bare))
    assert [prune(store, DataKind.CALLS).records for _ in range(2)] == [1, 0]
    stored = store.call("call-1")
    assert stored is not None
    assert (stored.caller_as_sent, stored.name_as_sent, stored.caller, stored.facts) == (
        "",
        "",
        None,
        {},
    )


def test_an_erased_call_is_not_emptied_again(store: Store, full: int) -> None:
    """It counts where it was emptied first."""
    store.erase_customer(full, pseudonym="a", at=AT, by="admin", reason="")
    assert prune(store, DataKind.CALLS) == Pruned(0)


def test_trials_are_emptied_too(store: Store, call: NewCall) -> None:
    """They hold the numbers of real people."""
    store.begin_call(replace(call, trial=True))
    assert prune(store, DataKind.CALLS) == Pruned(1)


def test_a_message_goes_with_its_file(
    store: Store, full: int, call: NewCall, recording: Recording
) -> None:
    """Whoever asked removes the files that are named; younger messages stay."""
    assert full
    store.begin_call(replace(call, id="call-2"))
    young = replace(recording, call_id="call-2", recorded_at=AT + HOUR, path="/young.wav")
    store.keep_recording(young)
    store.keep_recording(replace(young, mailbox="sales", recorded_at=AT, path="نام \udcff"))
    pruned = prune(store, DataKind.RECORDINGS)
    assert pruned.records == 2
    assert sorted(pruned.files) == sorted((recording.path, "نام \udcff"))
    assert store.recordings() == [young]


def test_a_file_that_another_message_names_stays(
    store: Store, full: int, call: NewCall, recording: Recording
) -> None:
    """It is named when nothing refers to it any more."""
    assert full
    store.begin_call(replace(call, id="call-2"))
    later = replace(recording, call_id="call-2", recorded_at=AT + HOUR)
    store.keep_recording(later)
    assert prune(store, DataKind.RECORDINGS) == Pruned(1)
    assert prune(store, DataKind.RECORDINGS, hours=2) == Pruned(1, (recording.path,))


def test_words_of_answers_go_and_marks_stay(store: Store, full: int, answer: Answer) -> None:
    """The average of a year ago can still be told."""
    assert full
    assert prune(store, DataKind.ANSWERS) == Pruned(1)
    values = {each.question: each.value for each in store.answers()}
    assert values == {"mark": "10", "why": ""}
    assert replace(answer, tracking="123456789") in store.answers()


def test_a_closed_case_goes_with_its_history(store: Store, full: int) -> None:
    """Its calls and answers stay, and belong to no case any more."""
    assert prune(store, DataKind.CASES) == Pruned(1)
    assert (store.cases(), store.find_case("123456789")) == ([], None)
    assert store.customer_file(full).cases == ()
    assert {each.tracking for each in store.answers()} == {None}
    story = store.call_story("call-1")
    assert story is not None
    assert story.cases == ()
    assert "wants papers" not in everything(store)


@pytest.mark.parametrize("state", [state for state in CaseState if state != CaseState.CLOSED])
def test_a_case_that_is_not_closed_stays(store: Store, case: Case, state: CaseState) -> None:
    """However old: somebody may still ask for it."""
    store.open_case(replace(case, call_id=None, state=state), join=False)
    assert prune(store, DataKind.CASES, hours=10_000) == Pruned(0)
    assert store.find_case("123456789") is not None


def test_a_case_is_as_old_as_the_last_line_of_its_history(store: Store, case: Case) -> None:
    """Not as its opening; a case without history is as old as that."""
    store.open_case(replace(case, call_id=None), join=False)
    store.note_on_case(CaseNote("123456789", AT + HOUR, "ali", CaseState.CLOSED))
    store.note_on_case(CaseNote("123456789", AT + 3 * HOUR, "ali", text="thanked us"))
    assert prune(store, DataKind.CASES, hours=3) == Pruned(0)
    assert prune(store, DataKind.CASES, hours=3.5) == Pruned(1)


def test_a_closed_case_gives_its_call_free(store: Store, full: int, case: Case) -> None:
    """Should the call still go on, it may open another."""
    assert full
    prune(store, DataKind.CASES)
    anew = replace(case, tracking="987654321")
    assert store.open_case(anew, join=True) == anew


def test_audit_entries_go(store: Store, full: int) -> None:
    """Those of nobody in particular too; younger ones stay."""
    young = AuditEntry(AT + HOUR, "ali", "shown", full)
    store.note_access(young)
    store.note_access(AuditEntry(AT, "ali", "listed", None))
    assert prune(store, DataKind.AUDIT) == Pruned(2)
    assert store.audit_log() == [young]


@pytest.mark.parametrize("kind", DataKind)
def test_a_limit_cuts_the_work_into_pieces(  # noqa: PLR0913, PLR0917  fixtures
    store: Store,
    kind: DataKind,
    call: NewCall,
    case: Case,
    answer: Answer,
    recording: Recording,
) -> None:
    """Asked for again until nothing is left; each piece removes what it says."""
    for number in range(5):
        call_id = f"call-{number}"
        store.begin_call(replace(call, id=call_id))
        closed = replace(case, tracking=f"12345678{number}", call_id=call_id)
        store.open_case(replace(closed, state=CaseState.CLOSED), join=False)
        store.keep_answer(replace(answer, call_id=call_id, value="too slow"))
        store.keep_recording(replace(recording, call_id=call_id, path=f"/{number}.wav"))
        store.note_access(AuditEntry(AT, "ali", "shown", None))
    pieces = [prune(store, kind, limit=2) for _ in range(4)]
    assert [piece.records for piece in pieces] == [2, 2, 1, 0]
    files = sorted(file for piece in pieces for file in piece.files)
    expected = [f"/{number}.wav" for number in range(5)] if kind is DataKind.RECORDINGS else []
    assert files == expected


def test_what_is_held_does_not_stand_in_the_way(store: Store, full: int, call: NewCall) -> None:
    """A limit counts what is removed, not what is passed over."""
    store.hold(LegalHold(full, AT, "lawsuit"))
    store.begin_call(replace(call, id="call-2"))
    assert prune(store, DataKind.CALLS, limit=1) == Pruned(1)
    held = store.call("call-1")
    assert held is not None
    assert held.caller == NUMBER


@pytest.mark.parametrize("kind", [DataKind.RECORDINGS, DataKind.CASES])
def test_what_is_held_by_its_call_stays(  # noqa: PLR0913, PLR0917  fixtures
    store: Store,
    kind: DataKind,
    sara: Customer,
    put: Put,
    call: NewCall,
    case: Case,
    recording: Recording,
) -> None:
    """A record that names nobody is its call's customer's."""
    (sara_id,) = put(sara)
    store.begin_call(replace(call, customer_id=sara_id))
    store.open_case(replace(case, state=CaseState.CLOSED), join=False)
    store.keep_recording(recording)
    store.hold(LegalHold(sara_id, AT, "lawsuit"))
    assert prune(store, kind) == Pruned(0)


def test_old_messages_are_told_behind_the_last_one(
    store: Store, full: int, recording: Recording
) -> None:
    """In the order of time, call and mailbox, so that one that stays does not hide the others."""
    moments = {"a": -1, "b": 0, "c": 0, "d": 2}
    others = [
        replace(recording, mailbox=mailbox, recorded_at=AT + hours * HOUR)
        for mailbox, hours in moments.items()
    ]
    for each in others:
        store.keep_recording(each)

    def old(after: Recording | None = None, limit: int = EVERYTHING) -> list[str]:
        found = store.old_recordings(AT + HOUR, TODAY, after=after, limit=limit)
        return [each.mailbox for each in found]

    assert old() == ["a", "b", "c", "main"]
    assert old(limit=2) == ["a", "b"]
    assert old(after=others[1]) == ["c", "main"]
    assert old(after=others[0], limit=1) == ["b"]
    store.hold(LegalHold(full, AT, "lawsuit"))
    assert old() == []


def test_messages_are_forgotten_with_their_files(store: Store, full: int) -> None:
    """Files that another message names are not told; what is not there is no trouble."""
    (message,) = store.recordings()
    twin = replace(message, mailbox="twin")
    store.keep_recording(twin)
    assert full
    assert list(store.remove_recordings([message])) == []
    assert store.recordings() == [twin]
    assert list(store.remove_recordings([message, twin])) == [message.path]
    assert list(store.remove_recordings([])) == []
