"""What callers asked for, in the SQLite database: cases with their tracking numbers, callbacks."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from crm import sqlite_rows as rows
from crm.encoding import stored_text
from crm.ports import MOST_DRAWS, StoreError, UnknownRecordError
from crm.records import Callback, CallbackState, Case, CaseState
from crm.sqlite_session import SqliteSession

_OPEN_CASE: Final = f"""
INSERT INTO cases ({rows.CASE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
"""  # noqa: S608  made of constants alone, like the other statements below

_CASES: Final = f"SELECT {rows.CASE_COLUMNS} FROM cases"  # noqa: S608

_ASK_CALLBACK: Final = f"""
INSERT INTO callbacks ({rows.CALLBACK_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (call_id) DO UPDATE SET
    number = excluded.number, asked_at = excluded.asked_at, customer_id = excluded.customer_id,
    queue = excluded.queue, language = excluded.language, state = excluded.state
WHERE callbacks.number <> excluded.number
"""  # noqa: S608

_CALLBACKS: Final = f"SELECT {rows.CALLBACK_COLUMNS} FROM callbacks"  # noqa: S608
_NO_TRIAL: Final = "NOT (SELECT trial FROM calls WHERE calls.id = callbacks.call_id)"


class SqliteRequests(SqliteSession):
    """The operations on cases and callbacks."""

    def open_case(self, case: Case, draw_tracking: Callable[[], str]) -> Case:
        """Open a case for a call, or return the one that this call opened before.

        Each try is one statement, and the table allows a number only once: so the number is unique
        among all processes that share the file.
        """
        for _ in range(MOST_DRAWS):
            if self._insert_case(case):
                return case
            sql = f"{_CASES} WHERE call_id = ?"
            for row in self._read(sql, (stored_text(case.call_id),)):
                return rows.read_case(row)
            case = replace(case, tracking=draw_tracking())
        raise StoreError(
            f"None of {MOST_DRAWS} tracking numbers was free for the call {case.call_id!r}: the"
            " source of random numbers repeats itself, or nearly all numbers are in use"
        )

    def _insert_case(self, case: Case) -> bool:
        missing = f"There is no call {case.call_id!r} or no customer {case.customer_id}"
        return self._write(_OPEN_CASE, rows.case_row(case), missing=missing).rowcount == 1

    def find_case(self, tracking: str) -> Case | None:
        """The case with this tracking number."""
        found = self._read(f"{_CASES} WHERE tracking = ?", (stored_text(tracking),))
        return rows.read_case(found[0]) if found else None

    def set_case_state(self, tracking: str, state: CaseState) -> Case:
        """Move a case on."""
        sql = f"UPDATE cases SET state = ? WHERE tracking = ? RETURNING {rows.CASE_COLUMNS}"  # noqa: S608
        for row in self._read(sql, (state, stored_text(tracking))):
            return rows.read_case(row)
        raise UnknownRecordError(f"There is no case with the tracking number {tracking!r}")

    def ask_callback(self, callback: Callback) -> Callback:
        """Keep a wish to be called back; of two numbers that a call asks for, the last counts."""
        missing = f"There is no call {callback.call_id!r} or no customer {callback.customer_id}"
        self._write(_ASK_CALLBACK, rows.callback_row(callback), missing=missing)
        sql = f"{_CALLBACKS} WHERE call_id = ?"
        (row,) = self._read(sql, (stored_text(callback.call_id),))
        return rows.read_callback(row)

    def callbacks(
        self, *, state: CallbackState | None = None, limit: int = 50
    ) -> Sequence[Callback]:
        """Those in this state, or in any."""
        wanted, values = ("", ()) if state is None else ("state = ? AND", (state,))
        sql = f"{_CALLBACKS} WHERE {wanted} {_NO_TRIAL} ORDER BY asked_at, call_id LIMIT ?"
        return [rows.read_callback(row) for row in self._read(sql, (*values, limit))]

    def finish_callback(self, call_id: str) -> Callback:
        """Mark as done what this call asked for."""
        sql = f"UPDATE callbacks SET state = ? WHERE call_id = ? RETURNING {rows.CALLBACK_COLUMNS}"  # noqa: S608
        for row in self._read(sql, (CallbackState.DONE, stored_text(call_id))):
            return rows.read_callback(row)
        raise UnknownRecordError(f"The call {call_id!r} asked for no callback")
