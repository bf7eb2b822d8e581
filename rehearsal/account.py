"""What became of a rehearsed call: every step of its way, in order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, TypeVar

from ivr.course import Ending
from ivr.effects import ChangeLanguage, Decided, Left, MayAsk, Preferred, TurnAway
from routing.call_tests import Visit
from routing.facts import Facts, QueueFacts
from routing.waits import WaitRange


@dataclass(frozen=True, slots=True)
class CameIn:
    """The call began. `listed` tells whether the rules know the number."""

    facts: Facts
    listed: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """Prompts were begun, the last perhaps cut short by a key.

    `asks` is the dialogue that asks by them, `stage` where the call is: `menu welcome`.
    """

    prompts: tuple[str, ...]
    language: str
    asks: str | None = None
    stage: str = ""


@dataclass(frozen=True, slots=True)
class Pressed:
    """The caller answered a question of a dialogue. A secret is written as so many `*`."""

    dialogue: str
    question: str
    keys: str


@dataclass(frozen=True, slots=True)
class WasSilent:
    """The caller answered nothing."""

    dialogue: str
    question: str


@dataclass(frozen=True, slots=True)
class Entered:
    """A value was keyed in, as conditions know it. A secret is written as so many `*`."""

    entry: str
    value: str


@dataclass(frozen=True, slots=True)
class LookedAtQueues:
    """How queues stood, as rules asked for them."""

    queues: Mapping[str, QueueFacts]


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """Where the caller would be in a queue: how many go before, and how long it will take."""

    queue: str
    ahead: int | None
    wait: WaitRange | None


@dataclass(frozen=True, slots=True)
class CaseOpened:
    """A request was opened. Its tracking number is made up."""

    tracking: str
    subject: str


@dataclass(frozen=True, slots=True)
class LookedUp:
    """A tracking number was looked up; `state` is None if there is no such request."""

    tracking: str
    state: str | None


@dataclass(frozen=True, slots=True)
class PinChecked:
    """The PIN of the customer of a request was asked for, and keyed."""

    tracking: str
    right: bool


@dataclass(frozen=True, slots=True)
class CodeDrawn:
    """A one-time code was wanted; `kept`: it is sent, for it may be once more today."""

    kept: bool


@dataclass(frozen=True, slots=True)
class CodeChecked:
    """A one-time code was keyed."""

    right: bool


@dataclass(frozen=True, slots=True)
class CodeVoid:
    """A code was keyed when none held any more."""


@dataclass(frozen=True, slots=True)
class TextSent:
    """The caller is sent this text message of the rules."""

    text: str


@dataclass(frozen=True, slots=True)
class CallbackAsked:
    """A number was put down to be called back, at a time or as soon as possible.

    `joined`: there was a request to call it already.
    """

    number: str
    joined: bool
    earliest: datetime | None = None
    latest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the caller said was kept: in a mailbox, with a request, as an answer of a survey.

    `place` is `support`, `case 123456786` or `survey satisfaction/comment`.
    """

    place: str
    seconds: float
    tracking: str | None = None


@dataclass(frozen=True, slots=True)
class PlayedBack:
    """The caller heard what they have recorded."""

    place: str


@dataclass(frozen=True, slots=True)
class Sent:
    """Menus and rules were left for good or for a time.

    Attributes:
        ending: Where to.
        rule: The list and the rule that decided last.
        variables: What the dialplan is told.
        facts: What was known then.
        at: The moment.
        preferred: The agent for whom the caller waits alone there, if for one.
    """

    ending: Ending
    rule: str
    variables: Mapping[str, str]
    facts: Facts
    at: datetime
    preferred: str | None = None


@dataclass(frozen=True, slots=True)
class Waited:
    """A visit to a queue is over, after so many seconds.

    `preferred` is the agent for whom the caller has waited alone, if for one.
    """

    queue: str
    visit: Visit
    seconds: int
    preferred: str | None = None


@dataclass(frozen=True, slots=True)
class Rang:
    """One agent was rung for the caller, for so many seconds."""

    agent: str
    visit: Visit
    seconds: int


@dataclass(frozen=True, slots=True)
class SurveyBegun:
    """A survey is to be asked; `may` tells whether it is."""

    survey: str
    may: MayAsk = MayAsk.YES


@dataclass(frozen=True, slots=True)
class SurveyEnded:
    """All of a survey was answered, or the caller did not want to be asked."""

    survey: str
    declined: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer of a survey was kept."""

    survey: str
    question: str
    value: str


@dataclass(frozen=True, slots=True)
class Alerted:
    """Somebody is alerted to these answers."""

    survey: str
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class HungUp:
    """The caller left, where `stage` says."""

    stage: str


@dataclass(frozen=True, slots=True)
class WentInCircles:
    """The rules have no end for this call: the dialplan's fallback takes it."""

    reason: str


Event: TypeAlias = (
    CameIn
    | ChangeLanguage
    | Heard
    | Pressed
    | WasSilent
    | Entered
    | Left
    | LookedAtQueues
    | FoundPlace
    | TurnAway
    | Preferred
    | Decided
    | CaseOpened
    | LookedUp
    | PinChecked
    | CodeDrawn
    | CodeChecked
    | CodeVoid
    | TextSent
    | CallbackAsked
    | Recorded
    | PlayedBack
    | Sent
    | Waited
    | Rang
    | SurveyBegun
    | SurveyEnded
    | Answered
    | Alerted
    | HungUp
    | WentInCircles
)
"""Everything that can happen on the way."""

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened, so many seconds after the call began.

    Prompts take no time here: how long they are is no matter of the rules.
    """

    after: float
    event: Event


@dataclass(frozen=True, slots=True)
class Account:
    """The whole way of a call.

    Attributes:
        steps: What happened.
        unasked: The end of the key script that no question took.
        unvisited: What the script says of further queues.
    """

    steps: tuple[Step, ...]
    unasked: str = ""
    unvisited: tuple[Visit, ...] = ()

    def events(self, kind: type[E]) -> Iterator[E]:
        """What happened of one kind, in order."""
        return (step.event for step in self.steps if isinstance(step.event, kind))
