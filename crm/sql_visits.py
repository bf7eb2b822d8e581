"""Visits to queues in SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from crm import visit_rows as rows
from crm.encoding import read_json, read_text, stored_text, stored_time
from crm.records import Disposition, QueueVisit
from crm.sql_journal import since_clause
from crm.sql_searching import no_trial, search_clause
from crm.sql_session import SqlSession

_TOLD: Final = f"""
CASE {{0}}.disposition
    WHEN '{Disposition.IN_PROGRESS}' THEN CASE WHEN {{0}}.answered_at IS NULL THEN 0 ELSE 1 END
    WHEN '{Disposition.UNKNOWN}' THEN 2 ELSE 3 END
"""
"""How much a row tells of a visit: `crm.memory_visits.told` says it in Python."""

_NEW, _KEPT = _TOLD.format("excluded"), _TOLD.format("queue_visits")

_KEEP: Final = f"""
INSERT INTO queue_visits ({rows.VISIT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (call_id, number) DO UPDATE SET language = excluded.language,
    asterisk_queue = excluded.asterisk_queue, entered_at = excluded.entered_at,
    waiting_since = excluded.waiting_since, priority = excluded.priority,
    disposition = excluded.disposition, left_at = excluded.left_at,
    queue = coalesce(excluded.queue, queue_visits.queue),
    agent = coalesce(excluded.agent, queue_visits.agent),
    answered_at = coalesce(excluded.answered_at, queue_visits.answered_at),
    key = coalesce(excluded.key, queue_visits.key)
WHERE {_NEW} > {_KEPT} OR ({_NEW} = {_KEPT} AND excluded.left_at < queue_visits.left_at)
"""

_FILL_IN: Final = """
UPDATE queue_visits SET queue = coalesce(queue, ?), agent = coalesce(agent, ?),
    answered_at = coalesce(answered_at, ?), key = coalesce(key, ?)
WHERE call_id = ? AND number = ?
"""

_VISITS: Final = f"SELECT {rows.VISIT_COLUMNS} FROM queue_visits"
_NEWEST_FIRST: Final = "ORDER BY entered_at DESC, call_id DESC, number DESC LIMIT ?"

_IS_WAITING: Final = f"""
asterisk_queue = ? AND entered_at >= ?
    AND disposition = '{Disposition.IN_PROGRESS}' AND answered_at IS NULL
"""
_WAITING: Final = f"""
{_VISITS} WHERE {_IS_WAITING} AND EXISTS (
        SELECT 1 FROM calls WHERE calls.id = call_id AND calls.ended_at IS NULL AND calls.trial = 0)
ORDER BY priority DESC, waiting_since, entered_at, call_id, number
"""

_STATES: Final = f"""
SELECT id, state FROM calls
WHERE ended_at IS NULL AND trial = 0
    AND id IN (SELECT call_id FROM queue_visits WHERE {_IS_WAITING})
"""

_NOT_ENTERED: Final = ", ".join(f"'{each}'" for each in Disposition if not each.is_entered)
_DEPARTURES: Final = f"""
SELECT count(*) FROM queue_visits
WHERE asterisk_queue = ? AND coalesce(answered_at, left_at) >= ?
    AND disposition NOT IN ({_NOT_ENTERED}) AND {no_trial("queue_visits")}
"""


class SqlVisits(SqlSession):
    """The operations on visits to queues."""

    def keep_queue_visit(self, visit: QueueVisit) -> None:
        """Keep a visit, or complete it with what has become of it, in any order."""
        values = rows.visit_row(visit)
        missing = f"There is no call {visit.call_id!r} in the journal: begin it first"
        if self._write(_KEEP, values, missing=missing) == 0:
            self._fill_in(visit)

    def _fill_in(self, visit: QueueVisit) -> None:
        """Add what the word that counts has left open."""
        values = (
            stored_text(visit.queue),
            stored_text(visit.agent),
            stored_time(visit.answered_at),
            stored_text(visit.key),
        )
        self._write(_FILL_IN, (*values, stored_text(visit.call_id), visit.number))

    def queue_visits(
        self, *, since: datetime | None = None, search: str = "", limit: int = 50
    ) -> Sequence[QueueVisit]:
        """Visits since then, the newest first."""
        wanted, values = since_clause("entered_at", since)
        found, terms = search_clause(
            search,
            owner="NULL",
            number="calls.caller",
            queue="coalesce(queue_visits.queue, asterisk_queue)",
            call="queue_visits.call_id",
        )
        sql = f"{_VISITS} WHERE {wanted} AND {found} AND {no_trial('queue_visits')} {_NEWEST_FIRST}"
        return [rows.read_visit(row) for row in self._read(sql, (*values, *terms, limit))]

    def callers_waiting(self, asterisk_queue: str, since: datetime) -> Sequence[QueueVisit]:
        """Who waits in one of Asterisk's queues, in the order in which they are to be served."""
        values = (stored_text(asterisk_queue), stored_time(since))
        return [rows.read_visit(row) for row in self._read(_WAITING, values)]

    def states_of_callers_waiting(
        self, asterisk_queue: str, since: datetime
    ) -> Mapping[str, Mapping[str, Any]]:
        """What each call of `callers_waiting` has left to its next request, by the call's id."""
        values = (stored_text(asterisk_queue), stored_time(since))
        found = self._read(_STATES, values)
        return {read_text(call_id): read_json(state) for call_id, state in found}

    def departures(self, asterisk_queue: str, since: datetime) -> int:
        """How many have left one of Asterisk's queues since then."""
        values = (stored_text(asterisk_queue), stored_time(since))
        ((count,),) = self._read(_DEPARTURES, values)
        return int(count)
