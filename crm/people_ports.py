"""What a store does with what concerns a person's data: a part of `crm.ports.Store`."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from crm.people import (
    EVERYTHING,
    AuditEntry,
    CustomerFile,
    DataKind,
    Erasure,
    LegalHold,
    Mark,
    MarkKind,
    Pruned,
    Restriction,
)


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
