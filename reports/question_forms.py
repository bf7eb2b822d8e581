"""How a question was put: answers to different scales are never counted together."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from routing.conditions import Range
from routing.dialogues import AnswerCondition, SurveyQuestion
from routing.rules import Policy


class Kind(StrEnum):
    """How a question is answered."""

    SCALE = "scale"
    CHOICE = "choice"
    SPOKEN = "spoken"
    UNKNOWN = "unknown"
    """The rules by which it was asked are not kept, or cannot be read any more."""


@dataclass(frozen=True, slots=True)
class QuestionForm:
    """How a question is answered, and of whom it is asked.

    Attributes:
        kind: How it is answered.
        values: What can be answered: marks, the lowest first, or choices in the order of their
            keys; none for a spoken answer. Of an unknown question, what may be told of answers.
        when: Of whom it is asked, in words: `score <=4`; empty: of everybody.
    """

    kind: Kind
    values: tuple[str, ...]
    when: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as a revision of the rules has it.

    Attributes:
        form: How it was put.
        wording: What was said, by language; empty where that is a prompt of the program itself, or
            nobody knows. Answers to other words are counted together, and the reader is told.
    """

    form: QuestionForm
    wording: tuple[tuple[str, str], ...] = ()


UNKNOWN: Final = Asked(QuestionForm(Kind.UNKNOWN, tuple(map(str, range(11)))))
"""A question of which nothing is known: marks are told as they are, and words only counted, for
they may be a caller's own."""


def question_in(policy: Policy, survey: str, question: str) -> Asked:
    """A question as these rules have it; `UNKNOWN` where they have none of that name."""
    found = policy.surveys.get(survey)
    for each in () if found is None else found.questions:
        if each.id == question:
            return Asked(_form(each), tuple(sorted(policy.prompts.get(each.say, {}).items())))
    return UNKNOWN


def _form(question: SurveyQuestion) -> QuestionForm:
    when = tuple(map(_in_words, question.when))
    if question.record is not None:
        return QuestionForm(Kind.SPOKEN, (), when)
    if question.scale is not None:
        low, high = question.scale
        return QuestionForm(Kind.SCALE, tuple(map(str, range(low, high + 1))), when)
    by_key = (question.choices[key] for key in sorted(question.choices))
    return QuestionForm(Kind.CHOICE, tuple(dict.fromkeys(by_key)), when)


def _in_words(condition: AnswerCondition) -> str:
    return f"{condition.question} {' or '.join(_allowed_in_words(condition.allowed))}"


def _allowed_in_words(allowed: Sequence[str | Range]) -> Sequence[str]:
    return [each if isinstance(each, str) else each.written for each in allowed]
