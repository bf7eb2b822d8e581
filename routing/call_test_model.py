"""The part of the model that holds tests: a call that is given, and what is to become of it."""

import re
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    model_validator,
)

from routing.call_test_fields import Answers, AsteriskQueue, LeavingStage
from routing.call_tests import UNNAMED_CALL
from routing.condition_fields import Time
from routing.fields import (
    ONLY_TRUE,
    Extension,
    HangupCause,
    OneOrMany,
    Text,
    TrackTrue,
    complaint,
    digits_hint,
    just_true,
    names,
    text_of,
)
from routing.key_script import KeyScriptError, Word, read_script
from routing.moments import WRITTEN, after_gap, read_moment
from routing.name_fields import (
    AgentName,
    DeclaredVariable,
    EntryName,
    LanguageCode,
    LanguageName,
    MailboxName,
    MenuName,
    PromptName,
    QueueName,
    RuleName,
    SurveyName,
)
from routing.route_model import PriorityNumber
from routing.shape import Shape
from routing.text_messages import TextName
from routing.world_fields import Day, PhoneNumber
from routing.written import OrShort, Written, exactly_one, pattern

_ANY_ZONE: Final = ZoneInfo("UTC")
_TRACKING = re.compile(r"[0-9]{9}")
_SECRET: Final = re.compile(r"[0-9]{4,12}")


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


class QueueGivenShape(Shape):
    """How a queue stands; what is left out is not known."""

    waiting: Count | None = Field(None, description="How many callers wait.")
    longest_wait: Time | None = Field(None, description="How long the first of them has waited.")
    agents: Count | None = Field(None, description="How many agents are logged in, not paused.")
    estimated_wait: Time | None = Field(None, description="How long a caller waits.")


ProvenTrue = Annotated[bool, BeforeValidator(just_true("proven")), ONLY_TRUE]

ENDS: Final = ("answered_by", "gives_up", "refused", "hangs_up")


class VisitShape(Shape):
    """What happens while the caller waits in a queue: exactly one thing.

    Example:
        tests:
          - name: the caller waits in two queues and leaves
            call: {from: "+989121234567", to: "+982191000000", at: "2026-11-24 10:00", keys: "1"}
            in_queue: [{gives_up: true}, {hangs_up: true, after: 40s}]
            expect: {voicemail: support}
          - name: a full queue
            call: {to: "+982191000000", at: "2026-11-24 10:00", keys: "1"}
            in_queue: {refused: true}
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
        None, description="`true`: the queue is full, or nobody is there."
    )
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
        if "after" in self.model_fields_set and given[0] in {"gives_up", "refused"}:
            hint = "delete `after`: the rules say when a queue gives up"
            raise complaint("useless-after", f"`after` means nothing beside `{given[0]}`", hint)
        return self


class CallbackOutcomeShape(Shape):
    """A number is put down to be called back: `true`, or what of it matters.

    Example:
        tests:
          - name: a caller wants to be called at two o'clock
            call: {from: "+989121234567", to: "+982191000000", at: "2026-11-24 10:00", keys: "3"}
            callbacks: "+989121234567"
            expect:
              callback: {number: "+989121234567", earliest: "2026-11-24 14:00", joined: true}
    """

    number: PhoneNumber | None = Field(None, description="This number is to be called.")
    earliest: Moment | None = Field(
        None, description="From this moment on, by the clock of the business."
    )
    joined: bool | None = Field(
        None, description="Whether an earlier request for the number stands, with the new time."
    )


def _any_callback(value: object) -> object:
    if value == {}:
        hint = f"write `callback: true`, or one of: {', '.join(CallbackOutcomeShape.model_fields)}"
        raise complaint("no-outcome", "nothing is named here", hint)
    return value if isinstance(value, dict) else just_true("callback")(value) and {}


AnyCallback = Annotated[
    CallbackOutcomeShape,
    BeforeValidator(_any_callback),
    OrShort(Written("`true`", {"const": True})),
]


class OutcomeShape(Shape):
    """Things that can happen on the way of a call."""

    says: OneOrMany[PromptName] | None = Field(
        None, description="These prompts are heard, in this order; others may come between."
    )
    rule: OneOrMany[RuleName] | None = Field(
        None, description="These rules decide, in this order: `gold`, or `support/gold`."
    )
    queue: QueueName | None = Field(None, description="The caller waits in this queue.")
    asterisk_queue: AsteriskQueue | None = Field(
        None, description="The same by Asterisk's name for it."
    )
    menu: MenuName | None = Field(None, description="The caller hears this menu.")
    track: TrackTrue | None = Field(None, description="`true`: a tracking number is asked for.")
    voicemail: MailboxName | None = Field(None, description="A message is left in this mailbox.")
    callback: AnyCallback | None = Field(
        None, description="A number is put down to be called back: `true`, or which and when."
    )
    survey: SurveyName | None = Field(None, description="This survey is asked.")
    agent: AgentName | None = Field(
        None, description="This agent alone is rung, for a request that was looked up."
    )
    extension: Extension | None = Field(None, description="The call leaves for this extension.")
    number: PhoneNumber | None = Field(None, description="The call leaves for this number.")
    hangup: HangupCause | None = Field(
        None, description="The rules end the call: `true`, or with this cause."
    )
    leaves_at: LeavingStage | None = Field(
        None, description="The caller hangs up there: `menu welcome`, `queue support`."
    )
    priority: PriorityNumber | None = Field(
        None, description="The caller's place in the queue that they come to last."
    )
    language: LanguageName | None = Field(None, description="The language of the call at its end.")
    variables: Annotated[dict[Text, str], Field(min_length=1)] | None = Field(
        None, description="Channel variables that the dialplan is told, with their values."
    )
    case: Literal["opened"] | None = Field(None, description="`opened`: a request is opened.")
    entered: Annotated[dict[EntryName, Text], Field(min_length=1)] | None = Field(
        None,
        description='Values that are keyed in, as rules see them: `{account: "123456"}`; of a'
        ' secret as many `*` as it has keys: `{pin: "****"}`.',
    )
    proven: ProvenTrue | None = Field(
        None, description="`true`: the caller keys the one-time code that was sent."
    )
    text: TextName | None = Field(None, description="This text message is sent to the caller.")
    note: TrackingNumber | None = Field(None, description="A spoken note is added to this request.")
    answers: Answers | None = Field(
        None, description='Answers of a survey that are kept, by question: `{score: "9"}`.'
    )
    alert: SurveyName | None = Field(
        None, description="Somebody is alerted to the answers of this survey."
    )

    @model_validator(mode="after")
    def _not_empty(self) -> "OutcomeShape":
        if not self.model_fields_set:
            hint = f"write one of: {', '.join(OutcomeShape.model_fields)}"
            raise complaint("no-outcome", "nothing is named here", hint)
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
