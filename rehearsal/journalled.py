"""A past call as a script: what the journal knows of it, so that it can be rehearsed again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from dialplan.contract import QueueStatus
from rehearsal.recorded import Event
from routing.call_tests import ScriptedCall, Visit, VisitEnd
from routing.facts import Facts, QueueFacts
from routing.key_script import HangUp, Press, Wait, Word

_STATE: Final = "tracking-state-"
"""How the names of prompts begin that tell how a request stands."""


def script_of(facts: Facts, events: Iterable[Event]) -> ScriptedCall:
    """The script of a past call.

    Args:
        facts: What was known as it came in.
        events: Its timeline.
    """
    reading = _Reading()
    for event in events:
        reading.take(event.kind, event.data)
    return ScriptedCall(
        call_id=facts.call_id,
        at=facts.at,
        caller=facts.caller,
        dialled=facts.dialled,
        customer=facts.customer,
        keys=tuple(reading.keys),
        queues=reading.queues,
        variables=facts.variables,
        requests=reading.requests,
        visits=tuple(reading.visits),
    )


@dataclass(slots=True)
class _Reading:
    keys: list[Word] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    queues: dict[str, QueueFacts] = field(default_factory=dict)
    requests: dict[str, str] = field(default_factory=dict)
    looked_up: str | None = None

    def take(self, kind: str, data: Mapping[str, Any]) -> None:
        match kind:
            case "pressed":
                self.keys.append(Press(data["keys"]))
            case "silence":
                self.keys.append(Wait())
            case "hung-up":
                self.keys.append(HangUp())
            case "queues":
                self.queues |= {queue: QueueFacts(**state) for queue, state in data.items()}
            case "looked-up":
                self.looked_up = data["tracking"] if data["found"] else None
            case "heard" if self.looked_up is not None:
                self.hear_state(data["prompts"])
            case "left-queue":
                self.visits.append(_visit(data))

    def hear_state(self, prompts: list[str]) -> None:
        """What the caller was told of the request that was looked up last."""
        told = [each.removeprefix(_STATE) for each in prompts if each.startswith(_STATE)]
        if told and self.looked_up is not None:
            self.requests[self.looked_up] = told[0]
            self.looked_up = None


def _visit(data: Mapping[str, Any]) -> Visit:
    if data["status"] == QueueStatus.CONTINUE:
        return Visit(VisitEnd.ANSWERED, data["hold"] or 0, data["agent"])
    gave_up = data["status"] == QueueStatus.TIMEOUT
    return Visit(VisitEnd.GAVE_UP if gave_up else VisitEnd.REFUSED)
