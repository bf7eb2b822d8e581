"""What a store must be able to do: operations in the program's own words, no SQL.

Every store (SQLite, PostgreSQL, the shipped in-memory one) is held to this by the suite in
`tests/contracts/`. Operations are synchronous and belong to one thread; the server gives each store
a thread of its own (`agi_server.store_threads`). Every write is idempotent on the key that its
record names, so a request that is repeated on another server never counts twice.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from crm.asking_ports import Asking
from crm.people import (
    AgentRecord,
)
from crm.people_ports import People
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
    CaseFile,
    CaseNote,
    Customer,
    LoadedRevision,
    MessageState,
    NewCall,
    RecordedCall,
    Recording,
    Revision,
    TimelineEvent,
)
from crm.visit_ports import QueueVisits


class StoreError(Exception):
    """The store could not do what was asked; the message says what happened and what to do."""


class StoreUnavailableError(StoreError):
    """The store cannot be reached or is locked: try again later."""


class TurnTakenError(StoreUnavailableError):
    """Somebody else has a turn that is needed now, and to wait for it would be to wait in a ring.

    Whoever runs the operation undoes its transaction and runs it in a new one, which waits for the
    turns first: `Store.await_turns`.

    Attributes:
        turns: What the operation needs.
    """

    def __init__(self, turns: frozenset[str]) -> None:
        super().__init__("Somebody else writes about the same number at this moment: try again")
        self.turns = turns


class StoreDamagedError(StoreError):
    """The database is damaged, or is not one of ours: a person must look at it."""


class SchemaTooNewError(StoreError):
    """The database was written by a newer version of the program."""


class SchemaTooOldError(StoreError):
    """The database lacks steps of the schema, which a person must order: `rahyab db migrate`."""


class HeldError(StoreError):
    """A customer's data must not be erased now; the message says until when and why."""


class UnknownRecordError(StoreError):
    """A call, customer, case or callback that was named does not exist."""


MOST_MATCHES: Final = 20
"""Customers that one number is found for. Two make a caller ambiguous; the rest is for the person
who looks, and a switchboard number with thousands of owners must not slow a call down."""

MOST_LAST_CUSTOMERS: Final = 10
"""Customers that an agent's record names."""


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """What an import did."""

    added: int
    changed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class CustomerKeys:
    """By what customers are looked for: whoever has any of these.

    Attributes:
        references: In the site's own books.
        external_ids: Systems, and the ids in them.
        numbers: Telephone numbers in E.164.
    """

    references: tuple[str, ...] = ()
    external_ids: tuple[tuple[str, str], ...] = ()
    numbers: tuple[str, ...] = ()


class Customers(Protocol):
    """The customer file and the numbers that are blocked."""

    def look_up_caller(self, number: str) -> CallerRecord:
        """All that is known of an E.164 number, for the rules; at most `MOST_MATCHES` customers.

        A restricted customer is not found. A caller waits for this: it takes as long with five
        million customers as with five, and as long for one who has called ten thousand times as for
        one who calls again.
        """

    def customers(self, *, search: str = "", limit: int = 50) -> Sequence[Customer]:
        """Customers by name, whose name, reference or number contains `search`.

        Who was erased is left out.
        """

    def customer(self, customer_id: int) -> Customer:
        """One customer. Raises UnknownRecordError."""

    def find_customer(self, reference: str) -> Customer | None:
        """The customer with this reference in the site's own books."""

    def find_external(self, system: str, external_id: str) -> Customer | None:
        """The customer with this id in another system."""

    def find_customers(self, keys: CustomerKeys) -> Sequence[Customer]:
        """Everybody who has any of these keys, restricted ones too; each once, in order of ids."""

    def put_customers(self, customers: Iterable[Customer]) -> ImportCounts:
        """Add or change customers, all of them or, on any error or interruption, none.

        A customer with an `id` is changed by it, one with a `reference` is changed by that if it is
        there already, any other is added. Everything of theirs becomes as it is given here. An
        external id tells nobody apart here: who knows customers by it looks for it first.

        Raises UnknownRecordError for an `id` that does not exist, StoreError for a reference or an
        external id that another customer has.
        """

    def block_number(self, blocked: BlockedNumber) -> BlockedNumber:
        """Block a number; one that is blocked already stays so since then, for the new reason.

        Returns it as it is stored.
        """

    def unblock_number(self, number: str) -> bool:
        """Block a number no longer; whether it was blocked, so that a mistyped one is noticed."""

    def blocked_numbers(self) -> Sequence[BlockedNumber]:
        """All of them, the newest first."""


class Journal(Protocol):
    """What happened in calls."""

    def begin_call(self, call: NewCall) -> None:
        """Put a call into the journal; one that is there already is left as it is.

        But where the one that is there began later, it was begun anew by a request that knew
        nothing of the first: then what the first has said of the beginning takes its place.

        Raises UnknownRecordError for a customer who does not exist; so do `open_case`,
        `ask_callback` and `keep_recording`, and all that is kept of a call for a call that was not
        begun.
        """

    def change_call(self, call_id: str, change: CallChange) -> None:
        """Add what a request learned, in any order of requests. Raises UnknownRecordError.

        Of each field: what the same or an earlier request has said is replaced, what a later one
        has said stays, and what nobody has said is filled in. So the changes of different requests
        give the same call in any order. What `begin_call` said is the earliest word.
        """

    def add_to_timeline(self, events: Iterable[TimelineEvent]) -> None:
        """Append events; those whose (call, visit, sequence) is there already are passed over."""

    def keep_answer(self, answer: Answer) -> None:
        """Keep one answer; the first one given to a question of a call counts."""

    def answers(
        self,
        *,
        since: datetime | None = None,
        survey: str | None = None,
        search: str = "",
        limit: int = 50,
    ) -> Sequence[Answer]:
        """Answers to this survey, or to any; the newest first, without those of trial calls.

        The caller's number, the customer's name or the queue contains `search`.
        """

    def keep_recording(self, recording: Recording) -> None:
        """Keep the reference to a recorded message; the last recorded of a call and mailbox counts.

        The caller may have recorded it anew. Its state counts as it has become since.
        """

    def recordings(
        self, *, state: MessageState | None = None, search: str = "", limit: int = 50
    ) -> Sequence[Recording]:
        """Messages in this state, or in any; the oldest first, without those of trial calls.

        The caller's number, the customer's name or the call's queue contains `search`.
        """

    def set_recording_state(self, call_id: str, mailbox: str, state: MessageState) -> Recording:
        """Say how a message stands. Raises UnknownRecordError."""

    def calls(self, *, since: datetime | None = None, limit: int = 20) -> Sequence[Call]:
        """The newest calls first."""

    def calls_of_customer(self, customer_id: int, *, limit: int = 50) -> Sequence[Call]:
        """The customer's history of calls, newest first."""

    def call(self, call_id: str) -> Call | None:
        """One call as the journal has it."""

    def call_story(self, call_id: str) -> CallStory | None:
        """One call with its timeline and all that hangs on it.

        The case and the callback are those that the call belongs to, also where another call was
        the first to ask.
        """

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

    def agents(self, *, limit: int = 50) -> Sequence[AgentRecord]:
        """Who has answered calls, no trials, by name; `MOST_LAST_CUSTOMERS` customers each."""


class Requests(Protocol):
    """What callers asked for: cases with their tracking numbers, and to be called back."""

    def lease_tracking(self, count: int) -> Sequence[str]:
        """Up to `count` tracking numbers that no case has and nobody else is given, ever.

        At least one, unless all there are have been given away. Who holds them may promise one to a
        caller without asking anybody. They are in no order that a stranger could guess. Those of a
        transaction that was undone must not be used.
        """

    def open_case(self, case: Case, *, join: bool) -> Case:
        """Open a case, or return the one that its call belongs to already.

        With `join`, a call about the same subject as an open case of the same customer, or, where
        neither call nor case has one, of the same number, is put to that case instead of opening
        another; of several, to the one opened last. Trial calls neither join nor are joined. The
        case stays as it is: that it was asked for again shows in its calls.

        Raises StoreError when another case has the tracking number: see `lease_tracking`.
        """

    def find_case(self, tracking: str) -> Case | None:
        """The case with this tracking number."""

    def cases(
        self, *, search: str = "", open_only: bool = False, limit: int = 50
    ) -> Sequence[Case]:
        """Cases whose tracking number, subject or customer's name contains `search`, newest first.

        Those of trial calls are left out.
        """

    def case_file(self, tracking: str) -> CaseFile:
        """One case with all that hangs on it, the oldest first. Raises UnknownRecordError."""

    def note_on_case(self, note: CaseNote) -> Case:
        """Add a line to a case's history and, where it names a state, move the case on.

        What is written last moves it, whenever that was: lines come from people, one at a time.
        Raises UnknownRecordError.
        """

    def ask_callback(self, callback: Callback) -> Callback:
        """Keep a wish to be called back, and return the callback that the call now belongs to.

        Where another call is waiting for the same number, the wish joins that: the callback stays
        under the call that asked first, with the earlier `since`, and takes the window of the new
        wish, and its customer where it names none. Trial calls neither join nor are joined, and two
        customers who are known for two do not share one.

        It is unique by call and number: asked for again it is left as it is, also when it is done,
        and nobody is called twice. With another number it takes the place of the call's own wish
        before, for the caller has heard that we shall call that one; but not that of a later wish.
        A callback that the call had joined is left as it is.
        """

    def callbacks(
        self, *, state: CallbackState | None = None, search: str = "", limit: int = 50
    ) -> Sequence[Callback]:
        """Those in this state, or in any; the oldest first, without those of trial calls.

        The number, the customer's name or the queue contains `search`.
        """

    def finish_callback(self, call_id: str) -> Callback:
        """Mark as done what this call asked for; done twice is once. Raises UnknownRecordError."""


class Store(Customers, Journal, QueueVisits, Requests, Asking, People, Protocol):
    """The operations. All may raise StoreError."""

    def keep_revision(self, revision: Revision) -> None:
        """Keep the rules that have come into force, under their name.

        Of a name that is there already only `loaded_at` changes, and only to a later moment.
        """

    def revision(self, name: str) -> Revision | None:
        """The rules of this name."""

    def revisions(self, *, limit: int = 20) -> Sequence[LoadedRevision]:
        """The revisions without their text, the one loaded last first."""

    def spool_position(self, spool: str) -> int:
        """How much of a spool has been written to the store; 0 for one that it has not seen."""

    def set_spool_position(self, spool: str, position: int) -> None:
        """Say how much of a spool has been written: in the transaction that writes it."""

    def forget_spool(self, spool: str) -> None:
        """Forget a spool that does not exist any more."""

    def transaction(self) -> AbstractContextManager[None]:
        """Make the operations inside it durable together; nested, a savepoint.

        An operation that needs a turn (`await_turns`) never waits for one while the transaction
        holds what others may wait for: it raises TurnTakenError instead.
        """

    def await_turns(self, turns: Collection[str]) -> None:
        """At the beginning of a transaction: wait until nobody else has one of these turns.

        They are kept until the transaction ends. A store whose transactions come one after the
        other in any case has nothing to wait for.

        Args:
            turns: What a TurnTakenError has named.
        """

    def close(self) -> None:
        """Give up the connection. Idempotent."""
