"""The part of the model that says where a call goes, and what is done on the way."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, ValidationInfo, model_validator

from routing.destinations import HIGHEST_PRIORITY, Pace
from routing.fields import (
    CallbackTrue,
    ChannelVariable,
    Extension,
    HangupCause,
    Music,
    OneOrMany,
    ProveTrue,
    TrackTrue,
    VariableValue,
    Waiting,
    complaint,
    names,
)
from routing.name_fields import (
    EntryName,
    LanguageName,
    MailboxName,
    MenuName,
    PromptName,
    QueueName,
    RuleListName,
    SurveyName,
)
from routing.shape import Shape
from routing.world_fields import PhoneNumber
from routing.written import OrShort, Written, exactly_one

DESTINATIONS = (
    "queue",
    "menu",
    "rules",
    "track",
    "enter",
    "prove",
    "voicemail",
    "callback",
    "survey",
    "extension",
    "number",
    "hangup",
)
"""The keys of which a destination has exactly one."""

PriorityNumber = Annotated[int, Field(ge=0, le=HIGHEST_PRIORITY)]


class DestinationShape(Shape):
    """Where a call goes: exactly one of these keys.

    Example:
        menus:
          more:
            say: welcome
            keys:
              "1": {queue: reception}
              "2": {menu: welcome}
              "3": {rules: arrival}
              "4": {track: true}
              "5": {callback: true}
              "6": {survey: satisfaction}
              "7": {extension: "201"}
              "8": {number: "+982191000099"}
              "9": {hangup: 17}
              "0": {enter: account}
              "*": {prove: true}
            silence: {repeat: 1, then: {hangup: true}}
            wrong_key: {repeat: 1, then: {hangup: true}}
    """

    model_config = ConfigDict(
        json_schema_extra=exactly_one(
            DESTINATIONS,
            f"say where the call goes: {', '.join(DESTINATIONS)}",
            "a call can only go to one place: keep one of them",
        )
    )

    queue: QueueName | None = Field(None, description="Wait in this queue.")
    menu: MenuName | None = Field(None, description="Hear this menu and choose.")
    rules: RuleListName | None = Field(None, description="Let this list of rules decide.")
    track: TrackTrue | None = Field(
        None, description="`true`: key in a tracking number and hear how the request stands."
    )
    enter: EntryName | None = Field(None, description="Key in this value.")
    prove: ProveTrue | None = Field(
        None,
        description="`true`: prove to have the telephone that calls, by a code that is sent to it.",
    )
    voicemail: MailboxName | None = Field(None, description="Leave a message in this mailbox.")
    callback: CallbackTrue | None = Field(
        None,
        description="`true`: be called back, at the number that calls or one that is keyed in.",
    )
    survey: SurveyName | None = Field(None, description="Be asked the questions of this survey.")
    extension: Extension | None = Field(
        None, description="Leave for this extension in the site's own dialplan context."
    )
    number: PhoneNumber | None = Field(
        None, description="Leave for this telephone number outside, by the site's own trunk."
    )
    hangup: HangupCause | None = Field(
        None, description="End the call: `true`, or a Q.850 cause (16 normal, 17 busy)."
    )

    @model_validator(mode="after")
    def _exactly_one(self) -> "DestinationShape":
        given = [name for name in DESTINATIONS if name in self.model_fields_set]
        if not given:
            hint = f"write one of: {', '.join(DESTINATIONS)}"
            raise complaint("no-destination", "no destination is named", hint)
        if len(given) > 1:
            both = " and ".join(f"`{name}`" for name in given)
            hint = "a call can only go to one of them: keep one"
            raise complaint("two-destinations", f"{both} are both named", hint)
        return self


class PriorityShape(Shape):
    """A priority that rises with the wait.

    It is counted whenever a queue is entered, and while the caller waits there if Rahyab may watch
    the queues (`docs/operations.md`).

    `10` alone is a priority that stays as it is.

    Example:
        rules:
          arrival:
            - id: everyone
              priority: {start: 10, rise: 5, every: 1m, highest: 30}
              then: {queue: support}
    """

    start: PriorityNumber = Field(description="What it begins with.")
    rise: PriorityNumber = Field(description="By how much it rises each time.")
    every: Waiting = Field(description="After how long a wait it rises once more.")
    highest: PriorityNumber = Field(HIGHEST_PRIORITY, description="How far it rises.")


def _priority(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return {"start": value, "rise": 0, "every": "1m"}
    if isinstance(value, str) and value.isdecimal():
        raise complaint(
            "wrong-kind", f'"{value}" in quotes is text', f"write {value} without quotes"
        )
    if isinstance(value, str | float):
        raise complaint("wrong-kind", f'"{value}" where a number belongs', "write a number: 10")
    return value


AnyPriority = Annotated[
    PriorityShape,
    BeforeValidator(_priority),
    OrShort(
        Written(
            f"a whole number, 0 to {HIGHEST_PRIORITY}",
            {"type": "integer", "minimum": 0, "maximum": HIGHEST_PRIORITY},
            (10,),
        ),
        short_first=True,
    ),
]
"""A number, or a mapping that says how it rises."""


class ActionsShape(Shape):
    """What is done before a call goes on, in this order.

    Language, priority, music, variables and pace hold for the rest of the call, unless a later
    route sets them again.

    Example:
        rules:
          arrival:
            - id: everyone
              language: en
              say: [welcome, closed-now]
              case: open
              priority: 10
              music: default
              variables: {SITE_REASON: closed}
              pace: slow
              then: {extension: "201"}
    """

    language: LanguageName | None = Field(None, description="The call goes on in this language.")
    say: OneOrMany[PromptName] = Field(default=(), description="Prompts that are said first.")
    case: Literal["open"] | None = Field(
        None, description="`open`: opens a request, whose tracking number the caller hears."
    )
    priority: AnyPriority | None = Field(
        None, description="The caller's place in a queue: a higher one goes before a lower one."
    )
    music: Music | None = Field(
        None, description="The music class that the caller hears while waiting, whatever the queue."
    )
    variables: dict[ChannelVariable, VariableValue] = Field(
        default={}, description="Channel variables for the site's own dialplan."
    )
    pace: Pace | None = Field(
        None, description="`slow` gives the caller twice the time for keys; `normal` takes it back."
    )


class RouteShape(DestinationShape, ActionsShape):
    """Where a call goes, and what is done on the way: one destination, and any of the rest.

    Wherever a number, a key of a menu, or a `then` sends a call, there stands a route.
    """


def _menu_by_name(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, str):
        return value
    known = names(info).of
    if value not in known.get("menu", (value,)):
        for kind, key in (("rule-list", "rules"), ("queue", "queue")):
            if value in known.get(kind, ()):
                hint = f"write {{{key}: {value}}}: a bare word is a menu"
                raise complaint("unknown-menu", f'there is no menu "{value}"', hint)
    return {"menu": value}


Start = Annotated[
    RouteShape,
    BeforeValidator(_menu_by_name),
    OrShort(Written("the name of a menu", {"type": "string", "minLength": 1}, section="menus")),
]
"""A route, or the bare name of a menu."""
