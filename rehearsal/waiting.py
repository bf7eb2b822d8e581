"""What happens in a queue, or at an agent, in a rehearsal, and how queues stand there."""

from typing import Final

from dialplan.orders import SHORTEST_RING
from ivr.course import Course
from rehearsal.account import Account
from routing.call_tests import ScriptedCall, Visit, VisitEnd
from routing.explain import duration_in_words
from routing.facts import QueueFacts
from routing.names import suggestion
from routing.rules import Policy, Queue
from routing.skills import first_step

UNKNOWN = QueueFacts()


NO_WAY: Final = Account(())
"""Of a call that has not begun."""


class ImpossibleVisitError(Exception):
    """What is said to happen in a queue cannot happen there; the message says why.

    `account` is the way of the call up to there.
    """

    def __init__(self, reason: str, account: Account = NO_WAY) -> None:
        super().__init__(reason)
        self.account = account


def check_agents(policy: Policy, call: ScriptedCall) -> None:
    """See that the rules know everybody who is named.

    Raises:
        ImpossibleVisitError: They do not.
    """
    answering = (visit.agent for visit in call.visits if visit.agent is not None)
    for agent in (*(call.agents or ()), *answering):
        if agent not in policy.agents:
            hint = suggestion(agent, policy.agents) or "the rules have no agents"
            raise ImpossibleVisitError(f'there is no agent "{agent}": {hint}')


def queue_state(course: Course, call: ScriptedCall, queue_id: str, looks: int) -> QueueFacts:
    """How a queue stands: as it is given, or as far as it follows from who is logged in.

    Args:
        course: Where the call is.
        call: The call.
        queue_id: The queue.
        looks: How often it has been looked at before.
    """
    given = call.queues.get(queue_id)
    if given:
        return given[min(looks, len(given) - 1)]
    if call.agents is None:
        return UNKNOWN
    return QueueFacts(agents=len(_there(course, call, course.book.policy.queues[queue_id])))


def visit_of(course: Course, call: ScriptedCall, queue: Queue, said: Visit | None) -> Visit | None:
    """What happens in a queue; None if nothing is said of it.

    Raises:
        ImpossibleVisitError: It cannot happen.
    """
    if call.agents is not None and not _there(course, call, queue):
        if said is not None and said.end is VisitEnd.ANSWERED:
            raise ImpossibleVisitError(f"nobody is logged in who can serve the queue {queue.id}")
        return Visit(VisitEnd.REFUSED)
    if said is None:
        return None
    if said.end is VisitEnd.ANSWERED and said.agent is not None:
        _check_agent(course, call, queue, said.agent, said.after)
    limit = queue.give_up_after
    if said.end in {VisitEnd.ANSWERED, VisitEnd.HUNG_UP} and said.after > limit:
        words = duration_in_words(limit)
        raise ImpossibleVisitError(f"nobody waits longer than {words} in the queue {queue.id}")
    return said


def visit_at_agent(
    policy: Policy, call: ScriptedCall, agent: str, said: Visit | None
) -> Visit | None:
    """What happens when one agent is rung; None if nothing is said of it.

    Raises:
        ImpossibleVisitError: It cannot happen.
    """
    answers = said is not None and said.end is VisitEnd.ANSWERED
    if call.agents is not None and agent not in call.agents:
        if answers:
            raise ImpossibleVisitError(f"{agent} is not logged in")
        return Visit(VisitEnd.REFUSED)
    if said is None:
        return None
    if answers and said.agent not in {None, agent}:
        raise ImpossibleVisitError(f"{said.agent} cannot answer: {agent} is rung, and nobody else")
    limit = _ring(policy)
    if said.end in {VisitEnd.ANSWERED, VisitEnd.HUNG_UP} and said.after > limit:
        raise ImpossibleVisitError(f"{agent} is rung for {duration_in_words(limit)}, no longer")
    return said


def ringing_seconds(policy: Policy, visit: Visit) -> int:
    """How long an agent is rung."""
    return _ring(policy) if visit.end is VisitEnd.GAVE_UP else visit.after


def _ring(policy: Policy) -> int:
    return policy.tracking.agent_ring or SHORTEST_RING


def waiting_seconds(visit: Visit, queue: Queue) -> int:
    """How long the visit takes."""
    match visit.end:
        case VisitEnd.GAVE_UP:
            return queue.give_up_after
        case VisitEnd.REFUSED:
            return 0
        case _:
            return visit.after


def _there(course: Course, call: ScriptedCall, queue: Queue) -> list[str]:
    """Who of those logged in is ever rung for this call."""
    agents, language = course.book.policy.agents, course.facts.language
    return [
        each for each in call.agents or () if first_step(queue, agents[each], language) is not None
    ]


def _check_agent(
    course: Course, call: ScriptedCall, queue: Queue, agent_id: str, after: int
) -> None:
    if call.agents is not None and agent_id not in call.agents:
        raise ImpossibleVisitError(f"{agent_id} is not logged in")
    agent, language = course.book.policy.agents[agent_id], course.facts.language
    step = first_step(queue, agent, language)
    if step is None:
        raise ImpossibleVisitError(
            f"{agent_id} never serves the queue {queue.id} in the language {language}"
        )
    begins = queue.steps[step].after
    if after < begins:
        words = f"not before {duration_in_words(begins)}"
        raise ImpossibleVisitError(f"{agent_id} is rung for the queue {queue.id} {words}")
