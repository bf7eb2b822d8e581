"""One caller's way through menus and rules, until a destination that leaves the conversation.

A conversation asks the pure parts what to do (`routing.decide`, `ivr.machine`) and does it. It ends
with a destination that `agi_server.perform` carries out.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias

import structlog

from agi_server.cases import Cases
from agi_server.journal import Journal
from agi_server.line import Line
from agi_server.policy import Rulebook
from crm.ports import StoreError
from crm.records import Answer, Case
from ivr import machine
from ivr.dialogues import Dialogue, Input
from ivr.spoken import digits
from routing.decide import decide
from routing.decisions import Decision
from routing.destinations import (
    Destination,
    ToExtension,
    ToHangup,
    ToMenu,
    ToQueue,
    ToRules,
    ToSurvey,
    ToTracking,
    ToVoicemail,
)
from routing.explain import decision_to_data
from routing.facts import Facts

log = structlog.get_logger(__name__)

MOST_MOVES: Final = 50
"""Menus and rule lists one request may pass through. A caller who wanders is not stopped by this;
rules that send a call in a circle are, and the dialplan's fallback takes it."""

Ending: TypeAlias = ToQueue | ToVoicemail | ToExtension | ToHangup | ToSurvey
"""Destinations that leave the conversation."""


class WentInCirclesError(Exception):
    """The rules sent a call round without an end."""


@dataclass(slots=True)
class Conversation:
    """What is going on between the rules and one caller.

    `trial` is true of a call by `rahyab try`, which must leave nothing that counts.
    """

    line: Line
    book: Rulebook
    cases: Cases
    journal: Journal
    facts: Facts
    trial: bool = False
    priority: int | None = None
    rule: str = ""
    stage: str = "arrival"

    async def run(self, destination: Destination) -> Ending:
        """Follow menus and rules from `destination` on.

        Raises:
            HungUpError: The caller left; `stage` says where.
            WentInCirclesError: The rules have no end for this call.
        """
        for _ in range(MOST_MOVES):
            match destination:
                case ToMenu(menu):
                    destination = await self._menu(menu)
                case ToRules(rules):
                    destination = await self._rules(rules)
                case ToTracking():
                    self.stage = "tracking"
                    destination = await self._leads_on(self.book.tracking)
                case ToQueue() | ToVoicemail() | ToExtension() | ToHangup() | ToSurvey():
                    return destination
        raise WentInCirclesError(f"more than {MOST_MOVES} menus and rule lists; last: {self.stage}")

    async def survey(self, survey: str, context: Answer) -> None:
        """Ask a survey's questions; each answer is on disk before the next word is said.

        Args:
            survey: Id of the survey.
            context: What every answer is tied to; question and value are filled in.
        """
        self.stage = f"survey {survey}"
        await self._dialogue(self.book.surveys[survey], context)

    async def _menu(self, menu: str) -> Destination:
        self.stage = f"menu {menu}"
        return await self._leads_on(self.book.menus[menu])

    async def _leads_on(self, dialogue: Dialogue) -> Destination:
        left = await self._dialogue(dialogue, None)
        if left.destination is None:  # menus and look-ups always lead somewhere, by their types
            raise WentInCirclesError(f"{dialogue.id} leads nowhere")
        return left.destination

    async def _rules(self, rules: str) -> Destination:
        decision = decide(self.book.policy, rules, self.facts)
        self.rule = f"{decision.rules}/{decision.rule_id}"
        self.journal.note("decided", **decision_to_data(decision))
        if decision.priority is not None:
            self.priority = decision.priority
        if decision.say:
            await self.line.say(decision.say)
        if decision.open_case:
            await self._open_case(decision)
        return decision.destination

    async def _open_case(self, decision: Decision) -> None:
        """Open a case and read its number out: on disk first, spoken second."""
        case = await self.cases.open_for_call(subject=decision.rules)
        if case is None:
            return
        self.journal.note("case-opened", tracking=case.tracking)
        await self.line.say(("tracking-number-is", *digits(case.tracking, self.line.language)))

    async def _dialogue(self, dialogue: Dialogue, context: Answer | None) -> machine.Go:
        await self.journal.begin()
        state, effects = machine.start(dialogue)
        while True:
            event: machine.Event | None = None
            for effect in effects:
                match effect:
                    case machine.Say(prompts):
                        await self.line.say(prompts)
                    case machine.Ask(prompts, wanted):
                        event = await self._ask(dialogue, prompts, wanted)
                    case machine.Verify(value):
                        event = await self._look_up(value)
                    case machine.Keep(question, value):
                        if context is not None:
                            await self._keep(replace(context, question=question, value=value))
                    case machine.Go():
                        return await self._leave(dialogue, effect)
            if event is None:
                raise WentInCirclesError(f"{dialogue.id} stopped without an end")
            state, effects = machine.step(dialogue, state, event)

    async def _ask(
        self, dialogue: Dialogue, prompts: tuple[str, ...], wanted: Input
    ) -> machine.Event:
        event = await self.line.ask(prompts, wanted)
        if isinstance(event, machine.Keyed):
            self.journal.note("pressed", keys=event.digits, dialogue=dialogue.id)
            self.facts = replace(self.facts, keys=(*self.facts.keys, event.digits))
        else:
            self.journal.note("silence", dialogue=dialogue.id)
        return event

    async def _leave(self, dialogue: Dialogue, left: machine.Go) -> machine.Go:
        self.journal.note("left", dialogue=dialogue.id, why=left.why)
        if left.language is not None:
            await self.line.change_language(left.language)
            self.facts = replace(self.facts, language=left.language)
            self.journal.learn(language=left.language)
        return left

    async def _look_up(self, tracking: str) -> machine.CheckResult:
        try:
            case: Case | None = await self.cases.find(tracking)
        except (StoreError, TimeoutError) as error:
            log.warning("case file unavailable", reason=str(error) or "too slow")
            return machine.CheckResult(holds=True, say=("tracking-unavailable",))
        self.journal.note("looked-up", tracking=tracking, found=case is not None)
        if case is None:
            return machine.CheckResult(holds=False, say=("tracking-unknown",))
        return machine.CheckResult(holds=True, say=(f"tracking-state-{case.state}",))

    async def _keep(self, answer: Answer) -> None:
        answer = replace(answer, given_at=self.now())
        await self.journal.keep(lambda store: store.keep_answer(answer))
        self.journal.note("answered", question=answer.question, value=answer.value)

    def now(self) -> datetime:
        """The moment, for records; the rules see `facts.at`."""
        return self.journal.clock()
