"""What the course of a call asks for, and what may come of it.

A course is a generator: it yields effects and is sent replies. Whoever drives it performs them, on
a telephone line or in the head. Where nothing is said of a reply, there is none.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum, auto
from typing import Any, TypeAlias, TypeVar

from ivr.keys import Input
from routing.decisions import Decision
from routing.destinations import Route
from routing.facts import QueueFacts
from routing.rules import Acquaintance
from routing.waits import Place


@dataclass(frozen=True, slots=True)
class ChangeLanguage:
    """The call goes on in another language."""

    language: str


@dataclass(frozen=True, slots=True)
class Say:
    """Play these prompts. With `to_the_end`, keys do not interrupt them, and are lost."""

    prompts: tuple[str, ...]
    to_the_end: bool = True


@dataclass(frozen=True, slots=True)
class Collect:
    """Play prompts, which a key interrupts, and collect keys. Reply: `Keyed` or `NoInput`.

    `dialogue` is the menu, survey or other thing that asks, `question` which of its questions.
    """

    dialogue: str
    question: str
    prompts: tuple[str, ...]
    input: Input


@dataclass(frozen=True, slots=True)
class Keyed:
    """The caller pressed these keys. They may be a PIN: no log shows them."""

    digits: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NoInput:
    """The caller pressed nothing in time."""


@dataclass(frozen=True, slots=True)
class Record:
    """Beep and record what the caller says, in place of an earlier take. Reply: `Taped`.

    `place` is what it is kept as: a mailbox, `case 123456786`, `survey satisfaction/comment`.
    `silence` are the seconds of silence that end it; None: only a key, the limit and hanging up do.
    `number` tells which recording of this place in the call it is: 1 is the first.
    """

    place: str
    longest: int
    silence: int | None = None
    number: int = 1


class NoTape(StrEnum):
    """Why nothing was recorded, whatever the caller said. An earlier take is untouched."""

    KEY = "key"
    """The caller pressed the key that ends a recording during the beep."""
    NOT_WRITTEN = "not written"
    """Asterisk cannot write the file."""


@dataclass(frozen=True, slots=True)
class Taped:
    """So many seconds were recorded; `failure`: none at all, and why."""

    seconds: float
    failure: NoTape | None = None


@dataclass(frozen=True, slots=True)
class PlayBack:
    """Play what was recorded at `place`; a key stops it, and is lost."""

    place: str
    number: int = 1


@dataclass(frozen=True, slots=True)
class KeepRecording:
    """Put down on disk that there is a recording. Reply: whether it is kept."""

    place: str
    seconds: float
    tracking: str | None = None
    number: int = 1


class Failed(Enum):
    """Why something cannot be done for the caller."""

    UNAVAILABLE = auto()
    """Not now: the store is away."""
    TOO_OFTEN = auto()
    """It has been tried too often today."""
    NO_NUMBER = auto()
    """The caller shows no number that a text message can be sent to."""


@dataclass(frozen=True, slots=True)
class FindCase:
    """Look up a request. Reply: `FoundCase`, None if no request has this number, or `Failed`."""

    tracking: str


@dataclass(frozen=True, slots=True)
class FoundCase:
    """How a request stands.

    `is_callers` tells whether the number that calls, or the customer who has it, is that of the
    request. `agent` is who last spoke about it and may be rung; None if there is nobody.
    """

    state: str
    is_callers: bool
    agent: str | None = None


@dataclass(frozen=True, slots=True)
class CheckPin:
    """Whether this is the PIN of the customer of a request. Reply: bool, or `Failed`."""

    tracking: str
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SendCode:
    """Send a one-time code to the number that calls. Reply: True, or `Failed`."""


@dataclass(frozen=True, slots=True)
class CheckCode:
    """Whether this is the code that was sent. Reply: bool, or `Failed`.

    `TOO_OFTEN` if it holds no more: it is too old, or was tried too often.
    """

    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SendText:
    """Send the caller a text message about a request. Reply: whether it is on its way."""

    text: str
    values: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class PutDownCallback:
    """Put down that this number (E.164) is to be called. Reply: `PutDown`, or `Failed`.

    The times are when to call; None: as soon as possible.
    """

    number: str
    earliest: datetime | None = None
    latest: datetime | None = None


@dataclass(frozen=True, slots=True)
class PutDown:
    """It is put down; `joined`: an earlier request for the number stands, with the new time."""

    joined: bool = False


@dataclass(frozen=True, slots=True)
class OpenCase:
    """Open a request for the call, on disk. Reply: its tracking number, None if it cannot be."""

    subject: str


@dataclass(frozen=True, slots=True)
class LookAtQueues:
    """See how these queues stand. Reply: a mapping to the `QueueFacts` of those that are known."""

    queues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FindPlace:
    """Find the place that the caller would have in a queue. Reply: `Place`.

    `waiting` is how many wait there by Asterisk's own count; None: nobody can tell.
    """

    queue: str
    waiting: int | None = None


class Refusal(StrEnum):
    """Why a gate lets a caller not into a queue."""

    CLOSED = "closed"
    """Outside the gate's hours."""
    FULL = "full"
    """As many wait as may."""
    RATIO = "diverted-ratio"
    """Too many wait for each agent who is there."""
    WAIT = "diverted-wait"
    """The wait would likely be too long."""


@dataclass(frozen=True, slots=True)
class TurnAway:
    """Put down that the caller was not let into a queue, and why. `route` is where it leads."""

    queue: str
    why: Refusal
    route: Route


@dataclass(frozen=True, slots=True)
class Preferred:
    """Put down for which agent the caller waits alone at first, and as whom they know them."""

    queue: str
    agent: str
    whom: Acquaintance


@dataclass(frozen=True, slots=True)
class Decided:
    """A rule list has decided."""

    decision: Decision


@dataclass(frozen=True, slots=True)
class Left:
    """A dialogue is over, and why: `key 1`, `silence`, `wrong key`, `unavailable`, `finished`.

    `route` is where it leads.
    """

    dialogue: str
    why: str
    route: Route


class MayAsk(StrEnum):
    """Whether a caller may be asked the questions of a survey."""

    YES = "yes"
    RECENTLY = "recently"
    """They were asked not long ago."""
    FORBIDDEN = "forbidden"
    """They do not want to be asked."""


@dataclass(frozen=True, slots=True)
class BeginSurvey:
    """Put down that a survey begins, if it may. Reply: `MayAsk`.

    `again_after_days`: for how many days nobody is asked again; None: asked each time.
    """

    survey: str
    again_after_days: int | None = None


@dataclass(frozen=True, slots=True)
class EndSurvey:
    """Put down how a survey ended: all that was asked was answered, or the caller declined."""

    survey: str
    declined: bool = False


@dataclass(frozen=True, slots=True)
class Keep:
    """Put this answer on disk before anything else is said."""

    survey: str
    question: str
    value: str


@dataclass(frozen=True, slots=True)
class Alert:
    """Alert somebody to these answers."""

    survey: str
    answers: Mapping[str, str]


Effect: TypeAlias = (
    ChangeLanguage
    | Say
    | Collect
    | Record
    | PlayBack
    | KeepRecording
    | FindCase
    | CheckPin
    | SendCode
    | CheckCode
    | SendText
    | PutDownCallback
    | OpenCase
    | LookAtQueues
    | FindPlace
    | TurnAway
    | Preferred
    | Decided
    | Left
    | BeginSurvey
    | EndSurvey
    | Keep
    | Alert
)
"""What a course asks for."""

Reply: TypeAlias = (
    Keyed
    | NoInput
    | Taped
    | FoundCase
    | PutDown
    | MayAsk
    | Failed
    | Mapping[str, QueueFacts]
    | Place
    | str
    | bool
    | None
)
"""What comes of it."""

T = TypeVar("T")

Steps: TypeAlias = Generator[Effect, Reply, T]
"""A part of a course that comes to a `T`."""

R = TypeVar("R")


def expect(reply: Any, kind: type[R]) -> R:  # noqa: ANN401  any reply, from whoever drives
    """A reply, which is of this kind. Raises TypeError for any other: the driver is wrong."""
    if isinstance(reply, kind):
        return reply
    raise TypeError(f"a course goes on with a {kind.__name__}, not with {reply!r}")
