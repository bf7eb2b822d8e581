"""Where a call can be sent, and what is done on the way there.

Destinations are a closed union, so that whoever performs one must know every kind.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

HIGHEST_PRIORITY = 1000
"""Of a caller in a queue; the lowest is 0."""


@dataclass(frozen=True, slots=True)
class ToQueue:
    """Wait for an agent in a queue of the rules file."""

    queue: str


@dataclass(frozen=True, slots=True)
class ToMenu:
    """Hear a menu and choose."""

    menu: str


@dataclass(frozen=True, slots=True)
class ToRules:
    """Let a named rule list decide."""

    rules: str


@dataclass(frozen=True, slots=True)
class ToTracking:
    """Key in a tracking number and hear the state of the request."""


@dataclass(frozen=True, slots=True)
class ToEntry:
    """Key in a value: one of the entries of the rules file."""

    entry: str


@dataclass(frozen=True, slots=True)
class ToProof:
    """Prove to have the telephone that calls, by a one-time code that is sent to it."""


@dataclass(frozen=True, slots=True)
class ToVoicemail:
    """Leave a recorded message in a mailbox of the rules file."""

    mailbox: str


@dataclass(frozen=True, slots=True)
class ToCallback:
    """Ask to be called back, at the number that calls or at one that is keyed in."""


@dataclass(frozen=True, slots=True)
class ToSurvey:
    """Be asked how the call went."""

    survey: str


@dataclass(frozen=True, slots=True)
class ToAgent:
    """Speak with one agent of the rules file. Only a look-up leads there, so far."""

    agent: str


@dataclass(frozen=True, slots=True)
class ToExtension:
    """Leave us for an extension in the site's own dialplan context."""

    extension: str


@dataclass(frozen=True, slots=True)
class ToNumber:
    """Leave us for a telephone number outside (E.164), through the site's outbound context."""

    number: str


@dataclass(frozen=True, slots=True)
class ToHangup:
    """End the call. `cause` is a Q.850 cause: 16 normal, 17 busy, 21 rejected."""

    cause: int = 16


Destination: TypeAlias = (
    ToQueue
    | ToMenu
    | ToRules
    | ToTracking
    | ToEntry
    | ToProof
    | ToVoicemail
    | ToCallback
    | ToSurvey
    | ToAgent
    | ToExtension
    | ToNumber
    | ToHangup
)
"""Everything that a rule, a key or an ending may name."""


Pace: TypeAlias = Literal["normal", "slow"]
"""How long a caller is given for keys: `slow` is twice as long as the rules say."""


@dataclass(frozen=True, slots=True)
class Priority:
    """A caller's place in a queue: a higher one goes before a lower one.

    It begins at `start` and rises by `rise` for every `every` seconds that the caller has waited,
    up to `highest`. It is counted whenever a queue is entered, and while the caller waits where the
    queues are watched.
    """

    start: int
    rise: int = 0
    every: int = 60
    highest: int = HIGHEST_PRIORITY

    def after(self, waited: float) -> int:
        """The priority of a caller who has waited so many seconds.

        >>> Priority(10, rise=5, every=60, highest=30).after(130)
        20
        """
        risen = self.start + self.rise * int(max(waited, 0) // self.every)
        return max(self.start, min(risen, self.highest))


@dataclass(frozen=True, slots=True)
class Route:
    """A destination, and what is done before the call goes there, in this order.

    Attributes:
        to: Where the call goes.
        language: The call goes on in this language.
        say: Prompts that the caller hears to their end.
        open_case: A request is opened, whose tracking number the caller hears.
        priority: The caller's place in a queue, from here on.
        music: What waiting callers hear, from here on: a music class of Asterisk.
        variables: Channel variables for the site's own dialplan, as names with values.
        pace: How long the caller is given for keys, from here on.
    """

    to: Destination
    language: str | None = None
    say: tuple[str, ...] = ()
    open_case: bool = False
    priority: Priority | None = None
    music: str | None = None
    variables: tuple[tuple[str, str], ...] = ()
    pace: Pace | None = None
