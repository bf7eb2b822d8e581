"""What became of a rehearsed call: every step of its way, in order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, TypeVar

from ivr.course import ChangeLanguage, Decided, Ending, Left
from routing.call_tests import Visit
from routing.facts import Facts, QueueFacts


@dataclass(frozen=True, slots=True)
class CameIn:
    """The call began. `listed` tells whether the rules know the number."""

    facts: Facts
    listed: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """Prompts were begun, the last perhaps cut short by a key. `asks` is the dialogue that asks."""

    prompts: tuple[str, ...]
    language: str
    asks: str | None = None


@dataclass(frozen=True, slots=True)
class Pressed:
    """The caller answered a question."""

    dialogue: str
    keys: str


@dataclass(frozen=True, slots=True)
class WasSilent:
    """The caller answered nothing."""

    dialogue: str


@dataclass(frozen=True, slots=True)
class LookedAtQueues:
    """How queues stood, as rules asked for them."""

    queues: Mapping[str, QueueFacts]


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
class CallbackAsked:
    """A number was put down to be called back; None if what was keyed is no number."""

    keyed: str
    number: str | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A message was left in a mailbox."""

    mailbox: str


@dataclass(frozen=True, slots=True)
class Sent:
    """Menus and rules were left for good or for a time.

    Attributes:
        ending: Where to.
        rule: The list and the rule that decided last.
        variables: What the dialplan is told.
        facts: What was known then.
        at: The moment.
    """

    ending: Ending
    rule: str
    variables: Mapping[str, str]
    facts: Facts
    at: datetime


@dataclass(frozen=True, slots=True)
class Waited:
    """A visit to a queue is over, after so many seconds."""

    queue: str
    visit: Visit
    seconds: int


@dataclass(frozen=True, slots=True)
class SurveyBegun:
    """The questions of a survey are asked."""

    survey: str


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer of a survey was kept."""

    survey: str
    question: str
    value: str


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
    | Left
    | LookedAtQueues
    | Decided
    | CaseOpened
    | LookedUp
    | CallbackAsked
    | Recorded
    | Sent
    | Waited
    | SurveyBegun
    | Answered
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
