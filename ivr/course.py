"""The course of a call through menus and rules, up to a destination that leaves them.

A course is a generator: it yields what is to be done (`Effect`) and is sent what came of it
(`Reply`). Whoever drives it performs the effects, on a telephone line or in the head;
the same course serves real calls, `rahyab explain`, `rahyab test` and `rahyab replay`.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from ivr import machine
from ivr.dialogues import Dialogue, Input
from ivr.machine import CheckResult, Go, Keep, Keyed, NoInput, NotChecked, Say
from ivr.rulebook import Rulebook
from ivr.spoken import digits
from routing.decide import decide
from routing.decisions import Decision
from routing.destinations import (
    Priority,
    Route,
    ToCallback,
    ToExtension,
    ToHangup,
    ToMenu,
    ToNumber,
    ToQueue,
    ToRules,
    ToSurvey,
    ToTracking,
    ToVoicemail,
)
from routing.facts import Facts, QueueFacts

MOST_MOVES: Final = 50
"""Menus and rule lists one request may pass through. Rules that send a call in a circle come to it
at once; a caller who wanders that far does not find the way, and speaks with a person: in both
cases the dialplan's fallback takes the call."""

Ending: TypeAlias = ToQueue | ToVoicemail | ToSurvey | ToExtension | ToNumber | ToHangup
"""Destinations that leave menus and rules."""


class WentInCirclesError(Exception):
    """The rules sent a call round without an end."""


@dataclass(frozen=True, slots=True)
class ChangeLanguage:
    """The call goes on in another language. No reply."""

    language: str


@dataclass(frozen=True, slots=True)
class Collect:
    """Play prompts, which a key interrupts, and collect keys. Reply: `Keyed` or `NoInput`."""

    dialogue: str
    prompts: tuple[str, ...]
    input: Input


@dataclass(frozen=True, slots=True)
class Verify:
    """Look up a tracking number, or put down a callback.

    Reply: `CheckResult`, or `NotChecked` where that cannot be done now; both with what to say.
    """

    dialogue: str
    value: str


@dataclass(frozen=True, slots=True)
class OpenCase:
    """Open a request for the call, on disk. Reply: its tracking number, None if it cannot be."""

    subject: str


@dataclass(frozen=True, slots=True)
class LookAtQueues:
    """See how these queues stand. Reply: a mapping to the `QueueFacts` of those that are known."""

    queues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """A rule list has decided. No reply."""

    decision: Decision


@dataclass(frozen=True, slots=True)
class Left:
    """A dialogue is over, and why: `key 1`, `silence`, `wrong key`, `unavailable`, `finished`.

    No reply. `route` is where it leads; None of a survey, which leads back.
    """

    dialogue: str
    why: str
    route: Route | None = None


Effect: TypeAlias = (
    ChangeLanguage | Say | Collect | Verify | Keep | OpenCase | LookAtQueues | Decided | Left
)
"""What a course asks for."""

Reply: TypeAlias = (
    Keyed | NoInput | CheckResult | NotChecked | Mapping[str, QueueFacts] | str | None
)
"""What comes of it."""

Steps: TypeAlias = Generator[Effect, Reply, None]


@dataclass(slots=True)
class Course:
    """One call on its way. What the way has done to it stands in the attributes.

    Attributes:
        book: The rules.
        facts: What is known about the call now.
        stage: Where it is: `menu welcome`, `queue support`.
        rule: The list and the rule that decided last: `arrival/everyone`.
        priority: The caller's place in queues, if a route has set it.
        music: What the caller hears while waiting, if a route has set it.
        variables: Channel variables that routes have set.
    """

    book: Rulebook
    facts: Facts
    stage: str = "arrival"
    rule: str = ""
    priority: Priority | None = None
    music: str | None = None
    variables: Mapping[str, str] | None = None

    def follow(self, route: Route) -> Generator[Effect, Reply, Ending]:
        """Go along `route`, and on from where it leads.

        Raises:
            WentInCirclesError: The rules have no end for this call.
        """
        for _ in range(MOST_MOVES):
            yield from self._prepare(route)
            match route.to:
                case ToMenu(menu):
                    route = yield from self._menu(menu)
                case ToRules(rules):
                    route = yield from self._rules(rules)
                case ToTracking():
                    route = yield from self._leads_on(self.book.tracking)
                case ToCallback():
                    route = yield from self._callback()
                case ending:
                    return ending
        raise WentInCirclesError(f"more than {MOST_MOVES} menus and rule lists; last: {self.stage}")

    def ask_survey(self, survey: str) -> Steps:
        """Ask a survey's questions."""
        self.stage = f"survey {survey}"
        yield from self._dialogue(self.book.surveys[survey])

    def _prepare(self, route: Route) -> Steps:
        """Do what is to be done before the call goes where the route leads."""
        if route.language is not None:
            self.facts = replace(self.facts, language=route.language)
            yield ChangeLanguage(route.language)
        if route.say:
            yield Say(route.say)
        if route.open_case:
            yield from self._open_case()
        if route.priority is not None:
            self.priority = route.priority
        if route.music is not None:
            self.music = route.music
        if route.variables:
            self.variables = {**(self.variables or {}), **dict(route.variables)}
            self._learn_variables(dict(route.variables))

    def _learn_variables(self, values: Mapping[str, str]) -> None:
        """What is set on the channel is what rules see of a declared variable from then on."""
        declared = self.book.policy.variables.values()
        known = {each.id: values[each.channel] for each in declared if each.channel in values}
        if known:
            self.facts = replace(self.facts, variables={**self.facts.variables, **known})

    def _open_case(self) -> Steps:
        """Open a case and read its number out: on disk first, spoken second."""
        subject, _, _ = self.rule.partition("/")
        tracking = yield OpenCase(subject or "arrival")
        if isinstance(tracking, str):
            yield Say(("tracking-number-is", *digits(tracking, self.facts.language)))

    def _menu(self, menu: str) -> Generator[Effect, Reply, Route]:
        self.stage = f"menu {menu}"
        return (yield from self._leads_on(self.book.menus[menu]))

    def _rules(self, rules: str) -> Generator[Effect, Reply, Route]:
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

    def _callback(self) -> Generator[Effect, Reply, Route]:
        """Put the request down by the number that calls; ask for one if there is none."""
        self.stage = "callback"
        number = self.facts.caller.number
        if number is not None:
            kept = _event((yield Verify(self.book.callback.id, number)))
            if isinstance(kept, CheckResult) and kept.holds:
                yield Say(kept.say)
                return Route(ToHangup())
            if isinstance(kept, NotChecked):
                yield Say(kept.say)
                return Route(ToQueue(self.book.policy.fallback))
        return (yield from self._leads_on(self.book.callback))

    def _leads_on(self, dialogue: Dialogue) -> Generator[Effect, Reply, Route]:
        if not self._is_menu(dialogue):
            self.stage = dialogue.id
        left = yield from self._dialogue(dialogue)
        if left.route is None:  # menus and look-ups always lead somewhere, by their types
            raise WentInCirclesError(f"{dialogue.id} leads nowhere")
        return left.route

    def _is_menu(self, dialogue: Dialogue) -> bool:
        """Not by its id alone: a menu may be called `tracking`, or like a survey."""
        return self.book.menus.get(dialogue.id) is dialogue

    def _dialogue(self, dialogue: Dialogue) -> Generator[Effect, Reply, Go]:
        state, effects = machine.start(dialogue)
        while True:
            event: machine.Event | None = None
            for effect in effects:
                match effect:
                    case Say() | Keep():
                        yield effect
                    case machine.Ask(prompts, wanted):
                        event = yield from self._collect(dialogue, prompts, wanted)
                    case machine.Verify(value):
                        event = _event((yield Verify(dialogue.id, value)))
                    case Go():
                        yield Left(dialogue.id, effect.why, effect.route)
                        return effect
            if event is None:
                raise WentInCirclesError(f"{dialogue.id} stopped without an end")
            state, effects = machine.step(dialogue, state, event)

    def _collect(
        self, dialogue: Dialogue, prompts: tuple[str, ...], wanted: Input
    ) -> Generator[Effect, Reply, machine.Event]:
        event = _event((yield Collect(dialogue.id, prompts, wanted)))
        if isinstance(event, Keyed) and self._is_menu(dialogue):
            self.facts = replace(self.facts, keyed={**self.facts.keyed, dialogue.id: event.digits})
        return event


def _event(reply: Reply) -> machine.Event:
    if isinstance(reply, Keyed | NoInput | CheckResult | NotChecked):
        return reply
    raise TypeError(f"a dialogue goes on with an event, not with {reply!r}")
