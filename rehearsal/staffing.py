"""Who is rung for a caller in a queue, and from when on."""

from dataclasses import dataclass
from datetime import datetime

from dialplan.queues import IDEAL_PENALTY
from routing.hours import hours_state
from routing.moments import later
from routing.rules import Agent, HoursState, Need, Policy
from routing.skills import eligible


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent who is good enough. `on_duty` is None if the rules name no shift of theirs."""

    agent: Agent
    on_duty: bool | None


@dataclass(frozen=True, slots=True)
class Stage:
    """From some second of waiting on.

    Attributes:
        after: That second, counted from coming into the queue.
        at: The moment that it is.
        penalty: The highest penalty that is rung from then on.
        need: What an agent must have.
        candidates: Who has it, in the order of the rules.
        new: The ids of those who were not good enough before.
    """

    after: int
    at: datetime
    penalty: int
    need: tuple[Need, ...]
    candidates: tuple[Candidate, ...]
    new: frozenset[str]


def stages(policy: Policy, queue_id: str, language: str, at: datetime) -> tuple[Stage, ...]:
    """The steps of a queue, for a caller who begins to wait.

    Args:
        policy: The rules.
        queue_id: The queue.
        language: The language of the call.
        at: When the wait begins.
    """
    found: list[Stage] = []
    known: set[str] = set()
    for number, step in enumerate(policy.queues[queue_id].steps):
        moment = later(at, step.after)
        able = eligible(policy.agents, step.need, language)
        ids = {agent.id for agent in able}
        found.append(
            Stage(
                after=step.after,
                at=moment,
                penalty=IDEAL_PENALTY + number,
                need=step.need,
                candidates=tuple(Candidate(each, _on_duty(policy, each, moment)) for each in able),
                new=frozenset(ids - known),
            )
        )
        known |= ids
    return tuple(found)


def _on_duty(policy: Policy, agent: Agent, at: datetime) -> bool | None:
    if agent.shift is None:
        return None
    return hours_state(policy.hours[agent.shift], at) is HoursState.OPEN
