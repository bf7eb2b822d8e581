"""What the simulator of `tests/simulation` foretells for callers who really came.

They come to the simulated queues at the moments at which they came to Asterisk's, so that the two
can be held against each other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from dialplan.queues import queue_rules_conf, queues_conf
from routing.rules import Policy
from tests.live.queues.visits import Visit
from tests.simulation.app_queue import AppQueue
from tests.simulation.people import Caller, Event, Phone
from tests.simulation.queue_files import read_queues, read_rules

RACES: Final = 20
"""Runs of the simulator: what happens at the same moment can happen in any order."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who came: what Asterisk has logged, and the caller as the simulator takes one."""

    visit: Visit
    caller: Caller


@dataclass(frozen=True, slots=True)
class Moment:
    """Something between a caller and an agent, so many seconds after the caller came."""

    caller: str
    agent: str
    after: float


def compiled(policy: Policy, phones: Mapping[str, Phone], race: Random | None = None) -> AppQueue:
    """The compiled queues of some rules, simulated.

    Args:
        policy: The rules.
        phones: By agent; everybody else is not there.
        race: Draws what comes first of what happens at the same moment.
    """
    by_device = {
        agent.device: phones.get(agent.id, Phone(agent.device, None, there=False))
        for agent in policy.agents.values()
    }
    queues, rules = queues_conf(policy), queue_rules_conf(policy)
    return AppQueue(read_queues(queues), read_rules(rules), by_device, race)


def play(queues: AppQueue, arrivals: Sequence[Arrival]) -> list[Event]:
    """Let callers come to simulated queues as they really came; what happens then.

    Whole seconds end at the same moments for both.

    Args:
        queues: The queues, with nobody in them.
        arrivals: Who comes.
    """
    first = min(each.visit.entered for each in arrivals).replace(microsecond=0)
    for each in arrivals:
        each.caller.arrives = round((each.visit.entered - first).total_seconds() * 1000)
        queues.call(each.caller)
    return queues.run()


def moments(events: Sequence[Event], arrivals: Sequence[Arrival], what: str) -> list[Moment]:
    """When something happened, to whom and by whom, in order."""
    came = {each.caller.name: each.caller.arrives for each in arrivals}
    return [
        Moment(each.caller, each.agent, (each.at - came[each.caller]) / 1000)
        for each in events
        if each.what == what
    ]
