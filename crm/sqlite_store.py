"""The embedded store: one SQLite file, durable at each commit.

The operations run plain SQL on a connection that sqlite-utils opened: its own `insert` looks up the
schema at each call, which costs more than the insert. The driver keeps the statements prepared.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from crm import sqlite_rows as rows
from crm.encoding import stored_text, stored_time
from crm.identity import stored_version
from crm.ports import (
    MOST_DRAWS,
    MOST_MATCHES,
    ImportCounts,
    StoreError,
    StoreUnavailableError,
    UnknownRecordError,
)
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
from crm.searching import fold, number_part
from crm.sqlite_database import BUSY_SECONDS, open_database, store_error
from crm.sqlite_rows import Row

_BEGIN_CALL: Final = """
INSERT INTO calls (id, started_at, caller_as_sent, name_as_sent, caller, dialled, source, language,
    customer_id, revision, facts, trial)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
"""

_CHANGE_CALL: Final = """
UPDATE calls SET language = coalesce(?, language), queue = coalesce(?, queue),
    agent = coalesce(?, agent), queued_at = coalesce(?, queued_at),
    answered_at = coalesce(?, answered_at), left_queue_at = coalesce(?, left_queue_at),
    ended_at = coalesce(?, ended_at), outcome = coalesce(?, outcome), stage = coalesce(?, stage),
    state = coalesce(?, state)
WHERE id = ?
"""

_ROWS_TOGETHER: Final = 100
"""Rows of one INSERT. The driver gives up and takes back the interpreter's lock for each statement,
beside a busy event loop: that costs more than the row does."""


def _add_to_timeline(count: int) -> str:
    """The statement that appends `count` events."""
    values = ", ".join(["(?, ?, ?, ?, ?, ?)"] * count)
    return (
        f"INSERT INTO timeline ({rows.TIMELINE_COLUMNS}) VALUES {values}"  # noqa: S608  constants
        " ON CONFLICT (call_id, visit, sequence) DO NOTHING"
    )


_OPEN_CASE: Final = f"""
INSERT INTO cases ({rows.CASE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
"""  # noqa: S608  made of constants alone, like the other statements below

_KEEP_ANSWER: Final = f"""
INSERT INTO answers ({rows.ANSWER_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (call_id, survey, question) DO NOTHING
"""  # noqa: S608

_KEEP_RECORDING: Final = f"""
INSERT INTO recordings ({rows.RECORDING_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (call_id, mailbox) DO NOTHING
"""  # noqa: S608

_FIND_CALLERS: Final = f"""
SELECT {rows.CUSTOMER_COLUMNS}, (SELECT count(*) FROM cases WHERE cases.customer_id = c.id
    AND cases.state NOT IN ('resolved', 'closed')
    AND NOT (SELECT trial FROM calls WHERE calls.id = cases.call_id))
FROM phone_numbers JOIN customers AS c ON c.id = phone_numbers.customer_id
WHERE phone_numbers.number = ? ORDER BY c.id LIMIT {MOST_MATCHES}
"""  # noqa: S608

_SEARCH_CUSTOMERS: Final = f"""
SELECT {rows.CUSTOMER_COLUMNS} FROM customers AS c WHERE instr(c.search_text, ?1) OR EXISTS (
    SELECT 1 FROM phone_numbers WHERE customer_id = c.id AND instr(number, ?2))
ORDER BY c.search_text, c.id LIMIT ?3
"""  # noqa: S608

_CUSTOMERS: Final = f"SELECT {rows.CUSTOMER_COLUMNS} FROM customers AS c"  # noqa: S608
_NUMBERS: Final = "SELECT number FROM phone_numbers WHERE customer_id = ? ORDER BY position"
_CONTRACTS: Final = (
    f"SELECT {rows.CONTRACT_COLUMNS} FROM contracts WHERE customer_id = ? ORDER BY id"  # noqa: S608
)
_CALLS: Final = (
    f"SELECT {rows.CALL_COLUMNS} FROM calls"  # noqa: S608
    " LEFT JOIN customers ON customers.id = calls.customer_id"
)
_NEWEST_FIRST: Final = "ORDER BY calls.started_at DESC, calls.id DESC LIMIT ?"
_CASES: Final = f"SELECT {rows.CASE_COLUMNS} FROM cases"  # noqa: S608


class SqliteStore:
    """A connection to the database in `path`; it belongs to the thread that made it.

    Args:
        path: The file. If there is none, it is made, unless `create` is false.
        create: Whether a missing file is made.
        busy_seconds: How long to wait for another process's write lock.

    Raises:
        StoreError: See `crm.sqlite_database.open_database`.
    """

    def __init__(
        self, path: Path, *, create: bool = True, busy_seconds: float = BUSY_SECONDS
    ) -> None:
        self._path = path
        self._conn = open_database(path, create=create, busy_seconds=busy_seconds).conn
        self._depth = 0

    def find_callers(self, number: str) -> Sequence[CallerMatch]:
        """Customers who have this E.164 number."""
        found = self._read(_FIND_CALLERS, (stored_text(number),))
        return [CallerMatch(self._customer_of(row[:-1]), row[-1]) for row in found]

    def customers(self, *, search: str = "", limit: int = 50) -> Sequence[Customer]:
        """Customers by name."""
        if not search:
            found = self._read(f"{_CUSTOMERS} ORDER BY c.search_text, c.id LIMIT ?", (limit,))
        else:
            found = self._read(_SEARCH_CUSTOMERS, (fold(search), number_part(search), limit))
        return [self._customer_of(row) for row in found]

    def customer(self, customer_id: int) -> Customer:
        """One customer."""
        for row in self._read(f"{_CUSTOMERS} WHERE c.id = ?", (customer_id,)):
            return self._customer_of(row)
        raise UnknownRecordError(f"There is no customer with the id {customer_id}")

    def find_customer(self, reference: str) -> Customer | None:
        """The customer with this reference."""
        found = self._read(f"{_CUSTOMERS} WHERE c.reference = ?", (stored_text(reference),))
        return self._customer_of(found[0]) if found else None

    def _customer_of(self, row: Row) -> Customer:
        key = row[:1]
        return rows.read_customer(row, self._read(_NUMBERS, key), self._read(_CONTRACTS, key))

    def calls_of_customer(self, customer_id: int, *, limit: int = 50) -> Sequence[Call]:
        """The customer's calls."""
        sql = f"{_CALLS} WHERE calls.customer_id = ? {_NEWEST_FIRST}"
        return [rows.read_call(row) for row in self._read(sql, (customer_id, limit))]

    def put_customers(self, customers: Iterable[Customer]) -> ImportCounts:
        """Add or change customers."""
        done: Counter[str] = Counter()
        with self.transaction():
            for customer in customers:
                done[self._put_customer(customer)] += 1
        return ImportCounts(done["added"], done["changed"], done["unchanged"])

    def _put_customer(self, given: Customer) -> str:
        """Put one customer; return which of the counts it belongs to."""
        customer = replace(given, numbers=tuple(dict.fromkeys(given.numbers)))
        stored = stored_version(self, customer)
        if stored is None:
            self._add_customer(customer)
            return "added"
        customer = replace(customer, id=stored.id)
        if customer == stored:
            return "unchanged"
        self._change_customer(customer, stored)
        return "changed"

    def _add_customer(self, customer: Customer) -> None:
        cursor = self._write(
            "INSERT INTO customers (reference, name, language, segment, search_text)"
            " VALUES (?, ?, ?, ?, ?)",
            rows.customer_row(customer),
        )
        # An insert that succeeded has a row id.
        self._add_numbers_and_contracts(cursor.lastrowid or 0, customer)

    def _change_customer(self, customer: Customer, stored: Customer) -> None:
        key = (stored.id,)
        self._write(
            "UPDATE customers SET reference = ?, name = ?, language = ?, segment = ?,"
            " search_text = ? WHERE id = ?",
            rows.customer_row(customer) + key,
        )
        self._write("DELETE FROM phone_numbers WHERE customer_id = ?", key)
        self._write("DELETE FROM contracts WHERE customer_id = ?", key)
        self._add_numbers_and_contracts(stored.id or 0, customer)

    def _add_numbers_and_contracts(self, customer_id: int, customer: Customer) -> None:
        for row in rows.number_rows(customer_id, customer):
            self._write(
                "INSERT INTO phone_numbers (number, customer_id, position) VALUES (?, ?, ?)", row
            )
        for row in rows.contract_rows(customer_id, customer):
            self._write(
                "INSERT INTO contracts (customer_id, level, starts, ends, grace_days)"
                " VALUES (?, ?, ?, ?, ?)",
                row,
            )

    def begin_call(self, call: NewCall) -> None:
        """Put a call into the journal."""
        self._write(
            _BEGIN_CALL,
            rows.new_call_row(call),
            missing=f"The call {call.id!r} names customer {call.customer_id}, who does not exist",
        )

    def change_call(self, call_id: str, change: CallChange) -> None:
        """Add what a later request learned."""
        if self._write(_CHANGE_CALL, rows.call_change_row(call_id, change)).rowcount == 0:
            raise UnknownRecordError(_no_call(call_id))

    def add_to_timeline(self, events: Iterable[TimelineEvent]) -> None:
        """Append events."""
        waiting = list(events)
        if len(waiting) <= _ROWS_TOGETHER:
            self._append(waiting)
            return
        with self.transaction():
            for start in range(0, len(waiting), _ROWS_TOGETHER):
                self._append(waiting[start : start + _ROWS_TOGETHER])

    def _append(self, events: Sequence[TimelineEvent]) -> None:
        """Append events in one statement, which is whole or not at all."""
        if events:
            values = [value for event in events for value in rows.timeline_row(event)]
            calls = " or ".join(repr(call) for call in {event.call_id for event in events})
            missing = f"There is no call {calls} in the journal: begin it first"
            self._write(_add_to_timeline(len(events)), values, missing=missing)

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

    def keep_answer(self, answer: Answer) -> None:
        """Keep one answer."""
        missing = f"There is no call {answer.call_id!r} or no case {answer.tracking!r}"
        self._write(_KEEP_ANSWER, rows.answer_row(answer), missing=missing)

    def keep_recording(self, recording: Recording) -> None:
        """Keep the reference to a recorded message."""
        missing = f"There is no call {recording.call_id!r} or no customer {recording.customer_id}"
        self._write(_KEEP_RECORDING, rows.recording_row(recording), missing=missing)

    def calls(self, *, since: datetime | None = None, limit: int = 20) -> Sequence[Call]:
        """The newest calls first."""
        earliest = "" if since is None else stored_time(since)
        sql = f"{_CALLS} WHERE calls.started_at >= ? {_NEWEST_FIRST}"
        return [rows.read_call(row) for row in self._read(sql, (earliest, limit))]

    def call(self, call_id: str) -> Call | None:
        """One call as the journal has it."""
        found = self._read(f"{_CALLS} WHERE calls.id = ?", (stored_text(call_id),))
        return rows.read_call(found[0]) if found else None

    def call_story(self, call_id: str) -> CallStory | None:
        """One call with its timeline, cases, answers and recordings."""
        call = self.call(call_id)
        if call is None:
            return None
        timeline = self._of_call("timeline", rows.TIMELINE_COLUMNS, "visit, sequence", call_id)
        cases = self._of_call("cases", rows.CASE_COLUMNS, "opened_at", call_id)
        answers = self._of_call("answers", rows.ANSWER_COLUMNS, "given_at, question", call_id)
        recordings = self._of_call("recordings", rows.RECORDING_COLUMNS, "recorded_at", call_id)
        return CallStory(
            call,
            tuple(map(rows.read_timeline, timeline)),
            tuple(map(rows.read_case, cases)),
            tuple(map(rows.read_answer, answers)),
            tuple(map(rows.read_recording, recordings)),
        )

    def _of_call(self, table: str, columns: str, order: str, call_id: str) -> Sequence[Row]:
        sql = f"SELECT {columns} FROM {table} WHERE call_id = ? ORDER BY {order}"  # noqa: S608
        return self._read(sql, (stored_text(call_id),))

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Make the operations inside it durable together; nested, a savepoint."""
        nested = self._depth > 0
        if nested:
            self._check_not_undone()
        # Taking the write lock at once waits for other writers; a transaction that began by reading
        # could not wait any more when it comes to write (SQLITE_BUSY_SNAPSHOT).
        self._write("SAVEPOINT nested" if nested else "BEGIN IMMEDIATE")
        self._depth += 1
        try:
            yield
            self._check_not_undone()
            self._write("RELEASE nested" if nested else "COMMIT")
        except BaseException:
            self._undo(nested=nested)
            raise
        finally:
            self._depth -= 1

    def _check_not_undone(self) -> None:
        """SQLite undoes the whole transaction by itself when, for one, the disk is full."""
        if not self._conn.in_transaction:
            raise StoreUnavailableError(
                f"The database {self._path} undid the transaction after an error: do it again"
            )

    def _undo(self, *, nested: bool) -> None:
        if not self._conn.in_transaction:
            return
        if nested:
            self._write("ROLLBACK TO nested")
            self._write("RELEASE nested")
        else:
            self._write("ROLLBACK")

    def close(self) -> None:
        """Give up the connection."""
        self._conn.close()

    def _read(self, sql: str, values: Sequence[Any]) -> Sequence[Row]:
        try:
            found: Sequence[Row] = self._conn.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise store_error(error, self._path) from error
        return found

    def _write(self, sql: str, values: Sequence[Any] = (), *, missing: str = "") -> sqlite3.Cursor:
        try:
            return self._conn.execute(sql, values)
        except sqlite3.Error as error:
            raise store_error(error, self._path, missing) from error


def _no_call(call_id: str) -> str:
    return f"There is no call {call_id!r} in the journal: begin it first"
