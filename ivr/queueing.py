"""Entering a queue of the rules, and leaving it: gate, preferred agent, place, and what is said.

What happens in the queue itself is Asterisk's; here is only what comes before and after. A caller
may be sent to the same queue several times: to wait for one agent alone first, and after a key that
leads nowhere. The gate is asked once, and what was earned by waiting is kept. Where somebody may
wait for one agent first, the queue has no bound of Asterisk's own to keep them out after it.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import Enum, auto
from typing import Final

from ivr.effects import FindPlace, LookAtQueues, Preferred, Refusal, Say, Steps, TurnAway, expect
from ivr.spoken import LARGEST_ORDINAL, duration, number, ordinal
from ivr.talk import Talk, ToldPlace
from routing.destinations import Route, ToQueue
from routing.entrances import route_after_queue
from routing.facts import QueueFacts
from routing.hours import hours_state
from routing.rules import Gate, HoursState, Queue
from routing.skills import first_step
from routing.waits import Place, WaitRange

MINUTE: Final = 60
HOUR_IN_MINUTES: Final = 60

_NOT_ASKED: Final = Place()
"""Of a caller whose place matters to nothing, so far."""


def enter(talk: Talk, to: ToQueue) -> Steps[Route | ToQueue]:
    """Go into a queue, unless its gate leads elsewhere.

    Args:
        talk: The call. What Asterisk needs to know besides is left in its `preferred` and
            `position`.
        to: The queue.
    """
    queue = talk.book.policy.queues[to.queue]
    is_back, talk.let_in = talk.let_in == queue.id, None
    talk.stage, talk.preferred, talk.position = f"entering {queue.id}", None, None
    gate = None if is_back else queue.gate
    if gate is not None and _is_closed(talk, gate):
        return (yield from _turn_away(queue, gate, Refusal.CLOSED))
    standing = yield from _look_at(talk, queue, gate)
    place = _NOT_ASKED
    if gate is not None:
        if gate.wait is not None:
            place = yield from _find_place(queue, standing)
        why = _refusal(gate, standing, place)
        if why is not None:
            return (yield from _turn_away(queue, gate, why))
    preferred = None if is_back else _preferred(talk, queue)
    if preferred is not None:
        talk.preferred = preferred.agent
        talk.asked_for |= {queue.id}
        yield preferred
    else:
        yield from _take_place(talk, queue, standing, place)
    return to


def _take_place(talk: Talk, queue: Queue, standing: QueueFacts, place: Place) -> Steps[None]:
    """Tell the caller where they are, and keep the place that was earned."""
    if place is _NOT_ASKED and _needs_place(talk, queue):
        place = yield from _find_place(queue, standing)
    said = _words(talk, queue, place)
    if said:
        yield Say(said)
        if talk.has_waited:  # the line has moved while they listened
            place = yield from _find_place(queue, (yield from _look_at(talk, queue, None)))
    if talk.has_waited and place.ahead is not None:
        talk.position = place.ahead + 1


class BackFrom(Enum):
    """How a caller comes back from a queue."""

    AGENT = auto()
    """An agent has spoken with them."""
    KEY = auto()
    """They pressed a key of the queue."""
    FULL = auto()
    """Asterisk did not let them in: as many waited as may."""
    NOBODY = auto()
    """Nobody has spoken with them, for any other reason."""


def come_back(talk: Talk, queue: Queue | None, back: BackFrom, key: str = "") -> Route:
    """Where a call goes on that is back from a queue.

    Args:
        talk: The call.
        queue: Where it waited; None if the rules do not have that queue any more.
        back: How it left.
        key: By which key, if by one.
    """
    waited_alone, talk.preferred = talk.preferred is not None, None
    if queue is None or back is BackFrom.AGENT:
        return route_after_queue(talk.book.policy, queue, served=back is BackFrom.AGENT)
    if back is BackFrom.KEY and key in queue.keys:
        return queue.keys[key]
    if back is BackFrom.KEY or waited_alone:
        talk.let_in = queue.id
        return Route(ToQueue(queue.id))
    if back is BackFrom.FULL and queue.gate is not None:
        return queue.gate.then
    return route_after_queue(talk.book.policy, queue, served=False)


def _is_closed(talk: Talk, gate: Gate) -> bool:
    if gate.hours is None:
        return False
    return hours_state(talk.book.policy.hours[gate.hours], talk.facts.at) is not HoursState.OPEN


def _turn_away(queue: Queue, gate: Gate, why: Refusal) -> Steps[Route]:
    yield TurnAway(queue.id, why, gate.then)
    return gate.then


def _look_at(talk: Talk, queue: Queue, gate: Gate | None) -> Steps[QueueFacts]:
    """How the queue stands, if that matters to anything."""
    if not ((gate is not None and gate.looks_inside) or _needs_place(talk, queue)):
        return QueueFacts()
    seen = yield LookAtQueues((queue.id,))
    return (seen if isinstance(seen, Mapping) else {}).get(queue.id, QueueFacts())


def _find_place(queue: Queue, standing: QueueFacts) -> Steps[Place]:
    return expect((yield FindPlace(queue.id, standing.waiting)), Place)


def _needs_place(talk: Talk, queue: Queue) -> bool:
    return talk.has_waited or queue.say.place or queue.say.wait


def _refusal(gate: Gate, standing: QueueFacts, place: Place) -> Refusal | None:
    """Why nobody more is let in. What is not known keeps nobody out."""
    waiting = standing.waiting
    if waiting == 0:
        return None
    if _reaches(waiting, gate.waiting):
        return Refusal.FULL
    agents, each = standing.agents, gate.per_agent
    if _reaches(waiting, None if agents is None or each is None else agents * each):
        return Refusal.RATIO
    if gate.wait is not None and place.wait is not None and place.wait.likely > gate.wait:
        return Refusal.WAIT
    return None


def _reaches(waiting: int | None, most: int | None) -> bool:
    return waiting is not None and most is not None and waiting >= most


def _preferred(talk: Talk, queue: Queue) -> Preferred | None:
    """The agent for whom the caller waits alone at first; None: nobody, or they have done so."""
    if queue.prefer is None or queue.id in talk.asked_for:
        return None
    customer, agents = talk.facts.customer, talk.book.policy.agents
    known = {"owner": customer.owner, "last": customer.last_agent}
    for whom in queue.prefer.agents:
        agent = agents.get(known[whom] or "")
        if agent is not None and first_step(queue, agent, talk.facts.language) is not None:
            return Preferred(queue.id, agent.id, whom)
    return None


def _words(talk: Talk, queue: Queue, place: Place) -> tuple[str, ...]:
    """What tells a caller where they are, and how long it takes."""
    language = talk.language_for_values
    said: tuple[str, ...] = ()
    if language is None:
        return said
    if queue.say.place and place.ahead is not None and place.ahead < LARGEST_ORDINAL:
        said += _place_in_words(talk, ToldPlace(queue.id, place.ahead), language)
    if queue.say.wait and place.wait is not None:
        return (*said, *_wait_in_words(talk, place.wait, language))
    if queue.say.place or queue.say.wait:
        return (*_overdue_in_words(talk), *said)
    return said


def _place_in_words(talk: Talk, place: ToldPlace, language: str) -> tuple[str, ...]:
    """Where the caller is; and first, if that is worse than was said, why."""
    told, talk.told_place = talk.told_place, place
    why: tuple[str, ...] = ()
    if told is not None and place.ahead > told.ahead:
        is_same = told.queue == place.queue
        why = ("queue-place-behind" if is_same else "queue-place-other-line",)
    if place.ahead == 0:
        return ("queue-place-next",)
    return (*why, "queue-place-is", *ordinal(place.ahead + 1, language, "feminine"))


def _overdue_in_words(talk: Talk) -> tuple[str, ...]:
    """That it takes longer than was said, where nobody can tell how long."""
    if talk.told_until is None or talk.facts.at <= talk.told_until:
        return ()
    talk.told_until = None
    return ("queue-wait-longer",)


def _wait_in_words(talk: Talk, wait: WaitRange, language: str) -> tuple[str, ...]:
    """How long it will take, to the minute; and first, if so, that it is longer than was said."""
    fewest, most = -(-wait.shortest // MINUTE), max(1, -(-wait.longest // MINUTE))
    ends_at = talk.facts.at + timedelta(minutes=most)
    is_longer = talk.told_until is not None and ends_at > talk.told_until
    talk.told_until = ends_at
    sorry = ("queue-wait-longer",) if is_longer else ()
    if most == 1:
        return (*sorry, "queue-wait-below-a-minute")
    return (*sorry, "queue-wait-is", *_range_in_words(fewest, most, language))


def _range_in_words(fewest: int, most: int, language: str) -> tuple[str, ...]:
    """Two to five minutes; fifty minutes to one hour and ten minutes; five minutes."""
    longest = duration(most * MINUTE, language)
    if fewest == most:
        return longest
    if most < HOUR_IN_MINUTES:
        return (*number(max(fewest, 1), language, "feminine"), "queue-wait-to", *longest)
    return (*duration(max(fewest, 1) * MINUTE, language), "queue-wait-to", *longest)
