"""Removing what is known of people, in memory: one person, or what is too old of everybody."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Final, TypeAlias, TypeVar

from crm.asking_records import AskedSurvey, MessageStatus, OutboxMessage
from crm.memory_tables import Owned, Tables, is_theirs, own_numbers, owner_of
from crm.people import AuditEntry, DataKind, Pruned, is_countable
from crm.ports import HeldError
from crm.records import (
    Answer,
    Call,
    Callback,
    CallbackState,
    Case,
    CaseNote,
    CaseState,
    Customer,
    Recording,
    TimelineEvent,
)

K = TypeVar("K")
T = TypeVar("T")
R = TypeVar("R", bound=Owned)
Late = TypeVar("Late", Answer, AskedSurvey, Case, OutboxMessage, Recording, TimelineEvent)


def check_not_held(tables: Tables, customer_id: int, today: date) -> None:
    """Raise HeldError where a hold on the customer is in force today."""
    hold = tables.holds.get(customer_id)
    if hold is not None and hold.holds(today):
        end = "until the hold is lifted" if hold.until is None else f"before {hold.until}"
        raise HeldError(f"The customer {customer_id} must not be erased {end}: {hold.reason}")


def erase(tables: Tables, customer_id: int, pseudonym: str) -> dict[str, int]:
    """Remove or empty all that is known of a customer; return how many rows of each table."""

    def theirs(table: Mapping[K, R]) -> list[K]:
        return [key for key, each in table.items() if is_theirs(tables, each, customer_id)]

    counts = {
        "timeline": _empty(tables.timeline, theirs(tables.timeline), _emptied_event),
        "answers": _empty(tables.answers, theirs(tables.answers), _emptied_answer),
        "callbacks": _empty(tables.callbacks, theirs(tables.callbacks), _emptied_callback),
        "outbox": _empty(tables.outbox, theirs(tables.outbox), _emptied_message),
        "surveys_asked": _empty(tables.surveys, theirs(tables.surveys), _emptied_survey),
        "recordings": len(_remove(tables.recordings, theirs(tables.recordings))),
        "case_notes": _empty(tables.notes, theirs(tables.notes), _emptied_note),
        "cases": _empty(tables.cases, theirs(tables.cases), _emptied_case),
        "calls": _empty(tables.calls, theirs(tables.calls), _emptied_call),
        "audit": _empty(tables.audit, theirs(tables.audit), _emptied_entry),
    }
    return counts | _forget_secrets(tables, customer_id) | _forget(tables, customer_id, pseudonym)


def _forget_secrets(tables: Tables, customer_id: int) -> dict[str, int]:
    """Remove codes, attempts and the PIN of a customer; return how many."""
    own = own_numbers(tables, customer_id)
    codes = [
        number
        for number, code in tables.codes.items()
        if number in own or tables.calls[code.call_id].customer_id == customer_id
    ]
    subjects = {*own, str(customer_id)}
    attempts = [key for key, (_, on, _) in tables.attempts.items() if on in subjects]
    return {
        "one_time_codes": len(_remove(tables.codes, codes)),
        "attempts": len(_remove(tables.attempts, attempts)),
        "pins": len(_remove(tables.pins, {customer_id} & {*tables.pins})),
    }


def erase_again(tables: Tables, call_ids: Collection[str]) -> list[Recording]:
    """Empty what these calls have of erased customers; return their messages, which are left."""
    erased = {each.customer_id for each in tables.erasures.values()}
    wanted = {None, *call_ids}

    def late(table: Mapping[K, Late]) -> list[K]:
        return [
            key
            for key, each in table.items()
            if owner_of(tables, each) in erased and each.call_id in wanted
        ]

    begun = tables.calls.keys() & call_ids
    calls = [call_id for call_id in begun if tables.calls[call_id].customer_id in erased]
    _empty(tables.timeline, late(tables.timeline), _emptied_event)
    _empty(tables.answers, late(tables.answers), _emptied_answer)
    _empty(tables.callbacks, _late_callbacks(tables, erased, wanted), _emptied_callback)
    _empty(tables.outbox, late(tables.outbox), _emptied_message)
    _empty(tables.surveys, late(tables.surveys), _emptied_survey)
    _empty(tables.cases, late(tables.cases), _emptied_case)
    _empty(tables.calls, calls, _emptied_call)
    return [tables.recordings[key] for key in late(tables.recordings)]


def _late_callbacks(
    tables: Tables, erased: Collection[int], wanted: Collection[str | None]
) -> list[str]:
    """The callbacks that these calls belong to and that are erased customers'."""
    belonging = {found[0] for call, found in tables.callback_calls.items() if call in wanted}
    return [
        key
        for key in belonging
        if any(is_theirs(tables, tables.callbacks[key], customer_id) for customer_id in erased)
    ]


def _forget(tables: Tables, customer_id: int, pseudonym: str) -> dict[str, int]:
    """Leave of a customer's own row nothing but its id; return what was removed."""
    customer = tables.customers[customer_id]
    own = own_numbers(tables, customer_id)
    tables.customers[customer_id] = Customer(name=pseudonym, id=customer_id)
    marks = [key for key, mark in tables.marks.items() if mark.number in own]
    return {
        "customers": 1,
        "phone_numbers": len(customer.numbers),
        "contracts": len(customer.contracts),
        "external_ids": len(customer.external_ids),
        "marks": len(_remove(tables.marks, marks)),
        "restrictions": len(_remove(tables.restrictions, {customer_id} & {*tables.restrictions})),
        "legal_holds": len(_remove(tables.holds, {customer_id} & {*tables.holds})),
    }


def _empty(table: dict[K, T], keys: Iterable[K], emptied: Callable[[T], T]) -> int:
    """Empty these records of a table; return how many held something."""
    changed = {key: emptied(table[key]) for key in keys}
    changed = {key: record for key, record in changed.items() if record != table[key]}
    table |= changed
    return len(changed)


def _remove(table: dict[K, T], keys: Collection[K]) -> list[T]:
    """Remove these records from a table, and return them."""
    return [table.pop(key) for key in keys]


def _emptied_call(call: Call) -> Call:
    return replace(call, caller_as_sent="", name_as_sent="", caller=None, facts={}, state={})


def _emptied_event(event: TimelineEvent) -> TimelineEvent:
    return replace(event, data={})


def _emptied_answer(answer: Answer) -> Answer:
    return answer if is_countable(answer.value) else replace(answer, value="")


def _emptied_callback(callback: Callback) -> Callback:
    return replace(callback, number="", state=CallbackState.DONE)


def _emptied_message(message: OutboxMessage) -> OutboxMessage:
    is_waiting = message.status is MessageStatus.WAITING
    status = MessageStatus.EXPIRED if is_waiting else message.status
    return replace(message, number="", text="", status=status)


def _emptied_survey(asked: AskedSurvey) -> AskedSurvey:
    return replace(asked, number=None)


def _emptied_case(case: Case) -> Case:
    return replace(case, number=None)


def _emptied_note(note: CaseNote) -> CaseNote:
    return replace(note, text="")


def _emptied_entry(entry: AuditEntry) -> AuditEntry:
    return replace(entry, detail="")


def prune(tables: Tables, kind: DataKind, before: datetime, today: date, limit: int) -> Pruned:
    """Remove at most `limit` records of a kind from before a moment, but none that is held."""
    return _PRUNING[kind](tables, _may_go(tables, before, today), limit)


MayGo: TypeAlias = Callable[[Owned, datetime], bool]
"""Whether a record of this moment is too old and is not held."""


def _may_go(tables: Tables, before: datetime, today: date) -> MayGo:
    held = {each.customer_id for each in tables.holds.values() if each.holds(today)}

    def may_go(record: Owned, moment: datetime) -> bool:
        return moment < before and owner_of(tables, record) not in held

    return may_go


def _prune_calls(tables: Tables, may_go: MayGo, limit: int) -> Pruned:
    ids = [
        each.id
        for each in sorted(tables.calls.values(), key=lambda call: call.started_at)
        if may_go(each, each.started_at) and (each.caller_as_sent or each.facts)
    ][:limit]
    events = [key for key in tables.timeline if key[0] in ids]
    _empty(tables.timeline, events, _emptied_event)
    messages = [key for key, each in tables.outbox.items() if each.call_id in ids]
    _empty(tables.outbox, messages, _emptied_message)
    _empty(tables.surveys, [key for key in tables.surveys if key[0] in ids], _emptied_survey)
    _empty(tables.callbacks, _forgotten_callbacks(tables, may_go, ids), _emptied_callback)
    return Pruned(_empty(tables.calls, ids, _emptied_call))


def _forgotten_callbacks(tables: Tables, may_go: MayGo, ids: Collection[str]) -> set[str]:
    """The callbacks to which these calls belong, and no call that is still to be remembered."""

    def is_remembered(call: Call) -> bool:
        is_emptied = call.id in ids or not (call.caller_as_sent or call.facts)
        return not (is_emptied and may_go(call, call.started_at))

    belonging = tables.callback_calls.items()
    remembered = {found[0] for call, found in belonging if is_remembered(tables.calls[call])}
    return {found[0] for call, found in belonging if call in ids} - remembered


def old_recordings(
    tables: Tables, before: datetime, today: date, after: Recording | None
) -> list[Recording]:
    """The messages that are too old and not held, the oldest first; those behind `after` alone."""
    return _old_recordings(tables, _may_go(tables, before, today), after)


def _old_recordings(
    tables: Tables, may_go: "MayGo", after: Recording | None = None
) -> list[Recording]:
    found = sorted(
        (each for each in tables.recordings.values() if may_go(each, each.recorded_at)), key=_place
    )
    return [each for each in found if after is None or _place(each) > _place(after)]


def _place(recording: Recording) -> tuple[datetime, str, str]:
    """Where a message stands in the order in which they are pruned."""
    return (recording.recorded_at, recording.call_id, recording.mailbox)


def remove_recordings(tables: Tables, recordings: Iterable[Recording]) -> list[str]:
    """Forget messages; the files that no message names any more."""
    keys = [(each.call_id, each.mailbox) for each in recordings]
    removed = _remove(tables.recordings, [key for key in keys if key in tables.recordings])
    still_named = {each.path for each in tables.recordings.values()}
    return list(dict.fromkeys(each.path for each in removed if each.path not in still_named))


def _prune_recordings(tables: Tables, may_go: MayGo, limit: int) -> Pruned:
    old = _old_recordings(tables, may_go)[:limit]
    return Pruned(len(old), tuple(remove_recordings(tables, old)))


def _prune_answers(tables: Tables, may_go: MayGo, limit: int) -> Pruned:
    """Words, and then whom surveys were asked of."""
    old = [
        key
        for key, each in tables.answers.items()
        if may_go(each, each.given_at) and _emptied_answer(each) != each
    ]
    emptied = _empty(tables.answers, old[:limit], _emptied_answer)
    asked = [
        key
        for key, each in tables.surveys.items()
        if may_go(each, each.at) and each.number is not None
    ]
    return Pruned(emptied + _empty(tables.surveys, asked[: limit - emptied], _emptied_survey))


def _prune_cases(tables: Tables, may_go: MayGo, limit: int) -> Pruned:
    old = [
        tracking
        for tracking, case in tables.cases.items()
        if case.state is CaseState.CLOSED and may_go(case, _last_moment(tables, case))
    ]
    removed = {case.tracking for case in _remove(tables.cases, old[:limit])}
    _remove(tables.notes, [key for key, each in tables.notes.items() if each.tracking in removed])
    calls = [call for call, tracking in tables.case_calls.items() if tracking in removed]
    _remove(tables.case_calls, calls)
    answers = [key for key, each in tables.answers.items() if each.tracking in removed]
    _empty(tables.answers, answers, lambda each: replace(each, tracking=None))
    recordings = [key for key, each in tables.recordings.items() if each.tracking in removed]
    _empty(tables.recordings, recordings, lambda each: replace(each, tracking=None))
    surveys = [key for key, each in tables.surveys.items() if each.tracking in removed]
    _empty(tables.surveys, surveys, lambda each: replace(each, tracking=None))
    return Pruned(len(removed))


def _last_moment(tables: Tables, case: Case) -> datetime:
    """When something last happened to a case."""
    notes = (each.at for each in tables.notes.values() if each.tracking == case.tracking)
    return max(notes, default=case.opened_at)


def _prune_audit(tables: Tables, may_go: MayGo, limit: int) -> Pruned:
    old = [key for key, each in tables.audit.items() if may_go(each, each.at)]
    return Pruned(len(_remove(tables.audit, old[:limit])))


_PRUNING: Final = {
    DataKind.CALLS: _prune_calls,
    DataKind.RECORDINGS: _prune_recordings,
    DataKind.ANSWERS: _prune_answers,
    DataKind.CASES: _prune_cases,
    DataKind.AUDIT: _prune_audit,
}
