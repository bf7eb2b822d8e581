"""Removing what is known of people, in SQL: one person for good, or what is too old of everybody.

Rows of calls, cases and answers stay, emptied of whoever it was, so that they can still be counted.
`''` and `'{}'` stand for what was there; a marked answer stays, a spoken one does not.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from crm import people_rows as rows
from crm.encoding import read_date, read_text, stored_date, stored_text, stored_time
from crm.people import DataKind, Erasure
from crm.ports import EVERYTHING, HeldError, Pruned, UnknownRecordError
from crm.sql_session import Row, SqlSession, marks

_EMPTY_CALLS: Final = """
UPDATE calls SET caller_as_sent = '', name_as_sent = '', caller = NULL, facts = '{{}}',
    state = '{{}}' WHERE id IN ({calls})
"""
_EMPTY_TIMELINES: Final = "UPDATE timeline SET data = '{{}}' WHERE call_id IN ({calls})"
_EMPTY_ANSWERS: Final = (
    "UPDATE answers SET value = '' WHERE call_id IN ({calls}) AND length(value) > 2"
    " AND value NOT IN ('yes', 'no')"
)
_EMPTY_CALLBACKS: Final = (
    "UPDATE callbacks SET number = '', state = 'done' WHERE call_id IN ({calls})"
)
_DROP_RECORDINGS: Final = "DELETE FROM recordings WHERE call_id IN ({calls})"

_CALLS_OF: Final = "SELECT id FROM calls WHERE customer_id = ?"
_CASES_OF: Final = "SELECT tracking FROM cases WHERE customer_id = ?"

_FORGET_CUSTOMER: Final = """
UPDATE customers SET reference = NULL, name = ?, language = NULL, segment = NULL,
    lead_score = NULL, address = NULL, notes = NULL, preferences = '{}', search_text = ?
WHERE id = ?
"""

_OWN_MARKS: Final = """
DELETE FROM marks WHERE number IN (SELECT number FROM phone_numbers WHERE customer_id = ?)
    AND number NOT IN (SELECT number FROM phone_numbers WHERE customer_id <> ?)
"""

_HELD: Final = "SELECT customer_id FROM legal_holds WHERE until IS NULL OR until > ?"
_NOT_HELD: Final = f"(customer_id IS NULL OR customer_id NOT IN ({_HELD}))"

_OLD_CALLS: Final = f"""
SELECT id FROM calls WHERE started_at < ? AND {_NOT_HELD}
    AND NOT (caller_as_sent = '' AND CAST(facts AS text) = '{{}}')
ORDER BY started_at LIMIT ?
"""

_OLD_RECORDINGS: Final = f"""
SELECT call_id, mailbox, path FROM recordings WHERE recorded_at < ? AND {_NOT_HELD} LIMIT ?
"""

_OLD_ANSWERS: Final = f"""
SELECT call_id, survey, question FROM answers WHERE given_at < ? AND length(value) > 2
    AND value NOT IN ('yes', 'no')
    AND call_id NOT IN (SELECT id FROM calls WHERE customer_id IN ({_HELD})) LIMIT ?
"""

_OLD_CASES: Final = f"""
SELECT tracking FROM cases WHERE state = 'closed' AND {_NOT_HELD} AND opened_at < ?
    AND NOT EXISTS (
        SELECT 1 FROM case_notes WHERE case_notes.tracking = cases.tracking AND at >= ?)
LIMIT ?
"""

_OLD_AUDIT: Final = f"SELECT id FROM audit WHERE at < ? AND {_NOT_HELD} LIMIT ?"

_OLD: Final = {
    DataKind.CALLS: _OLD_CALLS,
    DataKind.RECORDINGS: _OLD_RECORDINGS,
    DataKind.ANSWERS: _OLD_ANSWERS,
    DataKind.CASES: _OLD_CASES,
    DataKind.AUDIT: _OLD_AUDIT,
}
"""What finds the records of each kind that are too old: `_old_values`, then how many at most."""


def _old_values(kind: DataKind, before: datetime, today: date) -> Row:
    moment, day = stored_time(before), stored_date(today)
    return (day, moment, moment) if kind is DataKind.CASES else (moment, day)


class SqlErasure(SqlSession):
    """The operations that remove."""

    def erase_customer(
        self, customer_id: int, *, pseudonym: str, at: datetime, by: str, reason: str
    ) -> Erasure:
        """Remove a person for good, in one transaction, and keep the proof of it."""
        with self.transaction():
            self._check_not_held(customer_id, at.date())
            counts = self._empty_calls(_CALLS_OF, (customer_id,))
            counts |= self._forget_cases(customer_id)
            counts |= self._forget_customer(customer_id, pseudonym)
            erasure = Erasure(pseudonym, at, by, reason, counts)
            self._write(
                f"INSERT INTO erasures ({rows.ERASURE_COLUMNS}) VALUES (?, ?, ?, ?, ?)",
                rows.erasure_row(erasure),
            )
            return erasure

    def _check_not_held(self, customer_id: int, today: date) -> None:
        sql = "SELECT reason, until FROM legal_holds WHERE customer_id = ?"
        for reason, until in self._read(sql, (customer_id,)):
            day: date | None = read_date(until)
            if day is None or day > today:
                raise HeldError(
                    f"The customer {customer_id} must not be erased"
                    f" {'until the hold is lifted' if day is None else f'before {day}'}:"
                    f" {read_text(reason)}"
                )

    def _empty_calls(self, calls: str, values: Row) -> dict[str, int]:
        """Empty the calls that the sub-select names, and all that hangs on them."""
        return {
            table: self._write(sql.format(calls=calls), values)
            for table, sql in (
                ("timeline", _EMPTY_TIMELINES),
                ("answers", _EMPTY_ANSWERS),
                ("callbacks", _EMPTY_CALLBACKS),
                ("recordings", _DROP_RECORDINGS),
                ("calls", _EMPTY_CALLS),
            )
        }

    def _forget_cases(self, customer_id: int) -> dict[str, int]:
        key = (customer_id,)
        notes = f"UPDATE case_notes SET text = '' WHERE tracking IN ({_CASES_OF})"
        return {
            "case_notes": self._write(notes, key),
            "cases": self._write("UPDATE cases SET number = NULL WHERE customer_id = ?", key),
        }

    def _forget_customer(self, customer_id: int, pseudonym: str) -> dict[str, int]:
        key = (customer_id,)
        counts = {"marks": self._write(_OWN_MARKS, (customer_id, customer_id))}
        for table in ("phone_numbers", "external_ids", "contracts", "restrictions", "legal_holds"):
            counts[table] = self._write(f"DELETE FROM {table} WHERE customer_id = ?", key)
        counts["audit"] = self._write("UPDATE audit SET detail = '' WHERE customer_id = ?", key)
        values = (stored_text(pseudonym), stored_text(pseudonym), customer_id)
        counts["customers"] = self._write(_FORGET_CUSTOMER, values)
        if not counts["customers"]:
            raise UnknownRecordError(f"There is no customer with the id {customer_id}")
        return counts

    def erasures(self, *, limit: int = 50) -> Sequence[Erasure]:
        """The proofs, newest first."""
        sql = f"SELECT {rows.ERASURE_COLUMNS} FROM erasures ORDER BY at DESC, pseudonym LIMIT ?"
        return [rows.read_erasure(row) for row in self._read(sql, (limit,))]

    def prune(self, kind: DataKind, before: datetime, today: date, *, limit: int) -> Pruned:
        """Remove at most `limit` records of a kind from before a moment, but none that is held."""
        sql, values = _OLD[kind], (*_old_values(kind, before, today), limit)
        with self.transaction():
            match kind:
                case DataKind.CALLS:
                    return self._prune_calls(values)
                case DataKind.RECORDINGS:
                    return self._prune_recordings(values)
                case DataKind.ANSWERS:
                    return self._prune_answers(values)
                case DataKind.CASES:
                    return Pruned(self._drop("cases", "tracking", sql, values))
                case DataKind.AUDIT:
                    return Pruned(self._drop("audit", "id", sql, values))

    def count_prunable(self, kind: DataKind, before: datetime, today: date) -> int:
        """How many records `prune` would remove in all."""
        sql = f"SELECT count(*) FROM ({_OLD[kind]}) AS old"
        ((count,),) = self._read(sql, (*_old_values(kind, before, today), EVERYTHING))
        return int(count)

    def _prune_calls(self, values: Row) -> Pruned:
        ids = [row[0] for row in self._read(_OLD_CALLS, values)]
        if ids:
            for sql in (_EMPTY_TIMELINES, _EMPTY_CALLBACKS, _EMPTY_CALLS):
                self._write(sql.format(calls=marks(ids)), ids)
        return Pruned(len(ids))

    def _prune_recordings(self, values: Row) -> Pruned:
        found = self._read(_OLD_RECORDINGS, values)
        for call_id, mailbox, _ in found:
            sql = "DELETE FROM recordings WHERE call_id = ? AND mailbox = ?"
            self._write(sql, (call_id, mailbox))
        return Pruned(len(found), tuple(read_text(path) for _, _, path in found))

    def _prune_answers(self, values: Row) -> Pruned:
        found = self._read(_OLD_ANSWERS, values)
        for key in found:
            sql = "UPDATE answers SET value = '' WHERE call_id = ? AND survey = ? AND question = ?"
            self._write(sql, key)
        return Pruned(len(found))

    def _drop(self, table: str, key: str, sql: str, values: Row) -> int:
        """Delete the rows of `table` whose `key` a statement finds; what hangs on them goes too."""
        keys = [row[0] for row in self._read(sql, values)]
        if keys:
            self._write(f"DELETE FROM {table} WHERE {key} IN ({marks(keys)})", keys)
        return len(keys)
