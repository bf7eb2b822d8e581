"""A past call as a script: what the journal knows of it, so that it can be rehearsed again."""

from collections.abc import Iterable, Mapping
from typing import Any

from dialplan.contract import QueueStatus
from rehearsal.timeline import Event, Timeline
from routing.call_tests import ScriptedCall, Visit, VisitEnd
from routing.facts import Facts


def script_of(facts: Facts, events: Iterable[Event]) -> ScriptedCall:
    """The script of a past call.

    Args:
        facts: What was known as it came in.
        events: Its timeline.
    """
    read = Timeline.of(events)
    return ScriptedCall(
        call_id=facts.call_id,
        at=facts.at,
        caller=facts.caller,
        dialled=facts.dialled,
        customer=facts.customer,
        keys=tuple(answer.word for answer in read.answers),
        queues={queue: tuple(states) for queue, states in read.looks.items()},
        variables=facts.variables,
        requests=read.requests,
        callbacks=tuple(read.joined),
        surveys=read.surveys,
        visits=tuple(_visit(data) for data in read.visits),
    )


def _visit(data: Mapping[str, Any]) -> Visit:
    if data["status"] == QueueStatus.CONTINUE:
        return Visit(VisitEnd.ANSWERED, data["hold"] or 0, data["agent"])
    gave_up = data["status"] == QueueStatus.TIMEOUT
    return Visit(VisitEnd.GAVE_UP if gave_up else VisitEnd.REFUSED)
