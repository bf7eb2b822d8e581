"""The part of the model that says what is to become of a call."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from routing.call_test_fields import Answers, AsteriskQueue, LeavingStage, Moment, TrackingNumber
from routing.fields import (
    ONLY_TRUE,
    Extension,
    HangupCause,
    OneOrMany,
    Text,
    TrackTrue,
    complaint,
    just_true,
)
from routing.name_fields import (
    AgentName,
    EntryName,
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
from routing.world_fields import PhoneNumber
from routing.written import OrShort, Written

ProvenTrue = Annotated[bool, BeforeValidator(just_true("proven")), ONLY_TRUE]


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
