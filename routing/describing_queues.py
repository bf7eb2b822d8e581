"""Queues in words, aspect by aspect: who is rung, who is let in, what is heard, who leaves how."""

from collections.abc import Iterator, Mapping
from typing import Final

from routing.describing_dialogues import Aspects, given
from routing.explain import duration_in_words, route_in_words
from routing.rules import Acquaintance, Announcements, Gate, Need, Preference, Queue

ACQUAINTANCES: Final[Mapping[Acquaintance, str]] = {
    "owner": "the customer's own agent",
    "last": "the one who last spoke with the customer",
}
"""Whom callers prefer, in words."""


def queue_in_words(queue: Queue) -> Aspects:
    """A queue."""
    first, *later = queue.steps
    steps = {f"need after {duration_in_words(step.after)}": _needs(step.need) for step in later}
    return {
        "need": _needs(first.need),
        **steps,
        "ring": duration_in_words(queue.ring_for),
        "give up after": duration_in_words(queue.give_up_after),
        "then": route_in_words(queue.give_up_then),
        **given(music=queue.music, survey=queue.survey),
        **_gate(queue.gate),
        **given(preferred=preference_in_words(queue.prefer)),
        **_announcements(queue.say),
        **{f"key {key}": route_in_words(route) for key, route in queue.keys.items()},
    }


def _needs(needs: tuple[Need, ...]) -> str:
    return ", ".join(f"{need.skill} {need.level} or more" for need in needs) or "anybody"


def _gate(gate: Gate | None) -> Aspects:
    if gate is None:
        return {}
    return {
        "not let in": " or ".join(gate_in_words(gate)),
        "not let in, then": route_in_words(gate.then),
    }


def gate_in_words(gate: Gate) -> Iterator[str]:
    """When nobody is let in: each reason.

    >>> from routing.destinations import Route, ToCallback
    >>> list(gate_in_words(Gate("office", 20, None, 600, Route(ToCallback()))))
    ['outside the hours office', 'while 20 wait', 'who would likely wait more than 10m']
    """
    if gate.hours is not None:
        yield f"outside the hours {gate.hours}"
    if gate.waiting is not None:
        yield f"while {gate.waiting} wait"
    if gate.per_agent is not None:
        yield f"while {gate.per_agent} wait for each agent who is there"
    if gate.wait is not None:
        yield f"who would likely wait more than {duration_in_words(gate.wait)}"


def preference_in_words(prefer: Preference | None) -> str | None:
    """For whom a caller waits alone, and how long; None where for nobody."""
    if prefer is None:
        return None
    whom = ", else ".join(ACQUAINTANCES[each] for each in prefer.agents)
    return f"{whom}, for {duration_in_words(prefer.seconds)}"


def _announcements(say: Announcements) -> Aspects:
    heard = " and ".join(heard_on_entry(say)) or None
    again = {f"heard every {duration_in_words(say.every)}": ", then ".join(say.prompts)}
    return {**({"heard on coming in": heard} if heard else {}), **(again if say.prompts else {})}


def heard_on_entry(say: Announcements) -> Iterator[str]:
    """What callers hear who come in: each part."""
    if say.place:
        yield "how many are before them"
    if say.wait:
        yield "how long it will take"
