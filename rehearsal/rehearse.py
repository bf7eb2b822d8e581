"""Leads a given call along its course, without a telephone and without time passing.

The course is the one that serves real calls (`ivr.course`); nothing is matched here.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, assert_never

from dialplan.orders import orders
from ivr import verdicts
from ivr.course import (
    ChangeLanguage,
    Collect,
    Course,
    Decided,
    Effect,
    Ending,
    Left,
    LookAtQueues,
    OpenCase,
    Reply,
    Verify,
    WentInCirclesError,
)
from ivr.dialogues import LONE_TERMINATORS, TERMINATOR
from ivr.machine import CheckResult, Keep, Keyed, NoInput, Say
from ivr.rulebook import Rulebook
from rehearsal.account import (
    Account,
    Answered,
    CallbackAsked,
    CameIn,
    CaseOpened,
    Event,
    Heard,
    HungUp,
    LookedAtQueues,
    LookedUp,
    Pressed,
    Recorded,
    Sent,
    Step,
    SurveyBegun,
    Waited,
    WasSilent,
    WentInCircles,
)
from rehearsal.caller import LeftError, ScriptedCaller
from rehearsal.driving import drive
from rehearsal.waiting import (
    ImpossibleVisitError,
    check_agents,
    queue_state,
    visit_of,
    waiting_seconds,
)
from routing.call_tests import ScriptedCall, Visit, VisitEnd
from routing.destinations import Route, ToHangup, ToQueue, ToSurvey, ToVoicemail
from routing.entrances import facts_on_arrival, route_after_queue, route_on_arrival
from routing.facts import CustomerStatus, Facts, QueueFacts
from routing.moments import later
from routing.phone_numbers import to_e164

MADE_UP_TRACKING: Final = "123456786"
"""The tracking number of the request that a rehearsed call opens: well formed, and nobody's."""

MOST_VISITS: Final = 20
"""Queues that one rehearsed call may enter: rules that send it round between queues end here."""


def rehearse(book: Rulebook, call: ScriptedCall) -> Account:
    """Lead a call to where it ends.

    Args:
        book: The rules.
        call: The call, with what the world brings to it.

    Raises:
        ImpossibleVisitError: What is said to happen in a queue cannot happen there.
    """
    check_agents(book.policy, call)
    rehearsal = _Rehearsal(book, call, ScriptedCaller(iter(call.keys)), iter(call.visits))
    try:
        rehearsal.run()
    except ImpossibleVisitError as error:
        raise ImpossibleVisitError(str(error), Account(tuple(rehearsal.steps))) from None
    unasked = rehearsal.caller.not_asked_for()
    return Account(tuple(rehearsal.steps), unasked, tuple(rehearsal.visits))


@dataclass(slots=True)
class _Rehearsal:
    book: Rulebook
    call: ScriptedCall
    caller: ScriptedCaller
    visits: Iterator[Visit]
    steps: list[Step] = field(default_factory=list)
    clock: float = 0.0
    queued_at: float | None = None
    facts: Facts = field(init=False)
    course: Course = field(init=False)

    def run(self) -> None:
        call, policy = self.call, self.book.policy
        self.facts = facts_on_arrival(
            policy,
            call_id=call.call_id,
            at=call.at,
            caller=call.caller,
            dialled=call.dialled,
            customer=call.customer,
            variables=call.variables,
        )
        self.course = Course(self.book, self.facts)
        self.note(CameIn(self.facts, self.facts.dialled in policy.numbers))
        route: Route | None = route_on_arrival(policy, self.facts)
        try:
            while route is not None:
                route = self.go(drive(self.course.follow(route), self.do))
        except LeftError:
            self.note(HungUp(self.course.stage))
        except WentInCirclesError as error:
            self.note(WentInCircles(str(error)))

    def note(self, event: Event) -> None:
        self.steps.append(Step(self.clock, event))

    def do(self, effect: Effect) -> Reply:
        match effect:
            case Say(prompts):
                self.hear(prompts)
            case Collect():
                return self.ask(effect)
            case Decided() | Left() | ChangeLanguage():
                self.note(effect)
            case LookAtQueues(queues):
                return self.look_at(queues)
            case OpenCase(subject):
                self.note(CaseOpened(MADE_UP_TRACKING, subject))
                return MADE_UP_TRACKING
            case Verify(dialogue, value):
                return self.verify(dialogue, value)
            case Keep(question, value):
                survey = self.course.stage.removeprefix("survey ")
                self.note(Answered(survey, question, value))
            case _:
                assert_never(effect)
        return None

    def look_at(self, queues: tuple[str, ...]) -> Mapping[str, QueueFacts]:
        before = [step.event for step in self.steps if isinstance(step.event, LookedAtQueues)]
        looks = Counter(queue for each in before for queue in each.queues)
        seen = {queue: queue_state(self.course, self.call, queue, looks[queue]) for queue in queues}
        self.note(LookedAtQueues(seen))
        return seen

    def hear(self, prompts: tuple[str, ...], asks: str | None = None) -> None:
        if prompts:
            if asks is None:
                self.caller.listen()
            self.note(Heard(prompts, self.course.facts.language, asks))

    def ask(self, asked: Collect) -> Keyed | NoInput:
        """Put a question. A lone `#` is the end of what was keyed before, not an answer."""
        for _ in range(LONE_TERMINATORS):
            begun = asked.prompts[:1] if self.caller.interrupts else asked.prompts
            self.hear(begun, asked.dialogue)
            first = self.caller.first_key()
            if first == TERMINATOR:
                continue
            return self.keyed(asked, first) if first else self.silence(asked)
        return self.silence(asked)

    def keyed(self, asked: Collect, first: str) -> Keyed:
        further, waited = self.caller.further_keys(asked.input)
        self.clock += asked.input.between_keys_seconds if waited else 0.0
        self.note(Pressed(asked.dialogue, first + further))
        return Keyed(first + further)

    def silence(self, asked: Collect) -> NoInput:
        self.clock += asked.input.first_key_seconds
        self.note(WasSilent(asked.dialogue))
        return NoInput()

    def verify(self, dialogue: str, value: str) -> CheckResult:
        if dialogue == self.book.callback.id:
            number = to_e164(value, self.book.policy.business.country)
            self.note(CallbackAsked(value, number))
            return verdicts.of_callback(number)
        if self.call.customer.status is CustomerStatus.UNAVAILABLE:
            return verdicts.TRACKING_UNAVAILABLE
        state = self.requests().get(value)
        self.note(LookedUp(value, state))
        return verdicts.of_request(state)

    def requests(self) -> Mapping[str, str]:
        """Those that can be looked up: the given ones, and the one that this call has opened."""
        opened = any(isinstance(step.event, CaseOpened) for step in self.steps)
        return {**({MADE_UP_TRACKING: "new"} if opened else {}), **self.call.requests}

    def go(self, ending: Ending) -> Route | None:
        """Leave menus and rules; where the call goes on if it comes back."""
        if isinstance(ending, ToVoicemail):
            self.leave_message(ending.mailbox)
        waited = 0.0 if self.queued_at is None else self.clock - self.queued_at
        variables = orders(self.course, ending, waited)
        self.note(Sent(ending, self.course.rule, variables, self.course.facts, self.now()))
        match ending:
            case ToQueue(queue):
                return self.wait(queue)
            case ToSurvey(survey):
                self.note(SurveyBegun(survey))
                self.come_back()
                drive(self.course.ask_survey(survey), self.do)
                return Route(ToHangup())
        return None

    def leave_message(self, mailbox_id: str) -> None:
        mailbox = self.book.policy.mailboxes[mailbox_id]
        self.course.stage = f"voicemail {mailbox_id}"
        self.hear(mailbox.say)
        self.note(Recorded(mailbox_id))
        self.hear(("message-kept",))

    def wait(self, queue_id: str) -> Route | None:
        """Visit a queue; where the call goes on from there."""
        queue = self.book.policy.queues[queue_id]
        self.course.stage = f"queue {queue_id}"
        visit = visit_of(self.course, self.call, queue, next(self.visits, None))
        visited = sum(isinstance(step.event, Waited) for step in self.steps)
        if visit is None or visited >= MOST_VISITS:
            return None
        if self.queued_at is None:
            self.queued_at = self.clock
        seconds = waiting_seconds(visit, queue)
        self.clock += seconds
        self.note(Waited(queue_id, visit, seconds))
        if visit.end is VisitEnd.HUNG_UP:
            raise LeftError
        self.come_back()
        served = visit.end is VisitEnd.ANSWERED
        return route_after_queue(self.book.policy, queue, served=served)

    def come_back(self) -> None:
        """The dialplan asks again: a request of its own, at its own moment."""
        known = self.course.facts
        facts = replace(
            self.facts,
            at=self.now(),
            language=known.language,
            keyed=known.keyed,
            variables=known.variables,
        )
        self.course = replace(self.course, facts=facts, variables=None)

    def now(self) -> datetime:
        return later(self.call.at, self.clock)
