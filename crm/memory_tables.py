"""The tables of the store in memory, and what its operations find and check in them."""

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, TypeVar

from crm.encoding import read_json, stored_json, stored_time
from crm.ports import MOST_DRAWS, StoreError, UnknownRecordError
from crm.records import (
    OPEN_STATES,
    Answer,
    BlockedNumber,
    Call,
    Callback,
    CallerMatch,
    Case,
    Customer,
    NewCall,
    Outcome,
    RecordedCall,
    Recording,
    Revision,
    TimelineEvent,
)
from crm.searching import fold, number_part, search_text

R = TypeVar("R", TimelineEvent, Case, Answer, Recording, BlockedNumber, Callback, Revision)
OfCall = TypeVar("OfCall", Answer, Recording)


@dataclass(slots=True)
class Tables:
    """All records by their keys. Records are never changed in place: a copy of these is a copy."""

    customers: dict[int, Customer] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)
    timeline: dict[tuple[str, int, int], TimelineEvent] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    answers: dict[tuple[str, str, str], Answer] = field(default_factory=dict)
    recordings: dict[tuple[str, str], Recording] = field(default_factory=dict)
    blocked: dict[str, BlockedNumber] = field(default_factory=dict)
    callbacks: dict[str, Callback] = field(default_factory=dict)
    revisions: dict[str, Revision] = field(default_factory=dict)

    def copy(self) -> "Tables":
        """As they are now."""
        return Tables(*(dict(getattr(self, table.name)) for table in fields(self)))


@dataclass(slots=True)
class MemoryDatabase:
    """What outlives a store and may be shared by several, in several threads."""

    tables: Tables = field(default_factory=Tables)
    lock: threading.RLock = field(default_factory=threading.RLock)


def is_found_by(customer: Customer, term: str) -> bool:
    """Whether name, reference or a number of the customer contains the term."""
    if fold(term) in search_text(customer.name, customer.reference):
        return True
    digits = number_part(term)
    return digits is not None and any(digits in number for number in customer.numbers)


def match_of(tables: Tables, customer: Customer) -> CallerMatch:
    """What the look-up of a caller tells of one of the customers whom it finds."""
    opened = [
        case.opened_at
        for case in tables.cases.values()
        if case.customer_id == customer.id
        and case.state in OPEN_STATES
        and not tables.calls[case.call_id].trial
    ]
    talks = [
        (call.answered_at or call.started_at, call.agent)
        for call in tables.calls.values()
        if call.customer_id == customer.id and call.agent is not None and not call.trial
    ]
    agent = max(talks, default=(None, None))[1]
    return CallerMatch(customer, len(opened), min(opened, default=None), agent)


def newest_first(tables: Tables, calls: Iterable[Call], limit: int) -> Sequence[Call]:
    """The newest of these calls, with the names of their customers."""
    newest = sorted(calls, key=lambda call: (call.started_at, call.id), reverse=True)
    return [with_name(tables, call) for call in newest[:limit]]


def with_name(tables: Tables, call: Call) -> Call:
    """The call with the name that its customer has now."""
    if call.customer_id is None:
        return call
    return replace(call, customer_name=tables.customers[call.customer_id].name)


def known_call(tables: Tables, call_id: str) -> Call:
    """The call of this id. Raises UnknownRecordError."""
    if call_id not in tables.calls:
        raise UnknownRecordError(f"There is no call {call_id!r} in the journal: begin it first")
    return tables.calls[call_id]


def check_customer(tables: Tables, customer_id: int | None) -> None:
    """Raise UnknownRecordError for a customer who does not exist; None is nobody."""
    if customer_id is not None and customer_id not in tables.customers:
        raise UnknownRecordError(f"There is no customer with the id {customer_id}")


def free_tracking(tables: Tables, case: Case, draw_tracking: Callable[[], str]) -> str:
    """The tracking number of the case, or the first one drawn that is free."""
    tracking = case.tracking
    for _ in range(MOST_DRAWS):
        if tracking not in tables.cases:
            return tracking
        tracking = draw_tracking()
    raise StoreError(f"None of {MOST_DRAWS} tracking numbers was free for {case.call_id!r}")


def by_time(
    records: Iterable[OfCall], call_id: str, key: Callable[[OfCall], Any]
) -> tuple[OfCall, ...]:
    """Those of the call, sorted."""
    return tuple(sorted((each for each in records if each.call_id == call_id), key=key))


def begun_since(tables: Tables, since: datetime) -> Sequence[Call]:
    """The calls that are no trials and have begun since then, the oldest first."""
    earliest = utc(since)
    calls = tables.calls.values()
    found = (call for call in calls if call.started_at >= earliest and not call.trial)
    return sorted(found, key=lambda call: (call.started_at, call.id))


def recorded_call(tables: Tables, call: Call, kinds: Collection[str]) -> RecordedCall:
    """What can be decided anew of a call, with its events of these kinds."""
    keys = (key for key in sorted(tables.timeline) if key[0] == call.id)
    events = (tables.timeline[key] for key in keys)
    wanted = tuple(event for event in events if event.kind in kinds)
    return RecordedCall(call.id, call.started_at, call.revision, call.facts, wanted)


def new_call(call: NewCall) -> Call:
    """A call as it is stored when it begins."""
    given = {each.name: as_stored(getattr(call, each.name)) for each in fields(call)}
    return Call(
        **given,
        customer_name=None,
        queue=None,
        agent=None,
        queued_at=None,
        answered_at=None,
        left_queue_at=None,
        ended_at=None,
        outcome=Outcome.IN_PROGRESS,
        stage=None,
        state={},
    )


def stored_record(record: R) -> R:
    """`record` with its times and mappings as a database gives them back."""
    given = {each.name: as_stored(getattr(record, each.name)) for each in fields(record)}
    return replace(record, **given)


def as_stored(value: Any) -> Any:  # noqa: ANN401  any value that a field can have
    """A value as a database gives it back."""
    if isinstance(value, datetime):
        return utc(value)
    return read_json(stored_json(value)) if isinstance(value, Mapping) else value


def utc(value: datetime) -> datetime:
    """The same moment in UTC. Raises ValueError if it has no time zone."""
    return datetime.fromisoformat(stored_time(value))
