"""What a store must be able to do: operations in the program's own words, no SQL.

Every store (SQLite, the shipped in-memory one, later PostgreSQL) is held to this by the suite in
`tests/contracts/`. Operations are synchronous and belong to one thread; the server gives each store
a thread of its own (`agi_server.store_threads`). Every write is idempotent on the key that its
record names, so a request that is repeated on another server never counts twice.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Protocol

from crm.people import (
    AgentRecord,
    AuditEntry,
    CustomerFile,
    DataKind,
    Erasure,
    LegalHold,
    Mark,
    MarkKind,
    Restriction,
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


class StoreError(Exception):
    """The store could not do what was asked; the message says what happened and what to do."""


class StoreUnavailableError(StoreError):
    """The store cannot be reached or is locked: try again later."""


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

EVERYTHING: Final = 2**31 - 1
"""A limit that is none."""

MOST_LAST_CUSTOMERS: Final = 10
"""Customers that an agent's record names."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was removed: how many records, and recorded files that nothing refers to any more."""

    records: int
    files: tuple[str, ...] = ()


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
        """Customers by name, whose name, reference or number contains `search`."""

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
        """Put a call into the journal; a call id that is there already is left as it is.

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
        self, *, since: datetime | None = None, survey: str | None = None, limit: int = 50
    ) -> Sequence[Answer]:
        """Answers to this survey, or to any; the newest first, without those of trial calls."""

    def keep_recording(self, recording: Recording) -> None:
        """Keep the reference to a recorded message; the first of a call and mailbox counts.

        Its state counts as it has become since.
        """

    def recordings(
        self, *, state: MessageState | None = None, limit: int = 50
    ) -> Sequence[Recording]:
        """Messages in this state, or in any; the oldest first, without those of trial calls."""

    def set_recording_state(self, call_id: str, mailbox: str, state: MessageState) -> Recording:
        """Say how a message stands. Raises UnknownRecordError."""

    def calls(self, *, since: datetime | None = None, limit: int = 20) -> Sequence[Call]:
        """The newest calls first."""

    def calls_of_customer(self, customer_id: int, *, limit: int = 50) -> Sequence[Call]:
        """The customer's history of calls, newest first."""

    def call(self, call_id: str) -> Call | None:
        """One call as the journal has it."""

    def call_story(self, call_id: str) -> CallStory | None:
        """One call with its timeline, the case it belongs to, answers, recordings and callback."""

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
        """One case with its history and calls, the oldest first. Raises UnknownRecordError."""

    def note_on_case(self, note: CaseNote) -> Case:
        """Add a line to a case's history and, where it names a state, move the case on.

        What is written last moves it, whenever that was: lines come from people, one at a time.
        Raises UnknownRecordError.
        """

    def ask_callback(self, callback: Callback) -> Callback:
        """Keep a wish to be called back, and return it as it is kept.

        It is unique by call and number: asked for again it is left as it is, also when it is done,
        and nobody is called twice. With another number it takes the place of the one before, for
        the caller has heard that we shall call that one; but not that of a later wish.
        """

    def callbacks(
        self, *, state: CallbackState | None = None, limit: int = 50
    ) -> Sequence[Callback]:
        """Those in this state, or in any; the oldest first, without those of trial calls."""

    def finish_callback(self, call_id: str) -> Callback:
        """Mark as done what this call asked for; done twice is once. Raises UnknownRecordError."""


class People(Protocol):
    """What the law asks of whoever keeps data on people."""

    def put_mark(self, mark: Mark) -> None:
        """Keep what a person allowed or forbade; the word that is put last on a matter counts."""

    def withdraw_mark(self, number: str, kind: MarkKind, purpose: str, at: datetime) -> bool:
        """Take a mark back from a moment on; whether there was one in force then (`Mark.holds`).

        One that was not is left as it is.
        """

    def marks(self, *, number: str | None = None, limit: int = 50) -> Sequence[Mark]:
        """Those on this number, or on any, also lapsed ones; the newest first."""

    def restrict(self, restriction: Restriction) -> None:
        """Keep a customer's data but use it no longer. Raises UnknownRecordError.

        One who is restricted already stays so since then, for the new reason.
        """

    def lift_restriction(self, customer_id: int) -> bool:
        """Use a customer's data again; whether it was restricted."""

    def hold(self, hold: LegalHold) -> None:
        """Forbid the erasure of a customer's data. Raises UnknownRecordError.

        One that is forbidden already stays so since then, for the new reason and until the new day.
        """

    def lift_hold(self, customer_id: int) -> bool:
        """Allow it again; whether it was forbidden."""

    def customer_file(self, customer_id: int, *, limit: int = EVERYTHING) -> CustomerFile:
        """Everything that is held on a customer, also of trials; at most `limit` of each kind.

        Theirs is what names them, and what names nobody and was kept of a call of theirs. What was
        kept of calls from their numbers counts as theirs only where the call was theirs. Raises
        UnknownRecordError.
        """

    def erase_customer(
        self, customer_id: int, *, pseudonym: str, at: datetime, by: str, reason: str
    ) -> Erasure:
        """Remove a person for good, in one transaction, and keep the proof of it.

        Their row keeps its id under the pseudonym, so that calls, answers and cases stay countable;
        nothing in them tells who it was. Recorded files are not touched: `customer_file` names them
        beforehand. Of what is theirs (`customer_file`):

        - the customer has no field left but id and name; the restriction and a lapsed hold are
          removed, and the marks on numbers that nobody else has;
        - calls lose what the caller sent, facts and state; events of the timeline lose their data;
        - cases lose the number, their notes the text; answers that are words become empty (see
          `crm.people.is_countable`); callbacks lose the number and are done;
        - recordings are removed; entries of the audit log lose the detail.

        A blocked number stays blocked: `unblock_number` is there for that. What a spool still holds
        of them comes back when it is written: let it be written first.

        Raises:
            UnknownRecordError: There is no such customer.
            HeldError: A hold is in force on the day of `at`, as `at` itself gives the date.
            StoreError: Somebody else has the pseudonym.
        """

    def erasures(self, *, limit: int = 50) -> Sequence[Erasure]:
        """The proofs, newest first."""

    def prune(self, kind: DataKind, before: datetime, today: date, *, limit: int) -> Pruned:
        """Remove at most `limit` records of a kind from before a moment, but none that is held.

        Asked for again until nothing is left, so that no caller waits for a long transaction. Held
        is what is theirs (`customer_file`) whose hold is in force today; counted is what was
        removed or emptied now. `DataKind` tells what that is.
        """

    def count_prunable(self, kind: DataKind, before: datetime, today: date) -> int:
        """How many records `prune` would remove in all."""

    def note_access(self, entry: AuditEntry) -> None:
        """Write down who read or changed a person's data. Raises UnknownRecordError."""

    def audit_log(
        self, *, customer_id: int | None = None, since: datetime | None = None, limit: int = 50
    ) -> Sequence[AuditEntry]:
        """What was done with this customer's data, or anybody's; the newest first."""


class Store(Customers, Journal, Requests, People, Protocol):
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
        """Make the operations inside it durable together; nested, a savepoint."""

    def close(self) -> None:
        """Give up the connection. Idempotent."""
