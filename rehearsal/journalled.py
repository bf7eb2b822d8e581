"""A past call as a script: what the journal knows of it, so that it can be rehearsed again."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

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
        places={queue: tuple(places) for queue, places in read.places.items()},
        variables=facts.variables,
        requests=read.requests,
        callbacks=tuple(read.joined),
        surveys=read.surveys,
        visits=tuple(_visit(data) for data in read.visits),
    )


def _visit(data: Mapping[str, Any]) -> Visit:
    if data["status"] == QueueStatus.CONTINUE:
        return Visit(VisitEnd.ANSWERED, data["hold"] or 0, data["agent"])
    if data.get("key"):
        return Visit(VisitEnd.LEFT, _LEFT_AFTER, key=data["key"])
    return Visit(_ENDS.get(data["status"], VisitEnd.REFUSED))


_ENDS: Final = {QueueStatus.TIMEOUT: VisitEnd.GAVE_UP, QueueStatus.FULL: VisitEnd.FULL}

_LEFT_AFTER: Final = 0
"""Seconds: how long somebody has waited who left by a key is not told."""
