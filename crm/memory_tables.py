"""The tables of the store in memory, and how a record stands in them."""

import secrets
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

from crm.asking_records import AskedSurvey, OneTimeCode, OutboxMessage, Pin
from crm.encoding import read_json, stored_json, stored_time
from crm.people import AuditEntry, Erasure, LegalHold, Mark, Restriction
from crm.ports import UnknownRecordError
from crm.records import (
    Answer,
    BlockedNumber,
    Call,
    Callback,
    Case,
    CaseNote,
    Customer,
    QueueVisit,
    Recording,
    Revision,
    TimelineEvent,
)
from crm.tracking import KEY_BYTES

R = TypeVar(
    "R",
    Answer,
    AskedSurvey,
    AuditEntry,
    BlockedNumber,
    Callback,
    Case,
    CaseNote,
    Erasure,
    LegalHold,
    Mark,
    OneTimeCode,
    OutboxMessage,
    Pin,
    QueueVisit,
    Recording,
    Restriction,
    Revision,
    TimelineEvent,
)
T = TypeVar("T")

Owned: TypeAlias = (
    Answer
    | AskedSurvey
    | AuditEntry
    | Call
    | Callback
    | Case
    | CaseNote
    | OutboxMessage
    | QueueVisit
    | Recording
    | TimelineEvent
)
"""A record that may be about a customer."""


@dataclass(slots=True)
class Tables:
    """All records by their keys. Records are never changed in place: a copy of these is a copy."""

    customers: dict[int, Customer] = field(default_factory=dict)
    blocked: dict[str, BlockedNumber] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)
    said: dict[str, Mapping[str, int]] = field(default_factory=dict)
    """By call: which request of it said what a field holds; nobody yet said the others."""
    timeline: dict[tuple[str, int, int], TimelineEvent] = field(default_factory=dict)
    answers: dict[tuple[str, str, str], Answer] = field(default_factory=dict)
    recordings: dict[tuple[str, str], Recording] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    case_calls: dict[str, str] = field(default_factory=dict)
    """By call: the tracking number of the case that it belongs to."""
    notes: dict[int, CaseNote] = field(default_factory=dict)
    callbacks: dict[str, Callback] = field(default_factory=dict)
    callback_calls: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    """By call: the call under which the callback stands that it belongs to, and when it asked."""
    outbox: dict[str, OutboxMessage] = field(default_factory=dict)
    codes: dict[str, OneTimeCode] = field(default_factory=dict)
    pins: dict[int, Pin] = field(default_factory=dict)
    attempts: dict[int, tuple[str, str, datetime]] = field(default_factory=dict)
    """What was tried, on what, and when."""
    surveys: dict[tuple[str, str], AskedSurvey] = field(default_factory=dict)
    visits: dict[tuple[str, int], QueueVisit] = field(default_factory=dict)
    marks: dict[tuple[str, str, str], Mark] = field(default_factory=dict)
    restrictions: dict[int, Restriction] = field(default_factory=dict)
    holds: dict[int, LegalHold] = field(default_factory=dict)
    erasures: dict[str, Erasure] = field(default_factory=dict)
    audit: dict[int, AuditEntry] = field(default_factory=dict)
    revisions: dict[str, Revision] = field(default_factory=dict)
    spools: dict[str, int] = field(default_factory=dict)

    def copy(self) -> "Tables":
        """As they are now."""
        return Tables(*(dict(getattr(self, table.name)) for table in fields(self)))


@dataclass(slots=True)
class MemoryDatabase:
    """What outlives a store and may be shared by several, in several threads.

    How many tracking numbers were leased is no record: a transaction that is undone gives no number
    back, for somebody may have heard it.
    """

    tables: Tables = field(default_factory=Tables)
    lock: threading.RLock = field(default_factory=threading.RLock)
    tracking_key: bytes = field(default_factory=lambda: secrets.token_bytes(KEY_BYTES))
    leased: int = 0


def newest_first(tables: Tables, calls: Iterable[Call], limit: int | None = None) -> Sequence[Call]:
    """The newest of these calls, with the names of their customers."""
    return [with_name(tables, call) for call in newest(calls, _began, limit)]


def _began(call: Call) -> tuple[datetime, str]:
    return (call.started_at, call.id)


def newest(records: Iterable[T], key: Callable[[T], Any], limit: int | None = None) -> list[T]:
    """At most `limit` of the records, the highest key first."""
    return sorted(records, key=key, reverse=True)[:limit]


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


def known_customer(tables: Tables, customer_id: int) -> Customer:
    """The customer of this id. Raises UnknownRecordError."""
    if customer_id not in tables.customers:
        raise UnknownRecordError(f"There is no customer with the id {customer_id}")
    return tables.customers[customer_id]


def check_customer(tables: Tables, customer_id: int | None) -> None:
    """Raise UnknownRecordError for a customer who does not exist; None is nobody."""
    if customer_id is not None:
        known_customer(tables, customer_id)


def check_case(tables: Tables, tracking: str | None) -> None:
    """Raise UnknownRecordError for a case that does not exist; None is none."""
    if tracking is not None and tracking not in tables.cases:
        raise UnknownRecordError(f"There is no case {tracking!r}")


def callback_of(tables: Tables, call_id: str) -> Callback | None:
    """The callback that a call belongs to."""
    found = tables.callback_calls.get(call_id)
    return None if found is None else tables.callbacks[found[0]]


def is_trial(tables: Tables, call_id: str | None) -> bool:
    """Whether a record of this call, None for none, is one of a trial."""
    return call_id is not None and tables.calls[call_id].trial


def owner_of(tables: Tables, record: Owned) -> int | None:
    """Whose record it is: the customer's whom it names, else the one's whose call it belongs to."""
    match record:
        case CaseNote():
            return owner_of(tables, tables.cases[record.tracking])
        case Answer() | QueueVisit() | TimelineEvent():
            return tables.calls[record.call_id].customer_id
        case AskedSurvey() | Callback() | Case() | OutboxMessage() | Recording() if (
            record.customer_id is None and record.call_id
        ):
            return tables.calls[record.call_id].customer_id
        case _:
            return record.customer_id


def is_theirs(tables: Tables, record: Owned, customer_id: int) -> bool:
    """Whether a record is a customer's.

    Several calls may belong to a callback, and a message may go to a number of theirs.
    """
    if owner_of(tables, record) == customer_id:
        return True
    match record:
        case Callback(customer_id=None):
            calls = tables.callback_calls.items()
            members = [call for call, (callback, _) in calls if callback == record.call_id]
            return any(tables.calls[call].customer_id == customer_id for call in members)
        case OutboxMessage(customer_id=None):
            return record.number in own_numbers(tables, customer_id)
        case _:
            return False


def own_numbers(tables: Tables, customer_id: int) -> set[str]:
    """The numbers that a customer has and nobody else."""
    others = (each for each in tables.customers.values() if each.id != customer_id)
    of_others = {number for each in others for number in each.numbers}
    return set(tables.customers[customer_id].numbers) - of_others


def append(table: dict[int, T], record: T) -> None:
    """Put a record that has no key of its own behind all others."""
    table[max(table, default=0) + 1] = record


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
