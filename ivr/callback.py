"""Callbacks: which number to call, and when."""

from typing import Final

from ivr.effects import Failed, PutDown, PutDownCallback, Say, Steps, expect
from ivr.keys import Input
from ivr.machine import (
    Given,
    Invalid,
    Nothing,
    Outcome,
    Question,
    Valid,
    Verdict,
    WantsPerson,
)
from ivr.prompts import PAUSE
from ivr.spoken import clock_time, day, digits_in_groups
from ivr.talk import BETWEEN_KEYS_SECONDS, FIRST_KEY_SECONDS, Talk, choice, is_key, value_question
from routing.callable_numbers import groups_as_dialled, refusal
from routing.destinations import Route
from routing.dialogues import Callbacks
from routing.phone_numbers import to_e164
from routing.windows import Window, windows

MOST_DIGITS: Final = 18
"""Of a telephone number: E.164 has 15, and `00` and a `0` may stand before them."""

DIALOGUE: Final = "callback"

RIGHT: Final = "1"
OTHER: Final = "2"
SOON: Final = "1"
LATER: Final = "2"


def ask_for_callback(talk: Talk) -> Steps[Route]:
    """Put down that the caller is to be called back, at the number and the time that they want.

    It is put down as soon as the number is sure: who hangs up at the question after that is called.
    """
    talk.stage, callbacks = "callback", talk.book.policy.callbacks
    outcome = yield from _number(talk, callbacks)
    if not isinstance(outcome, Given):
        return (yield from talk.leave(DIALOGUE, outcome, callbacks.otherwise))
    number = outcome.value
    kept = yield PutDownCallback(number)
    if isinstance(kept, Failed):
        yield Say(("callback-unavailable",))
        return (yield from talk.leave(DIALOGUE, Nothing("unavailable"), callbacks.otherwise))
    window = yield from _window(talk, callbacks)
    if isinstance(window, WantsPerson):
        return (yield from talk.leave(DIALOGUE, window, callbacks.otherwise))
    if window is not None:
        timed = yield PutDownCallback(number, window.start, window.end)
        window = None if isinstance(timed, Failed) else window
    told = "callback-joined" if expect(kept, PutDown).joined else "callback-kept"
    yield Say((told, *_read_out(talk, number), PAUSE, *_promised(talk, window)))
    return (yield from talk.go(DIALOGUE, "finished", callbacks.then))


def _number(talk: Talk, callbacks: Callbacks) -> Steps[Outcome]:
    """The number to call: the one that calls, or another."""
    number = talk.facts.caller.number
    refused = None if number is None else _refused(number, callbacks)
    if refused is not None:
        yield Say((f"callback-number-{refused}",))
    elif number is not None:
        outcome = yield from _confirm(talk, number)
        if isinstance(outcome, WantsPerson):
            return outcome
        # Who wants to be called and presses nothing is called where they call from.
        if not is_key(outcome, OTHER):
            return Given(number)
    return (yield from _keyed_number(talk, callbacks))


def _keyed_number(talk: Talk, callbacks: Callbacks) -> Steps[Outcome]:
    """A number that is keyed, and confirmed: a stranger must not be rung for a slip."""
    question = _number_question(talk, callbacks)
    for _ in range(callbacks.tries):
        outcome = yield from talk.ask(DIALOGUE, question)
        if not isinstance(outcome, Given):
            return outcome
        confirmed = yield from _confirm(talk, outcome.value)
        if is_key(confirmed, RIGHT):
            return outcome
        if not isinstance(confirmed, Given):
            return confirmed
    return Nothing("wrong key")


def _confirm(talk: Talk, number: str) -> Steps[Outcome]:
    say = ("callback-number-is", *_read_out(talk, number), "callback-number-right")
    return (yield from talk.ask(DIALOGUE, choice("confirm", *say, keys=(RIGHT, OTHER))))


def _read_out(talk: Talk, number: str) -> tuple[str, ...]:
    country = talk.book.policy.business.country
    return digits_in_groups(groups_as_dialled(number, country))


def _number_question(talk: Talk, callbacks: Callbacks) -> Question:
    country = talk.book.policy.business.country

    def accept(keyed: str) -> Verdict:
        number = to_e164(keyed, country)
        refused = "wrong" if number is None else _refused(number, callbacks)
        if number is None or refused is not None:
            return Invalid((f"callback-number-{refused}",))
        return Valid(number)

    wanted = Input(MOST_DIGITS, FIRST_KEY_SECONDS, BETWEEN_KEYS_SECONDS)
    return value_question(
        "number", "enter-callback-number", wanted=wanted, accept=accept, tries=callbacks.tries
    )


def _refused(number: str, callbacks: Callbacks) -> str | None:
    return refusal(number, callbacks.countries, premium=callbacks.premium)


def _window(talk: Talk, callbacks: Callbacks) -> Steps[Window | WantsPerson | None]:
    """When to call; None: as soon as possible, as for everybody who chooses nothing."""
    if callbacks.hours is None or talk.language_for_values is None:
        return None
    hours = talk.book.policy.hours[callbacks.hours]
    free = windows(hours, talk.facts.at, callbacks.window, callbacks.days)
    if not free:
        return None
    outcome = yield from talk.ask(DIALOGUE, choice("when", "callback-when", keys=(SOON, LATER)))
    if is_key(outcome, LATER):
        keys = {str(place): window for place, window in enumerate(free, start=1)}
        offers = [
            prompt
            for key, window in keys.items()
            for prompt in (*_spoken(talk, window), PAUSE, "press-key", f"digit-{key}", PAUSE)
        ]
        question = choice("time", "callback-times", *offers, keys=tuple(keys), repeat=2)
        outcome = yield from talk.ask(DIALOGUE, question)
        if isinstance(outcome, Given):
            return keys[outcome.value]
    return outcome if isinstance(outcome, WantsPerson) else None


def _promised(talk: Talk, window: Window | None) -> tuple[str, ...]:
    if window is None:
        return ("we-will-call-you-back",)
    return ("callback-time-is", *_spoken(talk, window))


def _spoken(talk: Talk, window: Window) -> tuple[str, ...]:
    """A time: tomorrow, from two o'clock until four o'clock."""
    language, here = talk.language_for_values or talk.facts.language, window.start.tzinfo
    today = talk.facts.at.astimezone(here).date()
    return (
        *day(window.start.date(), language, today),
        "time-from",
        *clock_time(window.start.time(), language),
        "time-until",
        *clock_time(window.end.time(), language),
    )
