"""What the dialplan is told of callers who go into queues."""

from dataclasses import replace

from dialplan import contract
from dialplan.orders import orders
from dialplan.queues import queues_conf
from ivr.course import Course
from ivr.rulebook import Rulebook
from routing.destinations import Priority, ToAgent, ToQueue
from routing.rules import Preference
from tests.sample import FACTS, POLICY

SUPPORT = replace(POLICY.queues["support"], prefer=Preference(("last",), 20))
KNOWING = replace(POLICY, queues={**POLICY.queues, "support": SUPPORT})


def told(course: Course) -> dict[str, str]:
    """What is told of a call that goes to the queue `support`."""
    return dict(orders(course, ToQueue("support"), waited=65))


def test_a_caller_waits_for_everybody_who_serves_the_queue() -> None:
    """At the end of the line, which an empty place means."""
    assert told(Course(Rulebook.of(KNOWING), FACTS)) == {
        contract.GO: "queue",
        contract.QUEUE: "support-fa",
        contract.QUEUE_RULE: "support-fa",
        contract.QUEUE_TIMEOUT: "300",
        contract.MAX_PENALTY: "1",
        contract.QUEUE_POSITION: "",
        contract.QUEUED_AT: "",
    }


def test_a_caller_waits_for_one_agent_alone() -> None:
    """In the queue that the compiler makes for that agent, as long as the rules say."""
    course = Course(Rulebook.of(KNOWING), FACTS, preferred="mina")
    variables = told(course)
    assert variables[contract.QUEUE] == "rahyab-agent-mina"
    assert f"[{variables[contract.QUEUE]}]\n" in queues_conf(KNOWING)
    assert variables[contract.QUEUE_RULE] == "support-fa"
    assert variables[contract.QUEUE_TIMEOUT] == "20"


def test_who_is_sent_to_one_agent_is_in_no_queue() -> None:
    """What is left of an earlier queue would be a visit to it, where nobody remembers the call."""
    variables = orders(Course(Rulebook.of(KNOWING), FACTS), ToAgent("mina"), waited=0)
    left = (contract.QUEUE, contract.QUEUE_RULE, contract.QUEUED_AT)
    assert [variables[name] for name in left] == ["", "", ""]


def test_a_place_that_was_earned_is_told_beside_the_priority() -> None:
    """Asterisk lets nobody before callers of a higher priority by it."""
    course = Course(Rulebook.of(KNOWING), FACTS, priority=Priority(3, rise=1), position=2)
    variables = told(course)
    assert (variables[contract.QUEUE_POSITION], variables[contract.PRIORITY]) == ("2", "4")
