"""Who can serve a need. A skill that an agent does not have is never enough, whatever the level."""

from collections.abc import Iterable, Mapping, Sequence

from routing.rules import CALLERS_LANGUAGE, Agent, Need, Queue


def uses_language(queue: Queue) -> bool:
    """Whether who can serve depends on the language of the call."""
    return any(need.skill == CALLERS_LANGUAGE for step in queue.steps for need in step.need)


def divided_by_language(queue: Queue) -> bool:
    """Whether callers of each language wait by themselves.

    So they do where they need other agents, and where they hear words while they wait.
    """
    return uses_language(queue) or bool(queue.say.prompts)


def can_serve(agent: Agent, needs: Sequence[Need], language: str) -> bool:
    """Whether one agent meets every need of a call in `language`."""
    return all(_level(agent, need, language) >= need.level for need in needs)


def eligible(
    agents: Mapping[str, Agent], needs: Sequence[Need], language: str
) -> tuple[Agent, ...]:
    """The agents who meet every need, in the order of the file."""
    return tuple(agent for agent in agents.values() if can_serve(agent, needs, language))


def first_step(queue: Queue, agent: Agent, language: str) -> int | None:
    """The index of the first step at which the agent is good enough, None if none is."""
    steps = enumerate(queue.steps)
    return next((at for at, step in steps if can_serve(agent, step.need, language)), None)


def served(queue: Queue, agents: Iterable[Agent], language: str) -> bool:
    """Whether anybody is ever good enough."""
    return any(first_step(queue, agent, language) is not None for agent in agents)


def _level(agent: Agent, need: Need, language: str) -> int:
    skill = language if need.skill == CALLERS_LANGUAGE else need.skill
    return agent.skills.get(skill, 0)
