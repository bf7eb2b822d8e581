"""The fake that ships with the program: a store in memory, held to the same contract.

For tests, for trying things out, and as the shortest description of what a store does. A
`MemoryDatabase` stands for the file; each `MemoryStore` on it stands for a connection.
"""

import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from crm.encoding import read_json, stored_json, stored_time
from crm.identity import stored_version
from crm.ports import (
    MOST_DRAWS,
    MOST_MATCHES,
    ImportCounts,
    StoreError,
    StoreUnavailableError,
    UnknownRecordError,
)
from crm.records import (
    OPEN_STATES,
    Answer,
    Call,
    CallChange,
    CallerMatch,
    CallStory,
    Case,
    CaseState,
    Customer,
    NewCall,
    Outcome,
    Recording,
    TimelineEvent,
)
from crm.searching import fold, number_part, search_text

R = TypeVar("R", TimelineEvent, Case, Answer, Recording)


@dataclass(slots=True)
class _Tables:
    """All records by their keys. Records are never changed in place: a copy of these is a copy."""

    customers: dict[int, Customer] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)
    timeline: dict[tuple[str, int, int], TimelineEvent] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    answers: dict[tuple[str, str, str], Answer] = field(default_factory=dict)
    recordings: dict[tuple[str, str], Recording] = field(default_factory=dict)

    def copy(self) -> "_Tables":
        return _Tables(*(dict(getattr(self, table.name)) for table in fields(self)))


@dataclass(slots=True)
class MemoryDatabase:
    """What outlives a store and may be shared by several, in several threads."""

    tables: _Tables = field(default_factory=_Tables)
    lock: threading.RLock = field(default_factory=threading.RLock)


class MemoryStore:
    """A connection to `database`, or to a new one of its own."""

    def __init__(self, database: MemoryDatabase | None = None) -> None:
        self._database = database or MemoryDatabase()
        self._closed = False

    @contextmanager
    def _tables(self) -> Generator[_Tables]:
        """The records, while nobody else can see or change them."""
        with self._database.lock:
            if self._closed:
                raise StoreUnavailableError("This store was closed: open another one")
            yield self._database.tables

    def find_callers(self, number: str) -> Sequence[CallerMatch]:
        """Customers who have this E.164 number."""
        with self._tables() as tables:
            found = [
                CallerMatch(customer, _open_cases(tables, customer))
                for customer in tables.customers.values()
                if number in customer.numbers
            ]
        return found[:MOST_MATCHES]

    def customers(self, *, search: str = "", limit: int = 50) -> Sequence[Customer]:
        """Customers by name."""
        with self._tables() as tables:
            found = [each for each in tables.customers.values() if _matches(each, search)]
        return sorted(found, key=lambda each: search_text(each.name, each.reference))[:limit]

    def customer(self, customer_id: int) -> Customer:
        """One customer."""
        with self._tables() as tables:
            if customer_id not in tables.customers:
                raise UnknownRecordError(f"There is no customer with the id {customer_id}")
            return tables.customers[customer_id]

    def find_customer(self, reference: str) -> Customer | None:
        """The customer with this reference."""
        with self._tables() as tables:
            customers = tables.customers.values()
            return next((each for each in customers if each.reference == reference), None)

    def calls_of_customer(self, customer_id: int, *, limit: int = 50) -> Sequence[Call]:
        """The customer's calls."""
        with self._tables() as tables:
            calls = [call for call in tables.calls.values() if call.customer_id == customer_id]
            return _newest_first(tables, calls, limit)

    def put_customers(self, customers: Iterable[Customer]) -> ImportCounts:
        """Add or change customers."""
        done: Counter[str] = Counter()
        with self.transaction():
            for customer in customers:
                done[self._put_customer(customer)] += 1
        return ImportCounts(done["added"], done["changed"], done["unchanged"])

    def _put_customer(self, given: Customer) -> str:
        """Put one customer; return which of the counts it belongs to."""
        customers = self._database.tables.customers
        stored = stored_version(self, given)
        customer_id = max(customers, default=0) + 1 if stored is None else stored.id
        customer = replace(given, id=customer_id, numbers=tuple(dict.fromkeys(given.numbers)))
        if customer == stored:
            return "unchanged"
        customers[customer_id or 0] = customer
        return "added" if stored is None else "changed"

    def begin_call(self, call: NewCall) -> None:
        """Put a call into the journal."""
        with self._tables() as tables:
            if call.id in tables.calls:
                return
            _check_customer(tables, call.customer_id)
            tables.calls[call.id] = _new_call(call)

    def change_call(self, call_id: str, change: CallChange) -> None:
        """Add what a later request learned."""
        with self._tables() as tables:
            call = _known_call(tables, call_id)
            given = {each.name: getattr(change, each.name) for each in fields(change)}
            learned = {
                name: _as_stored(value) for name, value in given.items() if value is not None
            }
            tables.calls[call_id] = replace(call, **learned)

    def add_to_timeline(self, events: Iterable[TimelineEvent]) -> None:
        """Append events."""
        with self.transaction():
            timeline = self._database.tables.timeline
            for event in events:
                _known_call(self._database.tables, event.call_id)
                key = (event.call_id, event.visit, event.sequence)
                timeline.setdefault(key, _stored_record(event))

    def open_case(self, case: Case, draw_tracking: Callable[[], str]) -> Case:
        """Open a case for a call, or return the one that this call opened before."""
        with self._tables() as tables:
            for opened in tables.cases.values():
                if opened.call_id == case.call_id:
                    return opened
            _known_call(tables, case.call_id)
            _check_customer(tables, case.customer_id)
            opened = replace(_stored_record(case), tracking=_free(tables, case, draw_tracking))
            tables.cases[opened.tracking] = opened
            return opened

    def find_case(self, tracking: str) -> Case | None:
        """The case with this tracking number."""
        with self._tables() as tables:
            return tables.cases.get(tracking)

    def set_case_state(self, tracking: str, state: CaseState) -> Case:
        """Move a case on."""
        with self._tables() as tables:
            if tracking not in tables.cases:
                raise UnknownRecordError(f"There is no case with the tracking number {tracking!r}")
            tables.cases[tracking] = replace(tables.cases[tracking], state=state)
            return tables.cases[tracking]

    def keep_answer(self, answer: Answer) -> None:
        """Keep one answer."""
        with self._tables() as tables:
            _known_call(tables, answer.call_id)
            if answer.tracking is not None and answer.tracking not in tables.cases:
                raise UnknownRecordError(f"There is no case {answer.tracking!r}")
            key = (answer.call_id, answer.survey, answer.question)
            tables.answers.setdefault(key, _stored_record(answer))

    def keep_recording(self, recording: Recording) -> None:
        """Keep the reference to a recorded message."""
        with self._tables() as tables:
            _known_call(tables, recording.call_id)
            _check_customer(tables, recording.customer_id)
            key = (recording.call_id, recording.mailbox)
            tables.recordings.setdefault(key, _stored_record(recording))

    def calls(self, *, since: datetime | None = None, limit: int = 20) -> Sequence[Call]:
        """The newest calls first."""
        earliest = datetime.min.replace(tzinfo=UTC) if since is None else _utc(since)
        with self._tables() as tables:
            calls = [call for call in tables.calls.values() if call.started_at >= earliest]
            return _newest_first(tables, calls, limit)

    def call(self, call_id: str) -> Call | None:
        """One call as the journal has it."""
        with self._tables() as tables:
            call = tables.calls.get(call_id)
            return None if call is None else _with_name(tables, call)

    def call_story(self, call_id: str) -> CallStory | None:
        """One call with its timeline, cases, answers and recordings."""
        with self._tables() as tables:
            call = self.call(call_id)
            if call is None:
                return None
            return CallStory(
                call,
                tuple(tables.timeline[key] for key in sorted(tables.timeline) if key[0] == call_id),
                tuple(each for each in tables.cases.values() if each.call_id == call_id),
                _by_time(
                    tables.answers.values(), call_id, lambda each: (each.given_at, each.question)
                ),
                _by_time(tables.recordings.values(), call_id, lambda each: each.recorded_at),
            )

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Make the operations inside it count together; nested, a savepoint."""
        with self._tables() as tables:
            before = tables.copy()
            try:
                yield
            except BaseException:
                self._database.tables = before
                raise

    def close(self) -> None:
        """Give up the connection."""
        self._closed = True


def _matches(customer: Customer, term: str) -> bool:
    if fold(term) in search_text(customer.name, customer.reference):
        return True
    digits = number_part(term)
    return digits is not None and any(digits in number for number in customer.numbers)


def _open_cases(tables: _Tables, customer: Customer) -> int:
    return sum(
        case.customer_id == customer.id
        and case.state in OPEN_STATES
        and not tables.calls[case.call_id].trial
        for case in tables.cases.values()
    )


def _newest_first(tables: _Tables, calls: Iterable[Call], limit: int) -> Sequence[Call]:
    newest = sorted(calls, key=lambda call: (call.started_at, call.id), reverse=True)
    return [_with_name(tables, call) for call in newest[:limit]]


def _with_name(tables: _Tables, call: Call) -> Call:
    if call.customer_id is None:
        return call
    return replace(call, customer_name=tables.customers[call.customer_id].name)


def _known_call(tables: _Tables, call_id: str) -> Call:
    if call_id not in tables.calls:
        raise UnknownRecordError(f"There is no call {call_id!r} in the journal: begin it first")
    return tables.calls[call_id]


def _check_customer(tables: _Tables, customer_id: int | None) -> None:
    if customer_id is not None and customer_id not in tables.customers:
        raise UnknownRecordError(f"There is no customer with the id {customer_id}")


def _free(tables: _Tables, case: Case, draw_tracking: Callable[[], str]) -> str:
    tracking = case.tracking
    for _ in range(MOST_DRAWS):
        if tracking not in tables.cases:
            return tracking
        tracking = draw_tracking()
    raise StoreError(f"None of {MOST_DRAWS} tracking numbers was free for {case.call_id!r}")


def _by_time(records: Iterable[R], call_id: str, key: Callable[[R], Any]) -> tuple[R, ...]:
    return tuple(sorted((each for each in records if each.call_id == call_id), key=key))


def _new_call(call: NewCall) -> Call:
    given = {each.name: _as_stored(getattr(call, each.name)) for each in fields(call)}
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


def _stored_record(record: R) -> R:
    """`record` with its times and mappings as a database gives them back."""
    given = {each.name: _as_stored(getattr(record, each.name)) for each in fields(record)}
    return replace(record, **given)


def _as_stored(value: Any) -> Any:  # noqa: ANN401  any value that a field can have
    if isinstance(value, datetime):
        return _utc(value)
    return read_json(stored_json(value)) if isinstance(value, Mapping) else value


def _utc(value: datetime) -> datetime:
    return datetime.fromisoformat(stored_time(value))
