"""What callers can require, and which Asterisk queue serves it.

A requirement is a queue of the rules, with one language where the caller's language is needed, or
words are said in it. Each that a call can come to has a ladder: who is a member, and from which
second on. Requirements whose ladders are the same, and that ring, play, speak, give up, let in and
let out by the same keys, share one Asterisk queue: their callers wait for the same people from the
same second on, so that one line is fairer than several, between which Asterisk has no order.

An Asterisk queue is called like the first of its requirements in the order of the rules (queues,
then languages), and by the name which that has anyway: `support-fa`, or `reception` where the
language makes no difference. So a name stays when others join or leave, and when agents do. The
other requirements are told apart by their penalty rule, which bears their own name.

An agent for whom callers may wait alone (`prefer`) has a queue of their own besides: callers leave
it for the queue that they were sent to.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final

from cachetools import LRUCache, cached

from dialplan.contract import AGENT_QUEUE
from dialplan.reachability import reachable_queues
from ivr.prompts import Catalogue
from routing.rules import Agent, Policy, Queue
from routing.skills import divided_by_language, first_step

QUEUES_BEFORE_WARNING: Final = 50
"""Asterisk queues. Each change of a telephone's state makes Asterisk look through the members of
all of them (app_queue.c, `device_state_cb`); this many are what we have put under load."""

MOST_QUEUES: Final = 500
"""Asterisk queues. More are not written: ten times what was put under load is beyond knowledge."""

POLICIES_REMEMBERED: Final = 8
"""Plans that are kept: those in force, the ones before, and the ones that calls still go by."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a caller waits for.

    Attributes:
        queue: The queue of the rules.
        language: The caller's; None where it makes no difference, neither to who can serve nor to
            what is said.
    """

    queue: Queue
    language: str | None

    @property
    def name(self) -> str:
        """Its own name, also where it shares the Asterisk queue of another."""
        return self.queue.id if self.language is None else f"{self.queue.id}-{self.language}"


@dataclass(frozen=True, slots=True)
class Member:
    """An agent by id, and the index of the first step that is met by what the agent can do."""

    agent: str
    tier: int


@dataclass(frozen=True, slots=True)
class Ladder:
    """Who is rung, and from when on; and all else of which an Asterisk queue has one.

    Attributes:
        members: Whoever is good enough at some step, in the order of the rules.
        opens: For each tier the second of waiting from which on it is rung.
        ring_for: Seconds for which a telephone rings.
        give_up_after: Seconds after which waiting ends.
        music: The music class that waiting callers hear.
        most_waiting: So many callers may wait; None: as many as the server lets in.
        keys: By which callers leave, in order.
        sounds: What is said to callers from time to time, the next one each time: sound files.
        every: Seconds from the end of one of these to the next; 0 where there is none.
    """

    members: tuple[Member, ...]
    opens: tuple[int, ...]
    ring_for: int
    give_up_after: int
    music: str
    most_waiting: int | None = None
    keys: tuple[str, ...] = ()
    sounds: tuple[str, ...] = ()
    every: int = 0


@dataclass(frozen=True, slots=True)
class AsteriskQueue:
    """A queue of Asterisk: what it stands for, and whom it rings.

    `alone` is the agent for whom its callers wait alone; None in a queue that needs no one person.
    """

    name: str
    requirements: tuple[Requirement, ...]
    ladder: Ladder
    alone: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All Asterisk queues of some rules.

    Attributes:
        policy: The rules.
        queues: In the order of the rules; those that no call can come to are left out.
        for_agents: One for each agent for whom callers may wait alone, in the order of the rules.
        serving: The name of the Asterisk queue for each requirement's own name.
    """

    policy: Policy
    queues: tuple[AsteriskQueue, ...]
    for_agents: tuple[AsteriskQueue, ...]
    serving: Mapping[str, str]

    @property
    def all_queues(self) -> tuple[AsteriskQueue, ...]:
        """Those for requirements, then those for agents."""
        return self.queues + self.for_agents


@cached(LRUCache(POLICIES_REMEMBERED), key=id, lock=Lock())
def plan_for(policy: Policy) -> Plan:
    """The Asterisk queues of some rules.

    Rules cannot change, so the plan is remembered by their identity: each call asks for it. It
    holds on to them, so that no others can come to have that identity meanwhile.

    Args:
        policy: The rules.
    """
    reachable = reachable_queues(policy)
    required = [each for each in requirements_of(policy) if each.queue.id in reachable]
    sharing: dict[Ladder, list[Requirement]] = {}
    for requirement in required:
        sharing.setdefault(ladder_of(requirement, policy), []).append(requirement)
    queues = tuple(
        AsteriskQueue(each[0].name, tuple(each), ladder) for ladder, each in sharing.items()
    )
    serving = {each.name: queue.name for queue in queues for each in queue.requirements}
    return Plan(policy, queues, tuple(_for_agents(required, policy)), serving)


def _for_agents(required: Sequence[Requirement], policy: Policy) -> Iterator[AsteriskQueue]:
    for agent in policy.agents.values():
        those = tuple(
            each
            for each in required
            if each.queue.prefer is not None and _tier(agent, each) is not None
        )
        if those:
            yield AsteriskQueue(AGENT_QUEUE + agent.id, those, _alone(agent, those), agent.id)


def _alone(agent: Agent, those: Sequence[Requirement]) -> Ladder:
    """One member for all who may wait for them, whatever queue these were sent to.

    Nothing is said, as it would have to be said to some of them in another language; callers leave
    by the keys that mean something in every one of these queues.
    """
    queues = [each.queue for each in those]
    keys = frozenset(queues[0].keys).intersection(*(each.keys for each in queues))
    return Ladder(
        members=(Member(agent.id, 0),),
        opens=(0,),
        ring_for=max(each.ring_for for each in queues),
        give_up_after=max(each.prefer.seconds for each in queues if each.prefer is not None),
        music=queues[0].music,
        keys=tuple(sorted(keys)),
    )


def requirements_of(policy: Policy) -> Iterator[Requirement]:
    """Every requirement, in the order of the rules, whether a call can come to it or not."""
    for queue in policy.queues.values():
        for language in policy.business.languages if divided_by_language(queue) else (None,):
            yield Requirement(queue, language)


def requirement_for(queue: Queue, language: str, policy: Policy) -> Requirement:
    """What a caller requires who is sent to a queue.

    Args:
        queue: The queue.
        language: The caller's. One that is not of the business is served as its default.
        policy: The rules.
    """
    if not divided_by_language(queue):
        return Requirement(queue, None)
    spoken = policy.business.languages
    return Requirement(queue, language if language in spoken else spoken[0])


def requirement_entered(entered: str, rule: str, policy: Policy) -> Requirement | None:
    """What a caller had required who comes back from a queue.

    Args:
        entered: The Asterisk queue.
        rule: The penalty rule that the caller went in with; may be empty.
        policy: The rules.

    Returns:
        None where the rules have no such requirement: they may have changed.
    """
    own = rule or entered
    return next((each for each in requirements_of(policy) if each.name == own), None)


def ladder_of(requirement: Requirement, policy: Policy) -> Ladder:
    """Who is rung for a requirement, from when on, and what else Asterisk does with its callers."""
    queue = requirement.queue
    return Ladder(
        members=tuple(_members(requirement, policy)),
        opens=tuple(step.after for step in queue.steps),
        ring_for=queue.ring_for,
        give_up_after=queue.give_up_after,
        music=queue.music,
        most_waiting=_most_waiting(queue),
        keys=tuple(sorted(queue.keys)),
        sounds=_sounds(requirement, policy),
        every=queue.say.every if queue.say.prompts else 0,
    )


def _most_waiting(queue: Queue) -> int | None:
    """The bound that Asterisk itself keeps, if any.

    It would keep out whom the gate has let in already, to wait for one agent alone first: the gate
    of such a queue is seen to by the server alone.
    """
    return None if queue.gate is None or queue.prefer is not None else queue.gate.waiting


def _sounds(requirement: Requirement, policy: Policy) -> tuple[str, ...]:
    prompts, language = requirement.queue.say.prompts, requirement.language
    if not prompts or language is None:
        return ()
    catalogue = Catalogue.of(policy)
    return tuple(catalogue.sound(prompt, language) for prompt in prompts)


def _members(requirement: Requirement, policy: Policy) -> Iterator[Member]:
    for agent in policy.agents.values():
        tier = _tier(agent, requirement)
        if tier is not None:
            yield Member(agent.id, tier)


def _tier(agent: Agent, requirement: Requirement) -> int | None:
    return first_step(requirement.queue, agent, requirement.language or "")


def growth_warning(plan: Plan) -> str | None:
    """What to say about too many Asterisk queues, with whose queue makes most of them.

    Args:
        plan: The queues.

    Returns:
        None up to `QUEUES_BEFORE_WARNING`.
    """
    count = len(plan.all_queues)
    if count <= QUEUES_BEFORE_WARNING:
        return None
    made: dict[str, list[AsteriskQueue]] = {}
    for each in plan.all_queues:
        made.setdefault(each.requirements[0].queue.id, []).append(each)
    most, those = max(made.items(), key=lambda item: len(item[1]))
    return (
        f"these rules make {count} Asterisk queues, more than {QUEUES_BEFORE_WARNING}: "
        f'queue "{most}" makes {_told(those, plan.policy.queues[most])}; '
        "queues that ring the same agents from the same second on, with the same `ring`, `music`, "
        "keys, words and end of waiting, become one"
    )


def _told(those: Sequence[AsteriskQueue], queue: Queue) -> str:
    if len(those) == 1:
        return "one, as every other does"
    agents = sum(each.alone is not None for each in those)
    whose = "one a language" if divided_by_language(queue) else "one a need"
    for_agents = f"{agents} of them for agents whom callers prefer" if agents else whose
    return f"{len(those)} of them, {for_agents}"
