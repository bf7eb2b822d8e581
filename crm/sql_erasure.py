"""Removing what is known of people, in SQL: one person for good, or what is too old of everybody.

Rows of calls, cases and answers stay, emptied of whoever it was, so that they can still be counted.
`''` and `'{}'` stand for what was there; a marked answer stays, a spoken one does not.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Final

from crm import asking_rows
from crm import people_rows as rows
from crm.encoding import StoredText, read_date, read_text, stored_date, stored_text, stored_time
from crm.people import EVERYTHING, DataKind, Erasure, Pruned
from crm.ports import HeldError, StoreError, UnknownRecordError
from crm.records import Recording
from crm.sql_session import Row, SqlSession, marks
from crm.sql_theirs import (
    OF_THEIR_CALLS,
    OWN_NUMBERS,
    THEIR_ATTEMPTS,
    THEIR_CALLBACKS,
    THEIR_CODES,
    THEIR_MESSAGES,
    THEIRS,
)

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
_EMPTY_MESSAGES: Final = """
UPDATE outbox SET number = '', text = '',
    status = CASE status WHEN 'waiting' THEN 'expired' ELSE status END
"""
_EMPTY_SURVEYS: Final = "UPDATE surveys_asked SET number = NULL"

_ERASURE: Final = (
    ("timeline", f"{_EMPTY_TIMELINES} WHERE {OF_THEIR_CALLS}"),
    ("answers", f"UPDATE answers SET value = '' WHERE {_WORDS} AND {OF_THEIR_CALLS}"),
    ("callbacks", f"{_EMPTY_CALLBACKS} WHERE {THEIR_CALLBACKS}"),
    ("outbox", f"{_EMPTY_MESSAGES} WHERE {THEIR_MESSAGES}"),
    ("surveys_asked", f"{_EMPTY_SURVEYS} WHERE {THEIRS}"),
    ("one_time_codes", f"DELETE FROM one_time_codes WHERE {THEIR_CODES}"),
    ("attempts", f"DELETE FROM attempts WHERE {THEIR_ATTEMPTS}"),
    ("pins", "DELETE FROM pins WHERE customer_id = ?"),
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
INSERT INTO erasures ({rows.ERASURE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (pseudonym) DO NOTHING
"""

_OWN_MARKS: Final = f"DELETE FROM marks WHERE number IN ({OWN_NUMBERS})"

_NOT_HELD: Final = """
NOT EXISTS (SELECT 1 FROM legal_holds WHERE (until IS NULL OR until > ?)
    AND legal_holds.customer_id = {})
"""
_OWNER: Final = """
coalesce({0}.customer_id, (SELECT calls.customer_id FROM calls WHERE calls.id = {0}.call_id))
"""

_IS_EMPTIED: Final = "(caller_as_sent = '' AND CAST(facts AS text) = '{}')"
_OLD_CALLS: Final = f"""
SELECT id FROM calls WHERE started_at < ? AND {_NOT_HELD.format("calls.customer_id")}
    AND NOT {_IS_EMPTIED}
ORDER BY started_at LIMIT ?
"""

_FORGET_CALLBACKS: Final = f"""
{_EMPTY_CALLBACKS} WHERE call_id IN (SELECT callback FROM callback_calls WHERE call_id IN ({{ids}}))
    AND NOT EXISTS (
        SELECT 1 FROM callback_calls JOIN calls ON calls.id = callback_calls.call_id
        WHERE callback_calls.callback = callbacks.call_id
            AND (started_at >= ? OR NOT {_IS_EMPTIED.replace("{", "{{").replace("}", "}}")}))
"""
"""Once the last of the calls that belong to it is emptied."""

_OLD_RECORDINGS: Final = f"""
SELECT {asking_rows.RECORDING_COLUMNS} FROM recordings
WHERE recorded_at < ? AND {_NOT_HELD.format(_OWNER.format("recordings"))} AND {{behind}}
ORDER BY recorded_at, call_id, mailbox LIMIT ?
"""

_OLD_ANSWERS: Final = f"""
SELECT call_id, survey, question FROM answers JOIN calls ON calls.id = answers.call_id
WHERE given_at < ? AND {_WORDS} AND {_NOT_HELD.format("calls.customer_id")} LIMIT ?
"""

_OLD_SURVEYS: Final = f"""
SELECT call_id, survey FROM surveys_asked
WHERE at < ? AND number IS NOT NULL AND {_NOT_HELD.format(_OWNER.format("surveys_asked"))} LIMIT ?
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
    DataKind.RECORDINGS: _OLD_RECORDINGS.format(behind="1 = 1"),
    DataKind.ANSWERS: _OLD_ANSWERS,
    DataKind.CASES: _OLD_CASES,
    DataKind.AUDIT: _OLD_AUDIT,
}
"""What finds the records of each kind that are too old: `_old_values`, then how many at most."""


_ERASED: Final = "IN (SELECT customer_id FROM erasures)"
_CALLS_OF_ERASED: Final = f"SELECT id FROM calls WHERE id IN ({{ids}}) AND customer_id {_ERASED}"


def _of_erased(table: str) -> str:
    """The condition that a row of these calls is an erased customer's."""
    return f"call_id IN ({{ids}}) AND {_OWNER.format(table)} {_ERASED}"


_CALLBACKS_OF_ERASED: Final = f"""
call_id IN (SELECT callback FROM callback_calls WHERE call_id IN ({{ids}})) AND (
    customer_id {_ERASED} OR (customer_id IS NULL AND call_id IN (
        SELECT callback FROM callback_calls JOIN calls ON calls.id = callback_calls.call_id
        WHERE calls.customer_id {_ERASED})))
"""

_ERASING_AGAIN: Final = (
    f"{_EMPTY_TIMELINES} WHERE call_id IN ({_CALLS_OF_ERASED})",
    f"UPDATE answers SET value = '' WHERE {_WORDS} AND call_id IN ({_CALLS_OF_ERASED})",
    f"{_EMPTY_CALLBACKS} WHERE {_CALLBACKS_OF_ERASED}",
    f"{_EMPTY_MESSAGES} WHERE {_of_erased('outbox')}",
    f"{_EMPTY_SURVEYS} WHERE {_of_erased('surveys_asked')}",
    f"UPDATE cases SET number = NULL WHERE {_of_erased('cases')}",
    f"{_EMPTY_CALLS} WHERE id IN ({_CALLS_OF_ERASED})",
)
"""What empties that of calls which is an erased customer's; `{ids}` are marks for the calls."""

_EMPTY_CASES_WITHOUT_CALL: Final = f"""
UPDATE cases SET number = NULL
WHERE call_id IS NULL AND number IS NOT NULL AND customer_id {_ERASED}
"""
"""A case whose number a caller has heard may be kept without its call: `crm.writes`."""

_MESSAGES_OF_ERASED: Final = f"""
SELECT {asking_rows.RECORDING_COLUMNS} FROM recordings WHERE {_of_erased("recordings")}
"""

_TOGETHER: Final = 200
"""Calls in one condition."""


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
            erasure = Erasure(pseudonym, customer_id, at, by, reason, counts)
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
        counts = {"marks": self._write(_OWN_MARKS, key)}
        for table in ("phone_numbers", "external_ids", "contracts", "restrictions", "legal_holds"):
            counts[table] = self._write(f"DELETE FROM {table} WHERE customer_id = ?", key)
        values = (stored_text(pseudonym), stored_text(pseudonym), customer_id)
        counts["customers"] = self._write(_FORGET_CUSTOMER, values)
        if not counts["customers"]:
            raise UnknownRecordError(f"There is no customer with the id {customer_id}")
        return counts

    def erase_again(self, call_ids: Collection[str]) -> Sequence[Recording]:
        """Empty what was kept of these calls after their customer was erased."""
        if not self._read("SELECT 1 FROM erasures LIMIT 1", ()):
            return ()
        keys, messages = [stored_text(each) for each in call_ids], list[Row]()
        with self.transaction():
            for start in range(0, len(keys), _TOGETHER):
                some = keys[start : start + _TOGETHER]
                for sql in _ERASING_AGAIN:
                    self._write(sql.replace("{ids}", marks(some)), some)
                messages += self._read(_MESSAGES_OF_ERASED.replace("{ids}", marks(some)), some)
            self._write(_EMPTY_CASES_WITHOUT_CALL)
        return [asking_rows.read_recording(row) for row in messages]

    def erasure_of(self, customer_id: int) -> Erasure | None:
        """The newest proof that this customer was erased."""
        sql = (
            f"SELECT {rows.ERASURE_COLUMNS} FROM erasures WHERE customer_id = ?"
            " ORDER BY at DESC, pseudonym LIMIT 1"
        )
        return next(map(rows.read_erasure, self._read(sql, (customer_id,))), None)

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
                    found = self.old_recordings(before, today, limit=limit)
                    return Pruned(len(found), tuple(self.remove_recordings(found)))
                case DataKind.ANSWERS:
                    return self._prune_answers(values)
                case DataKind.CASES:
                    return Pruned(self._drop("cases", "tracking", sql, values))
                case DataKind.AUDIT:
                    return Pruned(self._drop("audit", "id", sql, values))

    def count_prunable(self, kind: DataKind, before: datetime, today: date) -> int:
        """How many records `prune` would remove in all."""
        values, total = (*_old_values(kind, before, today), EVERYTHING), 0
        for old in (_OLD[kind], _OLD_SURVEYS) if kind is DataKind.ANSWERS else (_OLD[kind],):
            ((count,),) = self._read(f"SELECT count(*) FROM ({old}) AS old", values)
            total += int(count)
        return total

    def _prune_calls(self, values: Row) -> Pruned:
        ids = [row[0] for row in self._read(_OLD_CALLS, values)]
        if ids:
            some, before = marks(ids), values[0]
            for sql, key in (
                (_EMPTY_TIMELINES, "call_id"),
                (_EMPTY_MESSAGES, "call_id"),
                (_EMPTY_SURVEYS, "call_id"),
                (_EMPTY_CALLS, "id"),
            ):
                self._write(f"{sql} WHERE {key} IN ({some})", ids)
            self._write(_FORGET_CALLBACKS.format(ids=some), (*ids, before))
        return Pruned(len(ids))

    def old_recordings(
        self, before: datetime, today: date, *, after: Recording | None = None, limit: int
    ) -> Sequence[Recording]:
        """The messages that `prune` would remove, the oldest first."""
        behind, values = "1 = 1", _old_values(DataKind.RECORDINGS, before, today)
        if after is not None:
            behind = "(recorded_at, call_id, mailbox) > (?, ?, ?)"
            key = (after.call_id, after.mailbox)
            values = (*values, stored_time(after.recorded_at), *map(stored_text, key))
        found = self._read(_OLD_RECORDINGS.format(behind=behind), (*values, limit))
        return [asking_rows.read_recording(row) for row in found]

    def remove_recordings(self, recordings: Sequence[Recording]) -> Sequence[str]:
        """Forget messages; the files that no message names any more."""
        sql = "DELETE FROM recordings WHERE call_id = ? AND mailbox = ?"
        with self.transaction():
            for each in recordings:
                self._write(sql, (stored_text(each.call_id), stored_text(each.mailbox)))
            return self._unnamed([stored_text(each.path) for each in recordings])

    def _unnamed(self, paths: Sequence[StoredText]) -> tuple[str, ...]:
        """The files that no message names any more, each once."""
        sql = f"SELECT path FROM recordings WHERE path IN ({marks(paths)})"
        named = {row[0] for row in self._read(sql, paths)} if paths else set()
        return tuple(read_text(path) for path in dict.fromkeys(paths) if path not in named)

    def _prune_answers(self, values: Row) -> Pruned:
        """Words, and then whom surveys were asked of."""
        answers, limit = self._read(_OLD_ANSWERS, values), values[-1]
        sql = "UPDATE answers SET value = '' WHERE call_id = ? AND survey = ? AND question = ?"
        self._write_many(sql, answers)
        surveys = self._read(_OLD_SURVEYS, (*values[:-1], limit - len(answers)))
        self._write_many(f"{_EMPTY_SURVEYS} WHERE call_id = ? AND survey = ?", surveys)
        return Pruned(len(answers) + len(surveys))

    def _drop(self, table: str, key: str, sql: str, values: Row) -> int:
        """Delete the rows of `table` whose `key` a statement finds; what hangs on them goes too."""
        keys = [row[0] for row in self._read(sql, values)]
        if keys:
            self._write(f"DELETE FROM {table} WHERE {key} IN ({marks(keys)})", keys)
        return len(keys)
