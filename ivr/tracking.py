"""Requests and their tracking numbers: told when they are opened, looked up later."""

from typing import Final

from stdnum import damm

from ivr.effects import (
    CheckPin,
    Failed,
    FindCase,
    FoundCase,
    OpenCase,
    Say,
    SendText,
    Steps,
    expect,
)
from ivr.keys import AGAIN, SLOWER, Input
from ivr.machine import (
    Again,
    Check,
    Given,
    Impossible,
    Invalid,
    Outcome,
    Question,
    Valid,
    Verdict,
    WantsPerson,
)
from ivr.prompts import SILENCE
from ivr.recording import SPEECHLESS_SECONDS, Wanted, record
from ivr.spoken import digits
from ivr.talk import BETWEEN_KEYS_SECONDS, FIRST_KEY_SECONDS, Talk, choice, is_key, value_question
from routing.callable_numbers import is_mobile
from routing.destinations import Route, ToAgent
from routing.dialogues import PIN_LENGTHS, TRACKING_TEXT

TRACKING_LENGTH: Final = 9
"""Digits of a tracking number, the check digit included: short enough to write down while hearing
it, and one guess in a million hits one of a hundred open requests."""

SMS_KEY: Final = "1"
AGENT_KEY: Final = "1"
NOTE_KEY: Final = "2"

_SECONDS_TO_ANSWER: Final = 3
"""In which a caller may ask for the number again. They are silent prompts, so that nobody has to
press a key to go on."""

_MOST_SLIPS: Final = 2
"""Keys without a meaning that make a new number begin anew; who presses more wants to go on."""

DIALOGUE: Final = "tracking"
CASE: Final = "case"
"""The dialogue in which a new number is read out."""


def open_case(talk: Talk) -> Steps[bool]:
    """Open a case and read its number out: on disk first, spoken second.

    Returns:
        Whether the caller has asked for a person meanwhile.
    """
    subject, _, _ = talk.rule.partition("/")
    tracking = yield OpenCase(subject or "arrival")
    if not isinstance(tracking, str):
        return False
    sms = talk.book.policy.tracking.sms and is_mobile(talk.facts.caller.number)
    outcome = yield from talk.ask(CASE, _number_question(talk, tracking, sms=sms))
    if sms and is_key(outcome, SMS_KEY):
        sent = expect((yield SendText(TRACKING_TEXT, {"number": tracking})), bool)
        yield Say(("text-sent",) if sent else ("text-not-sent",))
    return isinstance(outcome, WantsPerson)


def _number_question(talk: Talk, tracking: str, *, sms: bool) -> Question:
    keys = (SMS_KEY,) if sms else ()
    offers = ("tracking-number-by-text",) if sms else ()
    number = digits(tracking, talk.facts.language)
    room = (SILENCE,) * round(_SECONDS_TO_ANSWER * (SLOWER if talk.is_slow else 1))
    return Question(
        id="tracking-number",
        say=("tracking-number-is", *number, "tracking-number-again", *offers, *room),
        input=Input(1, 0.0, 0.0, frozenset((*keys, AGAIN)), early_keys=False),
        # A key without a meaning may be the second half of one that was pressed twice for a menu:
        # the number is told anew, and not lost.
        accept=lambda keyed: Valid(keyed) if keyed in keys else Invalid(()),
        silence=Again(0),
        wrong=Again(_MOST_SLIPS),
        rounds=_MOST_SLIPS + 1,
    )


def look_up(talk: Talk) -> Steps[Route]:
    """Ask for a tracking number and tell how the request stands."""
    tracking, talk.stage = talk.book.policy.tracking, "tracking"
    found: dict[str, FoundCase] = {}
    outcome = yield from talk.ask(DIALOGUE, _look_up_question(tracking.tries), _finder(found))
    if not isinstance(outcome, Given):
        return (yield from talk.leave(DIALOGUE, outcome, tracking.not_found_then))
    number = outcome.value
    case = found[number]
    # A one-time code proves whose telephone this is, not that the request is theirs.
    if tracking.identified and not case.is_callers:
        proved = yield from talk.ask(DIALOGUE, _pin_question(tracking.tries), _pin_checker(number))
        if not isinstance(proved, Given):
            return (yield from talk.leave(DIALOGUE, proved, tracking.not_found_then))
    return (yield from _tell(talk, number, case))


def _look_up_question(tries: int) -> Question:
    wanted = Input(TRACKING_LENGTH, FIRST_KEY_SECONDS, BETWEEN_KEYS_SECONDS)
    return value_question(
        "number", "enter-tracking-number", wanted=wanted, accept=_accept_tracking, tries=tries
    )


def _accept_tracking(keyed: str) -> Verdict:
    well_formed = len(keyed) == TRACKING_LENGTH and keyed.isdigit() and damm.is_valid(keyed)
    return Valid(keyed) if well_formed else Invalid(("tracking-mistyped",))


def _finder(found: dict[str, FoundCase]) -> Check:
    def find(number: str) -> Steps[Verdict]:
        match (yield FindCase(number)):
            case FoundCase() as case:
                found[number] = case
                return Valid(number)
            case Failed() as why:
                return _impossible(why)
        return Invalid(("tracking-unknown",))

    return find


def _impossible(why: Failed) -> Impossible:
    too_often = why is Failed.TOO_OFTEN
    return Impossible(("too-many-tries",) if too_often else ("tracking-unavailable",))


def _pin_question(tries: int) -> Question:
    def accept(keyed: str) -> Verdict:
        well_formed = keyed.isdigit() and len(keyed) in PIN_LENGTHS
        return Valid(keyed) if well_formed else Invalid(("pin-wrong",))

    wanted = Input(
        PIN_LENGTHS[-1], FIRST_KEY_SECONDS, BETWEEN_KEYS_SECONDS, early_keys=False, secret=True
    )
    return value_question("pin", "enter-pin", wanted=wanted, accept=accept, tries=tries)


def _pin_checker(tracking: str) -> Check:
    def check(pin: str) -> Steps[Verdict]:
        match (yield CheckPin(tracking, pin)):
            case True:
                return Valid(pin)
            case Failed() as why:
                return _impossible(why)
        return Invalid(("pin-wrong",))

    return check


def _tell(talk: Talk, number: str, case: FoundCase) -> Steps[Route]:
    """Say how the request stands, and what the caller may do about it."""
    tracking = talk.book.policy.tracking
    state = f"tracking-state-{case.state}"
    offers = {}
    if tracking.agent_ring is not None and case.agent is not None:
        offers[AGENT_KEY] = "tracking-agent"
    if tracking.note is not None:
        offers[NOTE_KEY] = "tracking-note"
    if not offers:
        yield Say((state,))
        return (yield from talk.go(DIALOGUE, "finished", tracking.found_then))
    question = choice("offers", state, *offers.values(), keys=tuple(offers), repeat=0)
    outcome = yield from talk.ask(DIALOGUE, question)
    if case.agent is not None and is_key(outcome, AGENT_KEY):
        return (yield from talk.go(DIALOGUE, "agent", Route(ToAgent(case.agent))))
    if tracking.note is not None and is_key(outcome, NOTE_KEY):
        outcome = yield from _add_note(talk, number, tracking.note)
    if isinstance(outcome, WantsPerson):
        return (yield from talk.leave(DIALOGUE, outcome, tracking.found_then))
    return (yield from talk.go(DIALOGUE, "finished", tracking.found_then))


def _add_note(talk: Talk, number: str, longest: int) -> Steps[Outcome]:
    wanted = Wanted(
        f"case {number}",
        ("leave-a-note",),
        longest,
        SPEECHLESS_SECONDS,
        review=True,
        tracking=number,
    )
    recorded = yield from record(talk, wanted)
    return recorded if isinstance(recorded, WantsPerson) else Given(number)
