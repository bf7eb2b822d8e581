"""The course of a call through menus, rules and dialogues, up to a destination that leaves them.

A course is a generator: it yields what is to be done (`ivr.effects`) and is sent what came of it.
Whoever drives it performs the effects, on a telephone line or in the head; the same course serves
real calls, `rahyab try`, `rahyab explain`, `rahyab test` and `rahyab replay`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from ivr.callback import ask_for_callback
from ivr.effects import ChangeLanguage, Decided, LookAtQueues, Say, Steps
from ivr.entries import key_in
from ivr.machine import WantsPerson
from ivr.menus import choose
from ivr.proof import prove
from ivr.queueing import enter
from ivr.recording import take_message
from ivr.surveys import ask_survey
from ivr.talk import Talk
from ivr.tracking import CASE, look_up, open_case
from routing.decide import decide
from routing.destinations import (
    Destination,
    Route,
    ToAgent,
    ToCallback,
    ToEntry,
    ToExtension,
    ToHangup,
    ToMenu,
    ToNumber,
    ToProof,
    ToQueue,
    ToRules,
    ToSurvey,
    ToTracking,
    ToVoicemail,
)
from routing.facts import QueueFacts

MOST_MOVES: Final = 50
"""Dialogues and rule lists one request may pass through. Rules that send a call in a circle come to
it at once; a caller who wanders that far does not find the way, and speaks with a person: in both
cases the dialplan's fallback takes the call."""

Ending: TypeAlias = ToQueue | ToVoicemail | ToSurvey | ToAgent | ToExtension | ToNumber | ToHangup
"""Destinations that leave menus and rules."""


class WentInCirclesError(Exception):
    """The rules sent a call round without an end."""


@dataclass(slots=True)
class Course(Talk):
    """One call on its way."""

    def follow(self, route: Route) -> Steps[Ending]:
        """Go along `route`, and on from where it leads. A message is taken on the way.

        Raises:
            WentInCirclesError: The rules have no end for this call.
        """
        for _ in range(MOST_MOVES):
            if (yield from self._set_out(route)):
                route = yield from self.leave(CASE, WantsPerson(), self.book.policy.person)
                continue
            onward = yield from self._arrive(route.to)
            if not isinstance(onward, Route):
                return onward
            route = onward
        raise WentInCirclesError(f"more than {MOST_MOVES} menus and rule lists; last: {self.stage}")

    def _arrive(self, to: Destination) -> Steps[Route | Ending]:
        """Do what is done at a destination: where the call goes from there, or that it ends."""
        going: Steps[Route | Ending]
        match to:
            case ToMenu(menu):
                going = choose(self, self.book.policy.menus[menu])
            case ToRules(rules):
                going = self._decided(rules)
            case ToTracking():
                going = look_up(self)
            case ToEntry(entry):
                going = key_in(self, self.book.policy.entries[entry])
            case ToProof():
                going = prove(self)
            case ToCallback():
                going = ask_for_callback(self)
            case ToQueue() as queue:
                going = enter(self, queue)
            case ToVoicemail() as mailbox:
                going = self._leave_message(mailbox)
            case ending:
                return ending
        return (yield from going)

    def _leave_message(self, to: ToVoicemail) -> Steps[Route | Ending]:
        wants_person = yield from take_message(self, to.mailbox)
        if wants_person is None:
            return to
        return (yield from self.leave(to.mailbox, wants_person, self.book.policy.person))

    def survey(self, survey: str) -> Steps[Route]:
        """Ask a survey's questions; where the call goes then."""
        return (yield from ask_survey(self, survey))

    def _set_out(self, route: Route) -> Steps[bool]:
        """Do what is to be done before the call goes where the route leads.

        Returns:
            Whether the caller, while the tracking number is read out, asks for a person instead.
            On the way to one that is asked already.
        """
        if route.language is not None:
            self.facts = replace(self.facts, language=route.language)
            yield ChangeLanguage(route.language)
        if route.pace is not None:
            self.pace = route.pace
        if route.say:
            yield Say(route.say)
        asks_for_person = route.open_case and (yield from open_case(self))
        if asks_for_person and route != self.book.policy.person:
            return True
        if route.priority is not None:
            self.priority = route.priority
        if route.music is not None:
            self.music = route.music
        for name, value in route.variables:
            self.set_variable(name, value)
        return False

    def _decided(self, rules: str) -> Steps[Route]:
        queues = self.book.policy.rules[rules].queues
        if queues:
            seen = yield LookAtQueues(queues)
            self._take_in(queues, seen if isinstance(seen, Mapping) else {})
        decision = decide(self.book.policy, rules, self.facts)
        self.rule = f"{rules}/{decision.rule_id}"
        yield Decided(decision)
        return decision.route

    def _take_in(self, queues: tuple[str, ...], seen: Mapping[str, QueueFacts]) -> None:
        """Know how these queues stand now; what was seen earlier does not count any more."""
        now = {queue: seen.get(queue, QueueFacts()) for queue in queues}
        self.facts = replace(self.facts, queues={**self.facts.queues, **now})
