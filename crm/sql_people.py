"""What people allowed, restrictions, holds, and the audit log, in SQL; whole files of customers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, TypeAlias

from crm import asking_rows, sql_rows, visit_rows
from crm import people_rows as rows
from crm.encoding import stored_text, stored_time
from crm.people import (
    EVERYTHING,
    AuditEntry,
    CustomerFile,
    LegalHold,
    Mark,
    MarkKind,
    Restriction,
)
from crm.sql_customers import SqlCustomers
from crm.sql_erasure import SqlErasure
from crm.sql_journal import SqlJournal, since_clause
from crm.sql_session import Row
from crm.sql_theirs import OF_THEIR_CALLS, THEIR_CALLBACKS, THEIR_MESSAGES, THEIRS

_PUT_MARK: Final = f"""
INSERT INTO marks ({rows.MARK_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (number, kind, purpose) DO UPDATE SET source = excluded.source,
    since = excluded.since, until = excluded.until, withdrawn_at = excluded.withdrawn_at
"""

_WITHDRAW_MARK: Final = """
UPDATE marks SET withdrawn_at = ? WHERE number = ? AND kind = ? AND purpose = ?
    AND since <= ? AND withdrawn_at IS NULL AND (until IS NULL OR until > ?)
"""

_MARKS: Final = f"SELECT {rows.MARK_COLUMNS} FROM marks"
_NEWEST_MARKS: Final = "ORDER BY since DESC, number, kind, purpose LIMIT ?"
_THEIR_NUMBERS: Final = "number IN (SELECT number FROM phone_numbers WHERE customer_id = ?)"
_MARKS_OF_CUSTOMER: Final = f"{_MARKS} WHERE {_THEIR_NUMBERS} {_NEWEST_MARKS}"

_RESTRICT: Final = f"""
INSERT INTO restrictions ({rows.RESTRICTION_COLUMNS}) VALUES (?, ?, ?)
ON CONFLICT (customer_id) DO UPDATE SET reason = excluded.reason
"""

_HOLD: Final = f"""
INSERT INTO legal_holds ({rows.HOLD_COLUMNS}) VALUES (?, ?, ?, ?)
ON CONFLICT (customer_id) DO UPDATE SET reason = excluded.reason, until = excluded.until
"""

_NOTE_ACCESS: Final = f"INSERT INTO audit ({rows.AUDIT_COLUMNS}) VALUES (?, ?, ?, ?, ?)"
_AUDIT: Final = f"SELECT {rows.AUDIT_COLUMNS} FROM audit"


Rows: TypeAlias = Sequence[Row]


class SqlPeople(SqlErasure, SqlCustomers, SqlJournal):
    """The operations on what concerns a person's data."""

    def put_mark(self, mark: Mark) -> None:
        """Keep what a person allowed or forbade; the last word on a matter counts."""
        self._write(_PUT_MARK, rows.mark_row(mark))

    def withdraw_mark(self, number: str, kind: MarkKind, purpose: str, at: datetime) -> bool:
        """Take a mark back; whether there was one in force."""
        moment = stored_time(at)
        values = (moment, stored_text(number), kind, stored_text(purpose), moment, moment)
        return self._write(_WITHDRAW_MARK, values) == 1

    def marks(self, *, number: str | None = None, limit: int = 50) -> Sequence[Mark]:
        """Those on this number, or on any."""
        wanted, values = ("1 = 1", ()) if number is None else ("number = ?", (stored_text(number),))
        sql = f"{_MARKS} WHERE {wanted} {_NEWEST_MARKS}"
        return [rows.read_mark(row) for row in self._read(sql, (*values, limit))]

    def restrict(self, restriction: Restriction) -> None:
        """Keep a customer's data but use it no longer."""
        missing = f"There is no customer with the id {restriction.customer_id}"
        self._write(_RESTRICT, rows.restriction_row(restriction), missing=missing)

    def lift_restriction(self, customer_id: int) -> bool:
        """Use a customer's data again; whether it was restricted."""
        return self._write("DELETE FROM restrictions WHERE customer_id = ?", (customer_id,)) == 1

    def hold(self, hold: LegalHold) -> None:
        """Forbid the erasure of a customer's data."""
        missing = f"There is no customer with the id {hold.customer_id}"
        self._write(_HOLD, rows.hold_row(hold), missing=missing)

    def lift_hold(self, customer_id: int) -> bool:
        """Allow it again; whether it was forbidden."""
        return self._write("DELETE FROM legal_holds WHERE customer_id = ?", (customer_id,)) == 1

    def customer_file(self, customer_id: int, *, limit: int = EVERYTHING) -> CustomerFile:
        """Everything that is held on a customer; at most `limit` of each kind."""

        def held(table: str, columns: str, time: str, whose: str = "customer_id = ?") -> Rows:
            sql = f"SELECT {columns} FROM {table} WHERE {whose} ORDER BY {time} DESC LIMIT ?"
            return self._read(sql, (*[customer_id] * whose.count("?"), limit))

        answers = held("answers", sql_rows.ANSWER_COLUMNS, "given_at", OF_THEIR_CALLS)
        cases = held("cases", sql_rows.CASE_COLUMNS, "opened_at", THEIRS)
        callbacks = held("callbacks", asking_rows.CALLBACK_COLUMNS, "asked_at", THEIR_CALLBACKS)
        recordings = held("recordings", asking_rows.RECORDING_COLUMNS, "recorded_at", THEIRS)
        messages = held("outbox", asking_rows.OUTBOX_COLUMNS, "written_at", THEIR_MESSAGES)
        surveys = held("surveys_asked", asking_rows.SURVEY_COLUMNS, "at", THEIRS)
        visits = held("queue_visits", visit_rows.VISIT_COLUMNS, "entered_at", OF_THEIR_CALLS)
        restrictions = held("restrictions", rows.RESTRICTION_COLUMNS, "since")
        holds = held("legal_holds", rows.HOLD_COLUMNS, "since")
        marks = self._read(_MARKS_OF_CUSTOMER, (customer_id, limit))
        blocked = held("blocked_numbers", sql_rows.BLOCKED_COLUMNS, "since", _THEIR_NUMBERS)
        return CustomerFile(
            customer=self.customer(customer_id),
            restriction=next(map(rows.read_restriction, restrictions), None),
            hold=next(map(rows.read_hold, holds), None),
            marks=tuple(map(rows.read_mark, marks)),
            calls=tuple(self.calls_of_customer(customer_id, limit=limit)),
            cases=tuple(map(sql_rows.read_case, cases)),
            answers=tuple(map(sql_rows.read_answer, answers)),
            callbacks=tuple(map(asking_rows.read_callback, callbacks)),
            recordings=tuple(map(asking_rows.read_recording, recordings)),
            blocked=tuple(map(sql_rows.read_blocked, blocked)),
            messages=tuple(map(asking_rows.read_outbox, messages)),
            surveys=tuple(map(asking_rows.read_survey, surveys)),
            has_pin=bool(self._read("SELECT 1 FROM pins WHERE customer_id = ?", (customer_id,))),
            queue_visits=tuple(map(visit_rows.read_visit, visits)),
        )

    def note_access(self, entry: AuditEntry) -> None:
        """Write down who read or changed a person's data."""
        missing = f"There is no customer with the id {entry.customer_id}"
        self._write(_NOTE_ACCESS, rows.audit_row(entry), missing=missing)

    def audit_log(
        self, *, customer_id: int | None = None, since: datetime | None = None, limit: int = 50
    ) -> Sequence[AuditEntry]:
        """What was done with this customer's data, or anybody's."""
        wanted, values = since_clause("at", since)
        if customer_id is not None:
            wanted, values = f"{wanted} AND customer_id = ?", (*values, customer_id)
        sql = f"{_AUDIT} WHERE {wanted} ORDER BY at DESC, id DESC LIMIT ?"
        return [rows.read_audit(row) for row in self._read(sql, (*values, limit))]
