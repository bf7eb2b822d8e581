"""Compiles what callers are asked, every default filled in."""

from collections.abc import Mapping
from typing import Final

from routing.callback_model import CallbacksShape, ProofShape
from routing.conditions import Range
from routing.destinations import Route, ToHangup
from routing.dialogue_model import (
    EntryShape,
    KeyShape,
    MailboxShape,
    MenuShape,
    PatienceShape,
    TrackingShape,
)
from routing.dialogues import (
    AnswerCondition,
    Callbacks,
    Entry,
    EntryKind,
    KeyChoice,
    Mailbox,
    Menu,
    Patience,
    Proof,
    Survey,
    SurveyQuestion,
    Tracking,
)
from routing.route_compiling import compile_route
from routing.survey_model import QuestionShape, SurveyShape

DEFAULT_TRIES: Final = 3
"""Of keying in a tracking number, where the file says nothing."""

YES_AND_NO: Final[Mapping[str, str]] = {"1": "yes", "2": "no"}
"""What the keys of a question with `yes_no` mean."""

LENGTHS: Final[Mapping[EntryKind, tuple[int, int]]] = {
    EntryKind.DIGITS: (1, 20),
    EntryKind.DATE: (8, 8),
    EntryKind.AMOUNT: (1, 12),
    EntryKind.PHONE: (5, 15),
}
"""The fewest and the most digits of what is keyed, where the file does not say."""

_NOT_A_CHOICE: Final = "not-a-choice"
_NOTHING_PRESSED: Final = "nothing-pressed"


def compile_menu(id_: str, shape: MenuShape) -> Menu:
    """A menu."""
    return Menu(
        id=id_,
        say=shape.say,
        keys=tuple(_key(key, choice) for key, choice in shape.keys.items()),
        silence=_patience(shape.silence, (_NOTHING_PRESSED,)),
        wrong_key=_patience(shape.wrong_key, (_NOT_A_CHOICE,)),
        first_key_seconds=shape.first_key,
        between_keys_seconds=shape.between_keys,
        early_keys=shape.early_keys,
    )


def _key(key: str, shape: KeyShape) -> KeyChoice:
    return KeyChoice(key, shape.say_key, compile_route(shape))


def _patience(shape: PatienceShape, say: tuple[str, ...]) -> Patience:
    return Patience(
        repeat=shape.repeat,
        then=compile_route(shape.then),
        say=say if shape.say is None else shape.say,
    )


def compile_entry(id_: str, shape: EntryShape) -> Entry:
    """A value that callers key in."""
    kind = EntryKind(shape.kind)
    shortest, longest = shape.length or LENGTHS[kind]
    least, most = shape.between or (None, None)
    return Entry(
        id=id_,
        say=shape.say,
        kind=kind,
        shortest=shortest,
        longest=longest,
        checksum=shape.checksum,
        least=least,
        most=most,
        currency=shape.currency,
        secret=shape.secret,
        confirm=shape.confirm,
        tries=shape.tries,
        variable=shape.variable,
        then=compile_route(shape.then),
        otherwise=compile_route(shape.otherwise),
        first_key_seconds=shape.first_key,
        between_keys_seconds=shape.between_keys,
    )


def compile_survey(id_: str, shape: SurveyShape) -> Survey:
    """A survey."""
    return Survey(
        id=id_,
        questions=tuple(compile_question(question) for question in shape.questions),
        repeat=shape.repeat,
        first_key_seconds=shape.first_key,
        between_keys_seconds=shape.between_keys,
        consent=shape.consent,
        again_after_days=shape.again_after,
        alert=_answered(shape.alert),
    )


def compile_question(shape: QuestionShape) -> SurveyQuestion:
    """A question of a survey."""
    return SurveyQuestion(
        id=shape.id,
        say=shape.say,
        scale=shape.scale,
        choices=YES_AND_NO if shape.yes_no else shape.keys or {},
        record=shape.record,
        when=_answered(shape.when),
    )


def _answered(asked: Mapping[str, tuple[str | Range, ...]] | None) -> tuple[AnswerCondition, ...]:
    return tuple(AnswerCondition(question, allowed) for question, allowed in (asked or {}).items())


def compile_mailbox(id_: str, shape: MailboxShape) -> Mailbox:
    """A mailbox."""
    return Mailbox(id_, shape.say, shape.longest, shape.silence, shape.review)


def compile_tracking(shape: TrackingShape | None, to_fallback: Route) -> Tracking:
    """The look-up of requests."""
    if shape is None:
        return Tracking(DEFAULT_TRIES, Route(ToHangup()), to_fallback)
    agent = shape.agent
    return Tracking(
        tries=shape.tries,
        found_then=compile_route(shape.found),
        not_found_then=compile_route(shape.not_found),
        identified=shape.identified,
        agent_ring=None if agent is None else agent.ring,
        agent_otherwise=None if agent is None else compile_route(agent.otherwise),
        note=shape.note,
        sms=shape.sms,
    )


def compile_callbacks(shape: CallbacksShape | None, country: str, to_fallback: Route) -> Callbacks:
    """How callers are called back."""
    given = CallbacksShape() if shape is None else shape
    return Callbacks(
        countries=tuple(given.countries or (country,)),
        premium=given.premium,
        hours=given.hours,
        window=given.window,
        days=given.days,
        tries=given.tries,
        then=Route(ToHangup()) if given.then is None else compile_route(given.then),
        otherwise=to_fallback if given.otherwise is None else compile_route(given.otherwise),
    )


def compile_proof(shape: ProofShape | None, to_fallback: Route) -> Proof:
    """How callers prove who they are; no call comes to it if the file does not say."""
    if shape is None:
        return Proof(
            digits=6,
            valid=600,
            tries=DEFAULT_TRIES,
            per_number=5,
            per_day=500,
            proven=Route(ToHangup()),
            otherwise=to_fallback,
        )
    return Proof(
        digits=shape.digits,
        valid=shape.valid,
        tries=shape.tries,
        per_number=shape.per_number,
        per_day=shape.per_day,
        proven=compile_route(shape.proven),
        otherwise=compile_route(shape.otherwise),
    )
