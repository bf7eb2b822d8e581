"""Rules with made-up agents and queues, compiled and put to work in the simulator."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from types import MappingProxyType
from typing import Final

from dialplan.leaving import leaving_contexts
from dialplan.queues import (
    IDEAL_PENALTY,
    asterisk_queue_name,
    penalty_rule_name,
    queue_rules_conf,
    queues_conf,
)
from routing.destinations import Route, ToHangup, ToQueue
from routing.rules import Agent, DialledNumber, Policy, Queue
from routing.skills import first_step
from tests.sample import POLICY
from tests.simulation.app_queue import AppQueue
from tests.simulation.people import Caller, Event, Line, Phone, Seat
from tests.simulation.queue_files import read_keys, read_queues, read_rules

TICK: Final = 1000
"""Milliseconds between two looks at whether anybody is kept waiting for nothing."""


KEPT_SECONDS: Final = 3
"""For which a caller may be kept who could be rung: a second until the caller looks whether it is
the turn, a second between two attempts, and one as Asterisk counts in whole seconds."""


@dataclass(frozen=True)
class Visitor:
    """Somebody who comes to a queue of the rules. Times in milliseconds."""

    queue: str
    language: str = "en"
    arrives: int = 0
    talks: int = 30_000
    patience: int | None = None
    priority: int = 0
    presses: tuple[int, str] | None = None


def site(
    agents: Iterable[Agent], queues: Iterable[Queue], languages: tuple[str, ...] = ("en", "es")
) -> Policy:
    """Rules by which a call can come to each of these queues."""
    made = {queue.id: queue for queue in queues}
    return replace(
        POLICY,
        business=replace(POLICY.business, languages=languages),
        agents={agent.id: agent for agent in agents},
        queues=made,
        fallback=next(iter(made)),
        numbers={id_: DialledNumber(id_, Route(ToQueue(id_)), None, None) for id_ in made},
        unlisted=Route(ToHangup()),
        person=Route(ToHangup()),
    )


@dataclass
class Watch:
    """Looks once a second for callers who could be rung and are not.

    A caller is kept waiting for nothing when more agents are free who are good enough by then than
    callers wait ahead, in the same queue, whom one of these agents may serve.

    Attributes:
        longest: For how many seconds on end that was so, for the caller for whom it was longest.
        who: That caller.
    """

    longest: int = 0
    who: str = ""
    _kept: dict[str, int] = field(default_factory=dict)

    def look(self, queues: AppQueue) -> None:
        """Count another second for whoever is kept waiting."""
        moved = _moved(queues)
        kept: dict[str, int] = {}
        for line in queues.lines.values():
            for caller in _kept_waiting(queues, line, moved):
                kept[caller.name] = self._kept.get(caller.name, 0) + 1
        self._kept = kept
        for name, seconds in kept.items():
            if seconds > self.longest:
                self.longest, self.who = seconds, name


def _kept_waiting(queues: AppQueue, line: Line, moved: set[str]) -> Iterator[Caller]:
    """Who could be rung, and has not been within the second."""
    ahead: list[set[str]] = []
    for caller in line.callers:
        if not caller.pending:
            able = _able(queues, line, caller, moved)
            rivals = sum(not able.isdisjoint(each) for each in ahead)
            if len(able) > rivals and caller.name not in moved:
                yield caller
            ahead.append(able)


def _moved(queues: AppQueue) -> set[str]:
    """The callers and agents to whom something has happened within the second."""
    moved: set[str] = set()
    for each in reversed(queues.events):
        if queues.now - queues.began - each.at > TICK:
            break
        moved |= {each.caller, each.agent}
    return moved


def _able(queues: AppQueue, line: Line, caller: Caller, moved: set[str]) -> set[str]:
    """Who has been free for a second and is, by the time of waiting, good enough."""
    highest = caller.highest
    for change in caller.changes:
        if queues.now // 1000 - caller.start >= change.after:
            highest = change.highest
    return {
        seat.member.name
        for seat in line.seats
        if seat.member.name not in moved
        and queues.free(line, seat)
        and _inside(seat, caller.lowest, highest)
    }


def _inside(seat: Seat, lowest: int, highest: int) -> bool:
    penalty = seat.member.penalty
    return penalty <= highest and (lowest > highest or penalty >= lowest)


@dataclass(frozen=True)
class History:
    """What has happened, to whom, and who was kept waiting."""

    policy: Policy
    visitors: Mapping[str, Visitor]
    events: Sequence[Event]
    watch: Watch
    sounds: Mapping[str, int] = field(default_factory=dict)

    @property
    def longest_words(self) -> int:
        """Milliseconds of the longest words that anybody has heard."""
        heard = {each.why for each in self.events if each.what == "heard"}
        return max((self.sounds.get(each, 0) for each in heard), default=0)

    def waits(self) -> dict[str, int]:
        """Milliseconds from the coming of each caller to the answer or to leaving."""
        ends = {each.caller: each.at for each in self.events if each.what in {"answered", "left"}}
        return {name: ends[name] - each.arrives for name, each in self.visitors.items()}

    def opens(self, caller: str, agent: str) -> int:
        """The second of waiting from which on the rules let an agent be rung for a caller."""
        visitor = self.visitors[caller]
        queue = self.policy.queues[visitor.queue]
        step = first_step(queue, self.policy.agents[agent], visitor.language)
        return NEVER if step is None else queue.steps[step].after


NEVER: Final = 10**9


def opened(
    policy: Policy,
    phones: Mapping[str, Phone],
    race: Random | None = None,
    sounds: Mapping[str, int] = MappingProxyType({}),
) -> AppQueue:
    """The compiled queues at work, with telephones by agent; others answer after two seconds.

    `sounds` is how many milliseconds those last that are there.
    """
    by_device = {
        agent.device: phones.get(agent.id, Phone(agent.device, 2000))
        for agent in policy.agents.values()
    }
    return AppQueue(
        read_queues(queues_conf(policy)),
        read_rules(queue_rules_conf(policy)),
        by_device,
        race,
        keys=read_keys(leaving_contexts(policy)),
        sounds=sounds,
    )


def play(
    policy: Policy,
    visitors: Sequence[Visitor],
    phones: Mapping[str, Phone] | None = None,
    race: Random | None = None,
    sounds: Mapping[str, int] = MappingProxyType({}),
) -> History:
    """Compile the rules, and let callers come.

    Args:
        policy: The rules.
        visitors: Who comes.
        phones: By agent; who is missing answers after two seconds.
        race: Draws what comes first of what happens at the same moment.
        sounds: How many milliseconds each sound lasts.
    """
    queues = opened(policy, phones or {}, race, sounds)
    named = {f"c{number}": each for number, each in enumerate(visitors)}
    for name, each in named.items():
        queues.call(sent(policy, name, each))
    watch = Watch()
    patience = max(each.give_up_after + each.ring_for for each in policy.queues.values())
    last = max((each.arrives for each in visitors), default=0)
    watched(queues, watch, last + patience * 1000)
    return History(policy, named, queues.run(), watch, sounds)


def watched(queues: AppQueue, watch: Watch, until: int) -> None:
    """Let `watch` look once a second, half a second off the clock, up to a moment."""
    for moment in range(TICK // 2, until, TICK):
        queues.at(moment, lambda: watch.look(queues))


def sent(policy: Policy, name: str, visitor: Visitor) -> Caller:
    """As `dialplan.orders` sends a call into a queue."""
    queue = policy.queues[visitor.queue]
    return Caller(
        name,
        asterisk_queue_name(queue, visitor.language, policy),
        penalty_rule_name(queue, visitor.language, policy) or "",
        visitor.arrives,
        queue.give_up_after,
        IDEAL_PENALTY,
        priority=visitor.priority,
        talks=visitor.talks,
        patience=visitor.patience,
        presses=visitor.presses,
    )
