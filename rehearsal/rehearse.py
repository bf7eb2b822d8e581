"""Leads a given call along its course, without a telephone and without time passing.

The course is the one that serves real calls (`ivr.course`); nothing is matched here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from dialplan.orders import orders
from ivr.course import Course, Ending, WentInCirclesError
from ivr.keys import HIDDEN
from ivr.queueing import BackFrom, come_back
from ivr.rulebook import Rulebook
from rehearsal.account import Account, CameIn, HungUp, Rang, Sent, Waited, WentInCircles
from rehearsal.caller import LeftError, ScriptedCaller
from rehearsal.doing import do
from rehearsal.driving import drive
from rehearsal.scene import Scene
from rehearsal.waiting import (
    ImpossibleVisitError,
    check_agents,
    is_away,
    ringing_seconds,
    visit_at_agent,
    visit_of,
    waiting_limit,
    waiting_seconds,
)
from routing.call_tests import ScriptedCall, Visit, VisitEnd
from routing.destinations import Route, ToAgent, ToQueue, ToSurvey
from routing.entrances import facts_on_arrival, route_after_agent, route_on_arrival
from routing.facts import Facts
from routing.rules import Queue

_BACK: Final = {
    VisitEnd.ANSWERED: BackFrom.AGENT,
    VisitEnd.LEFT: BackFrom.KEY,
    VisitEnd.FULL: BackFrom.FULL,
}

MOST_VISITS: Final = 20
"""Queues and agents that one rehearsed call may wait for: rules that send it round end here."""


def rehearse(book: Rulebook, call: ScriptedCall) -> Account:
    """Lead a call to where it ends.

    Args:
        book: The rules.
        call: The call, with what the world brings to it.

    Raises:
        ImpossibleVisitError: What is said to happen in a queue cannot happen there.
    """
    check_agents(book.policy, call)
    facts = facts_on_arrival(
        book.policy,
        call_id=call.call_id,
        at=call.at,
        caller=call.caller,
        dialled=call.dialled,
        customer=call.customer,
        variables=call.variables,
    )
    scene = Scene(call, ScriptedCaller(call.keys), Course(book, facts, pace=facts.customer.pace))
    rehearsal = _Rehearsal(scene, facts, iter(call.visits))
    try:
        rehearsal.run()
    except ImpossibleVisitError as error:
        raise ImpossibleVisitError(str(error), Account(tuple(scene.steps))) from None
    unasked = scene.caller.not_asked_for()
    return Account(tuple(scene.steps), unasked, tuple(rehearsal.visits))


@dataclass(slots=True)
class _Rehearsal:
    """One call, from request to request. `facts` are those of its arrival."""

    scene: Scene
    facts: Facts
    visits: Iterator[Visit]
    queued_at: float | None = None
    visited: int = field(default=0, init=False)

    def run(self) -> None:
        scene, policy = self.scene, self.scene.course.book.policy
        scene.note(CameIn(self.facts, self.facts.dialled in policy.numbers))
        route: Route | None = route_on_arrival(policy, self.facts)
        lead = partial(do, scene)
        try:
            while route is not None:
                route = self.go(drive(scene.course.follow(route), lead))
        except LeftError:
            scene.note(HungUp(scene.course.stage))
        except WentInCirclesError as error:
            scene.note(WentInCircles(str(error)))

    def go(self, ending: Ending) -> Route | None:
        """Leave menus and rules; where the call goes on if it comes back."""
        scene = self.scene
        waited = 0.0 if self.queued_at is None else scene.clock - self.queued_at
        told = {
            name: HIDDEN if name in scene.course.secrets else value
            for name, value in orders(scene.course, ending, waited).items()
        }
        course = scene.course
        preferred = course.preferred if isinstance(ending, ToQueue) else None
        scene.note(Sent(ending, course.rule, told, course.facts, scene.now(), preferred))
        match ending:
            case ToQueue(queue):
                return self.wait(queue)
            case ToAgent(agent):
                return self.ring(agent)
            case ToSurvey(survey):
                self.come_back()
                return drive(scene.course.survey(survey), partial(do, scene))
        return None

    def wait(self, queue_id: str) -> Route | None:
        """Visit a queue; where the call goes on from there."""
        scene = self.scene
        queue = scene.course.book.policy.queues[queue_id]
        scene.course.stage = f"queue {queue_id}"
        visit = self.visit_queue(queue)
        if visit is None or self.visited > MOST_VISITS:
            return None
        if self.queued_at is None:
            self.queued_at = scene.clock
        scene.course.has_waited = True
        seconds = waiting_seconds(visit, waiting_limit(scene.course, queue))
        scene.clock += seconds
        scene.note(Waited(queue_id, visit, seconds, scene.course.preferred))
        self.is_served(visit)
        return come_back(scene.course, queue, _BACK.get(visit.end, BackFrom.NOBODY), visit.key)

    def visit_queue(self, queue: Queue) -> Visit | None:
        """What happens in a queue; of an agent who is not there nothing need be said."""
        scene = self.scene
        if is_away(scene.course, scene.call):
            self.visited += 1
            return Visit(VisitEnd.REFUSED)
        return visit_of(scene.course, scene.call, queue, self.next_visit())

    def ring(self, agent: str) -> Route | None:
        """Ring one agent; where the call goes on from there."""
        scene = self.scene
        policy = scene.course.book.policy
        scene.course.stage = f"agent {agent}"
        visit = visit_at_agent(policy, scene.call, agent, self.next_visit())
        if visit is None or self.visited > MOST_VISITS:
            return None
        seconds = ringing_seconds(policy, visit)
        scene.clock += seconds
        scene.note(Rang(agent, visit, seconds))
        return route_after_agent(policy, served=self.is_served(visit))

    def next_visit(self) -> Visit | None:
        """What is said of the next visit."""
        self.visited += 1
        return next(self.visits, None)

    def is_served(self, visit: Visit) -> bool:
        """Whether an agent has spoken with the caller, who is back. Raises LeftError."""
        if visit.end is VisitEnd.HUNG_UP:
            raise LeftError
        self.come_back()
        return visit.end is VisitEnd.ANSWERED

    def come_back(self) -> None:
        """The dialplan asks again: a request of its own, at its own moment."""
        scene = self.scene
        known = scene.course.facts
        facts = replace(
            self.facts,
            at=scene.now(),
            language=known.language,
            keyed=known.keyed,
            variables=known.variables,
            proven=known.proven,
        )
        scene.course = replace(scene.course, facts=facts, variables=None)
