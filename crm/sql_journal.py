"""The journal in SQL: calls, their timelines, answers and recordings, and who answered."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final

from crm import asking_rows, visit_rows
from crm import sql_rows as rows
from crm.encoding import StoredText, read_text, read_time, stored_text, stored_time
from crm.people import AgentRecord
from crm.ports import MOST_LAST_CUSTOMERS, UnknownRecordError
from crm.records import (
    Answer,
    Call,
    CallChange,
    CallStory,
    MessageState,
    NewCall,
    RecordedCall,
    Recording,
    TimelineEvent,
)
from crm.said import saying, without_what_was_said_later
from crm.sql_searching import no_trial, search_clause
from crm.sql_session import Row, SqlSession, marks

_BEGIN_CALL: Final = """
INSERT INTO calls (id, started_at, caller_as_sent, name_as_sent, caller, dialled, source, language,
    customer_id, revision, facts, trial)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
    started_at = excluded.started_at, caller_as_sent = excluded.caller_as_sent,
    name_as_sent = excluded.name_as_sent, caller = excluded.caller, dialled = excluded.dialled,
    source = excluded.source, customer_id = excluded.customer_id, revision = excluded.revision,
    facts = excluded.facts, trial = excluded.trial
WHERE excluded.started_at < calls.started_at
"""
"""A call that nobody remembered is begun anew; its real beginning may come late, from a spool."""

_SAY: Final = """
UPDATE calls SET language = coalesce(?, language), queue = coalesce(?, queue),
    agent = coalesce(?, agent), queued_at = coalesce(?, queued_at),
    answered_at = coalesce(?, answered_at), left_queue_at = coalesce(?, left_queue_at),
    ended_at = coalesce(?, ended_at), outcome = coalesce(?, outcome), stage = coalesce(?, stage),
    state = coalesce(?, state), said = (said & ?) | ?
"""
_CHANGE_CALL: Final = f"{_SAY}, visit = ? WHERE id = ? AND visit <= ?"
_CHANGE_LATE: Final = f"{_SAY} WHERE id = ? AND said = ?"
"""For an earlier request than the last that spoke; not where another has spoken since we looked."""

_ROWS_TOGETHER: Final = 100
"""Rows of one INSERT. The driver gives up and takes back the interpreter's lock for each statement,
beside a busy event loop: that costs more than the row does."""


@lru_cache(maxsize=_ROWS_TOGETHER)
def _add_to_timeline(count: int) -> str:
    """The statement that appends `count` events; kept, so that drivers know it again."""
    values = ", ".join(["(?, ?, ?, ?, ?, ?)"] * count)
    return (
        f"INSERT INTO timeline ({rows.TIMELINE_COLUMNS}) VALUES {values}"
        " ON CONFLICT (call_id, visit, sequence) DO NOTHING"
    )


_KEEP_ANSWER: Final = f"""
INSERT INTO answers ({rows.ANSWER_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (call_id, survey, question) DO NOTHING
"""

_KEEP_RECORDING: Final = f"""
INSERT INTO recordings ({asking_rows.RECORDING_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (call_id, mailbox) DO UPDATE SET path = excluded.path, seconds = excluded.seconds,
    recorded_at = excluded.recorded_at, tracking = excluded.tracking
WHERE recordings.recorded_at < excluded.recorded_at
"""

_ANSWERS: Final = f"SELECT {rows.ANSWER_COLUMNS} FROM answers"
_NEWEST_ANSWERS: Final = "ORDER BY given_at DESC, call_id, survey, question LIMIT ?"
_RECORDINGS: Final = f"SELECT {asking_rows.RECORDING_COLUMNS} FROM recordings"
_SET_RECORDING_STATE: Final = f"""
UPDATE recordings SET state = ? WHERE call_id = ? AND mailbox = ?
RETURNING {asking_rows.RECORDING_COLUMNS}
"""

_AGENTS: Final = """
SELECT agent, count(*), max(coalesce(answered_at, started_at)) FROM calls
WHERE agent IS NOT NULL AND trial = 0 GROUP BY agent ORDER BY agent LIMIT ?
"""

_LAST_CUSTOMERS: Final = f"""
SELECT customer_id FROM calls WHERE agent = ? AND customer_id IS NOT NULL AND trial = 0
GROUP BY customer_id ORDER BY max(coalesce(answered_at, started_at)) DESC, customer_id
LIMIT {MOST_LAST_CUSTOMERS}
"""

_CALLS: Final = (
    f"SELECT {rows.CALL_COLUMNS} FROM calls LEFT JOIN customers ON customers.id = calls.customer_id"
)
_CASES_OF_CALL: Final = f"""
SELECT {rows.CASE_COLUMNS} FROM cases
WHERE tracking IN (SELECT tracking FROM case_calls WHERE call_id = ?) ORDER BY opened_at
"""
_CALLBACK_OF_CALL: Final = f"""
SELECT {asking_rows.CALLBACK_COLUMNS} FROM callbacks
WHERE call_id = (SELECT callback FROM callback_calls WHERE call_id = ?)
"""
_NEWEST_FIRST: Final = "ORDER BY calls.started_at DESC, calls.id DESC LIMIT ?"

_RECORDED_CALLS: Final = f"""
SELECT {rows.RECORDED_COLUMNS} FROM calls WHERE (started_at, id) > (?, ?) AND trial = 0
ORDER BY started_at, id LIMIT ?
"""

_BEFORE_EVERY_ID: Final = ""

_RECORDED_TOGETHER: Final = 500
"""Recorded calls that are read in one go: some megabyte of facts and events. No statement stays
open from one go to the next, which would keep the write-ahead log from being emptied."""


class SqlJournal(SqlSession):
    """The operations on calls and what is kept of them."""

    def begin_call(self, call: NewCall) -> None:
        """Put a call into the journal."""
        self._write(
            _BEGIN_CALL,
            rows.new_call_row(call),
            missing=f"The call {call.id!r} names customer {call.customer_id}, who does not exist",
        )

    def change_call(self, call_id: str, change: CallChange) -> None:
        """Add what a later request learned."""
        key = stored_text(call_id)
        values = (*rows.call_change_row(change), *saying(change))
        if self._write(_CHANGE_CALL, (*values, change.visit, key, change.visit)) == 0:
            self._change_late(key, call_id, change)

    def _change_late(self, key: StoredText, call_id: str, change: CallChange) -> None:
        """Add what no later request has spoken of."""
        written = 0
        while not written:
            found = self._read("SELECT said FROM calls WHERE id = ?", (key,))
            if not found:
                raise UnknownRecordError(_no_call(call_id))
            ((said,),) = found
            news = without_what_was_said_later(change, said)
            values = (*rows.call_change_row(news), *saying(news))
            written = self._write(_CHANGE_LATE, (*values, key, said))

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

    def keep_answer(self, answer: Answer) -> None:
        """Keep one answer."""
        missing = f"There is no call {answer.call_id!r} or no case {answer.tracking!r}"
        self._write(_KEEP_ANSWER, rows.answer_row(answer), missing=missing)

    def keep_recording(self, recording: Recording) -> None:
        """Keep the reference to a recorded message."""
        missing = (
            f"There is no call {recording.call_id!r}, no customer {recording.customer_id} or no"
            f" case {recording.tracking!r}"
        )
        self._write(_KEEP_RECORDING, asking_rows.recording_row(recording), missing=missing)

    def answers(
        self,
        *,
        since: datetime | None = None,
        survey: str | None = None,
        search: str = "",
        limit: int = 50,
    ) -> Sequence[Answer]:
        """Answers to this survey, or to any; the newest first."""
        wanted, values = since_clause("given_at", since)
        if survey is not None:
            wanted, values = f"{wanted} AND survey = ?", (*values, stored_text(survey))
        found, terms = search_clause(
            search,
            owner="NULL",
            number="calls.caller",
            queue="answers.queue",
            call="answers.call_id",
        )
        values = (*values, *terms)
        sql = f"{_ANSWERS} WHERE {wanted} AND {found} AND {no_trial('answers')} {_NEWEST_ANSWERS}"
        return [rows.read_answer(row) for row in self._read(sql, (*values, limit))]

    def recordings(
        self, *, state: MessageState | None = None, search: str = "", limit: int = 50
    ) -> Sequence[Recording]:
        """Messages in this state, or in any; the oldest first."""
        wanted, values = ("1 = 1", ()) if state is None else ("state = ?", (state,))
        found, terms = search_clause(
            search,
            owner="recordings.customer_id",
            number="calls.caller",
            queue="calls.queue",
            call="recordings.call_id",
        )
        values = (*values, *terms)
        sql = (
            f"{_RECORDINGS} WHERE {wanted} AND {found} AND {no_trial('recordings')}"
            " ORDER BY recorded_at, call_id, mailbox LIMIT ?"
        )
        return [asking_rows.read_recording(row) for row in self._read(sql, (*values, limit))]

    def set_recording_state(self, call_id: str, mailbox: str, state: MessageState) -> Recording:
        """Say how a message stands."""
        values = (state, stored_text(call_id), stored_text(mailbox))
        for row in self._read(_SET_RECORDING_STATE, values):
            return asking_rows.read_recording(row)
        raise UnknownRecordError(f"The call {call_id!r} left no message in the mailbox {mailbox!r}")

    def agents(self, *, limit: int = 50) -> Sequence[AgentRecord]:
        """Who has answered calls, by name."""
        return [
            AgentRecord(
                read_text(name),
                answered,
                read_time(last_call_at),
                tuple(row[0] for row in self._read(_LAST_CUSTOMERS, (name,))),
            )
            for name, answered, last_call_at in self._read(_AGENTS, (limit,))
        ]

    def calls_of_customer(self, customer_id: int, *, limit: int = 50) -> Sequence[Call]:
        """The customer's calls."""
        sql = f"{_CALLS} WHERE calls.customer_id = ? {_NEWEST_FIRST}"
        return [rows.read_call(row) for row in self._read(sql, (customer_id, limit))]

    def calls(self, *, since: datetime | None = None, limit: int = 20) -> Sequence[Call]:
        """The newest calls first."""
        wanted, values = since_clause("calls.started_at", since)
        sql = f"{_CALLS} WHERE {wanted} {_NEWEST_FIRST}"
        return [rows.read_call(row) for row in self._read(sql, (*values, limit))]

    def call(self, call_id: str) -> Call | None:
        """One call as the journal has it."""
        found = self._read(f"{_CALLS} WHERE calls.id = ?", (stored_text(call_id),))
        return rows.read_call(found[0]) if found else None

    def call_story(self, call_id: str) -> CallStory | None:
        """One call with its timeline and all that hangs on it."""
        call = self.call(call_id)
        if call is None:
            return None
        timeline = self._of_call("timeline", rows.TIMELINE_COLUMNS, "visit, sequence", call_id)
        cases = self._read(_CASES_OF_CALL, (stored_text(call_id),))
        answers = self._of_call("answers", rows.ANSWER_COLUMNS, "given_at, question", call_id)
        recordings = self._of_call(
            "recordings", asking_rows.RECORDING_COLUMNS, "recorded_at", call_id
        )
        callback = self._read(_CALLBACK_OF_CALL, (stored_text(call_id),))
        surveys = self._of_call("surveys_asked", asking_rows.SURVEY_COLUMNS, "at, survey", call_id)
        messages = self._of_call("outbox", asking_rows.OUTBOX_COLUMNS, "written_at, id", call_id)
        visits = self._of_call("queue_visits", visit_rows.VISIT_COLUMNS, "number", call_id)
        return CallStory(
            call,
            tuple(map(rows.read_timeline, timeline)),
            tuple(map(rows.read_case, cases)),
            tuple(map(rows.read_answer, answers)),
            tuple(map(asking_rows.read_recording, recordings)),
            next(map(asking_rows.read_callback, callback), None),
            tuple(map(asking_rows.read_survey, surveys)),
            tuple(map(asking_rows.read_outbox, messages)),
            tuple(map(visit_rows.read_visit, visits)),
        )

    def _of_call(self, table: str, columns: str, order: str, call_id: str) -> Sequence[Row]:
        sql = f"SELECT {columns} FROM {table} WHERE call_id = ? ORDER BY {order}"
        return self._read(sql, (stored_text(call_id),))

    def count_calls(self, since: datetime) -> int:
        """How many calls have begun since then, trials left out."""
        sql = "SELECT count(*) FROM calls WHERE started_at >= ? AND trial = 0"
        ((count,),) = self._read(sql, (stored_time(since),))
        return int(count)

    def recorded_calls(
        self, since: datetime, *, kinds: Collection[str] = ()
    ) -> Iterator[RecordedCall]:
        """The calls that have begun since then, trials left out, the oldest first."""
        return self._recorded(stored_time(since), [stored_text(kind) for kind in kinds])

    def _recorded(self, since: str, kinds: Sequence[StoredText]) -> Iterator[RecordedCall]:
        after: Row = (since, _BEFORE_EVERY_ID)
        while found := self._read(_RECORDED_CALLS, (*after, _RECORDED_TOGETHER)):
            events = self._events_of([row[0] for row in found], kinds)
            for row in found:
                yield rows.read_recorded(row, events[row[0]])
            call_id, started_at, *_ = found[-1]
            after = (started_at, call_id)

    def _events_of(
        self, calls: Sequence[StoredText], kinds: Sequence[StoredText]
    ) -> Mapping[StoredText, Sequence[TimelineEvent]]:
        """The events of these kinds, by call."""
        events: defaultdict[StoredText, list[TimelineEvent]] = defaultdict(list)
        sql = (
            f"SELECT {rows.TIMELINE_COLUMNS} FROM timeline WHERE call_id IN ({marks(calls)})"
            f" AND kind IN ({marks(kinds)}) ORDER BY call_id, visit, sequence"
        )
        for row in self._read(sql, (*calls, *kinds)) if kinds else ():
            events[row[0]].append(rows.read_timeline(row))
        return events


def since_clause(column: str, since: datetime | None) -> tuple[str, Row]:
    """The condition that a time is not before `since`, and its values; any time for None."""
    return ("1 = 1", ()) if since is None else (f"{column} >= ?", (stored_time(since),))


def _no_call(call_id: str) -> str:
    return f"There is no call {call_id!r} in the journal: begin it first"
