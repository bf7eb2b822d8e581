"""The visits of a call to queues, as they are written down: entered, left, and not let in.

A visit's number is made of the request that the dialplan counts (`RAHYAB_VISIT`), so that whoever
answers the next one can complete it, also when nobody remembers the call: the visit that is entered
at the end of request 3 has the number 399, and those of which a gate turned the caller away before
have 300, 301 and so on. The static fallback, which no request enters, takes the first number of the
request that hears of it, which enters nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from agi_server.call_state import CallState, is_behind
from agi_server.conversation import Conversation
from agi_server.endings import disposition_of
from agi_server.queue_entered import EnteredQueue
from agi_server.queue_log import log_blocked
from agi_server.request import Request
from crm.records import Call, Disposition, QueueVisit
from dialplan import contract
from dialplan.queues import asterisk_queue_name
from ivr.effects import TurnAway
from ivr.queueing import BackFrom
from routing.decisions_data import route_to_data
from routing.rules import Policy

EACH_REQUEST: Final = 100
"""Numbers that a request has for visits; `ivr.course.MOST_MOVES` is less."""

ENTERED: Final = EACH_REQUEST - 1
"""The last of them: of the visit that is really entered."""


def entered_number(visit: int) -> int:
    """The number of the visit that was entered at the end of a request."""
    return visit * EACH_REQUEST + ENTERED


def enter(talk: Conversation, queue: str, variables: Mapping[str, str], now: datetime) -> None:
    """Write down that the caller goes into a queue.

    Args:
        talk: The conversation.
        queue: The queue of the rules.
        variables: What the dialplan is told.
        now: The moment.
    """
    talk.visit = QueueVisit(
        call_id=talk.journal.call_id,
        number=entered_number(talk.journal.visit),
        queue=queue,
        language=talk.course.facts.language,
        asterisk_queue=variables[contract.QUEUE],
        entered_at=now,
        waiting_since=talk.first_queued_at or now,
        priority=talk.priority(now),
    )
    _keep(talk, talk.visit)


def leave(talk: Conversation, request: Request) -> None:
    """Write down how the visit ended from which the caller is back.

    If Asterisk did not let them in, `talk.blocked` is that visit then.
    """
    visit, talk.visit = talk.visit, None
    if visit is None:
        return
    ended = ended_visit(visit, request, talk.now(), is_over=False)
    _keep(talk, ended)
    talk.blocked = ended if ended.disposition.is_blocked else None


def ended_visit(visit: QueueVisit, request: Request, now: datetime, *, is_over: bool) -> QueueVisit:
    """A visit with its end, as the dialplan tells it.

    Args:
        visit: The visit as it was entered.
        request: What the dialplan tells.
        now: The moment.
        is_over: Whether the call is over, too.
    """
    disposition = disposition_of(request, is_over=is_over)
    is_answered = disposition is Disposition.ANSWERED
    answered_at = _answered_at(visit, request) if is_answered else None
    return replace(
        visit,
        disposition=disposition,
        left_at=max(now, answered_at or visit.entered_at),
        agent=request.agent if is_answered else None,
        answered_at=answered_at,
        key=request.key if disposition is Disposition.EXIT_KEY else None,
    )


def _answered_at(visit: QueueVisit, request: Request) -> datetime | None:
    """When an agent answered, by the clock that the visit was entered by.

    Asterisk's own may be another: of what it tells only how long the caller waited counts.
    """
    if request.hold is None:
        return None
    return visit.entered_at + timedelta(seconds=request.hold)


async def turn_away(talk: Conversation, turned: TurnAway) -> None:
    """Write down that the gate of a queue did not let the caller in."""
    then = route_to_data(turned.route)
    talk.journal.note("turned-away", queue=turned.queue, why=turned.why, then=then)
    policy, now = talk.course.book.policy, talk.now()
    language = talk.course.facts.language
    visit = QueueVisit(
        call_id=talk.journal.call_id,
        number=talk.journal.visit * EACH_REQUEST + talk.turned_away,
        queue=turned.queue,
        language=language,
        asterisk_queue=asterisk_queue_name(policy.queues[turned.queue], language, policy),
        entered_at=now,
        waiting_since=talk.first_queued_at or now,
        priority=talk.priority(now),
        disposition=Disposition(turned.why.value),
        left_at=now,
    )
    talk.turned_away += 1
    _keep(talk, visit)
    await _log(talk, visit)


async def log_not_let_in(talk: Conversation) -> None:
    """Write into Asterisk's queue log, if it is so, that Asterisk did not let the caller in.

    That can be done on a dead channel, too.
    """
    if talk.blocked is not None:
        await _log(talk, talk.blocked)
        talk.blocked = None


def _keep(talk: Conversation, visit: QueueVisit) -> None:
    """A trial leaves no visit: nobody was really there."""
    if not talk.trial:
        talk.journal.visit_queue(visit)


async def _log(talk: Conversation, visit: QueueVisit) -> None:
    if not talk.trial:
        await log_blocked(talk.line.channel, visit.asterisk_queue, visit.disposition)


def back_from(request: Request) -> BackFrom:
    """How a caller comes back from a queue."""
    return _BACK.get(disposition_of(request, is_over=False), BackFrom.NOBODY)


_BACK: Final = {
    Disposition.ANSWERED: BackFrom.AGENT,
    Disposition.EXIT_KEY: BackFrom.KEY,
    Disposition.FULL: BackFrom.FULL,
}


def lost_visit(
    entered: EnteredQueue, request: Request, language: str, now: datetime
) -> QueueVisit | None:
    """The visit that the request before has entered, of a call that nobody here remembers.

    Args:
        entered: What the channel tells of it.
        request: What the dialplan tells.
        language: The caller's.

        now: The moment: by Asterisk's clock, which may be ahead, they may not have come yet.

    Returns:
        None where the caller was in no queue.
    """
    if request.queued_at is None or not entered.asterisk_queue:
        return None
    entered_at = min(request.queued_at, now)
    return QueueVisit(
        call_id=request.call_id,
        number=entered_number(request.visit - 1),
        queue=entered.queue,
        language=language,
        asterisk_queue=entered.asterisk_queue,
        entered_at=entered_at,
        waiting_since=entered_at,
        priority=entered.priority,
    )


def is_in_mid_wait(request: Request) -> bool:
    """Whether a call has ended in a queue, as the dialplan tells it.

    Of who was answered it cannot tell whether the request after that has been made already.
    """
    was_queued = request.queued_at is not None and not request.fell_back
    return was_queued and not (request.trial or request.status or request.key)


def ends_of_visits(
    call: Call | None, request: Request, policy: Policy, now: datetime
) -> Iterator[QueueVisit]:
    """The visits that end with a call, or of which only its end tells.

    Args:
        call: The call; None where nobody remembers it.
        request: What the dialplan tells at its end.
        policy: The rules.
        now: The moment.
    """
    if request.trial:
        return
    going_on = None if call is None else CallState.from_data(call.state).visit
    if call is not None and going_on is not None:
        visit = going_on.of(call.id)
        has_gone_on = is_behind(call, request.visit) and is_in_mid_wait(request)
        if request.fell_back or has_gone_on:  # who would have told has failed, or is elsewhere
            left_at = max(visit.entered_at, min(request.queued_at or now, now))
            yield replace(visit, disposition=Disposition.UNKNOWN, left_at=left_at)
        else:
            yield ended_visit(visit, request, now, is_over=True)
    if request.fell_back:
        language = policy.business.languages[0] if call is None else call.language
        yield _fallback_visit(request, policy.fallback, language, now)


def _fallback_visit(request: Request, queue: str, language: str, now: datetime) -> QueueVisit:
    """The visit to the static fallback queue, of which only the end of the call tells.

    Args:
        request: The end of the call.
        queue: The queue of the rules whose agents take these calls.
        language: The caller's.
        now: The moment.
    """
    entered_at = min(request.queued_at or now, now)
    visit = QueueVisit(
        call_id=request.call_id,
        number=request.visit * EACH_REQUEST,
        queue=queue,
        language=language,
        asterisk_queue=contract.FALLBACK_QUEUE,
        entered_at=entered_at,
        # Who comes back from a round was not let in: only the last one is a visit.
        waiting_since=min(request.fell_back_at or entered_at, entered_at),
    )
    return ended_visit(visit, request, now, is_over=True)
