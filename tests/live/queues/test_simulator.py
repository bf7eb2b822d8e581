"""The simulator of `tests/simulation` and a real Asterisk ring the same agents at the same time.

What the properties there say of compiled queues is worth as much as the simulator is right.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pytest

from agi_server.lab.phone import Phone as LabPhone
from tests.live.queues.foretold import Arrival, Moment, compiled, moments, play
from tests.live.queues.office import NEVER, Guest, Office
from tests.simulation.people import NO_LIMIT, Caller, Phone
from tests.simulation.sites import Visitor, sent

pytestmark = pytest.mark.live

LADDER: Final = "+982191000021"
FIRST_IN_LADDER: Final = "+982191000022"
ALONE: Final = "+982191000031"
PAIR: Final = "+982191000032"
TALK: Final = 2.0
"""Seconds for which agents talk."""

VISITORS: Final = {
    LADDER: Visitor("ladder", talks=round(TALK * 1000)),
    FIRST_IN_LADDER: Visitor("ladder", talks=round(TALK * 1000), priority=10),
    ALONE: Visitor("alone", talks=round(TALK * 1000)),
    PAIR: Visitor("pair", talks=round(TALK * 1000)),
}
"""Who comes by each number."""

SLACK: Final = 2.0
"""Seconds by which a telephone may ring later on a busy machine than in the simulator."""

REFUSES: Final = -1.0
"""Instead of seconds until somebody picks up: the telephone says busy, at once."""


@dataclass(frozen=True)
class Scene:
    """Who calls, and how agents are found.

    Attributes:
        come: The numbers that are dialled, each at once when the one before is in the queue, or
            when Asterisk says that this one has waited for so many seconds.
        agents: Seconds until each agent picks up, or what happens instead.
        rings: How often a telephone rings until the end.
        talking: Agents who talk all the time, to somebody who came no queue.
    """

    name: str
    come: Sequence[tuple[str, int]]
    agents: Mapping[str, float]
    rings: int
    talking: Sequence[str] = field(default=())


SCENES: Final = (
    Scene(
        "two-callers-and-nobody-answers",
        come=[(LADDER, 0), (LADDER, 0)],
        agents=dict.fromkeys(("best", "good", "fair"), NEVER),
        rings=3,
    ),
    Scene(
        "a-better-telephone-refuses",
        come=[(PAIR, 0)],
        agents={"pam": REFUSES, "pat": NEVER},
        rings=2,
    ),
    Scene("the-only-telephone-refuses", come=[(ALONE, 0)], agents={"tim": REFUSES}, rings=4),
    Scene(
        "one-of-higher-priority-stands-ahead-before-their-step",
        come=[(LADDER, 0), (FIRST_IN_LADDER, 3)],
        agents={"good": 0.5},
        talking=["best"],
        rings=2,
    ),
    Scene("the-last-ring-is-not-cut-short", come=[(ALONE, 0)], agents={"tim": NEVER}, rings=2),
)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_asterisk_rings_whom_the_simulator_foretells(office: Office, scene: Scene) -> None:
    """The same agents for the same callers in the same order, and at the same seconds."""
    for agent in scene.talking:
        office.keep_busy(agent)
    for agent, seconds in scene.agents.items():
        plug_in(office, agent, seconds)
    guests = come(office, scene)

    office.wait(lambda: len(rung(office, guests)) >= scene.rings)

    really = rung(office, guests)[: scene.rings]
    simulated = foretold(office, scene, guests)[: scene.rings]
    told = f"{really}, foretold {simulated}"
    assert [(each.caller, each.agent) for each in really] == [
        (each.caller, each.agent) for each in simulated
    ], told
    for real, each in zip(really, simulated, strict=True):
        assert abs(real.after - each.after) <= SLACK, told


def plug_in(office: Office, agent: str, seconds: float) -> LabPhone:
    """Put an agent at their telephone, or let it refuse."""
    return office.plug_in(agent, ring=None if seconds == REFUSES else seconds, talk=TALK)


def come(office: Office, scene: Scene) -> list[Guest]:
    """Let all of them come."""
    guests: list[Guest] = []
    for number, waited in scene.come:
        if waited:
            office.wait_for_waiting(VISITORS[number].queue, waited)
        guests.append(office.come(number))
    return guests


def rung(office: Office, guests: Sequence[Guest]) -> list[Moment]:
    """Who was really rung, in order."""
    agents = {agent.device: agent.id for agent in office.policy.agents.values()}
    visits = [(guest.number, office.visit(guest)) for guest in guests]
    all_rings = sorted(
        ((visit.at(ring), number, ring) for number, visit in visits for ring in visit.rings),
        key=lambda each: each[0],
    )
    return [Moment(number, agents[ring.device], ring.after) for _, number, ring in all_rings]


def foretold(office: Office, scene: Scene, guests: Sequence[Guest]) -> list[Moment]:
    """Who is rung in the simulator."""
    phones = {agent: _phone(office, agent, each) for agent, each in scene.agents.items()}
    phones |= {
        agent: Phone(office.policy.agents[agent].device, None, busy=True) for agent in scene.talking
    }
    arrivals = [
        Arrival(office.visit(guest), sent(office.policy, guest.number, VISITORS[number]))
        for guest, (number, _) in zip(guests, scene.come, strict=True)
    ]
    return moments(play(compiled(office.policy, phones), arrivals), arrivals, "rung")


def _phone(office: Office, agent: str, seconds: float) -> Phone:
    device = office.policy.agents[agent].device
    if seconds == REFUSES:
        return Phone(device, rejects=0)
    return Phone(device, None if seconds == NEVER else round(seconds * 1000))


def test_the_fallback_goes_round_in_both(office: Office) -> None:
    """One agent after the other, and from the first again, though nobody answers."""
    there = ("amy", "eva")
    office.plug_in(*there, ring=NEVER)
    guest = office.come("fallback")
    office.wait(lambda: len(rung(office, [guest])) >= 2 * len(there) - 1)

    phones = {agent: Phone(office.policy.agents[agent].device, None) for agent in there}
    arrival = Arrival(office.visit(guest), Caller("c", "rahyab-fallback", highest=NO_LIMIT))
    arrival.caller.patience = 60_000
    simulated = moments(play(compiled(office.policy, phones), [arrival]), [arrival], "rung")
    really = rung(office, [guest])
    # Who is first depends on the order in which Asterisk happens to keep its members.
    for each in (really, simulated):
        agents = [moment.agent for moment in each]
        assert sorted(agents[: len(there)]) == sorted(there)
        assert agents[len(there) : 2 * len(there) - 1] == agents[: len(there) - 1]
    for real, foretold in zip(really, simulated, strict=False):
        assert abs(real.after - foretold.after) <= SLACK, f"{really}, foretold {simulated}"
