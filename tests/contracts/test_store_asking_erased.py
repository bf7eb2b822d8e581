"""What every store must leave of messages, codes and surveys when a person goes, or time passes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias

import pytest

from crm.asking_records import AttemptKind, MessageStatus, OneTimeCode
from crm.people import DataKind, LegalHold, Pruned
from crm.ports import Store
from crm.records import Callback, CallbackState, Case, CaseState, Customer, NewCall, Recording
from tests.contracts.everything import everything
from tests.contracts.somebody import (
    NUMBER,
    PERSON,
    SHARED,
    keep_all_of,
    message_with,
    survey_with,
)

Put: TypeAlias = Callable[..., tuple[int, ...]]

AT = datetime(2026, 3, 21, 8, 30, 0, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)
TODAY = date(2026, 3, 21)


def erase(store: Store, customer_id: int) -> None:
    """Erase the customer an hour after `AT`."""
    store.erase_customer(customer_id, pseudonym="erased-1", at=AT + HOUR, by="admin", reason="")


@pytest.fixture
def person(store: Store) -> int:
    """The id of somebody of whom there is something in every table."""
    return keep_all_of(store, PERSON, NUMBER)


def test_nobody_writes_to_an_erased_person(store: Store, person: int) -> None:
    """The message stays countable, and is not sent; nor is it queued again."""
    written = message_with(PERSON, NUMBER, f"call of {person}")
    erase(store, person)
    emptied = replace(written, number="", text="", status=MessageStatus.EXPIRED)
    assert store.messages() == [emptied]
    store.queue_message(written)
    assert store.messages() == [emptied]


def test_what_was_sent_stays_sent(store: Store, person: int) -> None:
    """A proof that something was written."""
    call_id = f"call of {person}"
    sent = replace(message_with(PERSON, NUMBER, call_id), id="s", status=MessageStatus.SENT)
    store.queue_message(sent)
    erase(store, person)
    assert store.messages(status=MessageStatus.SENT) == [replace(sent, number="", text="")]


def test_surveys_stay_countable(store: Store, person: int) -> None:
    """By agent, queue and outcome."""
    (before,) = store.customer_file(person).surveys
    erase(store, person)
    found = store.surveys_asked(since=AT, until=AT + HOUR)
    assert list(found) == [replace(before, number=None)]


def test_secrets_are_gone(store: Store, person: int) -> None:
    """And whoever gets the number next has no code and no attempts."""
    erase(store, person)
    assert store.pin(person) is None
    assert store.try_code(NUMBER, AT) is None
    assert store.attempts(AttemptKind.TRACKING, NUMBER, AT) == 0
    assert store.attempts(AttemptKind.CODE, NUMBER, AT) == 0
    assert store.attempts(AttemptKind.PIN, str(person), AT) == 0


def test_what_is_known_by_their_number_alone_goes(store: Store, person: int, call: NewCall) -> None:
    """A message and a code that somebody asked for in a call of nobody's."""
    store.begin_call(call)
    written = message_with("x", NUMBER, call.id)
    store.queue_message(written)
    code = OneTimeCode(NUMBER, b"s", b"d", AT, AT + HOUR, 3, call.id)
    store.keep_code(code, per_number=9, per_day=9)
    assert store.customer_file(person).messages[0].call_id in {call.id, f"call of {person}"}
    assert len(store.customer_file(person).messages) == 2
    erase(store, person)
    assert NUMBER not in repr((store.messages(), store.try_code(NUMBER, AT)))


def test_what_is_known_by_a_shared_number_stays(store: Store, person: int, call: NewCall) -> None:
    """It may be the other's."""
    store.put_customers([Customer(name="other", reference="other", numbers=(SHARED,))])
    store.begin_call(call)
    written = message_with("x", SHARED, call.id)
    store.queue_message(written)
    code = OneTimeCode(SHARED, b"s", b"d", AT, AT + HOUR, 3, call.id)
    store.keep_code(code, per_number=9, per_day=9)
    assert len(store.customer_file(person).messages) == 1
    erase(store, person)
    assert written in store.messages()
    assert store.try_code(SHARED, AT) == code
    assert store.attempts(AttemptKind.CODE, SHARED, AT) == 1


def test_what_names_another_stays(store: Store, person: int, sara: Customer, put: Put) -> None:
    """Also in the person's call."""
    (sara_id,) = put(sara)
    call_id = f"call of {person}"
    written = replace(message_with("x", "+371", call_id), id="m", customer_id=sara_id)
    store.queue_message(written)
    noted = replace(survey_with("+371", call_id, sara_id), survey="other")
    store.note_survey(noted)
    erase(store, person)
    file = store.customer_file(sara_id)
    assert (file.messages, file.surveys) == ((written,), (noted,))


def wish(call_id: str, number: str = NUMBER, customer_id: int | None = None) -> Callback:
    """A wish to be called back at `AT`."""
    return Callback(call_id, number, AT, customer_id, None, "fa")


def test_a_callback_of_nobody_that_their_call_joined_is_theirs(
    store: Store, person: int, call: NewCall
) -> None:
    """The number is theirs: in their file, and emptied with them."""
    for call_id, owner in (("call-1", None), ("call-2", person)):
        store.begin_call(replace(call, id=call_id, customer_id=owner))
        store.ask_callback(wish(call_id, "+98123"))
    found = [each.number for each in store.customer_file(person).callbacks]
    assert sorted(found) == sorted([NUMBER, "+98123"])
    erase(store, person)
    assert store.callbacks(state=CallbackState.OPEN) == []
    assert "+98123" not in repr(store.callbacks())


def test_a_late_call_that_joins_leaves_nothing(store: Store, person: int, call: NewCall) -> None:
    """Of an erased person, in a callback of nobody's."""
    erase(store, person)
    store.begin_call(call)
    store.ask_callback(wish(call.id))
    store.begin_call(replace(call, id="late", customer_id=person))
    store.ask_callback(wish("late"))
    store.erase_again(["late"])
    assert NUMBER not in repr(store.callbacks())


def prune(store: Store, kind: DataKind, hours: float = 1, limit: int = 100) -> Pruned:
    """Remove what is from before some hours after `AT`; the count agrees."""
    before = AT + hours * HOUR
    counted = store.count_prunable(kind, before, TODAY)
    pruned = store.prune(kind, before, TODAY, limit=limit)
    assert pruned.records == min(counted, limit)
    return pruned


def test_messages_and_surveys_go_with_their_calls(store: Store, person: int) -> None:
    """What is left can be counted; the PIN is not a call's."""
    call_id = f"call of {person}"
    assert prune(store, DataKind.CALLS) == Pruned(1)
    (message,), (noted,) = store.messages(), store.surveys_asked(since=AT, until=AT + HOUR)
    assert (message.number, message.text, message.status) == ("", "", MessageStatus.EXPIRED)
    assert noted == replace(survey_with(NUMBER, call_id, person), number=None)
    assert store.pin(person) is None
    assert store.customer_file(person).has_pin


def test_whom_a_survey_was_asked_of_goes_with_the_answers(store: Store, person: int) -> None:
    """Portion by portion, words first."""
    assert store.customer_file(person).surveys
    assert prune(store, DataKind.ANSWERS, limit=1) == Pruned(1)
    assert NUMBER in repr(list(store.surveys_asked(since=AT, until=AT + HOUR)))
    assert prune(store, DataKind.ANSWERS) == Pruned(1)
    assert NUMBER not in repr(list(store.surveys_asked(since=AT, until=AT + HOUR)))
    assert prune(store, DataKind.ANSWERS) == Pruned(0)


@pytest.mark.parametrize("kind", [DataKind.CALLS, DataKind.ANSWERS])
def test_what_is_held_stays(store: Store, person: int, kind: DataKind) -> None:
    """Messages and surveys too."""
    store.hold(LegalHold(person, AT, "lawsuit"))
    before = everything(store)
    assert prune(store, kind) == Pruned(0)
    assert everything(store) == before


def test_a_callback_is_kept_until_the_last_of_its_calls_is_old(store: Store, call: NewCall) -> None:
    """Who asked yesterday is called, though the first call is too old to be kept."""
    for call_id, hours in (("call-1", 0), ("call-2", 5)):
        store.begin_call(replace(call, id=call_id, started_at=AT + hours * HOUR))
        store.ask_callback(replace(wish(call_id), asked_at=AT + hours * HOUR))
    assert prune(store, DataKind.CALLS) == Pruned(1)
    (kept,) = store.callbacks(state=CallbackState.OPEN)
    assert kept.number == NUMBER
    assert prune(store, DataKind.CALLS, hours=6) == Pruned(1)
    assert [each.number for each in store.callbacks()] == [""]


def test_a_case_that_goes_leaves_voice_notes_and_surveys(
    store: Store, call: NewCall, case: Case, recording: Recording
) -> None:
    """They belong to no case any more."""
    store.begin_call(call)
    store.open_case(replace(case, state=CaseState.CLOSED), join=False)
    store.keep_recording(replace(recording, tracking=case.tracking))
    store.note_survey(replace(survey_with(NUMBER, call.id, None), tracking=case.tracking))
    assert prune(store, DataKind.CASES) == Pruned(1)
    assert store.recordings() == [recording]
    assert [each.tracking for each in store.surveys_asked(since=AT, until=AT + HOUR)] == [None]
