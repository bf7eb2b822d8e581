"""Twelve agents of two trades and two languages, and sixteen callers at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from random import Random
from typing import Final

import pytest

from crm.records import CallStory, Outcome
from dialplan.queues import WRAP_UP_SECONDS
from routing.skills import first_step
from tests.live.queues.foretold import RACES, Arrival, compiled, moments, play
from tests.live.queues.office import Guest, Office
from tests.live.queues.visits import Visit
from tests.simulation.people import Phone
from tests.simulation.sites import Visitor, sent

pytestmark = pytest.mark.live

COME: Final = (
    *(("+982191000001", "support", "en"),) * 5,
    *(("+982191000002", "support", "es"),) * 5,
    *(("+982191000003", "billing", "en"),) * 3,
    *(("+982191000004", "billing", "es"),) * 3,
)
"""The number that is dialled, the queue that it leads to, and the caller's language."""

QUICK: Final = ("amy", "cat", "dan", "eva", "hal", "jim", "leo")
SLOW: Final = ("ben", "fay", "gus", "ida", "kit")
QUICK_RING, SLOW_RING, TALK = 0.5, 2.5, 4.0
"""Seconds until agents pick up, and for how long they talk."""

IDEAL: Final = 7
"""Agents who are ideal for one of these callers: each has somebody from the first moment on."""

AT_ONCE: Final = 0.9
"""Seconds: whoever has to wait for a turn waits for a whole one at least."""

WHOLE_SECONDS: Final = 2.0
"""The beginning of a wait and the end of a call are known to the second."""

SLACK: Final = 4.0
"""Seconds by which a wait may be another on a busy machine than in the simulator."""


@dataclass(frozen=True, slots=True)
class Served:
    """A caller who has been served, as Asterisk and the journal have it."""

    queue: str
    language: str
    visit: Visit
    story: CallStory


def test_everybody_is_served_by_somebody_who_may_serve_them_then(office: Office) -> None:
    """And nobody's telephone rings before the step that lets them in."""
    served = sixteen_callers(office)
    agents = {agent.device: agent for agent in office.policy.agents.values()}

    for each in served:
        queue = office.policy.queues[each.queue]
        for ring in each.visit.rings:
            step = first_step(queue, agents[ring.device], each.language)
            told = f"{agents[ring.device].id} for {each.queue}-{each.language} at {ring.after} s"
            assert step is not None, told
            # Asterisk counts whole seconds: up to one too early (docs/queues.md).
            assert ring.after > queue.steps[step].after - 1, told
    at_once = [each for each in served if each.visit.rings[0].after < AT_ONCE]
    assert len(at_once) >= IDEAL, f"only {len(at_once)} telephones rang at once"
    by = {agents[each.visit.answered.device].id for each in served if each.visit.answered}
    assert len(by) >= 10, f"only {sorted(by)} had anything to do"
    assert_books_agree(office, served)
    assert_nobody_served_two_at_once(served)
    assert_as_foretold(office, served)


def sixteen_callers(office: Office) -> list[Served]:
    """Let all of them come as fast as they can be placed, and wait until the last is served."""
    office.plug_in(*QUICK, ring=QUICK_RING, talk=TALK)
    office.plug_in(*SLOW, ring=SLOW_RING, talk=TALK)
    guests = [office.call(to) for to, _, _ in COME]
    return [
        _served(office, guest, queue, language)
        for guest, (_, queue, language) in zip(guests, COME, strict=True)
    ]


def _served(office: Office, guest: Guest, queue: str, language: str) -> Served:
    story = office.end(guest).story
    return Served(queue, language, office.visit(guest), story)


def assert_books_agree(office: Office, served: Sequence[Served]) -> None:
    """The journal, Asterisk's log and its queue_log tell the same of every call."""
    devices = {agent.id: agent.device for agent in office.policy.agents.values()}
    for each in served:
        call = each.story.call
        (connected,) = [one for one in office.in_queue_log(each.story) if one.event == "CONNECT"]
        assert (call.outcome, call.queue) == (Outcome.ANSWERED, each.queue)
        assert call.agent == connected.agent
        assert each.visit.answered is not None
        assert devices[connected.agent] == each.visit.answered.device
        assert call.answered_at is not None
        assert call.queued_at is not None
        held = (call.answered_at - call.queued_at).total_seconds()
        assert held == int(connected.data[0])
        assert abs(held - each.visit.wait) <= 1


def assert_nobody_served_two_at_once(served: Sequence[Served]) -> None:
    """Nor before they had their rest, which counts in every queue of theirs."""
    calls: dict[str, list[tuple[datetime, datetime]]] = {}
    for each in served:
        answered = each.visit.answered
        assert answered is not None
        calls.setdefault(answered.device, []).append((each.visit.at(answered), _over(each)))
    for device, theirs in calls.items():
        for (_, over), (answers, _) in pairwise(sorted(theirs)):
            rest = (answers - over).total_seconds()
            assert rest > WRAP_UP_SECONDS - WHOLE_SECONDS, f"{device} rested {rest} s"


def _over(served: Served) -> datetime:
    """When an agent had done with a caller, to the second, by Asterisk's clock."""
    left, queued = served.story.call.left_queue_at, served.story.call.queued_at
    assert left is not None
    assert queued is not None
    return served.visit.entered + (left - queued)


def assert_as_foretold(office: Office, served: Sequence[Served]) -> None:
    """The simulator has the same waits for the same callers, from the shortest to the longest."""
    waits = sorted(each.visit.wait for each in served)
    runs = [foretold(office, served, seed) for seed in range(RACES)]
    for real, *simulated in zip(waits, *runs, strict=True):
        least, most = min(simulated), max(simulated)
        assert least - SLACK <= real <= most + SLACK, f"{waits}, foretold {runs}"


def foretold(office: Office, served: Sequence[Served], seed: int) -> list[float]:
    """All waits in a run of the simulator, in seconds."""
    rings = dict.fromkeys(QUICK, QUICK_RING) | dict.fromkeys(SLOW, SLOW_RING)
    phones = {
        agent: Phone(office.policy.agents[agent].device, round(ring * 1000))
        for agent, ring in rings.items()
    }
    talks = round(TALK * 1000)
    arrivals = [
        Arrival(
            each.visit,
            sent(office.policy, str(number), Visitor(each.queue, each.language, talks=talks)),
        )
        for number, each in enumerate(served)
    ]
    race = Random(seed)  # noqa: S311  no secret: an order of events
    events = play(compiled(office.policy, phones, race), arrivals)
    return sorted(each.after for each in moments(events, arrivals, "answered"))
