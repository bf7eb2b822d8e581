"""What people allowed, restrictions, holds, whole files and the audit log, in memory."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TypeVar

from crm.memory_erasure import (
    check_not_held,
    erase,
    erase_again,
    old_recordings,
    prune,
    remove_recordings,
)
from crm.memory_session import MemorySession
from crm.memory_tables import (
    Owned,
    append,
    check_customer,
    is_theirs,
    known_customer,
    newest,
    newest_first,
    stored_record,
    utc,
)
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
from crm.ports import StoreError
from crm.records import Recording

R = TypeVar("R", bound=Owned)


class MemoryPeople(MemorySession):
    """The operations on what concerns a person's data."""

    def put_mark(self, mark: Mark) -> None:
        """Keep what a person allowed or forbade."""
        with self._tables() as tables:
            tables.marks[mark.number, mark.kind, mark.purpose] = stored_record(mark)

    def withdraw_mark(self, number: str, kind: MarkKind, purpose: str, at: datetime) -> bool:
        """Take a mark back; whether there was one in force."""
        moment = utc(at)
        with self._tables() as tables:
            mark = tables.marks.get((number, kind, purpose))
            if mark is None or not mark.holds(moment):
                return False
            tables.marks[number, kind, purpose] = replace(mark, withdrawn_at=moment)
            return True

    def marks(self, *, number: str | None = None, limit: int = 50) -> Sequence[Mark]:
        """Those on this number, or on any."""
        with self._tables() as tables:
            found = [each for each in tables.marks.values() if number in {None, each.number}]
        return newest(found, lambda each: each.since, limit)

    def restrict(self, restriction: Restriction) -> None:
        """Keep a customer's data but use it no longer."""
        with self._tables() as tables:
            check_customer(tables, restriction.customer_id)
            given = stored_record(restriction)
            stored = tables.restrictions.get(given.customer_id, given)
            tables.restrictions[given.customer_id] = replace(given, since=stored.since)

    def lift_restriction(self, customer_id: int) -> bool:
        """Use a customer's data again."""
        with self._tables() as tables:
            return tables.restrictions.pop(customer_id, None) is not None

    def hold(self, hold: LegalHold) -> None:
        """Forbid the erasure of a customer's data."""
        with self._tables() as tables:
            check_customer(tables, hold.customer_id)
            given = stored_record(hold)
            stored = tables.holds.get(given.customer_id, given)
            tables.holds[given.customer_id] = replace(given, since=stored.since)

    def lift_hold(self, customer_id: int) -> bool:
        """Allow it again."""
        with self._tables() as tables:
            return tables.holds.pop(customer_id, None) is not None

    def customer_file(self, customer_id: int, *, limit: int = EVERYTHING) -> CustomerFile:
        """Everything that is held on a customer; at most `limit` of each kind."""
        with self._tables() as tables:
            customer = known_customer(tables, customer_id)
            marks = [each for each in tables.marks.values() if each.number in customer.numbers]

            def theirs(records: Iterable[R]) -> list[R]:
                return [each for each in records if is_theirs(tables, each, customer_id)]

            cases, answers = theirs(tables.cases.values()), theirs(tables.answers.values())
            callbacks = theirs(tables.callbacks.values())
            recordings = theirs(tables.recordings.values())
            messages, surveys = theirs(tables.outbox.values()), theirs(tables.surveys.values())
            visits = theirs(tables.visits.values())
            blocked = [each for each in tables.blocked.values() if each.number in customer.numbers]
            return CustomerFile(
                customer=customer,
                restriction=tables.restrictions.get(customer_id),
                hold=tables.holds.get(customer_id),
                marks=tuple(newest(marks, lambda each: each.since, limit)),
                calls=tuple(newest_first(tables, theirs(tables.calls.values()), limit)),
                cases=tuple(newest(cases, lambda each: each.opened_at, limit)),
                answers=tuple(newest(answers, lambda each: each.given_at, limit)),
                callbacks=tuple(newest(callbacks, lambda each: each.asked_at, limit)),
                recordings=tuple(newest(recordings, lambda each: each.recorded_at, limit)),
                blocked=tuple(newest(blocked, lambda each: each.since, limit)),
                messages=tuple(newest(messages, lambda each: each.written_at, limit)),
                surveys=tuple(newest(surveys, lambda each: each.at, limit)),
                has_pin=customer_id in tables.pins,
                queue_visits=tuple(newest(visits, lambda each: each.entered_at, limit)),
            )

    def erase_customer(
        self, customer_id: int, *, pseudonym: str, at: datetime, by: str, reason: str
    ) -> Erasure:
        """Remove a person for good, and keep the proof of it."""
        with self.transaction():
            tables = self._database.tables
            known_customer(tables, customer_id)
            check_not_held(tables, customer_id, at.date())
            if pseudonym in tables.erasures:
                raise StoreError(f"Somebody else is {pseudonym!r} already: draw another pseudonym")
            counts = erase(tables, customer_id, pseudonym)
            erasure = stored_record(Erasure(pseudonym, customer_id, at, by, reason, counts))
            tables.erasures[pseudonym] = erasure
            return erasure

    def erase_again(self, call_ids: Collection[str]) -> Sequence[Recording]:
        """Empty what was kept of these calls after their customer was erased."""
        with self.transaction():
            return erase_again(self._database.tables, set(call_ids))

    def erasure_of(self, customer_id: int) -> Erasure | None:
        """The newest proof that this customer was erased."""
        with self._tables() as tables:
            found = [each for each in tables.erasures.values() if each.customer_id == customer_id]
        return next(iter(newest(found, lambda each: each.at)), None)

    def erasures(self, *, limit: int = 50) -> Sequence[Erasure]:
        """The proofs, newest first."""
        with self._tables() as tables:
            return newest(tables.erasures.values(), lambda each: each.at, limit)

    def prune(self, kind: DataKind, before: datetime, today: date, *, limit: int) -> Pruned:
        """Remove at most `limit` records of a kind from before a moment, but none that is held."""
        with self.transaction():
            return prune(self._database.tables, kind, utc(before), today, limit)

    def old_recordings(
        self, before: datetime, today: date, *, after: Recording | None = None, limit: int
    ) -> Sequence[Recording]:
        """The messages that `prune` would remove, the oldest first."""
        with self._tables() as tables:
            return old_recordings(tables, utc(before), today, after)[:limit]

    def remove_recordings(self, recordings: Sequence[Recording]) -> Sequence[str]:
        """Forget messages; the files that no message names any more."""
        with self._tables() as tables:
            return remove_recordings(tables, recordings)

    def count_prunable(self, kind: DataKind, before: datetime, today: date) -> int:
        """How many records `prune` would remove in all."""
        with self._tables() as tables:
            return prune(tables.copy(), kind, utc(before), today, EVERYTHING).records

    def note_access(self, entry: AuditEntry) -> None:
        """Write down who read or changed a person's data."""
        with self._tables() as tables:
            check_customer(tables, entry.customer_id)
            append(tables.audit, stored_record(entry))

    def audit_log(
        self, *, customer_id: int | None = None, since: datetime | None = None, limit: int = 50
    ) -> Sequence[AuditEntry]:
        """What was done with this customer's data, or anybody's."""
        earliest = None if since is None else utc(since)
        with self._tables() as tables:
            found = [
                (entry.at, number, entry)
                for number, entry in tables.audit.items()
                if customer_id in {None, entry.customer_id}
                and (earliest is None or entry.at >= earliest)
            ]
        return [entry for _, _, entry in newest(found, lambda each: each[:2], limit)]
