"""The part of the model that says what rules can ask of a call."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from routing.condition_fields import AgeOrWord, Area, Number, NumberOrWord, Share, Span, Time
from routing.conditions import UNAVAILABLE
from routing.fields import KeyedOrNone, OneOrMany, Text, complaint
from routing.name_fields import (
    AgentName,
    AgentOrWord,
    CustomerLanguage,
    DeclaredVariable,
    DialogueName,
    HoursName,
    Id,
    LanguageName,
    QueueName,
    SourceOrNone,
)
from routing.shape import Shape
from routing.world_fields import CountryOrNone, DialledText
from routing.written import Written

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


def _truth_written(*others: str) -> Written:
    *most, last = (f"`{word}`" for word in ("true", "false", *others))
    return Written(f"{', '.join(most)} or {last}", {"enum": [True, False, *others]})


TruthWord = Annotated[str, _truth(UNAVAILABLE), _truth_written(UNAVAILABLE)]
PlainTruth = Annotated[str, _truth(), _truth_written()]


class QueueStateShape(Shape):
    """How a queue stands for calls in the caller's language; each may be `unavailable`.

    Example:
        rules:
          arrival:
            - id: busy
              when:
                queue:
                  support: {waiting: ">=5", longest_wait: ">2m", estimated_wait: ">5m"}
                  reception: {agents: 0..3}
              then: {callback: true}
            - id: everyone-else
              then: {queue: support}
    """

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    waiting: OneOrMany[Number] | None = Field(
        None, description="How many callers wait; not those who wait for an agent alone."
    )
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

    A fact that could not be fetched in time fails every condition on it except one that names
    `unavailable`, unless [`unavailable`](#unavailable) declares what is taken for it. A store that
    is down is never an ended contract.

    Example:
        rules:
          arrival:
            - id: example
              when:
                hours: {office: open}
                dialled: "+982191000000"
                source: [website, none]
                language: fa
                caller.blocked: false
                caller.proven: false
                caller.country: [IR, none]
                caller.area: "+9821"
                customer: known
                customer.segment: [gold, silver]
                customer.language: [fa, none]
                customer.lead_score: ">=50"
                customer.last_agent: [sara, none]
                contract: [running, grace, unavailable]
                case.open: true
                case.age: ">2d"
                queue: {support: {waiting: "<5", longest_wait: "<=2m", estimated_wait: "<10m"}}
                keyed: {welcome: "1", account: "12345678"}
                share: {new-menu: 10%}
                variable: {region: north}
              then: {queue: support}
            - id: everyone-else
              then: {menu: welcome}
    """

    model_config = ConfigDict(title="Conditions", json_schema_extra={"minProperties": 1})

    hours: Annotated[dict[HoursName, OneOrMany[HoursWord]], Field(min_length=1)] | None = Field(
        None, description="How hours stand; `holiday` on public holidays and own closing days."
    )
    dialled: OneOrMany[DialledText] | None = Field(
        None, description="The number that was dialled, also within the site."
    )
    source: OneOrMany[SourceOrNone] | None = Field(
        None, description="What advertised the number that was dialled; `none` without one."
    )
    language: OneOrMany[LanguageName] | None = Field(
        None, description="The language that the call has now."
    )
    caller_blocked: OneOrMany[TruthWord] | None = Field(
        None,
        alias="caller.blocked",
        description="Whether the site has blocked the caller's number.",
    )
    caller_proven: OneOrMany[PlainTruth] | None = Field(
        None,
        alias="caller.proven",
        description="Whether the caller has proved, in this call, to have the telephone that calls:"
        " by a one-time code ([`prove`](#destination)).",
    )
    caller_country: OneOrMany[CountryOrNone] | None = Field(
        None,
        alias="caller.country",
        description="The country of the caller's number; `none` if no number is shown, or it"
        " belongs to no country.",
    )
    caller_area: OneOrMany[Area] | None = Field(
        None,
        alias="caller.area",
        description='How the caller\'s number begins: `"+9821"` is Tehran; `none` if no number is'
        " shown.",
    )
    customer: OneOrMany[CustomerWord] | None = Field(
        None,
        description="What the customer file says about the caller's number: `unknown` is in"
        " nobody's file, `ambiguous` in that of several customers, `withheld` is not shown.",
    )
    segment: OneOrMany[Text] | None = Field(
        None,
        alias="customer.segment",
        description="The customer's segment, as in the customer file; `none` without one; or"
        " `unavailable`.",
    )
    customer_language: OneOrMany[CustomerLanguage] | None = Field(
        None,
        alias="customer.language",
        description="The customer's own language, as in the customer file; `none` if not known.",
    )
    lead_score: OneOrMany[NumberOrWord] | None = Field(
        None,
        alias="customer.lead_score",
        description='How promising the customer is, from 0 to 100: `">=50"`; `none` if nobody has'
        " judged.",
    )
    last_agent: OneOrMany[AgentOrWord] | None = Field(
        None,
        alias="customer.last_agent",
        description="The agent who last spoke with the customer; `none` if nobody has.",
    )
    contract: OneOrMany[ContractWord] | None = Field(
        None,
        description="How the caller's support contract stands today: `grace` is past its end,"
        " within the days of grace; `none` is for customers without one and for everybody else.",
    )
    case_open: OneOrMany[TruthWord] | None = Field(
        None,
        alias="case.open",
        description="Whether the customer has an open request.",
    )
    case_age: OneOrMany[AgeOrWord] | None = Field(
        None,
        alias="case.age",
        description='How old the oldest open request is: `">2d"`; `none` without one.',
    )
    queue: Annotated[dict[QueueName, QueueStateShape], Field(min_length=1)] | None = Field(
        None, description="How queues stand, each by its name."
    )
    keyed: Annotated[dict[DialogueName, OneOrMany[KeyedOrNone]], Field(min_length=1)] | None = (
        Field(
            None,
            description="What the caller keyed last in a menu, or as the value of an entry; `none`"
            " if nothing.",
        )
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
    """What is taken for a fact that could not be fetched: a store or a queue that is down.

    Rules may still ask for `unavailable`: such a condition holds as well.

    Example:
        unavailable:
          customer: unknown
          customer.segment: none
          customer.language: fa
          customer.lead_score: 0
          customer.last_agent: mina
          contract: running
          caller.blocked: false
          case.open: false
          case.age: 0s
          queue.waiting: 0
          queue.longest_wait: 0s
          queue.agents: 1
          queue.estimated_wait: 2m
    """

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
    last_agent: AgentName | None = Field(
        None, alias="customer.last_agent", description="For `customer.last_agent`."
    )
    contract: Literal["running", "grace", "none"] | None = Field(
        None, description="For `contract`. Never `ended`: a store that is down ends no contract."
    )
    blocked: PlainTruth | None = Field(
        None, alias="caller.blocked", description="For `caller.blocked`."
    )
    case_open: PlainTruth | None = Field(None, alias="case.open", description="For `case.open`.")
    case_age: Time | None = Field(None, alias="case.age", description="For `case.age`: 2d.")
    waiting: Annotated[int, Field(ge=0)] | None = Field(
        None, alias="queue.waiting", description="For `waiting` of a queue."
    )
    longest_wait: Time | None = Field(
        None, alias="queue.longest_wait", description="For `longest_wait` of a queue: 5m."
    )
    agents: Annotated[int, Field(ge=0)] | None = Field(
        None, alias="queue.agents", description="For `agents` of a queue."
    )
    estimated_wait: Time | None = Field(
        None, alias="queue.estimated_wait", description="For `estimated_wait` of a queue: 2m."
    )
