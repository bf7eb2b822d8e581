"""The part of the model that holds tests: a call that is given, and what is to become of it."""

from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from routing.call_test_fields import KeyScript, Moment, Pin, TrackingNumber
from routing.call_test_outcomes import OutcomeShape
from routing.call_tests import UNNAMED_CALL
from routing.condition_fields import Time
from routing.fields import ONLY_TRUE, OneOrMany, QueueKey, Text, complaint, just_true
from routing.name_fields import (
    AgentName,
    DeclaredVariable,
    LanguageCode,
    QueueName,
    SurveyName,
)
from routing.shape import Shape
from routing.world_fields import Day, PhoneNumber
from routing.written import OrShort, Written, exactly_one

Count = Annotated[int, Field(ge=0)]


class CallShape(Shape):
    """Who calls where and when, and what they key."""

    number: str = Field(
        "", alias="from", description='The caller\'s number as the network sends it; "" withholds.'
    )
    to: Text = Field(description="The number that is dialled.")
    at: Moment = Field(description='The moment, by the clock of the business: "2026-11-24 10:00".')
    keys: KeyScript = Field(
        default=(),
        description='What the caller does, one word a question: "1 wait 10 hangup". After the last'
        " word they press nothing more.",
    )
    name: str = Field("", description="The caller's name, as the network sends it.")
    id: Text = Field(
        UNNAMED_CALL, description="The id of the call, by which `share` divides the calls."
    )


class ContractShape(Shape):
    """A support contract."""

    level: Text = Field("standard", description="Its level.")
    starts: Day | None = Field(None, description="Its first day; left out: long ago.")
    until: Day = Field(description="Its last day.")
    grace: Annotated[int, Field(ge=0, le=3650)] = Field(
        0, description="For how many days after that it still counts as in grace."
    )


def _status(value: object) -> object:
    return {"is": value} if isinstance(value, str) else value


class CustomerShape(Shape):
    """What the customer file says of the caller; a bare word is `is`."""

    status: Literal["known", "unknown", "ambiguous", "unavailable"] = Field(
        "known", alias="is", description="Whether the file knows them; `unavailable`: it is down."
    )
    segment: Text | None = Field(None, description="Their segment.")
    language: LanguageCode | None = Field(None, description="Their own language.")
    contract: OneOrMany[ContractShape] = Field(
        default=(), description="Their support contract, or a list of several."
    )
    lead_score: Annotated[int, Field(ge=0, le=100)] | None = Field(
        None, description="How promising they are."
    )
    open_cases: Count | None = Field(None, description="How many open requests they have.")
    oldest_case: Time | None = Field(
        None, description="How old the oldest of these is: 3d. Left out: opened just now."
    )
    last_agent: AgentName | None = Field(None, description="The agent who last spoke with them.")
    owner: AgentName | None = Field(None, description="The agent who looks after them.")
    blocked: bool = Field(default=False, description="Whether their number is blocked.")
    pace: Literal["normal", "slow"] = Field(
        "normal", description="`slow`: they are given twice as long for keys."
    )


STATUSES: Final = ("known", "unknown", "ambiguous", "unavailable")
AnyCustomer = Annotated[
    CustomerShape,
    BeforeValidator(_status),
    OrShort(Written("known, unknown, ambiguous or unavailable", {"enum": list(STATUSES)})),
]


def _state(value: object) -> object:
    return {"state": value} if isinstance(value, str) else value


class RequestShape(Shape):
    """A request that can be looked up; a bare word is `state`.

    Example:
        tests:
          - name: a caller from elsewhere keys the PIN and is put through
            call: {from: "+982188000000", to: "+982191000000", at: "2026-11-24 10:00", keys: "2"}
            requests:
              "123456786": {state: waiting, callers: false, agent: sara, pin: "4711"}
            expect: {track: true}
    """

    state: Literal["new", "in-progress", "waiting", "resolved", "closed"] = Field(
        description="How it stands."
    )
    callers: bool = Field(
        default=False, description="Whether it is the caller's own, by their number or as customer."
    )
    agent: AgentName | None = Field(None, description="The agent who last spoke about it.")
    pin: Pin | None = Field(None, description="The PIN of its customer.")


REQUEST_STATES: Final = ("new", "in-progress", "waiting", "resolved", "closed")
AnyRequest = Annotated[
    RequestShape,
    BeforeValidator(_state),
    OrShort(Written("how the request stands", {"enum": list(REQUEST_STATES)})),
]


class WaitGivenShape(Shape):
    """How long a caller will wait, as far as departures of the last minutes tell it."""

    shortest: Time = Field(description="Hardly ever shorter.")
    likely: Time = Field(description="As often longer as shorter.")
    longest: Time = Field(description="Hardly ever longer.")

    @model_validator(mode="after")
    def _rises(self) -> "WaitGivenShape":
        if not self.shortest <= self.likely <= self.longest:
            hint = "write them in rising order: {shortest: 2m, likely: 3m, longest: 5m}"
            message = "no wait is like this: `likely` lies between `shortest` and `longest`"
            raise complaint("impossible-wait", message, hint)
        return self


class QueueGivenShape(Shape):
    """How a queue stands; what is left out is not known.

    Example:
        tests:
          - name: who is told that it takes long leaves by a key
            call: {from: "+989121234567", to: "+982191000000", at: "2026-11-24 10:00", keys: "1"}
            queues:
              support: {waiting: 4, ahead: 3, wait: {shortest: 2m, likely: 3m, longest: 5m}}
            in_queue: {presses: "1", after: 40s}
            expect: {callback: true}
    """

    waiting: Count | None = Field(None, description="How many callers wait.")
    longest_wait: Time | None = Field(None, description="How long the first of them has waited.")
    agents: Count | None = Field(None, description="How many agents are logged in, not paused.")
    estimated_wait: Time | None = Field(None, description="How long a caller waits.")
    ahead: Count | None = Field(
        None,
        description="How many go before the caller; left out: all who wait, if nobody else is"
        " known to come later.",
    )
    wait: WaitGivenShape | None = Field(None, description="How long the caller will wait.")

    @model_validator(mode="after")
    def _ahead_are_among_the_waiting(self) -> "QueueGivenShape":
        if self.ahead is not None and self.waiting is not None and self.ahead > self.waiting:
            message = f"{self.ahead} cannot be before the caller where {self.waiting} wait"
            hint = "let `ahead` be as many as `waiting`, or fewer"
            raise complaint("more-ahead-than-wait", message, hint)
        return self


ENDS: Final = ("answered_by", "gives_up", "refused", "full", "presses", "hangs_up")


class VisitShape(Shape):
    """What happens while the caller waits in a queue: exactly one thing.

    Example:
        tests:
          - name: the caller waits in two queues and leaves
            call: {from: "+989121234567", to: "+982191000000", at: "2026-11-24 10:00", keys: "1"}
            in_queue: [{gives_up: true}, {hangs_up: true, after: 40s}]
            expect: {voicemail: support}
          - name: nobody is there
            call: {to: "+982191000000", at: "2026-11-24 10:00", keys: "1"}
            in_queue: {refused: true}
            expect: {voicemail: support}
          - name: as many wait as may
            call: {to: "+982191000000", at: "2026-11-24 10:00", keys: "1"}
            in_queue: {full: true}
            expect: {voicemail: support}
    """

    model_config = ConfigDict(
        json_schema_extra=exactly_one(
            ENDS, f"say what happens: {', '.join(ENDS)}", "only one of these can happen: keep one"
        )
    )

    answered_by: AgentName | None = Field(None, description="This agent answers.")
    after: Time | None = Field(None, description="So long after the caller began to wait: 20s.")
    gives_up: Annotated[bool, BeforeValidator(just_true("gives_up")), ONLY_TRUE] | None = Field(
        None, description="`true`: nobody answers until the queue gives up."
    )
    refused: Annotated[bool, BeforeValidator(just_true("refused")), ONLY_TRUE] | None = Field(
        None, description="`true`: nobody is there, so that the queue lets nobody in."
    )
    full: Annotated[bool, BeforeValidator(just_true("full")), ONLY_TRUE] | None = Field(
        None, description="`true`: as many wait as may, so that the queue lets nobody in."
    )
    presses: QueueKey | None = Field(None, description="The caller leaves by this key of it.")
    hangs_up: Annotated[bool, BeforeValidator(just_true("hangs_up")), ONLY_TRUE] | None = Field(
        None, description="`true`: the caller does not wait any longer."
    )

    @model_validator(mode="after")
    def _exactly_one(self) -> "VisitShape":
        given = [name for name in ENDS if name in self.model_fields_set]
        if len(given) != 1:
            both = " and ".join(f"`{name}`" for name in given)
            message = f"{both} cannot both happen" if given else "nothing happens here"
            raise complaint("one-visit-end", message, f"write one of: {', '.join(ENDS)}")
        if "after" in self.model_fields_set and given[0] in {"gives_up", "refused", "full"}:
            hint = "delete `after`: the rules say when a queue gives up"
            raise complaint("useless-after", f"`after` means nothing beside `{given[0]}`", hint)
        return self


class CallTestShape(Shape):
    """A call that is given, and what is to become of it.

    `rahyab test` leads it by the rules as they are in service, without a telephone and without
    waiting; docs/testing-rules.md tells how to write tests and what a failing one says. What is
    left out is not there: nobody knows the caller, how queues stand is not known, and a call that
    comes to a queue waits on.

    Example:
        tests:
          - name: a gold customer is answered by somebody who knows the product
            call:
              from: "+989121234567"
              to: "+982191000000"
              at: "2026-11-24 10:00"
              keys: "1 9"
              name: Sara
              id: "1795500000.1-123456"
            customer:
              is: known
              segment: gold
              language: en
              contract: {level: gold, starts: "2026-01-01", until: "2026-12-31", grace: 14}
              lead_score: 70
              open_cases: 2
              oldest_case: 3d
              last_agent: sara
              owner: sara
              blocked: false
              pace: slow
            agents: [sara]
            queues:
              support: {waiting: 3, longest_wait: 2m, agents: 1, estimated_wait: 5m}
            variables: {region: north}
            in_queue: {answered_by: sara, after: 20s}
            expect:
              rule: arrival/everyone
              menu: welcome
              queue: support
              asterisk_queue: support
              survey: satisfaction
              answers: {score: "9"}
              language: en
              variables: {RAHYAB_QUEUE: support}
            never: [{case: opened}, {hangup: 17}]
          - name: a request is found by its number
            call: {from: "", to: "+982191000000", at: "2026-11-24 10:00", keys: "2 123456786"}
            requests: {"123456786": waiting}
            expect: {track: true, says: [enter-tracking-number, tracking-state-waiting]}
            never:
              - {callback: true, extension: "201", number: "+982191000099"}
              - {voicemail: support, priority: 10, leaves_at: menu welcome}
              - {agent: sara, note: "123456786", alert: satisfaction}
          - name: a code proves who calls, and no survey is asked again
            call: {from: "+989121234567", to: "+982191000000", at: "2026-11-24 10:00", keys: "1"}
            code: "482917"
            surveys: {satisfaction: recently}
            expect: {entered: {account: "12345678"}, proven: true, text: one-time-code}
    """

    name: Text = Field(description="What the test shows, in a few words.")
    call: CallShape = Field(description="The call.")
    customer: AnyCustomer | None = Field(
        None, description="What the customer file says of the caller; left out: not known there."
    )
    agents: list[AgentName] | None = Field(
        None, description="Who is logged in. A queue that none of them serves lets nobody in."
    )
    queues: dict[QueueName, OneOrMany[QueueGivenShape]] = Field(
        default={},
        description="How queues stand; a list where it changes from look to look of the rules.",
    )
    variables: dict[DeclaredVariable, Text] = Field(
        default={}, description="Channel variables that the site has set, by their names here."
    )
    requests: dict[TrackingNumber, AnyRequest] = Field(
        default={}, description="Requests that can be looked up, and how each stands."
    )
    code: Pin | None = Field(
        None, description="The one-time code that is sent; left out: as many digits of 1234567890."
    )
    callbacks: OneOrMany[PhoneNumber] = Field(
        default=(), description="Numbers for which there is a request to call back already."
    )
    surveys: dict[SurveyName, Literal["recently", "forbidden"]] = Field(
        default={}, description="Surveys that the caller is not asked, and why."
    )
    in_queue: OneOrMany[VisitShape] = Field(
        default=(), description="What happens in the queue, or in each of several in turn."
    )
    expect: OutcomeShape | None = Field(None, description="What must happen: all of it.")
    never: OneOrMany[OutcomeShape] = Field(
        default=(), description="What must not happen: none of it."
    )

    @model_validator(mode="after")
    def _expects_something(self) -> "CallTestShape":
        if self.expect is None and not self.never:
            hint = "say what must happen under `expect`, or what must not under `never`"
            raise complaint("no-expectation", "this test expects nothing", hint)
        return self

    @model_validator(mode="after")
    def _customer_has_a_number(self) -> "CallTestShape":
        if self.customer is not None and not self.call.number:
            hint = "give the call a `from`, or delete `customer`"
            message = "who shows no number is not looked up: nothing is known of them"
            raise complaint("customer-without-number", message, hint)
        return self
