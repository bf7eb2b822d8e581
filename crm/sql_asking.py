"""Messages, one-time codes, PINs, attempts and surveys, in SQL."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from crm import asking_rows as rows
from crm import sql_rows
from crm.asking_ports import ATTEMPTS_KEPT
from crm.asking_records import (
    AskedSurvey,
    AttemptKind,
    MessageStatus,
    OneTimeCode,
    OutboxMessage,
    Pin,
    ServedCalls,
    wiped,
)
from crm.encoding import StoredText, read_text, read_time, stored_text, stored_time
from crm.records import Answer
from crm.sql_searching import no_trial, search_clause
from crm.sql_session import Row, SqlSession, marks


def _insert(table: str, columns: str) -> str:
    return f"INSERT INTO {table} ({columns}) VALUES ({marks(columns.split(','))})"


_QUEUE: Final = f"{_insert('outbox', rows.OUTBOX_COLUMNS)} ON CONFLICT (id) DO NOTHING"
_MESSAGES: Final = f"SELECT {rows.OUTBOX_COLUMNS} FROM outbox"
_EXPIRE: Final = """
UPDATE outbox SET status = 'expired',
    text = CASE WHEN kind = 'one-time-code' THEN '' ELSE text END
WHERE id IN (
    SELECT id FROM outbox WHERE status = 'waiting' AND expires_at <= ? {skipping})
"""

_KEEP_CODE: Final = f"""
{_insert("one_time_codes", rows.CODE_COLUMNS)}
ON CONFLICT (number) DO UPDATE SET salt = excluded.salt, digest = excluded.digest,
    issued_at = excluded.issued_at, expires_at = excluded.expires_at, tries = excluded.tries,
    call_id = excluded.call_id
"""
_TRY_CODE: Final = """
UPDATE one_time_codes SET tries = tries - 1 WHERE number = ? AND tries > 0 AND expires_at > ?
RETURNING number, salt, digest, issued_at, expires_at, tries + 1, call_id
"""

_SET_PIN: Final = f"""
{_insert("pins", rows.PIN_COLUMNS)} ON CONFLICT (customer_id) DO UPDATE SET
    salt = excluded.salt, digest = excluded.digest, set_at = excluded.set_at
"""
_PIN: Final = f"""
SELECT {rows.PIN_COLUMNS} FROM pins WHERE customer_id = ? AND NOT EXISTS (
    SELECT 1 FROM restrictions WHERE restrictions.customer_id = pins.customer_id)
"""

_ATTEMPT: Final = _insert("attempts", "kind, subject, at")
_ATTEMPTS: Final = "SELECT count(*) FROM attempts WHERE kind = ? AND at > ? AND at <= ?"
_OLD_TOGETHER: Final = 100
"""Attempts and codes that are removed on the way: more than one caller adds, and soon done."""
_ALL: Final = 2**62
_OLD_ATTEMPTS: Final = """
DELETE FROM attempts WHERE id IN (
    SELECT id FROM attempts WHERE at <= ? ORDER BY at, id LIMIT ? {skipping})
"""
_OLD_CODES: Final = """
DELETE FROM one_time_codes WHERE number IN (
    SELECT number FROM one_time_codes WHERE expires_at <= ? ORDER BY expires_at LIMIT ?
    {skipping})
"""

_NOTE_SURVEY: Final = f"""
{_insert("surveys_asked", rows.SURVEY_COLUMNS)}
ON CONFLICT (call_id, survey) DO UPDATE SET outcome = excluded.outcome
WHERE surveys_asked.outcome = 'asked' AND excluded.outcome IN ('declined', 'complete')
"""
_LAST_ASKED: Final = f"""
SELECT at FROM surveys_asked WHERE {{whose}} = ? AND survey = ? AND at < ?
    AND outcome IN ('asked', 'declined', 'complete') AND {no_trial("surveys_asked")}
ORDER BY at DESC LIMIT 1
"""
_SURVEYS: Final = f"""
SELECT {rows.SURVEY_COLUMNS} FROM surveys_asked
WHERE {{wanted}} AND (at, call_id, survey) > (?, ?, ?) AND at < ? AND {no_trial("surveys_asked")}
ORDER BY at, call_id, survey LIMIT ?
"""
_ANSWERS: Final = f"""
SELECT {sql_rows.ANSWER_COLUMNS} FROM answers
WHERE {{wanted}} AND (given_at, call_id, survey, question) > (?, ?, ?, ?) AND given_at < ?
    AND {no_trial("answers")}
ORDER BY given_at, call_id, survey, question LIMIT ?
"""
_TOGETHER: Final = 500
"""Rows that are read in one go; see `crm.sql_journal`."""

_SERVED: Final = """
SELECT queue, agent, {hour}, count(*) FROM calls
WHERE started_at >= ? AND started_at < ? AND trial = 0
    AND (answered_at IS NOT NULL OR outcome = 'answered')
GROUP BY 1, 2, 3 ORDER BY 3, coalesce(queue, ''), coalesce(agent, '')
"""


class SqlAsking(SqlSession):
    """The operations on what is asked of callers and told to them."""

    def queue_message(self, message: OutboxMessage) -> None:
        """Put a message into the outbox."""
        missing = f"There is no call {message.call_id!r} or no customer {message.customer_id}"
        with self.transaction():
            self._write(_QUEUE, rows.outbox_row(wiped(message)), missing=missing)
            self._expire(message.written_at)

    def _expire(self, at: datetime) -> None:
        """Let messages expire that were not sent in time; no code stays readable for longer."""
        self._clear(_EXPIRE, stored_time(at))

    def messages(
        self, *, status: MessageStatus | None = None, search: str = "", limit: int = 50
    ) -> Sequence[OutboxMessage]:
        """Messages in this status, or in any; the oldest first."""
        wanted, values = ("1 = 1", ()) if status is None else ("status = ?", (status,))
        found, terms = search_clause(
            search,
            owner="outbox.customer_id",
            number="outbox.number",
            queue="calls.queue",
            call="outbox.call_id",
        )
        sql = (
            f"{_MESSAGES} WHERE {wanted} AND {found} AND {no_trial('outbox')}"
            " ORDER BY written_at, id LIMIT ?"
        )
        return [rows.read_outbox(row) for row in self._read(sql, (*values, *terms, limit))]

    def keep_code(self, code: OneTimeCode, *, per_number: int, per_day: int) -> bool:
        """Keep a new code, unless too many were given."""
        kind, at = AttemptKind.CODE, code.issued_at
        with self.transaction():
            self._take_turns("one-time codes")
            self._expire(at)
            self._clear(_OLD_CODES, stored_time(at), _OLD_TOGETHER)
            of_number = self.attempts(kind, code.number, at)
            if of_number >= per_number or self._count_attempts(kind, at) >= per_day:
                return False
            missing = f"There is no call {code.call_id!r} in the journal: begin it first"
            self._write(_KEEP_CODE, rows.code_row(code), missing=missing)
            self._note_attempt(kind, code.number, at)
            return True

    def try_code(self, number: str, at: datetime) -> OneTimeCode | None:
        """Take one try off a code, and return it as it was."""
        for row in self._read(_TRY_CODE, (stored_text(number), stored_time(at))):
            return rows.read_code(row)
        return None

    def use_code(self, number: str, salt: bytes) -> bool:
        """Forget a code that was right; whether it was still there."""
        sql = "DELETE FROM one_time_codes WHERE number = ? AND salt = ?"
        return self._write(sql, (stored_text(number), salt.hex())) == 1

    def set_pin(self, pin: Pin) -> None:
        """Keep a customer's PIN."""
        missing = f"There is no customer with the id {pin.customer_id}"
        self._write(_SET_PIN, rows.pin_row(pin), missing=missing)

    def remove_pin(self, customer_id: int) -> bool:
        """Forget a customer's PIN; whether there was one."""
        return self._write("DELETE FROM pins WHERE customer_id = ?", (customer_id,)) == 1

    def pin(self, customer_id: int) -> Pin | None:
        """A customer's PIN."""
        return next(map(rows.read_pin, self._read(_PIN, (customer_id,))), None)

    def count_attempt(self, kind: AttemptKind, subject: str, at: datetime) -> int:
        """Note an attempt; how many there were, this one included."""
        with self.transaction():
            self._take_turns(f"{kind} {subject!r}")
            self._note_attempt(kind, subject, at)
            return self.attempts(kind, subject, at)

    def attempts(self, kind: AttemptKind, subject: str, at: datetime) -> int:
        """How many attempts there were."""
        return self._count_attempts(kind, at, "AND subject = ?", stored_text(subject))

    def _count_attempts(
        self, kind: AttemptKind, at: datetime, wanted: str = "", *values: StoredText
    ) -> int:
        since = stored_time(at - ATTEMPTS_KEPT)
        found = self._read(f"{_ATTEMPTS} {wanted}", (kind, since, stored_time(at), *values))
        return int(found[0][0])

    def _note_attempt(self, kind: AttemptKind, subject: str, at: datetime) -> None:
        self._clear(_OLD_ATTEMPTS, stored_time(at - ATTEMPTS_KEPT), _OLD_TOGETHER)
        self._write(_ATTEMPT, (kind, stored_text(subject), stored_time(at)))

    def forget_secrets(self, at: datetime) -> int:
        """Remove what is too old of codes and attempts, and wipe codes that have expired."""
        with self.transaction():
            self._expire(at)
            return self._clear(_OLD_CODES, stored_time(at), _ALL) + self._clear(
                _OLD_ATTEMPTS, stored_time(at - ATTEMPTS_KEPT), _ALL
            )

    def _clear(self, sql: str, *values: object) -> int:
        """Remove what is too old, without waiting for anybody; how much that was."""
        return self._write(sql.format(skipping=self._SKIPPING), values)

    def note_survey(self, asked: AskedSurvey) -> None:
        """Keep that a survey was asked, or why not."""
        missing = (
            f"There is no call {asked.call_id!r}, no customer {asked.customer_id} or no case"
            f" {asked.tracking!r}"
        )
        self._write(_NOTE_SURVEY, rows.survey_row(asked), missing=missing)

    def last_asked(
        self, survey: str, *, number: str | None, customer_id: int | None, before: datetime
    ) -> datetime | None:
        """When this survey last began to be asked of this number, or of this customer."""
        found = [
            read_time(at)
            for column, key in (("number", stored_text(number)), ("customer_id", customer_id))
            if key is not None
            for (at,) in self._read(
                _LAST_ASKED.format(whose=column), (key, stored_text(survey), stored_time(before))
            )
        ]
        return max(found, default=None)

    def surveys_asked(
        self, *, since: datetime, until: datetime, survey: str | None = None
    ) -> Iterator[AskedSurvey]:
        """What became of this survey, or of all, in the calls of a time."""
        found = self._by_time(_SURVEYS, since, until, survey, key=(2, 0, 1))
        return map(rows.read_survey, found)

    def answers_between(
        self, *, since: datetime, until: datetime, survey: str | None = None
    ) -> Iterator[Answer]:
        """The answers to this survey, or to all, given in a time."""
        found = self._by_time(_ANSWERS, since, until, survey, key=(4, 0, 1, 2))
        return map(sql_rows.read_answer, found)

    def _by_time(
        self, sql: str, since: datetime, until: datetime, survey: str | None, key: Sequence[int]
    ) -> Iterator[Row]:
        """Rows of a time, some together; each time those behind the last, by its `key`."""
        wanted, values = ("1 = 1", ()) if survey is None else ("survey = ?", (stored_text(survey),))
        sql, end = sql.format(wanted=wanted), stored_time(until)
        # No id is empty: whatever is of the first moment lies behind that.
        after: Row = (stored_time(since), *[""] * (len(key) - 1))

        def pages(after: Row) -> Iterator[Row]:
            while found := self._read(sql, (*values, *after, end, _TOGETHER)):
                yield from found
                after = tuple(found[-1][column] for column in key)

        return pages(after)

    def served_calls(self, *, since: datetime, until: datetime) -> Sequence[ServedCalls]:
        """How many calls were answered, by queue, agent and hour."""
        sql = _SERVED.format(hour=self._hour_of("started_at"))
        found = self._read(sql, (stored_time(since), stored_time(until)))
        return [
            ServedCalls(read_text(queue), read_text(agent), read_time(f"{hour}:00+00:00"), calls)
            for queue, agent, hour, calls in found
        ]
