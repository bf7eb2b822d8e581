"""One caller on their way through menus and rules, over a telephone line.

The course of the call (`ivr.course`) says what is to be done; a conversation does it: speaks,
listens, asks the store, and writes the journal. `agi_server.perform` carries out where it ends.
"""

from collections.abc import Generator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Final, TypeVar, assert_never

import structlog

from agi_server.call_state import CallState
from agi_server.callbacks import keep_callback
from agi_server.cases import Cases
from agi_server.journal import Journal
from agi_server.line import Line
from agi_server.queue_facts import look_at_queues
from crm.ports import StoreError
from crm.records import Answer, Call, Callback, Case, Outcome
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
)
from ivr.machine import CheckResult, Keep, Keyed, NoInput, NotChecked, Say
from routing.decide import explanation
from routing.decisions import Decision
from routing.decisions_data import destination_to_data, explanation_to_data, route_to_data
from routing.destinations import Route
from routing.facts import QueueFacts
from routing.phone_numbers import to_e164

log = structlog.get_logger(__name__)

T = TypeVar("T")

MOST_RULES_TOLD: Final = 30
"""Rules of one decision whose reasons go into the journal: those next to the one that matched. A
list of thousands would fill the store; `rahyab explain --call` works the others out again."""


@dataclass(slots=True)
class Conversation:
    """What is going on between the rules and one caller.

    Attributes:
        line: Speaks and listens.
        course: Where the call is on its way.
        cases: The requests of the call.
        journal: What happened.
        trial: True of a call by `rahyab try`, which must leave nothing that counts.
        survey_wanted: The survey that the caller is to be asked, if any.
        first_queued_at: When the caller first began to wait in a queue.
        queue: The queue that the caller was in last, if any.
        agent: Who spoke with the caller, if anybody did.
    """

    line: Line
    course: Course
    cases: Cases
    journal: Journal
    trial: bool = False
    survey_wanted: str | None = None
    first_queued_at: datetime | None = None
    queue: str | None = None
    agent: str | None = None

    def resume(self, call: Call) -> None:
        """Go on where an earlier request of the call has stopped."""
        state, course = CallState.from_data(call.state), self.course
        course.stage = call.stage or course.stage
        course.rule = state.rule
        course.priority = state.priority
        course.music = state.music
        variables = course.facts.variables if state.variables is None else state.variables
        course.facts = replace(course.facts, keyed=state.keyed, variables=variables)
        self.cases.tracking = state.tracking
        self.survey_wanted = state.survey
        self.first_queued_at = state.first_queued_at
        self.queue = call.queue
        self.agent = call.agent

    def state(self) -> CallState:
        """What the next request of the call needs to resume it."""
        return CallState(
            rule=self.course.rule,
            tracking=self.cases.tracking,
            survey=self.survey_wanted,
            priority=self.course.priority,
            music=self.course.music,
            first_queued_at=self.first_queued_at,
            keyed=self.course.facts.keyed,
            variables=self.course.facts.variables,
        )

    def enter_queue(self, queue: str, now: datetime) -> None:
        """The caller is sent to wait in a queue."""
        self.course.stage = f"queue {queue}"
        self.queue = queue
        self.first_queued_at = self.first_queued_at or now
        self.journal.learn(queue=queue, queued_at=now)

    def waited(self, now: datetime) -> float:
        """Seconds since the caller first began to wait in a queue."""
        return (now - (self.first_queued_at or now)).total_seconds()

    async def run(self, route: Route) -> Ending:
        """Follow menus and rules along `route`.

        Raises:
            HungUpError: The caller left; `course.stage` says where.
            WentInCirclesError: The rules have no end for this call.
        """
        ending = await self._lead(self.course.follow(route))
        self.journal.note("arrived", **destination_to_data(ending))
        return ending

    async def survey(self, survey: str, context: Answer) -> None:
        """Ask a survey's questions; each answer is on disk before the next word is said.

        Args:
            survey: Id of the survey.
            context: What every answer is tied to; question and value are filled in.
        """
        await self._lead(self.course.ask_survey(survey), context)

    async def _lead(self, going: Generator[Effect, Reply, T], context: Answer | None = None) -> T:
        """Do what a course asks for, up to its end. Answers are kept with `context`."""
        reply: Reply = None
        while True:
            try:
                effect = going.send(reply)
            except StopIteration as end:
                result: T = end.value
                return result
            if isinstance(effect, Keep) and context is not None:
                await self._keep(replace(context, question=effect.question, value=effect.value))
                reply = None
            else:
                reply = await self._do(effect)

    async def _do(self, effect: Effect) -> Reply:
        match effect:
            case Say(prompts):
                await self.line.say(prompts)
            case ChangeLanguage(language):
                await self.line.change_language(language)
                self.journal.learn(language=language)
            case Collect():
                return await self._collect(effect)
            case Verify():
                return await self._verify(effect)
            case OpenCase(subject):
                return await self.cases.open_for_call(subject)
            case LookAtQueues(queues):
                return await self._look_at(queues)
            case Decided(decision):
                self._note_decision(decision)
            case Left():
                self._note_left(effect)
            case Keep():
                raise TypeError("only a survey keeps answers")
            case _:
                assert_never(effect)
        return None

    async def _collect(self, asked: Collect) -> Keyed | NoInput:
        await self.journal.begin()
        event = await self.line.ask(asked.prompts, asked.input)
        if isinstance(event, Keyed):
            self.journal.note("pressed", keys=event.digits, **self._where(asked))
        else:
            self.journal.note("silence", **self._where(asked))
        return event

    def _where(self, effect: Collect | Left) -> Mapping[str, str]:
        """The dialogue, and the stage: alone, `tracking` may be the look-up or a menu."""
        return {"dialogue": effect.dialogue, "stage": self.course.stage}

    def _note_left(self, left: Left) -> None:
        then = left.route and route_to_data(left.route)
        self.journal.note("left", why=left.why, **self._where(left), then=then)

    def _note_decision(self, decision: Decision) -> None:
        told = explanation(decision, MOST_RULES_TOLD)
        self.journal.note("decided", **explanation_to_data(told))

    async def _look_at(self, queues: tuple[str, ...]) -> Mapping[str, QueueFacts]:
        policy, language = self.course.book.policy, self.course.facts.language
        seen = await look_at_queues(self.line.channel, policy, language, queues)
        self.journal.note("queues", **{id_: asdict(queue) for id_, queue in seen.items()})
        return seen

    async def _verify(self, asked: Verify) -> CheckResult | NotChecked:
        if asked.dialogue == self.course.book.callback.id:
            return await self._ask_callback(asked.value)
        return await self._look_up(asked.value)

    async def _ask_callback(self, keyed: str) -> CheckResult | NotChecked:
        facts = self.course.facts
        number = to_e164(keyed, self.course.book.policy.business.country)
        if number is None:
            return verdicts.of_callback(None)
        wanted = Callback(
            call_id=facts.call_id,
            number=number,
            asked_at=self.now(),
            customer_id=facts.customer.id,
            queue=self.queue,
            language=facts.language,
        )
        # Nobody is to call back whoever tries the rules out in a terminal.
        kept = wanted if self.trial else await keep_callback(self.journal, wanted)
        if kept is None:
            self.journal.note("callback-failed", number=number)
            return NotChecked(say=("callback-unavailable",))
        self.journal.note("callback-asked", number=kept.number)
        self.journal.learn(outcome=Outcome.CALLBACK)
        return verdicts.of_callback(kept.number)

    async def _look_up(self, tracking: str) -> CheckResult:
        try:
            case: Case | None = await self.cases.find(tracking)
        except StoreError as error:
            log.warning("case file unavailable", reason=str(error))
            return verdicts.TRACKING_UNAVAILABLE
        self.journal.note("looked-up", tracking=tracking, found=case is not None)
        return verdicts.of_request(None if case is None else case.state)

    async def _keep(self, answer: Answer) -> None:
        answer = replace(answer, given_at=self.now())
        await self.journal.promise(answer)
        self.journal.note("answered", question=answer.question, value=answer.value)

    def now(self) -> datetime:
        """The moment, for records; the rules see `facts.at`."""
        return self.journal.clock()
