"""What every store must do with cases: their histories, and the calls that belong to them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TypeAlias

import pytest

from crm.ports import Store, StoreError, UnknownRecordError
from crm.records import OPEN_STATES, Case, CaseNote, CaseState, Customer, NewCall, Recording

Put: TypeAlias = Callable[..., tuple[int, ...]]

AT = datetime(2026, 3, 21, 8, 30, 0, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)
NUMBER = "+989121234567"
NOTE = CaseNote("123456789", AT, "ali", CaseState.IN_PROGRESS, "asked the workshop")
HOSTILE = "نام \udcff \x00 [red]"


@pytest.fixture
def later(call: NewCall) -> NewCall:
    """Another call, `call-2`, an hour after `call-1`."""
    return replace(call, id="call-2", started_at=AT + HOUR)


def again(case: Case, **changed: object) -> Case:
    """What `call-2` asks for about the same matter, with a number of its own."""
    return replace(case, tracking="987654321", call_id="call-2", opened_at=AT + HOUR, **changed)


def trackings(store: Store, **asked: object) -> list[str]:
    """The cases that are found, by their numbers."""
    return [case.tracking for case in store.cases(**asked)]


def test_a_case_is_found_by_its_tracking_number(store: Store, call: NewCall, case: Case) -> None:
    """And by no other."""
    store.begin_call(call)
    assert store.open_case(case, join=False) == case
    assert store.find_case("123456789") == case
    assert store.find_case("123456780") is None


def test_every_field_of_a_case_is_kept(
    store: Store, call: NewCall, case: Case, sara: Customer, put: Put
) -> None:
    """Down to stray bytes, and in UTC."""
    (sara_id,) = put(sara)
    store.begin_call(call)
    tehran = timezone(timedelta(hours=3, minutes=30))
    full = replace(case, subject=HOSTILE, state=CaseState.WAITING, customer_id=sara_id)
    full = replace(full, number="+98912\udcff", opened_at=AT.astimezone(tehran))
    opened = store.open_case(full, join=False)
    assert opened == full == store.find_case("123456789")
    assert opened.opened_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize("join", [False, True])
def test_a_call_opens_one_case_however_often_it_asks(
    store: Store, call: NewCall, case: Case, join: bool
) -> None:
    """The number that the caller heard first stays, whatever became of the case."""
    store.begin_call(call)
    store.open_case(case, join=join)
    assert store.open_case(case, join=join) == case
    other = replace(case, tracking="987654321", subject="again", opened_at=AT + HOUR)
    assert store.open_case(other, join=join) == case
    closed = store.note_on_case(replace(NOTE, state=CaseState.CLOSED))
    assert store.open_case(other, join=join) == closed
    assert store.find_case("987654321") is None


@pytest.mark.parametrize("join", [False, True])
def test_a_taken_number_is_refused(
    store: Store, call: NewCall, later: NewCall, case: Case, join: bool
) -> None:
    """The case that has it stays as it is, and the call may ask with another number."""
    store.begin_call(call)
    store.begin_call(later)
    store.open_case(case, join=False)
    other = again(case, subject="sales")
    with pytest.raises(StoreError, match="123456789"):
        store.open_case(replace(other, tracking=case.tracking), join=join)
    assert store.find_case("123456789") == case
    assert store.open_case(other, join=join) == other


def test_a_person_may_open_a_case_without_a_call(
    store: Store, case: Case, sara: Customer, put: Put
) -> None:
    """As many as they like: no call tells them apart; and the customer has them open."""
    (sara_id,) = put(sara)
    by_hand = replace(case, call_id=None, customer_id=sara_id)
    second = replace(by_hand, tracking="987654321")
    assert store.open_case(by_hand, join=False) == by_hand
    assert store.open_case(second, join=False) == second
    with pytest.raises(StoreError, match="987654321"):
        store.open_case(replace(second, subject="another"), join=False)
    assert store.case_file("123456789").calls == ()
    (match,) = store.look_up_caller(NUMBER).matches
    assert (match.open_cases, match.oldest_open_case) == (2, AT)


def test_a_case_may_belong_to_a_customer_who_exists(
    store: Store, call: NewCall, case: Case, sara: Customer, put: Put
) -> None:
    """And to no other; a call must have begun."""
    with pytest.raises(UnknownRecordError, match="call-1"):
        store.open_case(case, join=True)
    store.begin_call(call)
    with pytest.raises(UnknownRecordError, match="77"):
        store.open_case(replace(case, customer_id=77), join=True)
    assert store.find_case("123456789") is None
    (sara_id,) = put(sara)
    assert store.open_case(replace(case, customer_id=sara_id), join=True).customer_id == sara_id


@pytest.mark.parametrize("state", CaseState)
def test_a_repeat_call_joins_the_open_case_of_its_customer(  # noqa: PLR0913, PLR0917  fixtures
    store: Store,
    state: CaseState,
    call: NewCall,
    later: NewCall,
    case: Case,
    sara: Customer,
    put: Put,
) -> None:
    """From whatever number; a case that is done is not opened again."""
    (sara_id,) = put(sara)
    store.begin_call(replace(call, customer_id=sara_id))
    store.begin_call(replace(later, customer_id=sara_id))
    first = replace(case, customer_id=sara_id, number=NUMBER, state=state)
    store.open_case(first, join=True)
    repeated = again(case, customer_id=sara_id, number="+982188880000")
    is_open = state in OPEN_STATES
    assert store.open_case(repeated, join=True) == (first if is_open else repeated)
    assert (store.find_case("987654321") is None) == is_open


def test_a_repeat_call_of_a_stranger_joins_by_number(
    store: Store, call: NewCall, later: NewCall, case: Case
) -> None:
    """Where nobody knows who it is, the number tells."""
    store.begin_call(call)
    store.begin_call(later)
    first = store.open_case(replace(case, number=NUMBER), join=True)
    assert store.open_case(again(case, number=NUMBER), join=True) == first


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"number": NUMBER}, {"number": NUMBER, "subject": "sales"}),
        ({"number": NUMBER}, {"number": "+982188880000"}),
        ({"number": None}, {"number": None}),
        ({"number": NUMBER, "customer_id": 1}, {"number": NUMBER, "customer_id": 2}),
        ({"number": NUMBER, "customer_id": 1}, {"number": NUMBER}),
        ({"number": NUMBER}, {"number": NUMBER, "customer_id": 1}),
    ],
    ids=str,
)
def test_other_matters_and_other_people_do_not_join(  # noqa: PLR0913, PLR0917  fixtures
    store: Store,
    first: dict[str, object],
    second: dict[str, object],
    call: NewCall,
    later: NewCall,
    case: Case,
    sara: Customer,
    janis: Customer,
    put: Put,
) -> None:
    """Nobody must hear the number of somebody else's case; withheld numbers are not one person."""
    assert put(sara, janis) == (1, 2)
    store.begin_call(call)
    store.begin_call(later)
    store.open_case(replace(case, **first), join=True)
    other = again(case, **second)
    assert store.open_case(other, join=True) == other


def test_only_who_wants_to_joins(store: Store, call: NewCall, later: NewCall, case: Case) -> None:
    """A caller who was promised a number of their own while the store was away keeps it."""
    store.begin_call(call)
    store.begin_call(later)
    store.open_case(replace(case, number=NUMBER), join=True)
    promised = again(case, number=NUMBER)
    assert store.open_case(promised, join=False) == promised


@pytest.mark.parametrize("trial", ["call-1", "call-2"])
def test_trials_and_real_calls_do_not_join(
    store: Store, trial: str, call: NewCall, later: NewCall, case: Case
) -> None:
    """Neither is the other's repetition."""
    for each in (call, later):
        store.begin_call(replace(each, trial=each.id == trial))
    store.open_case(replace(case, number=NUMBER), join=True)
    other = again(case, number=NUMBER)
    assert store.open_case(other, join=True) == other


def test_of_several_open_cases_the_last_is_joined(
    store: Store, call: NewCall, later: NewCall, case: Case
) -> None:
    """It is the one that the caller remembers."""
    for each in (call, later, replace(call, id="call-3")):
        store.begin_call(each)
    newer = store.open_case(again(case, number=NUMBER), join=False)
    store.open_case(replace(case, number=NUMBER), join=False)
    third = replace(case, tracking="555555555", call_id="call-3", number=NUMBER)
    assert store.open_case(third, join=True) == newer


def test_a_call_that_joined_belongs_to_the_case(
    store: Store, call: NewCall, later: NewCall, case: Case
) -> None:
    """In the case's file and in the call's own story, however often it asks."""
    for each in (later, call, replace(call, id="other")):
        store.begin_call(each)
    first = store.open_case(replace(case, number=NUMBER), join=True)
    for _ in range(2):
        store.open_case(again(case, number=NUMBER), join=True)
    assert [each.id for each in store.case_file("123456789").calls] == ["call-1", "call-2"]
    assert store.case_file("123456789").calls[0] == store.call("call-1")
    for call_id, cases in (("call-1", (first,)), ("call-2", (first,)), ("other", ())):
        story = store.call_story(call_id)
        assert story is not None
        assert story.cases == cases


def test_a_note_may_move_the_case_on(store: Store, call: NewCall, case: Case) -> None:
    """The state is what a caller hears when asking for it; a mere remark leaves it."""
    store.begin_call(call)
    store.open_case(case, join=False)
    moved = store.note_on_case(NOTE)
    assert moved == replace(case, state=CaseState.IN_PROGRESS) == store.find_case("123456789")
    assert store.note_on_case(replace(NOTE, state=None, text="called back")) == moved
    assert store.find_case("123456789") == moved


def test_a_case_file_holds_its_own_history(
    store: Store, call: NewCall, later: NewCall, case: Case
) -> None:
    """The oldest line first, whatever the order of writing; those of one moment as written."""
    for each in (call, later):
        store.begin_call(each)
    store.open_case(case, join=False)
    store.open_case(again(case), join=False)
    last = replace(NOTE, at=AT + 2 * HOUR, state=CaseState.RESOLVED, text="")
    middle = [replace(NOTE, at=AT + HOUR, state=None, text=text) for text in ("b", "a", HOSTILE)]
    for note in (last, *middle, NOTE, replace(NOTE, tracking="987654321", text="other")):
        store.note_on_case(note)
    file = store.case_file("123456789")
    assert file.case == replace(case, state=CaseState.IN_PROGRESS)
    assert file.notes == (NOTE, *middle, last)
    assert [each.text for each in store.case_file("987654321").notes] == ["other"]


def test_a_case_file_holds_what_was_recorded_for_it(
    store: Store, call: NewCall, later: NewCall, case: Case, recording: Recording
) -> None:
    """The oldest first, by whatever calls; neither what belongs to no case nor to another."""
    for each in (call, later):
        store.begin_call(each)
    for each in (case, again(case)):
        store.open_case(each, join=False)
    first = replace(recording, tracking="123456789")
    last = replace(first, call_id="call-2", mailbox="case 123456789", recorded_at=AT + HOUR)
    others = (
        replace(recording, mailbox="sales"),
        replace(recording, mailbox="case 987654321", tracking="987654321"),
    )
    for each in (last, *others, first):
        store.keep_recording(each)
    assert store.case_file("123456789").recordings == (first, last)


def test_a_case_without_history_has_an_empty_one(store: Store, call: NewCall, case: Case) -> None:
    """Opening it is no line: the case itself tells when that was."""
    store.begin_call(call)
    store.open_case(case, join=False)
    file = store.case_file("123456789")
    assert (file.notes, file.recordings) == ((), ())


def test_unknown_cases_are_told(store: Store) -> None:
    """By their number, and nothing is kept of them."""
    with pytest.raises(UnknownRecordError, match="123456789"):
        store.note_on_case(NOTE)
    with pytest.raises(UnknownRecordError, match="123456789"):
        store.case_file("123456789")


def test_the_newest_cases_come_first(store: Store, call: NewCall, case: Case) -> None:
    """Whatever the order in which they were opened; the limit cuts the oldest."""
    for hours in (1, 2, 0):
        store.begin_call(replace(call, id=f"call-{hours}"))
        opened = replace(case, tracking=f"10{hours}", call_id=f"call-{hours}")
        store.open_case(replace(opened, opened_at=AT + hours * HOUR), join=False)
    assert trackings(store) == ["102", "101", "100"]
    assert trackings(store, limit=2) == ["102", "101"]


def test_open_cases_can_be_told_apart(store: Store, case: Case) -> None:
    """Those that somebody still works on or waits for."""
    for number, state in enumerate(CaseState):
        by_hand = replace(case, tracking=str(number), call_id=None, state=state)
        store.open_case(by_hand, join=False)
    found = {case.state for case in store.cases(open_only=True)}
    assert found == OPEN_STATES
    assert len(store.cases()) == len(CaseState)


@pytest.mark.parametrize(
    "term", ["123456789", "3456", "۱۲۳۴", "repair", "Repair of", "سارا", "احمدي"]
)
def test_a_case_is_found_however_written(  # noqa: PLR0913, PLR0917  fixtures
    store: Store, term: str, case: Case, sara: Customer, janis: Customer, put: Put
) -> None:
    """By a part of its number, its subject or its customer's name; with digits of any script."""
    sara_id, janis_id = put(sara, janis)
    mine = replace(case, call_id=None, subject="repair of a boiler", customer_id=sara_id)
    other = replace(case, call_id=None, tracking="987000000", customer_id=janis_id)
    store.open_case(mine, join=False)
    store.open_case(other, join=False)
    assert trackings(store, search=term) == ["123456789"]
    assert trackings(store, search=term, open_only=True) == ["123456789"]


@pytest.mark.parametrize("term", ["%", "_", "*", "!", "\\", "nobody", "\udcff"])
def test_a_search_for_cases_takes_no_sign_for_a_wildcard(
    store: Store, term: str, case: Case, sara: Customer, put: Put
) -> None:
    """Percent and underscore mean something to LIKE, not to people."""
    (sara_id,) = put(sara)
    store.open_case(replace(case, call_id=None, customer_id=sara_id), join=False)
    assert trackings(store, search=term) == []


def test_cases_of_trials_are_not_listed(store: Store, call: NewCall, case: Case) -> None:
    """Nobody must work on what an administrator tried; who has the number finds it."""
    store.begin_call(replace(call, trial=True))
    store.open_case(case, join=False)
    assert trackings(store) == trackings(store, search="123456789") == []
    assert store.find_case("123456789") == case
