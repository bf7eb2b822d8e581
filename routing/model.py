"""The shape of a rules file: the model that checks it, and that its reference is made from.

A class is a mapping of the file, a field a key of it. What spans several fields or several entries
is looked at by `routing.checks`.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from routing.fields import (
    ChannelVariable,
    Device,
    HoursName,
    Id,
    KeyPause,
    LanguageCode,
    LanguageName,
    Level,
    MenuKey,
    Music,
    OneOrMany,
    PromptName,
    QueueId,
    QueueName,
    Ringing,
    Scale,
    SkillName,
    Speaking,
    SurveyName,
    Text,
    Waiting,
    WantedSkill,
    complaint,
)
from routing.route_model import ActionsShape, DestinationShape, RouteShape, Start
from routing.rules import CALLERS_LANGUAGE
from routing.shape import Shape
from routing.when_model import AssumedShape, WhenShape
from routing.world_fields import (
    Country,
    DateRange,
    HolidayCountry,
    PhoneNumber,
    Span,
    TimeZone,
    Weekdays,
)


class BusinessShape(Shape):
    """The business that answers."""

    name: Text = Field(description="Its name, for reports.")
    country: Country = Field(
        description="ISO 3166 code of the country in which numbers without a code are read."
    )
    timezone: TimeZone = Field(description="The zone in which all times of this file are meant.")
    languages: Annotated[list[LanguageCode], Field(min_length=1)] = Field(
        description="The languages that callers may hear; the first is the default."
    )
    fallback: QueueName = Field(
        description="The queue whose agents take calls while the server gives no answer."
    )


class NumberShape(Shape):
    """A number that callers dial."""

    start: Start = Field(description="Where such a call starts; a bare word is a menu.")
    source: Id | None = Field(None, description="What advertised the number, for rules, reports.")
    language: LanguageName | None = Field(None, description="The language its callers hear first.")


class HoursShape(Shape):
    """When something is open."""

    open: Annotated[dict[Weekdays, OneOrMany[Span]], Field(min_length=1)] = Field(
        description="Ranges of hours by day (`thu`) or days (`sat-wed`); one may end after midnight"
    )
    holidays: HolidayCountry | None = Field(
        None, description="The country whose public holidays are kept."
    )
    timezone: TimeZone | None = Field(
        None, description="The zone that these hours are meant in; left out: the business's."
    )
    closed: dict[DateRange, Text] = Field(
        default={}, description="Own closing days, or ranges of them, each with its reason."
    )


class AgentShape(Shape):
    """Somebody who takes calls."""

    device: Device = Field(description="The telephone, as Asterisk names it: PJSIP/101.")
    name: Text = Field(description="What people call them.")
    skills: dict[SkillName, Level] = Field(description="What they can do, from 1 to 10.")
    shift: HoursName | None = Field(
        None, description="The hours at which they work: `check` then finds times without anybody."
    )


class NeedShape(Shape):
    """A skill that an agent must have."""

    skill: WantedSkill = Field(
        description=f'A skill, or "{CALLERS_LANGUAGE}": the skill named like the call\'s language.'
    )
    level: Level = Field(1, description="The lowest level that will do, from 1 to 10.")


class StepShape(Shape):
    """What is enough from some second on."""

    after: Waiting = Field(description="Counted from the beginning of the wait.")
    need: list[NeedShape] = Field(description="What an agent must have from then on.")


class GiveUpShape(Shape):
    """The end of a caller's patience, or of ours."""

    after: Waiting = Field(description="The longest wait.")
    then: RouteShape = Field(description="Where a caller goes whom nobody could serve.")


class QueueShape(Shape):
    """Callers who wait for the same kind of help."""

    need: list[NeedShape] = Field(description="What the ideal agent has; all of it.")
    steps: list[StepShape] = Field(
        default=[], description="What will do for those who wait, in the order of time."
    )
    give_up: GiveUpShape = Field(description="When waiting ends, and what follows.")
    ring: Ringing = Field(15, description="How long one agent's telephone rings.")
    music: Music = Field("default", description="The music class that waiting callers hear.")
    survey: SurveyName | None = Field(None, description="Asked when the agent has hung up.")


class KeyShape(RouteShape):
    """What one key of a menu does."""

    say_key: PromptName | None = Field(None, description="The prompt that offers the key.")


class PatienceShape(Shape):
    """What happens to a caller who presses nothing, or something else."""

    repeat: Annotated[int, Field(ge=0, le=9)] = Field(
        description="How often the question is asked again."
    )
    then: RouteShape = Field(description="Where the call goes after that.")


class MenuShape(Shape):
    """A question that is answered by a key."""

    say: OneOrMany[PromptName] = Field(description="What is said before the keys are offered.")
    keys: Annotated[dict[MenuKey, KeyShape], Field(min_length=1)] = Field(
        description="What each key does; they are offered in this order."
    )
    silence: PatienceShape = Field(description="When no key is pressed.")
    wrong_key: PatienceShape = Field(description="When a key is pressed that is not offered.")
    first_key: KeyPause = Field(6.0, description="How long to wait for the first key.")
    between_keys: KeyPause = Field(3.0, description="How long to wait for each further key.")


class RuleShape(ActionsShape):
    """One rule: when every condition holds, say, do, and send the call on."""

    id: Id = Field(description="The name under which the journal and explanations show the rule.")
    when: WhenShape | None = Field(None, description="The conditions; the last rule has none.")
    then: DestinationShape = Field(description="Where the call goes.")


class QuestionShape(Shape):
    """One question of a survey: a scale or keys."""

    id: Id = Field(description="The name of the question in reports.")
    say: PromptName = Field(description="The prompt that asks it.")
    scale: Scale | None = Field(None, description="The lowest and the highest mark: 1..10.")
    keys: Annotated[dict[MenuKey, Text], Field(min_length=1)] | None = Field(
        None, description="What each key means."
    )

    @model_validator(mode="after")
    def _one_kind(self) -> "QuestionShape":
        if (self.scale is None) == (self.keys is None):
            hint = "write `scale: 1..10` for a mark, or `keys` for a choice"
            raise complaint("scale-or-keys", "a question has a scale or keys, and not both", hint)
        return self


class SurveyShape(Shape):
    """Questions that are asked after a call."""

    questions: Annotated[list[QuestionShape], Field(min_length=1)] = Field(
        description="Asked in this order."
    )
    repeat: Annotated[int, Field(ge=0, le=9)] = Field(
        1, description="How often a question is repeated that got no valid answer."
    )
    first_key: KeyPause = Field(8.0, description="How long to wait for the first key.")
    between_keys: KeyPause = Field(3.0, description="How long to wait for each further key.")


class MailboxShape(Shape):
    """A place for recorded messages."""

    say: OneOrMany[PromptName] = Field(default=(), description="Said before the recording.")
    longest: Speaking = Field(120, description="The longest message.")


class TrackingShape(Shape):
    """The look-up of a request by its tracking number."""

    tries: Annotated[int, Field(ge=1, le=9)] = Field(
        3, description="How often a caller may key in a number."
    )
    found: RouteShape = Field(description="Where the call goes after the answer.")
    not_found: RouteShape = Field(description="Where it goes after the last try.")


class VariableShape(Shape):
    """A channel variable that the site's dialplan sets before the call comes in."""

    channel: ChannelVariable = Field(description="Its name in Asterisk: SITE_REGION.")
    allowed: Annotated[list[Text], Field(min_length=1)] | None = Field(
        None, description="The values that it may have; left out: any."
    )
    default: Text | None = Field(None, description="What a call has where it is not set.")


class FileShape(Shape):
    """A whole rules file."""

    version: Literal[1] = Field(description="The version of this language.")
    include: list[Text] = Field(
        default=[], description="Further files of these rules, by their names in this folder."
    )
    define: dict[Id, object] = Field(
        default={}, description="Values by name; `$name` stands for one wherever it is needed."
    )
    business: BusinessShape = Field(description="The business that answers.")
    numbers: Annotated[dict[PhoneNumber, NumberShape], Field(min_length=1)] = Field(
        description="The numbers that callers dial, as +, country code, number."
    )
    unlisted: RouteShape = Field(description="Where a call starts that dialled any other number.")
    hours: dict[Id, HoursShape] = Field(default={}, description="When things are open.")
    skills: dict[Id, Text] = Field(default={}, description="What agents can be good at.")
    agents: Annotated[dict[Id, AgentShape], Field(min_length=1)] = Field(
        description="Who takes calls."
    )
    queues: Annotated[dict[QueueId, QueueShape], Field(min_length=1)] = Field(
        description="Where callers wait for them."
    )
    menus: dict[Id, MenuShape] = Field(default={}, description="What callers choose from.")
    rules: dict[Id, Annotated[list[RuleShape], Field(min_length=1)]] = Field(
        default={}, description="Lists of rules; in each, the first that matches decides."
    )
    surveys: dict[Id, SurveyShape] = Field(default={}, description="What is asked after a call.")
    mailboxes: dict[Id, MailboxShape] = Field(default={}, description="Where messages are left.")
    tracking: TrackingShape | None = Field(
        None,
        description="The look-up of requests. Left out: three tries, then the end of the call if"
        " the number was found, the fallback queue if not.",
    )
    variables: dict[Id, VariableShape] = Field(
        default={}, description="Channel variables of the site that rules may ask for."
    )
    unavailable: AssumedShape | None = Field(
        None, description="What is taken for facts that could not be fetched."
    )
    prompts: dict[Id, dict[LanguageName, Text]] = Field(
        default={}, description="The texts that callers hear, by prompt and language."
    )
