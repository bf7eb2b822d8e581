"""What the dialplan is told: the channel variables that send a call where its course has ended."""

from collections.abc import Mapping
from typing import Final

from dialplan import contract
from dialplan.contract import Go
from dialplan.queues import IDEAL_PENALTY, asterisk_queue_name, penalty_rule_name
from dialplan.requirements import requirement_for
from ivr.course import Course, Ending
from routing.destinations import (
    ToAgent,
    ToExtension,
    ToHangup,
    ToNumber,
    ToQueue,
    ToSurvey,
    ToVoicemail,
)
from routing.rules import Preference, Queue

NORMAL_CLEARING: Final = 16
"""Q.850 cause of an ordinary end."""


SHORTEST_RING: Final = 1
"""Seconds for which an agent is rung where the rules do not offer it any more."""


def orders(course: Course, ending: Ending, waited: float) -> Mapping[str, str]:
    """The variables to be set, in this order: where the call goes, then what routes have set.

    Args:
        course: The course of the call.
        ending: Where it has led. After a mailbox, whose message is taken before, the call is over.
        waited: Seconds since the caller first began to wait in a queue.
    """
    music = {} if course.music is None else {contract.MUSIC: course.music}
    return {**_leading(course, ending, waited), **music, **(course.variables or {})}


def _leading(  # noqa: PLR0911  one line a kind
    course: Course, ending: Ending, waited: float
) -> Mapping[str, str]:
    match ending:
        case ToQueue(queue):
            return _queue(course, queue, waited)
        case ToAgent(agent):
            return _agent(course, agent)
        case ToExtension(extension):
            return {contract.GO: Go.EXTENSION, contract.EXTENSION: extension}
        case ToNumber(number):
            return {contract.GO: Go.NUMBER, contract.NUMBER: number}
        case ToSurvey():
            return {contract.GO: Go.SURVEY}
        case ToHangup(cause):
            return _hangup(cause)
        case ToVoicemail():
            return _hangup(NORMAL_CLEARING)


def _hangup(cause: int) -> Mapping[str, str]:
    """The variables that let the dialplan hang up with a Q.850 cause."""
    return {contract.GO: Go.HANGUP, contract.CAUSE: str(cause)}


def _agent(course: Course, agent: str) -> Mapping[str, str]:
    policy = course.book.policy
    return {
        contract.GO: Go.AGENT,
        contract.AGENT: agent,
        contract.DEVICE: policy.agents[agent].device,
        contract.RING: str(policy.tracking.agent_ring or SHORTEST_RING),
        # Of an earlier queue: what the channel tells must not be taken for this agent.
        contract.QUEUE: "",
        contract.QUEUE_RULE: "",
        contract.QUEUED_AT: "",
    }


def _queue(course: Course, queue_id: str, waited: float) -> Mapping[str, str]:
    queue = course.book.policy.queues[queue_id]
    if course.preferred is not None and queue.prefer is not None:
        where = _one_agent(course, queue, course.preferred, queue.prefer)
    else:
        where = _all_agents(course, queue)
    variables = {
        contract.GO: Go.QUEUE,
        **where,
        contract.QUEUE_POSITION: "" if course.position is None else str(course.position),
        # Of an earlier queue: who hangs up on the way to this one must not seem to have been in it.
        contract.QUEUED_AT: "",
        contract.MAX_PENALTY: str(IDEAL_PENALTY),
    }
    if course.priority is not None:
        variables[contract.PRIORITY] = str(course.priority.after(waited))
    return variables


def _all_agents(course: Course, queue: Queue) -> Mapping[str, str]:
    """Where callers wait for whoever serves the queue."""
    policy, language = course.book.policy, course.facts.language
    return {
        contract.QUEUE: asterisk_queue_name(queue, language, policy),
        contract.QUEUE_RULE: penalty_rule_name(queue, language, policy) or "",
        contract.QUEUE_TIMEOUT: str(queue.give_up_after),
    }


def _one_agent(course: Course, queue: Queue, agent: str, prefer: Preference) -> Mapping[str, str]:
    """Where callers wait for one agent alone, of the only penalty that there is.

    So a penalty rule changes nothing there, and Asterisk says nothing of one that it does not have
    (app_queue.c, `copy_rules`); but it tells which queue the caller was sent to.
    """
    required = requirement_for(queue, course.facts.language, course.book.policy)
    return {
        contract.QUEUE: f"{contract.AGENT_QUEUE}{agent}",
        contract.QUEUE_RULE: required.name,
        contract.QUEUE_TIMEOUT: str(prefer.seconds),
    }
