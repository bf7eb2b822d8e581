"""The fake that ships with the program: a store in memory, held to the same contract.

For tests, for trying things out, and as the shortest description of what a store does. A
`MemoryDatabase` stands for the file; each `MemoryStore` on it stands for a connection.
"""

from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import UTC, datetime

from crm.identity import stored_version
from crm.memory_tables import (
    MemoryDatabase,
    Tables,
    as_stored,
    begun_since,
    by_time,
    check_customer,
    free_tracking,
    is_found_by,
    known_call,
    match_of,
    new_call,
    newest_first,
    recorded_call,
    stored_record,
    utc,
    with_name,
)
from crm.ports import (
    MOST_MATCHES,
    ImportCounts,
    StoreUnavailableError,
    UnknownRecordError,
)
from crm.records import (
    Answer,
    BlockedNumber,
    Call,
    Callback,
    CallbackState,
    CallChange,
    CallerRecord,
    CallStory,
    Case,
    CaseState,
    Customer,
    LoadedRevision,
    NewCall,
    RecordedCall,
    Recording,
    Revision,
    TimelineEvent,
)
from crm.searching import search_text


class MemoryStore:
    """A connection to `database`, or to a new one of its own."""

    def __init__(self, database: MemoryDatabase | None = None) -> None:
        self._database = database or MemoryDatabase()
        self._closed = False

    @contextmanager
    def _tables(self) -> Generator[Tables]:
        """The records, while nobody else can see or change them."""
        with self._database.lock:
            if self._closed:
                raise StoreUnavailableError("This store was closed: open another one")
            yield self._database.tables

    def look_up_caller(self, number: str) -> CallerRecord:
        """All that is known of an E.164 number."""
        with self._tables() as tables:
            owners = [each for each in tables.customers.values() if number in each.numbers]
            matches = tuple(match_of(tables, owner) for owner in owners[:MOST_MATCHES])
            return CallerRecord(matches, number in tables.blocked)

    def customers(self, *, search: str = "", limit: int = 50) -> Sequence[Customer]:
        """Customers by name."""
        with self._tables() as tables:
            found = [each for each in tables.customers.values() if is_found_by(each, search)]
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
            return newest_first(tables, calls, limit)

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

    def block_number(self, blocked: BlockedNumber) -> BlockedNumber:
        """Block a number."""
        with self._tables() as tables:
            given = stored_record(blocked)
            stored = tables.blocked.get(blocked.number, given)
            tables.blocked[blocked.number] = replace(stored, reason=given.reason)
            return tables.blocked[blocked.number]

    def unblock_number(self, number: str) -> bool:
        """Block a number no longer."""
        with self._tables() as tables:
            return tables.blocked.pop(number, None) is not None

    def blocked_numbers(self) -> Sequence[BlockedNumber]:
        """All of them, the newest first."""
        with self._tables() as tables:
            by_number = sorted(tables.blocked.values(), key=lambda each: each.number)
        return sorted(by_number, key=lambda each: each.since, reverse=True)

    def begin_call(self, call: NewCall) -> None:
        """Put a call into the journal."""
        with self._tables() as tables:
            if call.id in tables.calls:
                return
            check_customer(tables, call.customer_id)
            tables.calls[call.id] = new_call(call)

    def change_call(self, call_id: str, change: CallChange) -> None:
        """Add what a later request learned."""
        with self._tables() as tables:
            call = known_call(tables, call_id)
            given = {each.name: getattr(change, each.name) for each in fields(change)}
            learned = {name: as_stored(value) for name, value in given.items() if value is not None}
            tables.calls[call_id] = replace(call, **learned)

    def add_to_timeline(self, events: Iterable[TimelineEvent]) -> None:
        """Append events."""
        with self.transaction():
            timeline = self._database.tables.timeline
            for event in events:
                known_call(self._database.tables, event.call_id)
                key = (event.call_id, event.visit, event.sequence)
                timeline.setdefault(key, stored_record(event))

    def open_case(self, case: Case, draw_tracking: Callable[[], str]) -> Case:
        """Open a case for a call, or return the one that this call opened before."""
        with self._tables() as tables:
            for opened in tables.cases.values():
                if opened.call_id == case.call_id:
                    return opened
            known_call(tables, case.call_id)
            check_customer(tables, case.customer_id)
            opened = replace(
                stored_record(case), tracking=free_tracking(tables, case, draw_tracking)
            )
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

    def ask_callback(self, callback: Callback) -> Callback:
        """Keep a wish to be called back; of two numbers that a call asks for, the last counts."""
        with self._tables() as tables:
            known_call(tables, callback.call_id)
            check_customer(tables, callback.customer_id)
            kept = tables.callbacks.get(callback.call_id)
            wanted = stored_record(callback)
            if kept is None or kept.number != wanted.number:
                tables.callbacks[callback.call_id] = kept = wanted
            return kept

    def callbacks(
        self, *, state: CallbackState | None = None, limit: int = 50
    ) -> Sequence[Callback]:
        """Those in this state, or in any."""
        with self._tables() as tables:
            found = [
                each
                for each in tables.callbacks.values()
                if state in {None, each.state} and not tables.calls[each.call_id].trial
            ]
        return sorted(found, key=lambda each: (each.asked_at, each.call_id))[:limit]

    def finish_callback(self, call_id: str) -> Callback:
        """Mark as done what this call asked for."""
        with self._tables() as tables:
            if call_id not in tables.callbacks:
                raise UnknownRecordError(f"The call {call_id!r} asked for no callback")
            done = replace(tables.callbacks[call_id], state=CallbackState.DONE)
            tables.callbacks[call_id] = done
            return done

    def keep_answer(self, answer: Answer) -> None:
        """Keep one answer."""
        with self._tables() as tables:
            known_call(tables, answer.call_id)
            if answer.tracking is not None and answer.tracking not in tables.cases:
                raise UnknownRecordError(f"There is no case {answer.tracking!r}")
            key = (answer.call_id, answer.survey, answer.question)
            tables.answers.setdefault(key, stored_record(answer))

    def keep_recording(self, recording: Recording) -> None:
        """Keep the reference to a recorded message."""
        with self._tables() as tables:
            known_call(tables, recording.call_id)
            check_customer(tables, recording.customer_id)
            key = (recording.call_id, recording.mailbox)
            tables.recordings.setdefault(key, stored_record(recording))

    def calls(self, *, since: datetime | None = None, limit: int = 20) -> Sequence[Call]:
        """The newest calls first."""
        earliest = datetime.min.replace(tzinfo=UTC) if since is None else utc(since)
        with self._tables() as tables:
            calls = [call for call in tables.calls.values() if call.started_at >= earliest]
            return newest_first(tables, calls, limit)

    def call(self, call_id: str) -> Call | None:
        """One call as the journal has it."""
        with self._tables() as tables:
            call = tables.calls.get(call_id)
            return None if call is None else with_name(tables, call)

    def call_story(self, call_id: str) -> CallStory | None:
        """One call with its timeline, cases, answers, recordings and callback."""
        with self._tables() as tables:
            call = self.call(call_id)
            if call is None:
                return None
            return CallStory(
                call,
                tuple(tables.timeline[key] for key in sorted(tables.timeline) if key[0] == call_id),
                tuple(each for each in tables.cases.values() if each.call_id == call_id),
                by_time(
                    tables.answers.values(), call_id, lambda each: (each.given_at, each.question)
                ),
                by_time(tables.recordings.values(), call_id, lambda each: each.recorded_at),
                tables.callbacks.get(call_id),
            )

    def count_calls(self, since: datetime) -> int:
        """How many calls have begun since then, trials left out."""
        with self._tables() as tables:
            return len(begun_since(tables, since))

    def recorded_calls(
        self, since: datetime, *, kinds: Collection[str] = ()
    ) -> Iterator[RecordedCall]:
        """The calls that have begun since then, trials left out, the oldest first."""
        with self._tables() as tables:
            return iter([recorded_call(tables, call, kinds) for call in begun_since(tables, since)])

    def keep_revision(self, revision: Revision) -> None:
        """Keep the rules that have come into force, under their name."""
        with self._tables() as tables:
            given = stored_record(revision)
            stored = tables.revisions.get(revision.name, given)
            loaded_at = max(stored.loaded_at, given.loaded_at)
            tables.revisions[revision.name] = replace(stored, loaded_at=loaded_at)

    def revision(self, name: str) -> Revision | None:
        """The rules of this name."""
        with self._tables() as tables:
            return tables.revisions.get(name)

    def revisions(self, *, limit: int = 20) -> Sequence[LoadedRevision]:
        """The revisions without their text, the one loaded last first."""
        with self._tables() as tables:
            newest = sorted(
                tables.revisions.values(),
                key=lambda each: (each.loaded_at, each.name),
                reverse=True,
            )
        return [LoadedRevision(each.name, each.loaded_at) for each in newest[:limit]]

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
