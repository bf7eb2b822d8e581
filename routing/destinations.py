"""Where a call can be sent: a closed union, so that whoever performs it must know every kind."""

from dataclasses import dataclass
from typing import TypeAlias


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
class ToVoicemail:
    """Leave a recorded message in a mailbox of the rules file."""

    mailbox: str


@dataclass(frozen=True, slots=True)
class ToExtension:
    """Leave us for an extension in the site's own dialplan context."""

    extension: str


@dataclass(frozen=True, slots=True)
class ToHangup:
    """End the call. `cause` is a Q.850 cause: 16 normal, 17 busy, 21 rejected."""

    cause: int = 16


@dataclass(frozen=True, slots=True)
class ToSurvey:
    """Be asked how the call went."""

    survey: str


Destination: TypeAlias = (
    ToQueue | ToMenu | ToRules | ToTracking | ToVoicemail | ToExtension | ToHangup | ToSurvey
)
"""Everything that a rule, a key or an ending may name."""
