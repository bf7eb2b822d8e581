"""How a call ended, told from what the journal has and what the dialplan says at the end. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from agi_server.masking import mask_number
from agi_server.request import Request
from crm.records import Call, CallChange, Disposition, Outcome, QueueVisit
from dialplan.contract import QueueStatus

LONGEST_CALL: Final = timedelta(hours=12)
"""A call without an end after so long has ended without our being told."""

AGENT_STAGE: Final = "agent "
"""Begins the stage of a call whose caller is put through to one agent, whose id follows."""

END_OF_THE_RULES: Final = "end of the rules"
"""The stage of a call that the rules themselves ended."""


NO_SUCH_QUEUE: Final = "UNKNOWN"
"""What QUEUESTATUS says where Asterisk has no such queue (app_queue.c, `join_queue`)."""

DISPOSITIONS: Final[Mapping[str, Disposition]] = {
    NO_SUCH_QUEUE: Disposition.NOT_ENTERED,
    QueueStatus.CONTINUE: Disposition.ANSWERED,
    QueueStatus.TIMEOUT: Disposition.TIMEOUT,
    QueueStatus.FULL: Disposition.FULL,
    QueueStatus.JOINEMPTY: Disposition.JOIN_EMPTY,
    QueueStatus.JOINUNAVAIL: Disposition.JOIN_EMPTY,
    QueueStatus.LEAVEEMPTY: Disposition.LEAVE_EMPTY,
    QueueStatus.LEAVEUNAVAIL: Disposition.LEAVE_EMPTY,
    QueueStatus.WITHDRAW: Disposition.WITHDRAWN,
}
"""What each word of Asterisk for the end of a visit to a queue comes to."""


def disposition_of(request: Request, *, is_over: bool) -> Disposition:
    """How a visit to a queue ended.

    Args:
        request: What the dialplan tells after it.
        is_over: Whether the call is over, too: who did not leave in any other way hung up.
    """
    if is_over and request.queued_at is None:
        return Disposition.NOT_ENTERED
    if request.status in DISPOSITIONS:
        return DISPOSITIONS[request.status]
    if request.key:
        return Disposition.EXIT_KEY
    if not is_over or request.status:
        return Disposition.UNKNOWN
    # An agent who hung up before the two were connected leaves a name behind.
    is_answered = request.agent is not None and not request.abandoned
    return Disposition.ANSWERED if is_answered else Disposition.ABANDONED


def final_change(call: Call, request: Request, now: datetime) -> CallChange:
    """What the end of the call adds to its row."""
    outcome = outcome_of(call, request)
    # Not by the times: a call that went on to a second queue has left the first one.
    in_queue = call.outcome is Outcome.IN_PROGRESS and _is_waiting(call) and _has_come(request)
    answered_in_queue = in_queue and request.agent is not None
    return CallChange(
        ended_at=now,
        outcome=outcome,
        agent=request.agent if answered_in_queue else None,
        queued_at=request.queued_at if in_queue else None,
        answered_at=request.answered_at if answered_in_queue else None,
        left_queue_at=now if in_queue else None,
        stage=f"with agent {request.agent}" if answered_in_queue else None,
    )


def change_at_the_end(request: Request, now: datetime) -> CallChange:
    """What the end of a call alone tells, when nobody knows what went before.

    It says nothing that an earlier request may have said better.
    """
    outcome = Outcome.ANSWERED if request.agent is not None else None
    return CallChange(
        ended_at=now,
        outcome=Outcome.FELL_BACK if request.fell_back else outcome,
        agent=request.agent,
        answered_at=request.answered_at,
    )


def likely_outcome(request: Request) -> Outcome:
    """How a call has ended as far as its end alone can tell: any earlier request knows better.

    It is written where nobody remembers the call at its end, or the call would be in progress for
    ever: of a caller who hung up before anything was asked, nobody has said anything yet.
    """
    if request.queued_at is None:
        return Outcome.LEFT_IN_MENU
    has_left = bool(request.status or request.key)
    return Outcome.NOT_ANSWERED if has_left else Outcome.ABANDONED


def outcome_in_words(call: Call, now: datetime) -> str:
    """The outcome for a reader; the end of a call that met a dead server is never reported."""
    if call.outcome is Outcome.IN_PROGRESS and now - call.started_at > LONGEST_CALL:
        return "end never reported"
    return call.outcome


def visit_as_told(visit: QueueVisit, call: Call, now: datetime) -> QueueVisit:
    """The visit for a reader: nobody waits in a call that has ended, or must have.

    Args:
        visit: Of whichever disposition; only one in progress can become unknown.
        call: The visit's call.
        now: When it is looked at.
    """
    is_over = call.ended_at is not None or now - call.started_at > LONGEST_CALL
    if visit.disposition is Disposition.IN_PROGRESS and is_over:
        return replace(visit, disposition=Disposition.UNKNOWN)
    return visit


def outcome_of(call: Call, request: Request) -> Outcome:
    """The outcome in one word; what an earlier request has said of it stands."""
    if request.fell_back:
        return Outcome.FELL_BACK
    if call.outcome is not Outcome.IN_PROGRESS:
        return call.outcome
    stage = call.stage or ""
    if _is_waiting(call):
        if request.trial:
            return Outcome.REACHED_QUEUE
        if _has_come(request):
            return Outcome.ANSWERED if request.agent is not None else Outcome.ABANDONED
    has_waited = call.queued_at is not None and not _is_waiting(call)
    if has_waited or call.left_queue_at is not None:
        return Outcome.NOT_ANSWERED
    return Outcome.SELF_SERVED if stage == END_OF_THE_RULES else Outcome.LEFT_IN_MENU


def _is_waiting(call: Call) -> bool:
    """Whether the caller was last sent to wait for an agent: in a queue, or for one alone."""
    return (call.stage or "").startswith(("queue ", AGENT_STAGE))


def _has_come(request: Request) -> bool:
    """Whether the caller came to where they were sent to wait, and did not hang up before."""
    return request.queued_at is not None


def call_log_fields(call: Call, change: CallChange) -> dict[str, Any]:
    """The fields of the one log line that tells a call; numbers are masked."""
    agent = change.agent or call.agent
    answered_at = change.answered_at or call.answered_at
    left_at = change.left_queue_at or call.left_queue_at
    return {
        "call": call.id,
        "caller": mask_number(call.caller),
        "dialled": call.dialled,
        "source": call.source,
        "customer": call.customer_id,
        "language": call.language,
        "outcome": change.outcome,
        "stage": change.stage or call.stage,
        "queue": call.queue,
        "agent": agent,
        "waited": _seconds(change.queued_at or call.queued_at, answered_at or left_at),
        "talked": _seconds(answered_at, left_at),
        "lasted": _seconds(call.started_at, change.ended_at),
        "revision": call.revision,
    }


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else round((end - start).total_seconds(), 1)
