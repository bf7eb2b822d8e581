"""The dialogue machine: one engine for menus, surveys and the tracking look-up.

`start` and `step` are pure: a state and an event go in, a state and effects come out. The shell
plays and collects what the effects ask for, and answers with the next event. The same machine
serves real calls, `rahyab try` and the tests.
"""

from dataclasses import dataclass, replace
from typing import TypeAlias

from ivr.dialogues import (
    Answered,
    Check,
    Dialogue,
    Input,
    Invalid,
    Leave,
    Question,
    Retry,
)
from routing.destinations import Route


@dataclass(frozen=True, slots=True)
class Keyed:
    """The caller pressed these keys."""

    digits: str


@dataclass(frozen=True, slots=True)
class NoInput:
    """The caller pressed nothing in time."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The shell's answer to `Verify`: whether the value holds, and what to say of it."""

    holds: bool
    say: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotChecked:
    """The shell's answer to `Verify` when it cannot be done now, and what to say of it.

    The caller could only key the same again: the dialogue ends as it does after too many mistakes.
    """

    say: tuple[str, ...]


Event: TypeAlias = Keyed | NoInput | CheckResult | NotChecked
"""What can happen in a dialogue. A hang-up ends it from outside: there is nobody to speak to."""


@dataclass(frozen=True, slots=True)
class Say:
    """Play these prompts to their end, and go on at once."""

    prompts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """Play these prompts, which a key interrupts, and collect keys: the next event."""

    prompts: tuple[str, ...]
    input: Input


@dataclass(frozen=True, slots=True)
class Verify:
    """Have a well-formed value checked against the store.

    The next event is `CheckResult` or `NotChecked`.
    """

    value: str


@dataclass(frozen=True, slots=True)
class Keep:
    """Put this answer on disk before anything else is said."""

    question: str
    value: str


@dataclass(frozen=True, slots=True)
class Go:
    """The dialogue is over: the call goes on along `route`, if it leads anywhere.

    `why` is for the journal: `key 1`, `silence`, `wrong key`, `unavailable`, `finished`.
    """

    route: Route | None
    why: str


Effect: TypeAlias = Say | Ask | Verify | Keep | Go
"""What the shell must do. The last effect of a step is always `Ask`, `Verify` or `Go`."""


@dataclass(frozen=True, slots=True)
class State:
    """Where a dialogue stands: the question, and how often it got nothing or something wrong."""

    question: int = 0
    silences: int = 0
    wrongs: int = 0


Step: TypeAlias = tuple[State, tuple[Effect, ...]]


def start(dialogue: Dialogue) -> Step:
    """Begin a dialogue: the first question is asked."""
    return State(), (_ask(dialogue.questions[0]),)


def step(dialogue: Dialogue, state: State, event: Event) -> Step:
    """Go on from `state` after `event`."""
    question = dialogue.questions[state.question]
    match event:
        case NoInput():
            return _silence(dialogue, question, state)
        case Keyed(digits):
            return _keyed(dialogue, question, state, digits)
        case CheckResult(holds=True, say=say):
            return _next(dialogue, state, (Say(say),))
        case CheckResult(say=say):
            return _wrong(dialogue, question, state, say)
        case NotChecked(say):
            after, effects = _give_up(dialogue, question.wrong, state, "unavailable")
            return after, (Say(say), *effects)


def _ask(question: Question) -> Ask:
    return Ask(question.say, question.input)


def _keyed(dialogue: Dialogue, question: Question, state: State, digits: str) -> Step:
    match question.accept(digits):
        case Leave(route):
            return state, (Go(route, f"key {digits}"),)
        case Answered(value):
            return _next(dialogue, state, (Keep(question.id, value),))
        case Check(value):
            return state, (Verify(value),)
        case Invalid(say):
            return _wrong(dialogue, question, state, say)


def _silence(dialogue: Dialogue, question: Question, state: State) -> Step:
    if _exhausted(question, question.silence, state, state.silences):
        return _give_up(dialogue, question.silence, state, "silence")
    return replace(state, silences=state.silences + 1), (_ask(question),)


def _wrong(dialogue: Dialogue, question: Question, state: State, say: tuple[str, ...]) -> Step:
    said = Say(say)
    if _exhausted(question, question.wrong, state, state.wrongs):
        after, effects = _give_up(dialogue, question.wrong, state, "wrong key")
        return after, (said, *effects)
    return replace(state, wrongs=state.wrongs + 1), (said, _ask(question))


def _exhausted(question: Question, retry: Retry, state: State, count: int) -> bool:
    asked = state.silences + state.wrongs + 1
    return count >= retry.repeat or asked >= question.rounds


def _give_up(dialogue: Dialogue, retry: Retry, state: State, why: str) -> Step:
    """Leave by the retry's own way out; a question without one is passed over."""
    if retry.then is not None:
        return state, (Go(retry.then, why),)
    return _next(dialogue, state, ())


def _next(dialogue: Dialogue, state: State, effects: tuple[Effect, ...]) -> Step:
    """The question is done with: ask the one after it, or end."""
    following = state.question + 1
    if following < len(dialogue.questions):
        return State(question=following), (*effects, _ask(dialogue.questions[following]))
    closing = (Say(dialogue.closing),) if dialogue.closing else ()
    return state, (*effects, *closing, Go(dialogue.finished, "finished"))
