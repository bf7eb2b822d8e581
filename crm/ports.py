"""What a store must be able to do: operations in the program's own words, no SQL.

Every store (SQLite, the shipped in-memory one, later PostgreSQL) is held to this by the suite in
`tests/contracts/`. Operations are synchronous and belong to one thread; the server gives each store
a thread of its own (`agi_server.store_threads`). Every write is idempotent on the key that its
record names, so a request that is repeated on another server never counts twice.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

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


class StoreError(Exception):
    """The store could not do what was asked; the message says what happened and what to do."""


class StoreUnavailableError(StoreError):
    """The store cannot be reached or is locked: try again later."""


class StoreDamagedError(StoreError):
    """The database is damaged, or is not one of ours: a person must look at it."""


class SchemaTooNewError(StoreError):
    """The database was written by a newer version of the program."""


class UnknownRecordError(StoreError):
    """A call, customer, case or callback that was named does not exist."""


MOST_MATCHES: Final = 20
"""Customers that one number is found for. Two make a caller ambiguous; the rest is for the person
who looks, and a switchboard number with thousands of owners must not slow a call down."""


MOST_DRAWS: Final = 1_000
"""Tracking numbers drawn for one case: with a million in use, two in a row are taken once in some
eight thousand cases, so that a thousand means a broken source of numbers."""


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """What an import did."""

    added: int
    changed: int
    unchanged: int


class Store(Protocol):
    """The operations. All may raise StoreError."""

    def look_up_caller(self, number: str) -> CallerRecord:
        """All that is known of an E.164 number, for the rules; at most `MOST_MATCHES` customers.

        A caller waits for this: it takes as long with five million customers as with five, and as
        long for one who has called ten thousand times as for one who calls again.
        """

    def customers(self, *, search: str = "", limit: int = 50) -> Sequence[Customer]:
        """Customers by name, whose name, reference or number contains `search`."""

    def customer(self, customer_id: int) -> Customer:
        """One customer. Raises UnknownRecordError."""

    def find_customer(self, reference: str) -> Customer | None:
        """The customer with this reference in the site's own books."""

    def calls_of_customer(self, customer_id: int, *, limit: int = 50) -> Sequence[Call]:
        """The customer's history of calls, newest first."""

    def put_customers(self, customers: Iterable[Customer]) -> ImportCounts:
        """Add or change customers, all of them or, on any error or interruption, none.

        A customer with an `id` is changed by it, one with a `reference` is changed by that if it is
        there already, any other is added. Numbers and contracts become those given here.

        Raises UnknownRecordError for an `id` that does not exist, StoreError for a reference that
        another customer has.
        """

    def block_number(self, blocked: BlockedNumber) -> BlockedNumber:
        """Block a number; one that is blocked already stays so since then, for the new reason.

        Returns it as it is stored.
        """

    def unblock_number(self, number: str) -> bool:
        """Block a number no longer; whether it was blocked, so that a mistyped one is noticed."""

    def blocked_numbers(self) -> Sequence[BlockedNumber]:
        """All of them, the newest first."""

    def begin_call(self, call: NewCall) -> None:
        """Put a call into the journal; a call id that is there already is left as it is.

        Raises UnknownRecordError for a customer who does not exist; so do `open_case`,
        `ask_callback` and `keep_recording`, and all that is kept of a call for a call that was not
        begun.
        """

    def change_call(self, call_id: str, change: CallChange) -> None:
        """Add what a later request learned. Raises UnknownRecordError."""

    def add_to_timeline(self, events: Iterable[TimelineEvent]) -> None:
        """Append events; those whose (call, visit, sequence) is there already are passed over."""

    def open_case(self, case: Case, draw_tracking: Callable[[], str]) -> Case:
        """Open a case for a call, or return the one that this call opened before.

        `case.tracking` is tried first; when another case has it, `draw_tracking` is asked for
        numbers until one is free.
        """

    def find_case(self, tracking: str) -> Case | None:
        """The case with this tracking number."""

    def set_case_state(self, tracking: str, state: CaseState) -> Case:
        """Move a case on. Raises UnknownRecordError."""

    def ask_callback(self, callback: Callback) -> Callback:
        """Keep a wish to be called back, and return it as it is kept.

        It is unique by call and number: asked for again it is left as it is, also when it is done,
        and nobody is called twice. With another number it takes the place of the one before, for
        the caller has heard that we shall call that one.
        """

    def callbacks(
        self, *, state: CallbackState | None = None, limit: int = 50
    ) -> Sequence[Callback]:
        """Those in this state, or in any; the oldest first, without those of trial calls."""

    def finish_callback(self, call_id: str) -> Callback:
        """Mark as done what this call asked for; done twice is once. Raises UnknownRecordError."""

    def keep_answer(self, answer: Answer) -> None:
        """Keep one answer; the first one given to a question of a call counts."""

    def keep_recording(self, recording: Recording) -> None:
        """Keep the reference to a recorded message; the first of a call and mailbox counts."""

    def calls(self, *, since: datetime | None = None, limit: int = 20) -> Sequence[Call]:
        """The newest calls first."""

    def call(self, call_id: str) -> Call | None:
        """One call as the journal has it."""

    def call_story(self, call_id: str) -> CallStory | None:
        """One call with its timeline, cases, answers, recordings and callback."""

    def count_calls(self, since: datetime) -> int:
        """How many calls have begun since then, trials left out."""

    def recorded_calls(
        self, since: datetime, *, kinds: Collection[str] = ()
    ) -> Iterator[RecordedCall]:
        """The calls that have begun since then, trials left out, the oldest first.

        They are read while they are asked for, a few hundred at a time: memory does not grow with
        their number, and nobody who writes waits for the reader. Other operations may be done
        between two of them. A call that begins meanwhile may come or not.

        Args:
            since: The earliest moment of beginning, included.
            kinds: Which events of the timeline each call brings along, in their order.
        """

    def keep_revision(self, revision: Revision) -> None:
        """Keep the rules that have come into force, under their name.

        Of a name that is there already only `loaded_at` changes, and only to a later moment.
        """

    def revision(self, name: str) -> Revision | None:
        """The rules of this name."""

    def revisions(self, *, limit: int = 20) -> Sequence[LoadedRevision]:
        """The revisions without their text, the one loaded last first."""

    def transaction(self) -> AbstractContextManager[None]:
        """Make the operations inside it durable together; nested, a savepoint."""

    def close(self) -> None:
        """Give up the connection. Idempotent."""
