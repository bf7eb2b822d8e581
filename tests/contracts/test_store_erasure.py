"""What every store must leave of a person who is erased: what can be counted, and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TypeAlias

import pytest

from crm.people import AuditEntry, Erasure, LegalHold, Mark, MarkKind
from crm.ports import HeldError, Store, StoreError, UnknownRecordError
from crm.records import (
    Answer,
    BlockedNumber,
    Callback,
    CallbackState,
    Case,
    CaseNote,
    CaseState,
    Customer,
    NewCall,
    Recording,
    TimelineEvent,
)
from tests.contracts.everything import everything
from tests.contracts.somebody import (
    NUMBER,
    OTHER,
    PERSON,
    SHARED,
    call_with,
    keep_all_of,
    keep_late,
)

Put: TypeAlias = Callable[..., tuple[int, ...]]

AT = datetime(2026, 3, 21, 8, 30, 0, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)
TEHRAN = timezone(timedelta(hours=3, minutes=30))


def erase(store: Store, customer_id: int, pseudonym: str = "erased-1") -> Erasure:
    """Erase the customer an hour after `AT`."""
    return store.erase_customer(
        customer_id, pseudonym=pseudonym, at=AT + HOUR, by="admin", reason="asked by letter"
    )


@pytest.fixture
def person(store: Store) -> int:
    """The id of somebody of whom there is something in every table."""
    return keep_all_of(store, PERSON, NUMBER)


def test_nothing_personal_is_left_anywhere(store: Store, person: int) -> None:
    """In no table: neither as it was given, nor as it was made ready for searching."""
    assert everything(store).count(PERSON) >= 20
    erase(store, person)
    assert PERSON not in everything(store)


def test_others_keep_everything(store: Store, person: int) -> None:
    """Also who shares a number with the person."""
    other = keep_all_of(store, OTHER, f"+98{OTHER}")
    before, count = store.customer_file(other), everything(store).count(OTHER)
    story = store.call_story(f"call of {other}")
    erase(store, person)
    assert store.customer_file(other) == before
    assert store.call_story(f"call of {other}") == story
    assert everything(store).count(OTHER) == count


def test_the_row_stays_under_the_pseudonym(store: Store, person: int) -> None:
    """With its id, and nothing else."""
    erase(store, person)
    assert store.customer(person) == Customer(name="erased-1", id=person)
    assert store.find_customer(f"reference {PERSON}") is None
    assert store.find_external("vtiger", f"id {PERSON}") is None
    assert store.look_up_caller(NUMBER).matches == store.look_up_caller(SHARED).matches == ()
    assert store.customers() == store.customers(search="erased-1") == []
    assert store.customers(search=PERSON) == []


def test_calls_stay_countable(store: Store, person: int) -> None:
    """When, where to and how it ended; what kind of things happened, and when."""
    before = store.call(f"call of {person}")
    assert before is not None
    erase(store, person)
    story = store.call_story(before.id)
    assert story is not None
    assert story.call == replace(
        before,
        caller_as_sent="",
        name_as_sent="",
        caller=None,
        customer_name="erased-1",
        facts={},
        state={},
    )
    assert story.timeline == (TimelineEvent(before.id, 1, 1, AT, "keys", {}),)
    assert store.calls_of_customer(person) == [story.call]
    assert store.count_calls(AT) == 1
    assert [agent.last_customers for agent in store.agents()] == [(person,)]


def test_marks_given_in_a_survey_stay_and_words_go(store: Store, person: int) -> None:
    """So do the question, the agent and the case that it was about."""
    before = {answer.question: answer for answer in store.answers()}
    erase(store, person)
    after = {answer.question: answer for answer in store.answers()}
    assert after == before | {"why": replace(before["why"], value="")}


@pytest.mark.parametrize("value", ["0", "9", "10", "99", "yes", "no"])
def test_a_mark_tells_of_nobody(store: Store, value: str) -> None:
    """One or two digits, yes or no."""
    assert answer_after_erasure(store, value) == value


@pytest.mark.parametrize(
    "value", ["100", "123456789", "ok", "no!", "Yes", "-1", "1.", "۱۰", "²", "a", "Al", "\udcff"]
)
def test_anything_else_may_tell_of_somebody(store: Store, value: str) -> None:
    """Short words and long digits too: a name may have two letters, a number of a house three."""
    assert answer_after_erasure(store, value) == ""


def answer_after_erasure(store: Store, value: str) -> str:
    """What an answer has become when its caller was erased."""
    store.put_customers([Customer(name=PERSON, reference=PERSON)])
    found = store.find_customer(PERSON)
    assert found is not None
    call = call_with(PERSON, NUMBER, found.id)
    store.begin_call(call)
    store.keep_answer(Answer(call.id, "s", "q", value, AT, None, None, None, "r1"))
    erase(store, found.id or 0)
    (answer,) = store.answers()
    return answer.value


def test_cases_stay_countable(store: Store, person: int) -> None:
    """Their subject is a word of the rules; of the history stays who did what when."""
    (before,) = store.customer_file(person).cases
    erase(store, person)
    file = store.case_file(before.tracking)
    assert file.case == replace(before, number=None)
    assert file.notes == (CaseNote(before.tracking, AT, "ali", CaseState.IN_PROGRESS, ""),)
    assert [call.id for call in file.calls] == [f"call of {person}"]


def test_nobody_calls_an_erased_person_back(store: Store, person: int) -> None:
    """What they asked for is done, without a number."""
    erase(store, person)
    assert store.callbacks(state=CallbackState.OPEN) == []
    call_id = f"call of {person}"
    assert store.callbacks() == [
        Callback(call_id, "", AT, person, "support", "fa", CallbackState.DONE)
    ]


def test_messages_and_the_restriction_are_gone(store: Store, person: int) -> None:
    """And a hold that had lapsed; the audit log keeps that something was done, and by whom."""
    store.hold(LegalHold(person, AT, f"lawsuit of {PERSON}", AT.date()))
    erase(store, person)
    file = store.customer_file(person)
    assert (file.recordings, file.restriction, file.hold) == ((), None, None)
    assert store.recordings() == []
    assert store.audit_log() == [AuditEntry(AT, "ali", "shown", person, "")]


def test_marks_of_a_number_that_another_has_stay(store: Store, person: int) -> None:
    """They may be the other's word; those of the person's own numbers go."""
    shared = Mark(SHARED, MarkKind.DO_NOT_CALL, "any", "national register", AT)
    store.put_mark(shared)
    store.put_customers([Customer(name=OTHER, reference=OTHER, numbers=(SHARED,))])
    erase(store, person)
    assert store.marks() == [shared]


def test_marks_of_a_number_that_nobody_else_has_go(store: Store, person: int) -> None:
    """All of the person's numbers, not just the first."""
    store.put_mark(Mark(SHARED, MarkKind.DO_NOT_CALL, "any", "national register", AT))
    erase(store, person)
    assert store.marks() == []


def test_a_blocked_number_stays_blocked(store: Store, person: int) -> None:
    """Nobody gets through again by asking to be erased."""
    blocked = BlockedNumber(NUMBER, AT, "abusive calls")
    store.block_number(blocked)
    erase(store, person)
    assert store.blocked_numbers() == [blocked]


def test_what_names_the_person_in_a_call_of_nobody_goes(
    store: Store, person: int, call: NewCall, case: Case, recording: Recording
) -> None:
    """They were recognised in the middle of it; the call itself was not theirs and stays."""
    store.begin_call(call)
    store.open_case(replace(case, customer_id=person, number=NUMBER), join=False)
    store.note_on_case(CaseNote(case.tracking, AT, "ali", text=PERSON))
    store.keep_recording(replace(recording, customer_id=person, path=f"/{PERSON}-2.wav"))
    store.ask_callback(Callback(call.id, NUMBER, AT, person, None, "fa"))
    erase(store, person)
    assert PERSON not in everything(store)
    stored = store.call(call.id)
    assert stored is not None
    assert (stored.caller, stored.facts) == (call.caller, call.facts)


def test_what_names_another_in_the_person_s_call_stays(
    store: Store, person: int, case: Case, recording: Recording
) -> None:
    """Whom a record names, it is of."""
    store.put_customers([Customer(name=OTHER, reference=OTHER)])
    found = store.find_customer(OTHER)
    assert found is not None
    call = replace(call_with(PERSON, NUMBER, person), id="call-1")
    store.begin_call(call)
    theirs = replace(case, customer_id=found.id, number="+37120000001")
    store.open_case(theirs, join=False)
    store.note_on_case(CaseNote(case.tracking, AT, "ali", text=OTHER))
    message = replace(recording, customer_id=found.id)
    store.keep_recording(message)
    erase(store, person)
    assert store.case_file(case.tracking).case == theirs
    assert store.case_file(case.tracking).notes[0].text == OTHER
    assert store.recordings() == [message]


def test_the_proof_is_kept(store: Store, person: int) -> None:
    """Who did it, when, why, and what was there; nothing of the person."""
    proof = erase(store, person)
    assert replace(proof, counts={}) == Erasure(
        "erased-1", person, AT + HOUR, "admin", "asked by letter", {}
    )
    assert {table: count for table, count in proof.counts.items() if count} == {
        "customers": 1,
        "phone_numbers": 2,
        "contracts": 1,
        "external_ids": 1,
        "marks": 1,
        "restrictions": 1,
        "calls": 1,
        "timeline": 1,
        "cases": 1,
        "case_notes": 1,
        "answers": 1,
        "callbacks": 1,
        "recordings": 1,
        "audit": 1,
        "outbox": 1,
        "surveys_asked": 1,
        "one_time_codes": 1,
        "attempts": 3,
        "pins": 1,
    }
    assert store.erasures() == [proof]
    assert store.erasure_of(person) == proof
    assert store.erasure_of(person + 1) is None


def test_the_newest_proofs_come_first(store: Store) -> None:
    """The limit cuts the oldest; their times are in UTC."""
    store.put_customers([Customer(name=OTHER), Customer(name=OTHER), Customer(name=OTHER)])
    for customer, hours in zip(store.customers(), (1, 2, 0), strict=True):
        at = (AT + hours * HOUR).astimezone(TEHRAN)
        store.erase_customer(
            customer.id or 0, pseudonym=f"erased-{hours}", at=at, by="نام \udcff", reason=""
        )
    assert [proof.pseudonym for proof in store.erasures()] == ["erased-2", "erased-1", "erased-0"]
    assert [proof.pseudonym for proof in store.erasures(limit=1)] == ["erased-2"]
    (newest, *_) = store.erasures()
    assert (newest.by, newest.at, newest.at.utcoffset()) == (
        "نام \udcff",
        AT + 2 * HOUR,
        timedelta(0),
    )


def test_a_pseudonym_is_one_person_s(store: Store, person: int) -> None:
    """Of two with one name nobody could be counted; nothing of the second is lost."""
    other = keep_all_of(store, OTHER, f"+98{OTHER}")
    erase(store, person)
    before = everything(store)
    with pytest.raises(StoreError, match="erased-1"):
        erase(store, other)
    assert everything(store) == before


@pytest.mark.parametrize(
    ("until", "told"),
    [(None, "lifted"), (date(2026, 3, 22), "2026-03-22"), (date(2027, 1, 1), "2027-01-01")],
)
def test_who_is_held_is_not_erased(
    store: Store, person: int, until: date | None, told: str
) -> None:
    """The message says until when and why; nothing is changed."""
    store.hold(LegalHold(person, AT, "lawsuit 17", until))
    before = everything(store)
    with pytest.raises(HeldError, match=f"{told}.*lawsuit 17"):
        erase(store, person)
    assert everything(store) == before
    assert store.erasures() == []


def test_a_hold_ends_on_its_day(store: Store, person: int) -> None:
    """Where the clock stands that the moment was read from; a lifted one is none."""
    store.hold(LegalHold(person, AT, "lawsuit", date(2026, 3, 22)))
    at = datetime(2026, 3, 22, 1, 0, tzinfo=TEHRAN)  # still the 21st in UTC
    with pytest.raises(HeldError):
        store.erase_customer(person, pseudonym="a", at=at.astimezone(UTC), by="", reason="")
    store.erase_customer(person, pseudonym="a", at=at, by="", reason="")
    assert store.customer(person).name == "a"


def test_a_lifted_hold_is_none(store: Store, person: int) -> None:
    """The customer may be erased again."""
    store.hold(LegalHold(person, AT, "lawsuit"))
    store.lift_hold(person)
    erase(store, person)
    assert PERSON not in everything(store)


def test_who_does_not_exist_is_not_erased(store: Store) -> None:
    """And there is no proof of it."""
    with pytest.raises(UnknownRecordError, match="77"):
        erase(store, 77)
    assert store.erasures() == []


def test_an_erasure_is_undone_with_its_transaction(store: Store, person: int) -> None:
    """The audit entry that belongs to it may fail."""
    before = everything(store)

    def fail() -> None:
        with store.transaction():
            erase(store, person)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert everything(store) == before


def test_what_is_written_late_of_an_erased_person_is_emptied(store: Store, person: int) -> None:
    """As from a spool: nothing of the person is left, and no file is forgotten."""
    erase(store, person)
    call_id = keep_late(store, person)
    assert PERSON in everything(store)
    messages = store.erase_again([call_id, f"call of {person}"])
    assert [each.path for each in messages] == [f"/{PERSON}-late.wav"]
    assert list(store.remove_recordings(messages)) == [f"/{PERSON}-late.wav"]
    assert PERSON not in everything(store)
    call = store.call(call_id)
    assert call is not None
    assert (call.customer_id, call.customer_name) == (person, "erased-1")


def test_a_promised_number_without_its_call_is_emptied_too(store: Store, person: int) -> None:
    """A caller has heard it, but the call has another request by now."""
    erase(store, person)
    call_id = keep_late(store, person)
    case = Case("999999992", CaseState.NEW, "support", AT, person, None, NUMBER)
    store.open_case(case, join=False)
    store.remove_recordings(store.erase_again([call_id]))
    assert store.find_case(case.tracking) == replace(case, number=None)


def test_what_is_written_late_of_others_stays(store: Store, person: int) -> None:
    """Of whoever was not erased, of nobody, and of calls that nobody named."""
    other = keep_all_of(store, OTHER, f"+98{OTHER}")
    erase(store, person)
    late = keep_late(store, person)
    before = everything(store)
    assert list(store.erase_again([f"call of {other}", "unknown", "stray \udcff"])) == []
    assert list(store.erase_again([])) == []
    assert everything(store) == before
    store.remove_recordings(store.erase_again([late]))
    assert everything(store).count(OTHER) == before.count(OTHER)


def test_a_late_call_of_nobody_that_names_an_erased_person(
    store: Store, person: int, call: NewCall, case: Case
) -> None:
    """What names them is emptied; the call was not theirs and stays."""
    erase(store, person)
    store.begin_call(call)
    store.open_case(replace(case, customer_id=person, number=NUMBER), join=False)
    store.ask_callback(Callback(call.id, NUMBER, AT, person, None, "fa"))
    assert list(store.erase_again([call.id])) == []
    assert PERSON not in everything(store)
    stored = store.call(call.id)
    assert stored is not None
    assert (stored.caller, stored.facts) == (call.caller, call.facts)
