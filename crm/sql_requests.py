"""What callers asked for, in SQL: cases with their tracking numbers and histories, callbacks."""

from collections.abc import Sequence
from typing import Final

from crm import asking_rows
from crm import sql_rows as rows
from crm.encoding import stored_text
from crm.ports import StoreError, UnknownRecordError
from crm.records import Case, CaseFile, CaseNote
from crm.searching import fold
from crm.sql_callbacks import SqlCallbacks
from crm.sql_searching import no_trial
from crm.sql_session import Row, containing, marks
from crm.tracking import COUNT, tracking_number

_OPEN_CASE: Final = f"""
INSERT INTO cases ({rows.CASE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
"""

_ADD_CALL: Final = (
    "INSERT INTO case_calls (call_id, tracking) VALUES (?, ?) ON CONFLICT (call_id) DO NOTHING"
)

_CASES: Final = f"SELECT {rows.CASE_COLUMNS} FROM cases"
_CASE_OF_CALL: Final = (
    f"{_CASES} WHERE tracking = (SELECT tracking FROM case_calls WHERE call_id = ?)"
)

_STILL_OPEN: Final = "state IN ('new', 'in-progress', 'waiting')"
_TO_JOIN: Final = f"""
{_CASES} WHERE {{whose}} AND {_STILL_OPEN} AND subject = ? AND {no_trial("cases")}
ORDER BY opened_at DESC, tracking DESC LIMIT 1
"""
_TRIAL: Final = "SELECT 1 FROM calls WHERE id = ? AND trial = 1"
_OF_CUSTOMER: Final = _TO_JOIN.format(whose="customer_id = ?")
_OF_NUMBER: Final = _TO_JOIN.format(whose="customer_id IS NULL AND number = ?")

_FOUND_CASES: Final = f"""
{_CASES} WHERE {{wanted}} AND {no_trial("cases")}
ORDER BY opened_at DESC, tracking DESC LIMIT ?
"""
_FOUND: Final = """
(tracking LIKE ? ESCAPE '!' OR lower(subject) LIKE ? ESCAPE '!' OR customer_id IN (
    SELECT id FROM customers WHERE search_text LIKE ? ESCAPE '!'))
"""

_CASE_NOTES: Final = (
    f"SELECT {rows.CASE_NOTE_COLUMNS} FROM case_notes WHERE tracking = ? ORDER BY at, id"
)
_NOTE_ON_CASE: Final = f"INSERT INTO case_notes ({rows.CASE_NOTE_COLUMNS}) VALUES (?, ?, ?, ?, ?)"
_CALLS_OF_CASE: Final = f"""
SELECT {rows.CALL_COLUMNS} FROM calls LEFT JOIN customers ON customers.id = calls.customer_id
WHERE calls.id IN (SELECT call_id FROM case_calls WHERE tracking = ?)
ORDER BY calls.started_at, calls.id
"""
_RECORDINGS_OF_CASE: Final = f"""
SELECT {asking_rows.RECORDING_COLUMNS} FROM recordings
WHERE tracking = ? ORDER BY recorded_at, call_id, mailbox
"""

_LEASE: Final = "UPDATE tracking_leases SET next = next + ? RETURNING next - ?, secret"


class SqlRequests(SqlCallbacks):
    """The operations on cases and callbacks."""

    def lease_tracking(self, count: int) -> Sequence[str]:
        """Up to `count` tracking numbers that no case has and nobody else is given."""
        with self.transaction():
            while True:
                ((first, secret),) = self._read(_LEASE, (count, count))
                if first >= COUNT:
                    return ()
                leased = range(first, min(first + count, COUNT))
                if free := self._free([tracking_number(n, bytes.fromhex(secret)) for n in leased]):
                    return free

    def _free(self, numbers: Sequence[str]) -> Sequence[str]:
        """Those that no case of an earlier version has, which drew its numbers at random."""
        sql = f"SELECT tracking FROM cases WHERE tracking IN ({marks(numbers)})"
        taken = {row[0] for row in self._read(sql, numbers)}
        return [number for number in numbers if number not in taken]

    def open_case(self, case: Case, *, join: bool) -> Case:
        """Open a case, or return the one that its call belongs to, or joins."""
        with self.transaction():
            opened = self._case_of_call(case.call_id)
            if opened is None and join:
                opened = self._open_one_like(case)
                if opened is not None:
                    self._add_call(case.call_id, opened)
            return opened or self._open_new(case)

    def _case_of_call(self, call_id: str | None) -> Case | None:
        return self._one_case(_CASE_OF_CALL, (stored_text(call_id),)) if call_id else None

    def _open_one_like(self, case: Case) -> Case | None:
        if case.call_id is None or self._is_trial(case.call_id):
            return None
        if case.customer_id is not None:
            return self._one_case(_OF_CUSTOMER, (case.customer_id, stored_text(case.subject)))
        if case.number is not None:
            return self._one_case(_OF_NUMBER, (stored_text(case.number), stored_text(case.subject)))
        return None

    def _is_trial(self, call_id: str) -> bool:
        return bool(self._read(_TRIAL, (stored_text(call_id),)))

    def _open_new(self, case: Case) -> Case:
        missing = f"There is no call {case.call_id!r} or no customer {case.customer_id}"
        if self._write(_OPEN_CASE, rows.case_row(case), missing=missing) == 0:
            # Another server may have opened one for this call since we looked.
            opened = self._one_case(f"{_CASES} WHERE call_id = ?", (stored_text(case.call_id),))
            if opened is not None:
                return opened
            raise StoreError(f"Another case has the tracking number {case.tracking}: lease others")
        self._add_call(case.call_id, case)
        return rows.read_case(rows.case_row(case))

    def _add_call(self, call_id: str | None, case: Case) -> None:
        if call_id is not None:
            missing = f"There is no call {call_id!r}"
            self._write(
                _ADD_CALL, (stored_text(call_id), stored_text(case.tracking)), missing=missing
            )

    def _one_case(self, sql: str, values: Row) -> Case | None:
        found = self._read(sql, values)
        return rows.read_case(found[0]) if found else None

    def find_case(self, tracking: str) -> Case | None:
        """The case with this tracking number."""
        return self._one_case(f"{_CASES} WHERE tracking = ?", (stored_text(tracking),))

    def cases(
        self, *, search: str = "", open_only: bool = False, limit: int = 50
    ) -> Sequence[Case]:
        """Cases whose number, subject or customer's name contains `search`."""
        wanted, values = _STILL_OPEN if open_only else "1 = 1", []
        if search:
            wanted, values = f"{wanted} AND {_FOUND}", [containing(fold(search))] * 3
        sql = _FOUND_CASES.format(wanted=wanted)
        return [rows.read_case(row) for row in self._read(sql, (*values, limit))]

    def case_file(self, tracking: str) -> CaseFile:
        """One case with its history, calls and recordings."""
        case, key = self.find_case(tracking), (stored_text(tracking),)
        if case is None:
            raise _no_case(tracking)
        notes = map(rows.read_case_note, self._read(_CASE_NOTES, key))
        calls = map(rows.read_call, self._read(_CALLS_OF_CASE, key))
        spoken = map(asking_rows.read_recording, self._read(_RECORDINGS_OF_CASE, key))
        return CaseFile(case, tuple(notes), tuple(calls), tuple(spoken))

    def note_on_case(self, note: CaseNote) -> Case:
        """Add a line to a case's history and, where it names a state, move the case on."""
        with self.transaction():
            sql = (
                "UPDATE cases SET state = coalesce(?, state) WHERE tracking = ?"
                f" RETURNING {rows.CASE_COLUMNS}"
            )
            case = self._one_case(sql, (note.state, stored_text(note.tracking)))
            if case is None:
                raise _no_case(note.tracking)
            self._write(_NOTE_ON_CASE, rows.case_note_row(note))
            return case


def _no_case(tracking: str) -> UnknownRecordError:
    return UnknownRecordError(f"There is no case with the tracking number {tracking!r}")
