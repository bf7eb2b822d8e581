"""Values that only tests have: moments, keys, and what is expected by words of its own.

A word that no call can ever bring about would make a test that cannot pass, or, under `never`, one
that cannot fail: each is checked against what the rules can bring about.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, ValidationInfo
from pydantic_core import InitErrorDetails, PydanticCustomError

from dialplan.contract import AGENT_QUEUE
from routing.fields import Text, complaint, digits_hint, names, text_of
from routing.key_script import KeyScriptError, Word, read_script
from routing.moments import WRITTEN, after_gap, read_moment
from routing.names import suggestion
from routing.written import Written, pattern

_STAGE: Final = re.compile(
    r"(?:menu|entry|queue|survey|voicemail|agent) [a-z][a-z0-9-]*|tracking|callback|proof"
)
_QUEUE: Final = re.compile(r"[a-z][a-z0-9-]*")
_TRACKING: Final = re.compile(r"[0-9]{9}")
_SECRET: Final = re.compile(r"[0-9]{4,12}")
_ANY_ZONE: Final = ZoneInfo("UTC")

KEY_MARK: Final = "[key]"
"""How a place ends that is a key, as the model itself writes it."""


def _moment(value: object, info: ValidationInfo) -> str:
    written = text_of(value, 'a moment such as "2026-11-24 10:00"')
    try:
        read_moment(written, _ANY_ZONE)
    except ValueError as error:
        hint = digits_hint(written, 'write "2026-11-24 10:00"')
        raise complaint("bad-moment", str(error).partition(": write")[0], hint) from None
    zone = names(info).timezone
    there = None if zone is None else after_gap(written, zone)
    if there is not None:
        message = f"the clock of {zone} leaves {written} out"
        raise complaint("skipped-moment", message, f'write "{there:%Y-%m-%d %H:%M}"')
    return written


Moment = Annotated[
    str,
    BeforeValidator(_moment),
    Written(
        "a moment",
        pattern('write a moment: "2026-11-24 10:00"', WRITTEN),
        ("2026-11-24 10:00",),
    ),
]
"""A moment by the clock of the business, unless it names an offset of its own."""


def _script(value: object) -> tuple[Word, ...]:
    written = text_of(value, 'keys such as "1 wait 10"')
    try:
        return read_script(written)
    except KeyScriptError as error:
        message, _, hint = str(error).partition(": ")
        raise complaint("bad-keys", message, hint) from None


KeyScript = Annotated[
    tuple[Word, ...],
    BeforeValidator(_script),
    Written("keys, one word a question", {"type": "string"}, ("1 wait 10 hangup",)),
]
"""What the caller does, one word a question."""


def _tracking(value: str) -> str:
    if _TRACKING.fullmatch(value):
        return value
    hint = digits_hint(value, "nine digits, in quotes")
    raise complaint("bad-tracking", f'"{value}" is not a tracking number', hint)


TrackingNumber = Annotated[
    str,
    AfterValidator(_tracking),
    Written(
        "a tracking number", pattern("write nine digits, in quotes", _TRACKING), ("123456786",)
    ),
]


def _secret(value: str) -> str:
    if _SECRET.fullmatch(value):
        return value
    hint = digits_hint(value, "4 to 12 digits, in quotes")
    raise complaint("bad-secret", f'"{value}" is not what a caller can key', hint)


Pin = Annotated[
    str,
    AfterValidator(_secret),
    Written("a PIN or code", pattern("write 4 to 12 digits, in quotes", _SECRET), ("4711",)),
]
"""A PIN, or a one-time code."""


def _stage(value: str, info: ValidationInfo) -> str:
    known = names(info).of.get("stage")
    if known is None or value in known:
        return value
    raise complaint("unknown-stage", f'no caller hangs up at "{value}"', suggestion(value, known))


def _asterisk_queue(value: str, info: ValidationInfo) -> str:
    of = names(info).of
    known = of.get("asterisk-queue")
    if known is None or value in known:
        return value
    agent = value.removeprefix(AGENT_QUEUE)
    if agent != value and agent in of.get("agent", (agent,)):
        return value
    raise complaint(
        "unknown-asterisk-queue", f'Asterisk has no queue "{value}"', suggestion(value, known)
    )


def _answers(value: dict[str, str], info: ValidationInfo) -> dict[str, str]:
    known = names(info).answers
    wrong = (
        []
        if known is None
        else [
            InitErrorDetails(type=finding, loc=place, input=value[question])
            for question in value
            for finding, place in _wrong_answer(known, question, value[question])
        ]
    )
    if wrong:
        raise ValidationError.from_exception_data("answers", wrong)
    return value


def _wrong_answer(
    known: Mapping[str, tuple[str, ...]], question: str, answer: str
) -> Iterator[tuple[PydanticCustomError, tuple[str, ...]]]:
    if question not in known:
        hint = suggestion(question, known)
        finding = complaint("unknown-question", f'no survey asks "{question}"', hint)
        yield finding, (question, KEY_MARK)
    elif answer not in known[question]:
        hint = suggestion(answer, known[question])
        message = f'the question "{question}" has no answer "{answer}"'
        yield complaint("unknown-answer", message, hint), (question,)


LeavingStage = Annotated[
    str,
    AfterValidator(_stage),
    Written(
        "`menu`, `entry`, `queue`, `survey`, `voicemail` or `agent` and its name, `tracking`,"
        " `callback` or `proof`",
        pattern("write where a caller can hang up: menu welcome", _STAGE),
        ("menu welcome",),
    ),
]
AsteriskQueue = Annotated[
    str,
    AfterValidator(_asterisk_queue),
    Written(
        "the name of a queue as Asterisk has it",
        pattern(
            "write the name of a queue and, if its callers are told apart by language, that "
            "too: support-fa",
            _QUEUE,
        ),
        ("support-fa",),
    ),
]
Answers = Annotated[dict[Text, Text], Field(min_length=1), AfterValidator(_answers)]
"""Questions of surveys, each with an answer that it can have."""
