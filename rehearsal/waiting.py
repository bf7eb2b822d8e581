"""What happens in a queue, or at an agent, in a rehearsal, and how queues stand there."""

from typing import Final

from dialplan.orders import SHORTEST_RING
from ivr.course import Course
from ivr.effects import FindPlace
from rehearsal.account import Account
from routing.call_tests import ScriptedCall, Visit, VisitEnd
from routing.explain import duration_in_words
from routing.facts import QueueFacts
from routing.names import suggestion
from routing.rules import Policy, Queue
from routing.skills import first_step
from routing.waits import Place

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


def queue_place(course: Course, call: ScriptedCall, wanted: FindPlace, look: int) -> Place:
    """Where the caller would be in a queue: as it is given, or behind all who wait there.

    Args:
        course: Where the call is.
        call: The call.
        wanted: The queue, and how many wait there.
        look: How often it has been looked at before the last time.
    """
    given = call.places.get(wanted.queue, ())
    place = given[min(look, len(given) - 1)] if given else None
    wait = None if place is None else place.wait
    if place is not None and place.ahead is not None:
        return place
    is_last = course.priority is None and not course.has_waited
    return Place(wanted.waiting if is_last else None, wait)


def _visit_alone(course: Course, queue: Queue, said: Visit | None) -> Visit | None:
    """What happens while the caller waits for one agent alone; None if nothing is said of it.

    Raises:
        ImpossibleVisitError: It cannot happen.
    """
    agent = course.preferred
    if said is not None and said.agent not in {None, agent}:
        raise ImpossibleVisitError(
            f"{said.agent} cannot answer: the caller waits for {agent} alone at first"
        )
    if said is not None and said.end is VisitEnd.FULL:
        raise ImpossibleVisitError(
            f"the queue of {agent} alone is never full: any number of callers may wait there"
        )
    return None if said is None else _within(said, queue, waiting_limit(course, queue))


def is_away(course: Course, call: ScriptedCall) -> bool:
    """Whether the agent for whom the caller would wait alone is not logged in."""
    agent = course.preferred
    return agent is not None and call.agents is not None and agent not in call.agents


def waiting_limit(course: Course, queue: Queue) -> int:
    """For how many seconds the caller waits at most who now enters a queue."""
    if course.preferred is not None and queue.prefer is not None:
        return queue.prefer.seconds
    return queue.give_up_after


def visit_of(course: Course, call: ScriptedCall, queue: Queue, said: Visit | None) -> Visit | None:
    """What happens in a queue; None if nothing is said of it.

    Raises:
        ImpossibleVisitError: It cannot happen.
    """
    if course.preferred is not None:
        return _visit_alone(course, queue, said)
    if call.agents is not None and not _there(course, call, queue):
        if said is not None and said.end is VisitEnd.ANSWERED:
            raise ImpossibleVisitError(f"nobody is logged in who can serve the queue {queue.id}")
        return Visit(VisitEnd.REFUSED)
    if said is None:
        return None
    if said.end is VisitEnd.ANSWERED and said.agent is not None:
        _check_agent(course, call, queue, said.agent, said.after)
    return _within(said, queue, queue.give_up_after)


def _within(said: Visit, queue: Queue, limit: int) -> Visit:
    """The same visit, which ends in time, and by a key that there is."""
    if said.after > limit and said.end in _AFTER_SOME_TIME:
        words = duration_in_words(limit)
        raise ImpossibleVisitError(f"nobody waits longer than {words} in the queue {queue.id}")
    if said.end is VisitEnd.LEFT and said.key not in queue.keys:
        raise ImpossibleVisitError(f"the queue {queue.id} has no key {said.key}")
    return said


_AFTER_SOME_TIME: Final = frozenset({VisitEnd.ANSWERED, VisitEnd.HUNG_UP, VisitEnd.LEFT})


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
    if said.end in {VisitEnd.FULL, VisitEnd.LEFT}:
        raise ImpossibleVisitError(f"{agent} is rung alone: this is no queue")
    limit = _ring(policy)
    if said.end in {VisitEnd.ANSWERED, VisitEnd.HUNG_UP} and said.after > limit:
        raise ImpossibleVisitError(f"{agent} is rung for {duration_in_words(limit)}, no longer")
    return said


def ringing_seconds(policy: Policy, visit: Visit) -> int:
    """How long an agent is rung."""
    return _ring(policy) if visit.end is VisitEnd.GAVE_UP else visit.after


def _ring(policy: Policy) -> int:
    return policy.tracking.agent_ring or SHORTEST_RING


def waiting_seconds(visit: Visit, limit: int) -> int:
    """How long the visit takes, to which there is a limit in seconds."""
    match visit.end:
        case VisitEnd.GAVE_UP:
            return limit
        case VisitEnd.REFUSED | VisitEnd.FULL:
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
