"""What callers can require, and which Asterisk queue serves it.

A requirement is a queue of the rules, with one language where the caller's language is needed. Each
that a call can come to has a ladder: who is a member, and from which second on. Requirements whose
ladders are the same, and that ring, play and give up alike, share one Asterisk queue: their callers
wait for the same people from the same second on, so that one line is fairer than several, between
which Asterisk has no order.

An Asterisk queue is called like the first of its requirements in the order of the rules (queues,
then languages), and by the name which that has anyway: `support-fa`, or `reception` where the
language makes no difference. So a name stays when others join or leave, and when agents do. The
other requirements are told apart by their penalty rule, which bears their own name.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Final

from cachetools import LRUCache, cached

from dialplan.reachability import reachable_queues
from routing.rules import Policy, Queue
from routing.skills import first_step, uses_language

QUEUES_BEFORE_WARNING: Final = 50
"""Asterisk queues. Each change of a telephone's state makes Asterisk look through the members of
all of them (app_queue.c, `device_state_cb`); this many are what we have put under load."""

POLICIES_REMEMBERED: Final = 8
"""Plans that are kept: those in force, the ones before, and the ones that calls still go by."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a caller waits for.

    Attributes:
        queue: The queue of the rules.
        language: The caller's; None where it makes no difference.
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
    """Who is rung, and from when on.

    Attributes:
        members: Whoever is good enough at some step, in the order of the rules.
        opens: For each tier the second of waiting from which on it is rung.
        ring_for: Seconds for which a telephone rings.
        give_up_after: Seconds after which waiting ends.
        music: The music class that waiting callers hear.
    """

    members: tuple[Member, ...]
    opens: tuple[int, ...]
    ring_for: int
    give_up_after: int
    music: str


@dataclass(frozen=True, slots=True)
class AsteriskQueue:
    """A queue of Asterisk: what it stands for, and whom it rings."""

    name: str
    requirements: tuple[Requirement, ...]
    ladder: Ladder


@dataclass(frozen=True, slots=True)
class Plan:
    """All Asterisk queues of some rules.

    Attributes:
        policy: The rules.
        queues: In the order of the rules; those that no call can come to are left out.
        serving: The name of the Asterisk queue for each requirement's own name.
    """

    policy: Policy
    queues: tuple[AsteriskQueue, ...]
    serving: Mapping[str, str]


@cached(LRUCache(POLICIES_REMEMBERED), key=id, lock=Lock())
def plan_for(policy: Policy) -> Plan:
    """The Asterisk queues of some rules.

    Rules cannot change, so the plan is remembered by their identity: each call asks for it. It
    holds on to them, so that no others can come to have that identity meanwhile.

    Args:
        policy: The rules.
    """
    reachable = reachable_queues(policy)
    sharing: dict[Ladder, list[Requirement]] = {}
    for requirement in requirements_of(policy):
        if requirement.queue.id in reachable:
            sharing.setdefault(ladder_of(requirement, policy), []).append(requirement)
    queues = tuple(
        AsteriskQueue(each[0].name, tuple(each), ladder) for ladder, each in sharing.items()
    )
    serving = {each.name: queue.name for queue in queues for each in queue.requirements}
    return Plan(policy, queues, serving)


def requirements_of(policy: Policy) -> Iterator[Requirement]:
    """Every requirement, in the order of the rules, whether a call can come to it or not."""
    for queue in policy.queues.values():
        for language in policy.business.languages if uses_language(queue) else (None,):
            yield Requirement(queue, language)


def requirement_for(queue: Queue, language: str, policy: Policy) -> Requirement:
    """What a caller requires who is sent to a queue.

    Args:
        queue: The queue.
        language: The caller's. One that is not of the business is served as its default.
        policy: The rules.
    """
    if not uses_language(queue):
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
    """Who is rung for a requirement, and from when on."""
    queue = requirement.queue
    return Ladder(
        members=tuple(_members(requirement, policy)),
        opens=tuple(step.after for step in queue.steps),
        ring_for=queue.ring_for,
        give_up_after=queue.give_up_after,
        music=queue.music,
    )


def _members(requirement: Requirement, policy: Policy) -> Iterator[Member]:
    for agent in policy.agents.values():
        tier = first_step(requirement.queue, agent, requirement.language or "")
        if tier is not None:
            yield Member(agent.id, tier)


def growth_warning(plan: Plan) -> str | None:
    """What to say about too many Asterisk queues, with whose queue makes most of them.

    Args:
        plan: The queues.

    Returns:
        None up to `QUEUES_BEFORE_WARNING`.
    """
    count = len(plan.queues)
    if count <= QUEUES_BEFORE_WARNING:
        return None
    made: dict[str, int] = {}
    for each in plan.queues:
        id_ = each.requirements[0].queue.id
        made[id_] = made.get(id_, 0) + 1
    most, number = max(made.items(), key=lambda item: item[1])
    return (
        f"these rules make {count} Asterisk queues, more than {QUEUES_BEFORE_WARNING}: "
        f'queue "{most}" makes {_told(number, plan.policy.queues[most])}; '
        "queues that ring the same agents from the same second on, with the same `ring`, `music` "
        "and end of waiting, become one"
    )


def _told(number: int, queue: Queue) -> str:
    if number == 1:
        return "one, as every other does"
    languages = "a language" if uses_language(queue) else "a need"
    return f"{number} of them, one {languages}"
