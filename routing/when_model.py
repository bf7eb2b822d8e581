"""The part of the model that says what rules can ask of a call."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from routing.condition_fields import AgeOrWord, Area, Number, NumberOrWord, Share, Span
from routing.conditions import UNAVAILABLE
from routing.fields import (
    AgentOrWord,
    CustomerLanguage,
    DeclaredVariable,
    HoursName,
    Id,
    KeyedOrNone,
    LanguageName,
    MenuName,
    OneOrMany,
    QueueName,
    SourceOrNone,
    Text,
    complaint,
)
from routing.shape import Shape
from routing.world_fields import CountryOrNone, DialledText

HoursWord = Literal["open", "closed", "holiday"]
CustomerWord = Literal["known", "unknown", "ambiguous", "withheld", "unavailable"]
ContractWord = Literal["running", "grace", "ended", "none", "unavailable"]


def _truth(*others: str) -> BeforeValidator:
    *most, last = "true", "false", *others
    hint = f"write {', '.join(most)} or {last}"

    def read(value: object) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, str) and value in others:
            return value
        raise complaint("not-allowed", "neither true nor false", hint)

    return BeforeValidator(read)


TruthWord = Annotated[str, _truth(UNAVAILABLE)]
PlainTruth = Annotated[str, _truth()]


class QueueStateShape(Shape):
    """How a queue stands for calls in the caller's language; each may be `unavailable`."""

    waiting: OneOrMany[Number] | None = Field(None, description="How many callers wait.")
    longest_wait: OneOrMany[Span] | None = Field(
        None, description="How long the first of them has waited."
    )
    agents: OneOrMany[Number] | None = Field(
        None, description="How many agents are logged in and not paused, on a call or not."
    )
    estimated_wait: OneOrMany[Span] | None = Field(
        None, description="How long a caller waits, as Asterisk reckons from answered calls."
    )

    @model_validator(mode="after")
    def _not_empty(self) -> "QueueStateShape":
        if not self.model_fields_set:
            hint = f"write one of: {', '.join(QueueStateShape.model_fields)}"
            raise complaint("no-condition", "nothing is asked of the queue", hint)
        return self


class WhenShape(Shape):
    """Conditions, all of which must hold. Each is a value, or a list of values that will do.

    A fact that could not be fetched fails every condition on it but one that names `unavailable`,
    unless `unavailable:` declares what is taken for it.
    """

    hours: Annotated[dict[HoursName, OneOrMany[HoursWord]], Field(min_length=1)] | None = Field(
        None, description="How hours stand: open, closed, or holiday (which includes own closing)."
    )
    dialled: OneOrMany[DialledText] | None = Field(None, description="The number that was dialled.")
    source: OneOrMany[SourceOrNone] | None = Field(
        None, description="What advertised the number that was dialled; `none` without one."
    )
    language: OneOrMany[LanguageName] | None = Field(
        None, description="The language that the call has now."
    )
    caller_blocked: OneOrMany[TruthWord] | None = Field(
        None,
        alias="caller.blocked",
        description="Whether the caller's number is blocked; `unavailable`.",
    )
    caller_country: OneOrMany[CountryOrNone] | None = Field(
        None,
        alias="caller.country",
        description="The country of the caller's number (ISO 3166); `none` without a number.",
    )
    caller_area: OneOrMany[Area] | None = Field(
        None,
        alias="caller.area",
        description='How the caller\'s number begins: "+9821"; `none` without a number.',
    )
    customer: OneOrMany[CustomerWord] | None = Field(
        None, description="What the customer file says about the caller's number."
    )
    segment: OneOrMany[Text] | None = Field(
        None,
        alias="customer.segment",
        description="The customer's segment; `none` without one, `unavailable`.",
    )
    customer_language: OneOrMany[CustomerLanguage] | None = Field(
        None,
        alias="customer.language",
        description="The customer's own language; `none` if not known, `unavailable`.",
    )
    lead_score: OneOrMany[NumberOrWord] | None = Field(
        None,
        alias="customer.lead_score",
        description='How promising the customer is, 0 to 100: ">=50"; `none`, `unavailable`.',
    )
    last_agent: OneOrMany[AgentOrWord] | None = Field(
        None,
        alias="customer.last_agent",
        description="Who last spoke with the customer; `none`, `unavailable`.",
    )
    contract: OneOrMany[ContractWord] | None = Field(
        None, description="How the caller's support contract stands today."
    )
    case_open: OneOrMany[TruthWord] | None = Field(
        None,
        alias="case.open",
        description="Whether the customer has an open request; `unavailable`.",
    )
    case_age: OneOrMany[AgeOrWord] | None = Field(
        None,
        alias="case.age",
        description='How old the oldest open request is: ">2d"; `none`, `unavailable`.',
    )
    queue: Annotated[dict[QueueName, QueueStateShape], Field(min_length=1)] | None = Field(
        None, description="How queues stand, each by its name."
    )
    keyed: Annotated[dict[MenuName, OneOrMany[KeyedOrNone]], Field(min_length=1)] | None = Field(
        None, description="What the caller keyed last in a menu; `none` if not asked yet."
    )
    share: Annotated[dict[Id, Share], Field(min_length=1)] | None = Field(
        None,
        description="A share of the calls for a trial, by the trial's name: `{new-menu: 10%}`."
        " The same call is always in or out; two trials divide the calls independently.",
    )
    variable: Annotated[dict[DeclaredVariable, OneOrMany[Text]], Field(min_length=1)] | None = (
        Field(None, description="Channel variables declared under `variables`; `none` if not set.")
    )

    @model_validator(mode="after")
    def _not_empty(self) -> "WhenShape":
        if not self.model_fields_set:
            hint = "name a condition, or delete `when` if the rule is for everyone"
            raise complaint("no-condition", "`when` holds no condition", hint)
        return self


class AssumedShape(Shape):
    """What is taken for a fact that could not be fetched: a store or a queue that is down."""

    customer: Literal["known", "unknown", "ambiguous", "withheld"] | None = Field(
        None, description="For `customer`."
    )
    segment: Text | None = Field(
        None, alias="customer.segment", description="For `customer.segment`; `none` for no segment."
    )
    customer_language: LanguageName | None = Field(
        None, alias="customer.language", description="For `customer.language`."
    )
    lead_score: Annotated[int, Field(ge=0, le=100)] | None = Field(
        None, alias="customer.lead_score", description="For `customer.lead_score`."
    )
    contract: Literal["running", "grace", "none"] | None = Field(
        None, description="For `contract`. Never `ended`: a store that is down ends no contract."
    )
    blocked: PlainTruth | None = Field(
        None, alias="caller.blocked", description="For `caller.blocked`."
    )
    case_open: PlainTruth | None = Field(None, alias="case.open", description="For `case.open`.")
    waiting: Annotated[int, Field(ge=0)] | None = Field(
        None, alias="queue.waiting", description="For `waiting` of a queue."
    )
    agents: Annotated[int, Field(ge=0)] | None = Field(
        None, alias="queue.agents", description="For `agents` of a queue."
    )
