"""The part of the model about surveys."""

from typing import Annotated, TypeAlias

from pydantic import ConfigDict, Field, model_validator

from routing.condition_fields import AnswerWanted
from routing.entry_fields import DayCount
from routing.fields import (
    KeyPause,
    MenuKey,
    OneOrMany,
    Scale,
    Speaking,
    Text,
    YesNoTrue,
    complaint,
)
from routing.name_fields import Id, PromptName
from routing.shape import Shape
from routing.written import exactly_one

KINDS = ("scale", "yes_no", "keys", "record")
"""The keys of which a question has exactly one."""

_NONE = "write `scale: 1..10`, `yes_no: true`, `keys` for a choice, or `record: 60s`"
_SEVERAL = "a question is answered in one way: keep one of them"

Answers: TypeAlias = Annotated[dict[Text, OneOrMany[AnswerWanted]], Field(min_length=1)]
"""Questions of the same survey, each with the answers that will do."""


class QuestionShape(Shape):
    """One question of a survey: a scale, yes or no, a choice by keys, or a spoken answer.

    Where ten is the highest mark, callers hear that it takes two keys. With `yes_no`, the key 1 is
    `yes` and 2 is `no`. A question with `when` is asked if those before it were answered so.
    """

    model_config = ConfigDict(json_schema_extra=exactly_one(KINDS, _NONE, _SEVERAL))

    id: Id = Field(description="The name of the question in reports.")
    say: PromptName = Field(description="The prompt that asks it.")
    scale: Scale | None = Field(
        None, description="The lowest and the highest mark: from 0 or 1 to 10 at most."
    )
    yes_no: YesNoTrue | None = Field(None, description="`true`: 1 is `yes`, 2 is `no`.")
    keys: Annotated[dict[MenuKey, Text], Field(min_length=1)] | None = Field(
        None, description="What each key means."
    )
    record: Speaking | None = Field(
        None, description="The answer is spoken: how long it may be at most."
    )
    when: Answers | None = Field(
        None,
        description='It is asked only if earlier questions were answered so: `{score: "<=4"}`.',
    )

    @model_validator(mode="after")
    def _one_kind(self) -> "QuestionShape":
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if not given:
            raise complaint("scale-or-keys", "nothing says how the question is answered", _NONE)
        if len(given) > 1:
            both = " and ".join(f"`{kind}`" for kind in given)
            raise complaint("scale-or-keys", f"{both} are both there", _SEVERAL)
        return self


class SurveyShape(Shape):
    """Questions that are asked after a call.

    A queue asks its survey when the agent has hung up; a route may lead to one too. Each answer is
    kept as soon as it is given, so that those of a caller who hangs up early are not lost. A
    question that gets no valid answer is passed over.

    Nobody is asked who is not to be (`rahyab customers marks`), nor again within `again_after`.
    Answers that fit `alert` are told at once: in the journal, in the log, and to the program that
    the settings name.

    Example:
        surveys:
          satisfaction:
            consent: may-we-ask
            again_after: 30d
            alert: {score: "<=4"}
            questions:
              - {id: score, say: rate-us, scale: 1..10}
              - {id: solved, say: was-it-solved, yes_no: true}
              - id: reason
                say: what-was-wrong
                keys: {"1": waiting, "2": advice}
                when: {solved: "no"}
              - {id: comment, say: leave-a-word, record: 60s, when: {score: "<=4"}}
            repeat: 1
            first_key: 8s
            between_keys: 3s
    """

    consent: PromptName | None = Field(
        None,
        description="What asks whether the caller will answer at all: 1 is yes, 2 is no. If left"
        " out: that is not asked.",
    )
    again_after: DayCount | None = Field(
        None,
        description="For how many days nobody is asked this again. If left out: callers are asked"
        " each time.",
    )
    alert: Answers | None = Field(
        None, description="Answers of which somebody is told: all of these together."
    )
    questions: Annotated[list[QuestionShape], Field(min_length=1)] = Field(
        description="Asked in this order."
    )
    repeat: Annotated[int, Field(ge=0, le=9)] = Field(
        1, description="How often a question is repeated that got no valid answer."
    )
    first_key: KeyPause = Field(8.0, description="How long to wait for the first key.")
    between_keys: KeyPause = Field(3.0, description="How long to wait for each further key.")
