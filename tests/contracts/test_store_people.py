"""What every store must do with what people allowed, with restrictions, and with the audit log."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TypeAlias

import pytest

from crm.people import AuditEntry, CustomerFile, LegalHold, Mark, MarkKind, Restriction
from crm.ports import MOST_MATCHES, Store, UnknownRecordError
from crm.records import (
    Answer,
    BlockedNumber,
    Callback,
    CallerRecord,
    Case,
    Customer,
    MessageState,
    NewCall,
    Recording,
)

Put: TypeAlias = Callable[..., tuple[int, ...]]

AT = datetime(2026, 3, 21, 8, 30, 0, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)
TEHRAN = timezone(timedelta(hours=3, minutes=30))
NUMBER = "+989121234567"
SHARED = "+982188880000"
HOSTILE = "نام \udcff \x00 [red]"
CONSENT = Mark(NUMBER, MarkKind.CONSENT, "marketing", "web form 2026-03-21", AT)


def sign(store: Store, *marks: Mark) -> None:
    """Put all of these."""
    for mark in marks:
        store.put_mark(mark)


def test_a_mark_comes_back_as_put(store: Store) -> None:
    """Each field, down to stray bytes, and in UTC."""
    full = replace(CONSENT, number=HOSTILE, purpose=HOSTILE, source=HOSTILE, until=AT + HOUR)
    full = replace(full, since=AT.astimezone(TEHRAN), withdrawn_at=AT + 2 * HOUR)
    sign(store, full, CONSENT)
    assert store.marks(number=HOSTILE) == [full]
    assert store.marks(number=NUMBER) == [CONSENT]
    assert store.marks(number=HOSTILE)[0].since.utcoffset() == timedelta(0)
    assert store.marks(number="+37120000001") == []


def test_a_new_word_on_a_matter_takes_the_place_of_the_old_one(store: Store) -> None:
    """Whole, and of that matter alone: number, kind and purpose tell it."""
    others = [
        replace(CONSENT, number=SHARED, since=AT - HOUR),
        replace(CONSENT, kind=MarkKind.DO_NOT_CALL, since=AT - 2 * HOUR),
        replace(CONSENT, purpose="any", since=AT - 3 * HOUR),
    ]
    sign(store, replace(CONSENT, until=AT, withdrawn_at=AT), *others)
    sign(store, replace(CONSENT, source="said to agent ali", since=AT + HOUR))
    assert store.marks() == [
        replace(CONSENT, source="said to agent ali", since=AT + HOUR),
        *others,
    ]


def test_the_newest_marks_come_first(store: Store) -> None:
    """Lapsed ones too; the limit cuts the oldest."""
    for hours in (1, 2, 0):
        sign(store, replace(CONSENT, purpose=str(hours), since=AT + hours * HOUR, until=AT))
    assert [mark.purpose for mark in store.marks()] == ["2", "1", "0"]
    assert [mark.purpose for mark in store.marks(number=NUMBER, limit=2)] == ["2", "1"]
    assert [mark.purpose for mark in store.marks(limit=1)] == ["2"]


def test_a_mark_in_force_is_taken_back_once(store: Store) -> None:
    """From a moment on; what it was stays to be seen, and others stay in force."""
    other = replace(CONSENT, purpose="survey", since=AT - HOUR)
    sign(store, CONSENT, other)
    at = (AT + HOUR).astimezone(TEHRAN)
    taken = [store.withdraw_mark(NUMBER, MarkKind.CONSENT, "marketing", at) for _ in range(2)]
    assert taken == [True, False]
    assert store.marks() == [replace(CONSENT, withdrawn_at=AT + HOUR), other]
    assert not store.marks()[0].holds(AT + HOUR)


@pytest.mark.parametrize(
    ("number", "kind", "purpose"),
    [
        (SHARED, MarkKind.CONSENT, "marketing"),
        (NUMBER, MarkKind.DO_NOT_CALL, "marketing"),
        (NUMBER, MarkKind.CONSENT, "any"),
    ],
)
def test_what_was_never_said_is_not_taken_back(
    store: Store, number: str, kind: MarkKind, purpose: str
) -> None:
    """Nor is another word."""
    sign(store, CONSENT)
    assert not store.withdraw_mark(number, kind, purpose, AT + HOUR)
    assert store.marks() == [CONSENT]


@pytest.mark.parametrize(
    "mark",
    [
        replace(CONSENT, until=AT + HOUR),
        replace(CONSENT, withdrawn_at=AT + HOUR / 2),
        replace(CONSENT, since=AT + 2 * HOUR),
    ],
    ids=["lapsed", "taken back", "not yet"],
)
def test_a_mark_that_is_not_in_force_is_left_as_it_is(store: Store, mark: Mark) -> None:
    """When it ended stays known."""
    sign(store, mark)
    assert not store.withdraw_mark(NUMBER, MarkKind.CONSENT, "marketing", AT + HOUR)
    assert store.marks() == [mark]


def test_a_mark_may_be_given_again(store: Store) -> None:
    """After it was taken back it is in force anew."""
    sign(store, CONSENT)
    store.withdraw_mark(NUMBER, MarkKind.CONSENT, "marketing", AT + HOUR)
    anew = replace(CONSENT, since=AT + 2 * HOUR)
    sign(store, anew)
    assert store.marks() == [anew]


def test_a_restricted_customer_is_not_found_by_who_calls(
    store: Store, sara: Customer, janis: Customer, put: Put
) -> None:
    """Others with the number are; an administrator still sees the customer."""
    sara_id, janis_id = put(sara, replace(janis, numbers=(SHARED,)))
    store.restrict(Restriction(sara_id, AT, "objected"))
    assert store.look_up_caller(NUMBER) == CallerRecord((), blocked=False, restricted=True)
    assert store.look_up_caller(SHARED).restricted
    assert not store.look_up_caller("+37120000009").restricted
    found = [match.customer.id for match in store.look_up_caller(SHARED).matches]
    assert found == [janis_id]
    assert store.customer(sara_id) == replace(sara, id=sara_id) == store.find_customer("C-1")
    assert [customer.id for customer in store.customers(search="سارا")] == [sara_id]


def test_restricted_owners_do_not_push_others_out(store: Store) -> None:
    """Of a number with very many customers so many are told as of any other."""
    store.put_customers(
        Customer(name="x", reference=str(number), numbers=(SHARED,))
        for number in range(MOST_MATCHES + 5)
    )
    first = store.find_customer("0")
    assert first is not None
    store.restrict(Restriction(first.id or 0, AT, "objected"))
    found = [match.customer.reference for match in store.look_up_caller(SHARED).matches]
    assert found == [str(number) for number in range(1, MOST_MATCHES + 1)]


def test_a_restriction_is_lifted_once(store: Store, sara: Customer, put: Put) -> None:
    """And the customer is found again."""
    (sara_id,) = put(sara)
    assert not store.lift_restriction(sara_id)
    store.restrict(Restriction(sara_id, AT, "objected"))
    assert [store.lift_restriction(sara_id), store.lift_restriction(sara_id)] == [True, False]
    assert len(store.look_up_caller(NUMBER).matches) == 1


def test_restricting_or_holding_again_is_since_the_first_time(
    store: Store, sara: Customer, put: Put
) -> None:
    """For what was said last."""
    (sara_id,) = put(sara)
    for hours, reason in ((0, "objected"), (1, HOSTILE)):
        store.restrict(Restriction(sara_id, (AT + hours * HOUR).astimezone(TEHRAN), reason))
        until = date(2027, 1, 1) if hours else None
        store.hold(LegalHold(sara_id, AT + hours * HOUR, reason, until))
    file = store.customer_file(sara_id)
    assert file.restriction == Restriction(sara_id, AT, HOSTILE)
    assert file.hold == LegalHold(sara_id, AT, HOSTILE, date(2027, 1, 1))
    assert file.restriction.since.utcoffset() == timedelta(0)


def test_a_hold_is_lifted_once(store: Store, sara: Customer, put: Put) -> None:
    """Whether there was one is told."""
    (sara_id,) = put(sara)
    assert not store.lift_hold(sara_id)
    store.hold(LegalHold(sara_id, AT, "lawsuit"))
    assert [store.lift_hold(sara_id), store.lift_hold(sara_id)] == [True, False]
    assert store.customer_file(sara_id).hold is None


def test_unknown_customers_are_told(store: Store) -> None:
    """Nobody is restricted, held or shown who does not exist."""
    with pytest.raises(UnknownRecordError, match="77"):
        store.restrict(Restriction(77, AT, "objected"))
    with pytest.raises(UnknownRecordError, match="77"):
        store.hold(LegalHold(77, AT, "lawsuit"))
    with pytest.raises(UnknownRecordError, match="77"):
        store.customer_file(77)
    with pytest.raises(UnknownRecordError, match="77"):
        store.note_access(AuditEntry(AT, "ali", "shown", 77))
    assert store.audit_log() == []


def test_the_file_of_a_customer_of_whom_little_is_held(
    store: Store, sara: Customer, put: Put
) -> None:
    """Nothing but the customer."""
    (sara_id,) = put(sara)
    expected = CustomerFile(replace(sara, id=sara_id), None, None, (), (), (), (), (), (), ())
    assert store.customer_file(sara_id) == expected


def test_the_file_tells_which_of_the_numbers_are_blocked(
    store: Store, sara: Customer, put: Put
) -> None:
    """Since when and why, the newest first; what others have is not theirs."""
    first, second = (BlockedNumber(number, AT, "abusive") for number in sara.numbers[:2])
    second = replace(second, since=AT + HOUR)
    (sara_id,) = put(sara)
    for blocked in (first, second, BlockedNumber("+37120000001", AT, "x")):
        store.block_number(blocked)
    assert store.customer_file(sara_id).blocked == (second, first)


def keep_all(  # noqa: PLR0913, PLR0917  one of each kind
    store: Store, call: NewCall, case: Case, answer: Answer, recording: Recording, hours: int
) -> None:
    """One of everything that a call may leave, some hours after `AT`."""
    at, call_id = AT + hours * HOUR, f"call-{hours}"
    store.begin_call(replace(call, id=call_id, started_at=at))
    owner = call.customer_id
    tracking = f"10000000{hours}"
    store.open_case(
        replace(case, tracking=tracking, call_id=call_id, customer_id=owner, opened_at=at),
        join=False,
    )
    store.keep_answer(replace(answer, call_id=call_id, given_at=at))
    store.keep_recording(replace(recording, call_id=call_id, customer_id=owner, recorded_at=at))
    store.ask_callback(Callback(call_id, f"{NUMBER}{hours}", at, owner, None, "fa"))


def test_a_customer_s_file_holds_everything_of_theirs_and_nothing_else(  # noqa: PLR0913, PLR0917
    store: Store,
    sara: Customer,
    janis: Customer,
    put: Put,
    call: NewCall,
    case: Case,
    answer: Answer,
    recording: Recording,
) -> None:
    """Newest first; calls from their number that were nobody's or another's are not theirs."""
    sara_id, janis_id = put(sara, janis)
    for hours, owner in enumerate((sara_id, janis_id, None, sara_id)):
        keep_all(store, replace(call, customer_id=owner), case, answer, recording, hours)
    foreign = replace(CONSENT, number="+37120000001")
    sign(store, CONSENT, replace(CONSENT, number=SHARED, since=AT + HOUR), foreign)
    store.set_recording_state("call-0", "main", MessageState.DONE)
    file = store.customer_file(sara_id)
    mine = ["call-3", "call-0"]
    assert [each.id for each in file.calls] == mine
    assert [each.customer_name for each in file.calls] == ["سارا احمدی"] * 2
    for kind in (file.cases, file.answers, file.callbacks, file.recordings):
        assert [each.call_id for each in kind] == mine
    assert file.cases[0] == store.find_case("100000003")
    assert file.recordings[1].state is MessageState.DONE
    assert [mark.number for mark in file.marks] == [SHARED, NUMBER]
    cut = store.customer_file(sara_id, limit=1)
    assert cut == replace(
        file,
        marks=file.marks[:1],
        calls=file.calls[:1],
        cases=file.cases[:1],
        answers=file.answers[:1],
        callbacks=file.callbacks[:1],
        recordings=file.recordings[:1],
    )


@pytest.mark.parametrize("of_call", [True, False], ids=["by the call", "by the record"])
def test_a_record_is_its_customer_s_or_that_of_its_call(  # noqa: PLR0913, PLR0917  fixtures
    store: Store,
    of_call: bool,
    sara: Customer,
    janis: Customer,
    put: Put,
    call: NewCall,
    case: Case,
    recording: Recording,
) -> None:
    """Who it is may be learned in the middle of a call; of two, whom the record names counts."""
    sara_id, janis_id = put(sara, janis)
    named = None if of_call else sara_id
    store.begin_call(replace(call, customer_id=sara_id if of_call else None))
    store.open_case(replace(case, customer_id=named), join=False)
    store.keep_recording(replace(recording, customer_id=named))
    store.keep_recording(replace(recording, mailbox="sales", customer_id=janis_id))
    store.ask_callback(Callback("call-1", NUMBER, AT, named, None, "fa"))
    file = store.customer_file(sara_id)
    assert [each.tracking for each in file.cases] == ["123456789"]
    assert [each.mailbox for each in file.recordings] == ["main"]
    assert len(file.callbacks) == 1
    others = store.customer_file(janis_id)
    assert [each.mailbox for each in others.recordings] == ["sales"]
    assert (others.cases, others.callbacks) == ((), ())


def test_trials_are_in_the_file_too(
    store: Store, sara: Customer, put: Put, call: NewCall, answer: Answer
) -> None:
    """What is held is held, whoever caused it."""
    (sara_id,) = put(sara)
    store.begin_call(replace(call, customer_id=sara_id, trial=True))
    store.keep_answer(answer)
    file = store.customer_file(sara_id)
    assert (len(file.calls), file.answers) == (1, (answer,))


def test_the_audit_log_comes_newest_first(store: Store, sara: Customer, put: Put) -> None:
    """Those of one moment in the order in which they were written, the last first."""
    (sara_id,) = put(sara)
    entries = [
        AuditEntry(AT + hours * HOUR, by, "shown", customer_id, HOSTILE)
        for hours, by, customer_id in (
            (0, "b", sara_id),
            (0, "a", None),
            (0, "c", sara_id),
            (2, HOSTILE, None),
            (1, "ali", sara_id),
        )
    ]
    for entry in entries:
        store.note_access(replace(entry, at=entry.at.astimezone(TEHRAN)))
    newest = [entries[number] for number in (3, 4, 2, 1, 0)]
    assert store.audit_log() == newest
    assert store.audit_log(limit=2) == newest[:2]
    assert store.audit_log(customer_id=sara_id) == [entries[4], entries[2], entries[0]]
    assert store.audit_log(customer_id=sara_id, limit=1) == [entries[4]]
    assert store.audit_log(since=(AT + HOUR).astimezone(TEHRAN)) == newest[:2]
    assert store.audit_log(customer_id=sara_id, since=AT + HOUR) == [entries[4]]
    assert store.audit_log(customer_id=77) == []
    assert all(entry.at.utcoffset() == timedelta(0) for entry in store.audit_log())


def test_an_audit_entry_stands_and_falls_with_the_change(
    store: Store, sara: Customer, put: Put
) -> None:
    """It is written in the change's transaction; the same twice is two accesses."""
    (sara_id,) = put(sara)
    entry = AuditEntry(AT, "ali", "restricted", sara_id)

    def restrict(*, fails: bool) -> None:
        with store.transaction():
            store.restrict(Restriction(sara_id, AT, "objected"))
            store.note_access(entry)
            if fails:
                raise LookupError

    with pytest.raises(LookupError):
        restrict(fails=True)
    assert (store.audit_log(), store.customer_file(sara_id).restriction) == ([], None)
    restrict(fails=False)
    restrict(fails=False)
    assert store.audit_log() == [entry, entry]
