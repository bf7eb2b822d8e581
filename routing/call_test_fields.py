"""What tests expect by words of their own, each checked against what the rules can bring about.

A word that no call can ever bring about would make a test that cannot pass, or, under `never`, one
that cannot fail.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Final

from pydantic import AfterValidator, Field, ValidationError, ValidationInfo
from pydantic_core import InitErrorDetails, PydanticCustomError

from routing.fields import Text, complaint, names
from routing.names import suggestion
from routing.written import Written, pattern

_STAGE: Final = re.compile(
    r"(?:menu|entry|queue|survey|voicemail|agent) [a-z][a-z0-9-]*|tracking|callback|proof"
)
_QUEUE: Final = re.compile(r"[a-z][a-z0-9-]*")

KEY_MARK: Final = "[key]"
"""How a place ends that is a key, as the model itself writes it."""


def _stage(value: str, info: ValidationInfo) -> str:
    known = names(info).of.get("stage")
    if known is None or value in known:
        return value
    raise complaint("unknown-stage", f'no caller hangs up at "{value}"', suggestion(value, known))


def _asterisk_queue(value: str, info: ValidationInfo) -> str:
    known = names(info).of.get("asterisk-queue")
    if known is None or value in known:
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
