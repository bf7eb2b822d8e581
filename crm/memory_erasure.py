"""Removing what is known of people, in memory: one person, or what is too old of everybody."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Final, TypeAlias, TypeVar

from crm.memory_tables import Owned, Tables, owner_of
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
    TimelineEvent,
)

K = TypeVar("K")
T = TypeVar("T")
R = TypeVar("R", bound=Owned)


def check_not_held(tables: Tables, customer_id: int, today: date) -> None:
    """Raise HeldError where a hold on the customer is in force today."""
    hold = tables.holds.get(customer_id)
    if hold is not None and hold.holds(today):
        end = "until the hold is lifted" if hold.until is None else f"before {hold.until}"
        raise HeldError(f"The customer {customer_id} must not be erased {end}: {hold.reason}")


def erase(tables: Tables, customer_id: int, pseudonym: str) -> dict[str, int]:
    """Remove or empty all that is known of a customer; return how many rows of each table."""

    def theirs(table: Mapping[K, R]) -> list[K]:
        return [key for key, each in table.items() if owner_of(tables, each) == customer_id]

    counts = {
        "timeline": _empty(tables.timeline, theirs(tables.timeline), _emptied_event),
        "answers": _empty(tables.answers, theirs(tables.answers), _emptied_answer),
        "callbacks": _empty(tables.callbacks, theirs(tables.callbacks), _emptied_callback),
        "recordings": len(_remove(tables.recordings, theirs(tables.recordings))),
        "case_notes": _empty(tables.notes, theirs(tables.notes), _emptied_note),
        "cases": _empty(tables.cases, theirs(tables.cases), _emptied_case),
        "calls": _empty(tables.calls, theirs(tables.calls), _emptied_call),
        "audit": _empty(tables.audit, theirs(tables.audit), _emptied_entry),
    }
    return counts | _forget(tables, customer_id, pseudonym)


def _forget(tables: Tables, customer_id: int, pseudonym: str) -> dict[str, int]:
    """Leave of a customer's own row nothing but its id; return what was removed."""
    customer = tables.customers[customer_id]
    tables.customers[customer_id] = Customer(name=pseudonym, id=customer_id)
    of_others = {number for each in tables.customers.values() for number in each.numbers}
    own = set(customer.numbers) - of_others
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


def _emptied_case(case: Case) -> Case:
    return replace(case, number=None)


def _emptied_note(note: CaseNote) -> CaseNote:
    return replace(note, text="")


def _emptied_entry(entry: AuditEntry) -> AuditEntry:
    return replace(entry, detail="")


def prune(tables: Tables, kind: DataKind, before: datetime, today: date, limit: int) -> Pruned:
    """Remove at most `limit` records of a kind from before a moment, but none that is held."""
    held = {each.customer_id for each in tables.holds.values() if each.holds(today)}

    def may_go(record: Owned, moment: datetime) -> bool:
        return moment < before and owner_of(tables, record) not in held

    return _PRUNING[kind](tables, may_go, limit)


MayGo: TypeAlias = Callable[[Owned, datetime], bool]
"""Whether a record of this moment is too old and is not held."""


def _prune_calls(tables: Tables, may_go: MayGo, limit: int) -> Pruned:
    calls = {
        each.id: None
        for each in sorted(tables.calls.values(), key=lambda call: call.started_at)
        if may_go(each, each.started_at) and (each.caller_as_sent or each.facts)
    }
    ids = list(calls)[:limit]
    events = [key for key in tables.timeline if key[0] in ids]
    _empty(tables.timeline, events, _emptied_event)
    _empty(tables.callbacks, tables.callbacks.keys() & ids, _emptied_callback)
    return Pruned(_empty(tables.calls, ids, _emptied_call))


def _prune_recordings(tables: Tables, may_go: MayGo, limit: int) -> Pruned:
    old = [key for key, each in tables.recordings.items() if may_go(each, each.recorded_at)]
    removed = _remove(tables.recordings, old[:limit])
    still_named = {each.path for each in tables.recordings.values()}
    files = dict.fromkeys(each.path for each in removed if each.path not in still_named)
    return Pruned(len(removed), tuple(files))


def _prune_answers(tables: Tables, may_go: MayGo, limit: int) -> Pruned:
    old = [
        key
        for key, each in tables.answers.items()
        if may_go(each, each.given_at) and _emptied_answer(each) != each
    ]
    return Pruned(_empty(tables.answers, old[:limit], _emptied_answer))


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
