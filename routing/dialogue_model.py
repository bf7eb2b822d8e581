"""The part of the model about what callers are asked: menus, surveys, numbers, messages."""

from typing import Annotated

from pydantic import ConfigDict, Field, model_validator

from routing.fields import KeyPause, MenuKey, OneOrMany, Scale, Speaking, Text, complaint
from routing.name_fields import Id, PromptName
from routing.route_model import RouteShape
from routing.shape import Shape
from routing.written import exactly_one


class KeyShape(RouteShape):
    """What one key of a menu does."""

    model_config = ConfigDict(title="Menu key")

    say_key: PromptName | None = Field(
        None, description="The prompt that offers the key: it is said after that of the menu."
    )


class PatienceShape(Shape):
    """What happens to a caller who presses nothing, or something else."""

    repeat: Annotated[int, Field(ge=0, le=9)] = Field(
        description="How often the question is asked again."
    )
    then: RouteShape = Field(description="Where the call goes after that.")


class MenuShape(Shape):
    """A question that is answered by a key.

    A menu says `say`, then the `say_key` of each key in the order of the file, and listens
    meanwhile. With keys of different length, such as `1` and `12`, a caller who pressed `1` is
    waited for by `between_keys`, unless `#` follows.

    `silence` and `wrong_key` are counted apart: the call goes on by the `then` of the one whose
    repeats are used up.

    Example:
        menus:
          welcome:
            say: welcome
            keys:
              "1": {say_key: for-support, rules: arrival}
              "2": {say_key: track-request, track: true}
              "9": {say_key: in-english, language: en, menu: welcome}
              "0": {say_key: for-a-person, queue: reception}
            silence: {repeat: 2, then: {queue: reception}}
            wrong_key: {repeat: 2, then: {queue: reception}}
            first_key: 5s
            between_keys: 2.5s
    """

    say: OneOrMany[PromptName] = Field(description="What is said before the keys are offered.")
    keys: Annotated[dict[MenuKey, KeyShape], Field(min_length=1)] = Field(
        description="What each key does; they are offered in this order."
    )
    silence: PatienceShape = Field(description="When no key is pressed.")
    wrong_key: PatienceShape = Field(description="When a key is pressed that is not offered.")
    first_key: KeyPause = Field(6.0, description="How long to wait for the first key.")
    between_keys: KeyPause = Field(3.0, description="How long to wait for each further key.")


class QuestionShape(Shape):
    """One question of a survey: a scale or keys.

    A mark of two digits takes two keys: say so in the prompt.
    """

    model_config = ConfigDict(
        json_schema_extra=exactly_one(
            ("scale", "keys"),
            "write `scale: 1..10` for a mark, or `keys` for a choice",
            "a question has a scale or keys, and not both",
        )
    )

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
    """Questions that are asked after a call.

    A queue asks its survey when the agent has hung up; a route may lead to one too. Each answer is
    kept as soon as it is given, so that those of a caller who hangs up early are not lost. A
    question that gets no valid answer is passed over.

    Example:
        surveys:
          satisfaction:
            questions:
              - {id: score, say: rate-us, scale: 1..10}
              - {id: solved, say: was-it-solved, keys: {"1": "yes", "2": "no"}}
            repeat: 1
            first_key: 8s
            between_keys: 3s
    """

    questions: Annotated[list[QuestionShape], Field(min_length=1)] = Field(
        description="Asked in this order."
    )
    repeat: Annotated[int, Field(ge=0, le=9)] = Field(
        1, description="How often a question is repeated that got no valid answer."
    )
    first_key: KeyPause = Field(8.0, description="How long to wait for the first key.")
    between_keys: KeyPause = Field(3.0, description="How long to wait for each further key.")


class MailboxShape(Shape):
    """A place for recorded messages.

    Example:
        mailboxes:
          support: {say: leave-a-message, longest: 2m}
    """

    say: OneOrMany[PromptName] = Field(default=(), description="Said before the recording.")
    longest: Speaking = Field(120, description="The longest message.")


class TrackingShape(Shape):
    """The look-up of a request by its tracking number.

    A caller gets here by `track: true`, keys in the number, and hears how the request stands. A
    digit that is mistyped is noticed by the number itself, and told.

    Example:
        tracking:
          tries: 3
          found: {menu: welcome}
          not_found: {queue: reception}
    """

    tries: Annotated[int, Field(ge=1, le=9)] = Field(
        3, description="How often a caller may key in a number."
    )
    found: RouteShape = Field(description="Where the call goes after the answer.")
    not_found: RouteShape = Field(description="Where it goes after the last try.")
