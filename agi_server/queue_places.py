"""The place that a caller would have in a queue, from Asterisk's count and what is written down.

The server hears of an answer only when the conversation is over. So a visit that goes on may be a
conversation by now: of the visits that go on, as many are as Asterisk does not count as waiting,
and they are taken to be those who came first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from agi_server.call_state import CallState
from agi_server.conversation import Conversation
from agi_server.endings import LONGEST_CALL
from crm.ports import Store, StoreError
from crm.records import QueueVisit
from dialplan.queues import asterisk_queue_name
from ivr.effects import FindPlace
from routing.waits import WINDOW_SECONDS, Place, place_of

WINDOW: Final = timedelta(seconds=WINDOW_SECONDS)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Written:
    """What is written down of a queue.

    Attributes:
        callers: Who waits there, or speaks with an agent by now, with the priority of this moment.
        departures: How many have left it in the last `WINDOW`, but for those who still speak.
    """

    callers: Sequence[QueueVisit]
    departures: int


async def find_place(talk: Conversation, wanted: FindPlace) -> Place:
    """Find the place that the caller would have in a queue, and how long it will take."""
    course, now = talk.course, talk.now()
    policy = course.book.policy
    name = asterisk_queue_name(policy.queues[wanted.queue], course.facts.language, policy)
    try:
        written = await talk.journal.records.read(lambda store: _read(store, name, now))
    except StoreError as error:
        log.warning("place in a queue unknown", queue=name, reason=str(error))
        place = _place_without_store(talk, wanted.waiting, now)
    else:
        others = [each for each in written.callers if each.call_id != course.facts.call_id]
        place = place_among(
            Written(others, written.departures),
            *(wanted.waiting, talk.priority(now), talk.first_queued_at or now, now),
        )
    wait = None if place.wait is None else asdict(place.wait)
    talk.journal.note("place", queue=wanted.queue, ahead=place.ahead, wait=wait)
    return place


def _read(store: Store, asterisk_queue: str, now: datetime) -> Written:
    callers = store.callers_waiting(asterisk_queue, now - LONGEST_CALL)
    states = store.states_of_callers_waiting(asterisk_queue, now - LONGEST_CALL)
    risen = [_risen(each, states.get(each.call_id, {}), now) for each in callers]
    return Written(risen, store.departures(asterisk_queue, now - WINDOW))


def _risen(visit: QueueVisit, state: Mapping[str, Any], now: datetime) -> QueueVisit:
    """A visit with the priority that the caller has by now, who rises while they wait.

    Args:
        visit: As it was entered.
        state: What its call has left to its next request; of a call that is half known it may be
            older than the visit, and tells nothing then.
        now: The moment.
    """
    known = CallState.from_data(state)
    if known.priority is None or known.visit is None or known.visit.number != visit.number:
        return visit
    waited = (now - visit.waiting_since).total_seconds()
    return replace(visit, priority=max(visit.priority, known.priority.after(waited)))


def _place_without_store(talk: Conversation, waiting: int | None, now: datetime) -> Place:
    """Who is new and goes before nobody comes last."""
    is_last = talk.first_queued_at is None and talk.priority(now) == 0
    return Place(waiting if is_last else None)


def place_among(
    written: Written, waiting: int | None, priority: int, since: datetime, now: datetime
) -> Place:
    """A caller's place among others.

    Args:
        written: What is written down of the others.
        waiting: How many wait by Asterisk's count; None: nobody can tell.
        priority: The caller's.
        since: When the caller began to wait.
        now: The moment.
    """
    came = sorted(written.callers, key=lambda visit: visit.entered_at)
    speaking = 0 if waiting is None else max(0, len(came) - waiting)
    unwritten = 0 if waiting is None else max(0, waiting - len(came))
    before = sum(_goes_before(each, priority, since) for each in came[speaking:])
    # Who came within these minutes and has been answered has left within them, too.
    answered = sum(each.entered_at >= now - WINDOW for each in came[:speaking])
    return place_of(before + unwritten, waiting, written.departures + answered)


def _goes_before(other: QueueVisit, priority: int, since: datetime) -> bool:
    if other.priority != priority:
        return other.priority > priority
    return other.waiting_since <= since
