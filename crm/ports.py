"""What a store must be able to do: operations in the program's own words, no SQL.

Every store (SQLite, the shipped in-memory one, later PostgreSQL) is held to this by the suite in
`tests/contracts/`. Operations are synchronous and belong to one thread; the server gives each store
a thread of its own (`agi_server.store_threads`). Every write is idempotent on the key that its
record names, so a request that is repeated on another server never counts twice.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from crm.records import (
    Answer,
    Call,
    CallChange,
    CallerMatch,
    CallStory,
    Case,
    CaseState,
    Customer,
    NewCall,
    Recording,
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
    """A call, customer or case that was named does not exist."""


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

    def find_callers(self, number: str) -> Sequence[CallerMatch]:
        """Customers who have this E.164 number, at most `MOST_MATCHES`, in order of their ids.

        More than one means that the caller is ambiguous.
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

    def begin_call(self, call: NewCall) -> None:
        """Put a call into the journal; a call id that is there already is left as it is.

        Raises UnknownRecordError for a customer who does not exist; so do `open_case` and
        `keep_recording`, and all that is kept of a call for a call that was not begun.
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

    def keep_answer(self, answer: Answer) -> None:
        """Keep one answer; the first one given to a question of a call counts."""

    def keep_recording(self, recording: Recording) -> None:
        """Keep the reference to a recorded message; the first of a call and mailbox counts."""

    def calls(self, *, since: datetime | None = None, limit: int = 20) -> Sequence[Call]:
        """The newest calls first."""

    def call(self, call_id: str) -> Call | None:
        """One call as the journal has it."""

    def call_story(self, call_id: str) -> CallStory | None:
        """One call with its timeline, cases, answers and recordings."""

    def transaction(self) -> AbstractContextManager[None]:
        """Make the operations inside it durable together; nested, a savepoint."""

    def close(self) -> None:
        """Give up the connection. Idempotent."""
