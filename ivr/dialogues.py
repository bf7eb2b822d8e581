"""What a dialogue is made of, and the dialogues that the rules can ask for.

A dialogue is a row of questions. A question says something, listens, and judges what was keyed;
a menu is a dialogue of one question whose keys lead elsewhere, a survey one whose answers are kept,
the tracking look-up one whose value is checked against the store, the callback one whose value is
put down there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from stdnum import damm

from routing.destinations import Route, ToHangup, ToQueue
from routing.dialogues import Menu, Survey, SurveyQuestion, Tracking

TRACKING_LENGTH = 9
"""Digits of a tracking number, the check digit included: short enough to write down while hearing
it, and one guess in a million hits one of a hundred open requests."""

TRACKING_PATIENCE_SECONDS = 8.0
"""To the first digit: a caller who looks for a slip of paper needs longer than one at a menu."""

TRACKING_BETWEEN_KEYS_SECONDS = 4.0

CALLBACK_DIGITS = range(5, 16)
"""How many digits a telephone number may have: E.164 allows 15; fewer than five are no number."""

CALLBACK_TRIES = 3


TERMINATOR = "#"
"""The key that ends what is keyed."""

LONE_TERMINATORS = 3
"""How often a lone `#` is taken for the end of an earlier answer before it counts as silence."""


@dataclass(frozen=True, slots=True)
class Input:
    """How to listen: `#` always ends what is keyed; seconds to the first key and between keys."""

    longest: int
    first_key_seconds: float
    between_keys_seconds: float


@dataclass(frozen=True, slots=True)
class Leave:
    """The key leads on."""

    route: Route


@dataclass(frozen=True, slots=True)
class Answered:
    """The keys are a valid answer, to be kept."""

    value: str


@dataclass(frozen=True, slots=True)
class Check:
    """The keys are well formed; whether they name something only the store knows."""

    value: str


@dataclass(frozen=True, slots=True)
class Invalid:
    """The keys are no answer to this question: say so."""

    say: tuple[str, ...]


Verdict: TypeAlias = Leave | Answered | Check | Invalid


class Accept(Protocol):
    """Judges what a caller keyed."""

    def __call__(self, digits: str, /) -> Verdict:
        """The verdict on `digits`; the terminating `#` is not among them."""


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a question is asked again, and where the call goes then (None: pass over it)."""

    repeat: int
    then: Route | None


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask.

    It is asked at most `rounds` times in all, whatever mixture of silence and wrong keys it gets.
    """

    id: str
    say: tuple[str, ...]
    input: Input
    accept: Accept
    silence: Retry
    wrong: Retry
    rounds: int


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Questions in order; `closing` is said and `finished` taken after the last one."""

    id: str
    questions: tuple[Question, ...]
    closing: tuple[str, ...] = ()
    finished: Route | None = None


def menu_dialogue(menu: Menu) -> Dialogue:
    """The dialogue of a menu: what it says, then each key's own offer."""
    leaves = {choice.key: Leave(choice.then) for choice in menu.keys}
    offers = tuple(choice.offer for choice in menu.keys if choice.offer is not None)

    def accept(digits: str) -> Verdict:
        return leaves.get(digits, Invalid(("not-a-choice",)))

    question = Question(
        id=menu.id,
        say=(*menu.say, *offers),
        input=Input(
            longest=max(len(choice.key) for choice in menu.keys),
            first_key_seconds=menu.first_key_seconds,
            between_keys_seconds=menu.between_keys_seconds,
        ),
        accept=accept,
        silence=Retry(menu.silence.repeat, menu.silence.then),
        wrong=Retry(menu.wrong_key.repeat, menu.wrong_key.then),
        rounds=menu.silence.repeat + menu.wrong_key.repeat + 1,
    )
    return Dialogue(menu.id, (question,))


def survey_dialogue(survey: Survey) -> Dialogue:
    """The dialogue of a survey: each answer is kept; a question nobody answers is passed over."""
    return Dialogue(
        survey.id,
        tuple(_survey_question(survey, question) for question in survey.questions),
        closing=("thank-you-for-your-answers",),
    )


def _survey_question(survey: Survey, question: SurveyQuestion) -> Question:
    answers = _answers(question)

    def accept(digits: str) -> Verdict:
        value = answers.get(digits)
        return Invalid(("not-a-choice",)) if value is None else Answered(value)

    pass_over = Retry(survey.repeat, None)
    return Question(
        id=question.id,
        say=(question.say,),
        input=Input(
            longest=max(len(keys) for keys in answers),
            first_key_seconds=survey.first_key_seconds,
            between_keys_seconds=survey.between_keys_seconds,
        ),
        accept=accept,
        silence=pass_over,
        wrong=pass_over,
        rounds=survey.repeat + 1,
    )


def _answers(question: SurveyQuestion) -> Mapping[str, str]:
    if question.scale is None:
        return question.choices
    low, high = question.scale
    return {str(mark): str(mark) for mark in range(low, high + 1)}


def tracking_dialogue(tracking: Tracking) -> Dialogue:
    """The dialogue that asks for a tracking number; a mistyped one is known by its check digit."""
    retry = Retry(tracking.tries - 1, tracking.not_found_then)
    question = Question(
        id="tracking",
        say=("enter-tracking-number",),
        input=Input(TRACKING_LENGTH, TRACKING_PATIENCE_SECONDS, TRACKING_BETWEEN_KEYS_SECONDS),
        accept=_accept_tracking,
        silence=retry,
        wrong=retry,
        rounds=tracking.tries,
    )
    return Dialogue("tracking", (question,), finished=tracking.found_then)


def _accept_tracking(digits: str) -> Verdict:
    well_formed = len(digits) == TRACKING_LENGTH and digits.isdigit() and damm.is_valid(digits)
    return Check(digits) if well_formed else Invalid(("tracking-mistyped",))


def callback_dialogue(fallback: str) -> Dialogue:
    """The dialogue that asks for the number to call back; who keys none goes to the fallback queue.

    Whether it is a number in its country, and put down, only the shell knows.
    """
    retry = Retry(CALLBACK_TRIES - 1, Route(ToQueue(fallback)))
    question = Question(
        id="callback",
        say=("enter-callback-number",),
        input=Input(CALLBACK_DIGITS[-1], TRACKING_PATIENCE_SECONDS, TRACKING_BETWEEN_KEYS_SECONDS),
        accept=_accept_callback,
        silence=retry,
        wrong=retry,
        rounds=CALLBACK_TRIES,
    )
    return Dialogue("callback", (question,), finished=Route(ToHangup()))


def _accept_callback(digits: str) -> Verdict:
    well_formed = len(digits) in CALLBACK_DIGITS and digits.isdigit()
    return Check(digits) if well_formed else Invalid(("callback-number-wrong",))
