"""Removing what is known of people, in SQL: one person for good, or what is too old of everybody.

Rows of calls, cases and answers stay, emptied of whoever it was, so that they can still be counted.
`''` and `'{}'` stand for what was there; a marked answer stays, a spoken one does not.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from crm import people_rows as rows
from crm.encoding import StoredText, read_date, read_text, stored_date, stored_text, stored_time
from crm.people import DataKind, Erasure
from crm.ports import EVERYTHING, HeldError, Pruned, StoreError, UnknownRecordError
from crm.sql_session import Row, SqlSession, marks

OF_THEIR_CALLS: Final = "call_id IN (SELECT id FROM calls WHERE customer_id = ?)"
"""The condition that something belongs to a call of a customer."""

THEIRS: Final = f"(customer_id = ? OR (customer_id IS NULL AND {OF_THEIR_CALLS}))"
"""The condition that it names a customer, or nobody and belongs to a call of theirs."""

_WORDS: Final = (
    "value NOT IN ('yes', 'no') AND NOT (length(value) <= 2 AND trim(value, '0123456789') = '')"
)
"""The condition that an answer is not `crm.people.is_countable`, nor emptied already."""

_EMPTY_CALLS: Final = (
    "UPDATE calls SET caller_as_sent = '', name_as_sent = '', caller = NULL, facts = '{}',"
    " state = '{}'"
)
_EMPTY_TIMELINES: Final = "UPDATE timeline SET data = '{}'"
_EMPTY_CALLBACKS: Final = "UPDATE callbacks SET number = '', state = 'done'"

_ERASURE: Final = (
    ("timeline", f"{_EMPTY_TIMELINES} WHERE {OF_THEIR_CALLS}"),
    ("answers", f"UPDATE answers SET value = '' WHERE {_WORDS} AND {OF_THEIR_CALLS}"),
    ("callbacks", f"{_EMPTY_CALLBACKS} WHERE {THEIRS}"),
    ("recordings", f"DELETE FROM recordings WHERE {THEIRS}"),
    (
        "case_notes",
        f"""UPDATE case_notes SET text = '' WHERE text <> ''
            AND tracking IN (SELECT tracking FROM cases WHERE {THEIRS})""",
    ),
    ("cases", f"UPDATE cases SET number = NULL WHERE {THEIRS}"),
    ("calls", f"{_EMPTY_CALLS} WHERE customer_id = ?"),
    ("audit", "UPDATE audit SET detail = '' WHERE customer_id = ?"),
)
"""What empties each table of a customer; they stand for every mark in it."""

_FORGET_CUSTOMER: Final = """
UPDATE customers SET reference = NULL, name = ?, language = NULL, segment = NULL,
    lead_score = NULL, address = NULL, notes = NULL, preferences = '{}', search_text = ?
WHERE id = ?
"""

_KEEP_PROOF: Final = f"""
INSERT INTO erasures ({rows.ERASURE_COLUMNS}) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (pseudonym) DO NOTHING
"""

_OWN_MARKS: Final = """
DELETE FROM marks WHERE number IN (SELECT number FROM phone_numbers WHERE customer_id = ?)
    AND number NOT IN (SELECT number FROM phone_numbers WHERE customer_id <> ?)
"""

_NOT_HELD: Final = """
NOT EXISTS (SELECT 1 FROM legal_holds WHERE (until IS NULL OR until > ?)
    AND legal_holds.customer_id = {})
"""
_OWNER: Final = """
coalesce({0}.customer_id, (SELECT calls.customer_id FROM calls WHERE calls.id = {0}.call_id))
"""

_OLD_CALLS: Final = f"""
SELECT id FROM calls WHERE started_at < ? AND {_NOT_HELD.format("calls.customer_id")}
    AND NOT (caller_as_sent = '' AND CAST(facts AS text) = '{{}}')
ORDER BY started_at LIMIT ?
"""

_OLD_RECORDINGS: Final = f"""
SELECT call_id, mailbox, path FROM recordings
WHERE recorded_at < ? AND {_NOT_HELD.format(_OWNER.format("recordings"))} LIMIT ?
"""

_OLD_ANSWERS: Final = f"""
SELECT call_id, survey, question FROM answers JOIN calls ON calls.id = answers.call_id
WHERE given_at < ? AND {_WORDS} AND {_NOT_HELD.format("calls.customer_id")} LIMIT ?
"""

_OLD_CASES: Final = f"""
SELECT tracking FROM cases
WHERE cases.state = 'closed' AND {_NOT_HELD.format(_OWNER.format("cases"))} AND opened_at < ?
    AND NOT EXISTS (
        SELECT 1 FROM case_notes WHERE case_notes.tracking = cases.tracking AND at >= ?)
LIMIT ?
"""

_OLD_AUDIT: Final = f"""
SELECT id FROM audit WHERE at < ? AND {_NOT_HELD.format("audit.customer_id")} LIMIT ?
"""

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
            counts = self._empty_tables(customer_id)
            counts |= self._forget_customer(customer_id, pseudonym)
            erasure = Erasure(pseudonym, at, by, reason, counts)
            if self._write(_KEEP_PROOF, rows.erasure_row(erasure)) == 0:
                raise StoreError(f"Somebody else is {pseudonym!r} already: draw another pseudonym")
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

    def _empty_tables(self, customer_id: int) -> dict[str, int]:
        """Empty what is the customer's beside their own row; how many rows, by table."""
        return {table: self._write(sql, (customer_id,) * sql.count("?")) for table, sql in _ERASURE}

    def _forget_customer(self, customer_id: int, pseudonym: str) -> dict[str, int]:
        key = (customer_id,)
        counts = {"marks": self._write(_OWN_MARKS, (customer_id, customer_id))}
        for table in ("phone_numbers", "external_ids", "contracts", "restrictions", "legal_holds"):
            counts[table] = self._write(f"DELETE FROM {table} WHERE customer_id = ?", key)
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
            for sql, key in (
                (_EMPTY_TIMELINES, "call_id"),
                (_EMPTY_CALLBACKS, "call_id"),
                (_EMPTY_CALLS, "id"),
            ):
                self._write(f"{sql} WHERE {key} IN ({marks(ids)})", ids)
        return Pruned(len(ids))

    def _prune_recordings(self, values: Row) -> Pruned:
        found = self._read(_OLD_RECORDINGS, values)
        for call_id, mailbox, _ in found:
            sql = "DELETE FROM recordings WHERE call_id = ? AND mailbox = ?"
            self._write(sql, (call_id, mailbox))
        return Pruned(len(found), self._unnamed([path for _, _, path in found]))

    def _unnamed(self, paths: Sequence[StoredText]) -> tuple[str, ...]:
        """The files that no message names any more, each once."""
        sql = f"SELECT path FROM recordings WHERE path IN ({marks(paths)})"
        named = {row[0] for row in self._read(sql, paths)} if paths else set()
        return tuple(read_text(path) for path in dict.fromkeys(paths) if path not in named)

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
