"""Visits to queues in the store in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from crm.memory_searching import is_found
from crm.memory_session import MemorySession
from crm.memory_tables import Tables, is_trial, known_call, newest, stored_record, utc
from crm.records import Disposition, QueueVisit

_OPEN: Final = ("queue", "agent", "answered_at", "key")
"""What of a visit may be open in one word on it and told in another."""


class MemoryVisits(MemorySession):
    """The operations on visits to queues."""

    def keep_queue_visit(self, visit: QueueVisit) -> None:
        """Keep a visit, or complete it with what has become of it, in any order."""
        with self._tables() as tables:
            known_call(tables, visit.call_id)
            key, given = (visit.call_id, visit.number), stored_record(visit)
            kept = tables.visits.get(key)
            tables.visits[key] = given if kept is None else _together(kept, given)

    def queue_visits(
        self, *, since: datetime | None = None, search: str = "", limit: int = 50
    ) -> Sequence[QueueVisit]:
        """Visits since then, the newest first."""
        earliest = None if since is None else utc(since)
        with self._tables() as tables:
            found = [
                each
                for each in tables.visits.values()
                if (earliest is None or each.entered_at >= earliest)
                and not is_trial(tables, each.call_id)
                and _is_found(tables, each, search)
            ]
        return newest(found, lambda each: (each.entered_at, each.call_id, each.number), limit)

    def callers_waiting(self, asterisk_queue: str, since: datetime) -> Sequence[QueueVisit]:
        """Who waits in one of Asterisk's queues, in the order in which they are to be served."""
        earliest = utc(since)
        with self._tables() as tables:
            found = [
                each
                for each in _of_queue(tables, asterisk_queue)
                if told(each) == 0
                and each.entered_at >= earliest
                and tables.calls[each.call_id].ended_at is None
            ]
        return sorted(found, key=_turn)

    def states_of_callers_waiting(
        self, asterisk_queue: str, since: datetime
    ) -> Mapping[str, Mapping[str, Any]]:
        """What each call of `callers_waiting` has left to its next request, by the call's id."""
        waiting = self.callers_waiting(asterisk_queue, since)
        with self._tables() as tables:
            return {each.call_id: tables.calls[each.call_id].state for each in waiting}

    def departures(self, asterisk_queue: str, since: datetime) -> int:
        """How many have left one of Asterisk's queues since then."""
        earliest = utc(since)
        with self._tables() as tables:
            left = [
                each.answered_at or each.left_at
                for each in _of_queue(tables, asterisk_queue)
                if each.disposition.is_entered
            ]
        return sum(1 for moment in left if moment is not None and moment >= earliest)


def told(visit: QueueVisit) -> int:
    """How much a word on a visit tells: of two words on one, the one that tells more counts."""
    match visit.disposition:
        case Disposition.IN_PROGRESS:
            return 0 if visit.answered_at is None else 1
        case Disposition.UNKNOWN:
            return 2
        case _:
            return 3


def _together(kept: QueueVisit, given: QueueVisit) -> QueueVisit:
    """The visit as both words tell it."""
    counts, other = (given, kept) if _counts_more(given, kept) else (kept, given)
    filled = {name: getattr(other, name) for name in _OPEN if getattr(counts, name) is None}
    return replace(counts, **filled)


def _counts_more(given: QueueVisit, kept: QueueVisit) -> bool:
    """Whether the word that is given counts, and not the one that is kept."""
    if told(given) != told(kept):
        return told(given) > told(kept)
    if given.left_at is None or kept.left_at is None:
        return False
    return given.left_at < kept.left_at


def _of_queue(tables: Tables, asterisk_queue: str) -> Sequence[QueueVisit]:
    """The visits to a queue, without those of trials."""
    return [
        each
        for each in tables.visits.values()
        if each.asterisk_queue == asterisk_queue and not is_trial(tables, each.call_id)
    ]


def _turn(visit: QueueVisit) -> tuple[int, datetime, datetime, str, int]:
    """By what the callers of a queue are put in order."""
    return (
        -visit.priority,
        visit.waiting_since,
        visit.entered_at,
        visit.call_id,
        visit.number,
    )


def _is_found(tables: Tables, visit: QueueVisit, search: str) -> bool:
    queue = visit.asterisk_queue if visit.queue is None else visit.queue
    return is_found(tables, visit, search, tables.calls[visit.call_id].caller, queue)
