"""Commands that play sound files."""

import re
from dataclasses import dataclass
from typing import ClassVar, Final, TypeAlias

from agi_server.commands.base import (
    LONGEST_PROMPT_SECONDS,
    Command,
    T,
    checked_keys,
    key,
    number,
    unreadable,
)
from agi_server.commands.checking import LARGEST_INT, checked_integer, checked_milliseconds
from agi_server.protocol import LocalProtocolError, Reply

ANY_KEY: Final = "0123456789*#"
"""Every key of a telephone: for prompts that any key interrupts."""

_END_POSITION: Final = re.compile(r"(?:.* )?endpos=(-?\d{1,18})", re.ASCII)
_REMOTE_CODES: Final = range(1000, 1005)
"""AST_CONTROL_STREAM_STOP to AST_CONTROL_STREAM_FORWARD (frame.h), which travel as keys do."""


@dataclass(frozen=True, slots=True)
class Played:
    """The file was played to its end."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The caller pressed `key` and stopped the file after `samples` (of its own rate)."""

    key: str
    samples: int


@dataclass(frozen=True, slots=True)
class PlayFailed:
    """The file is missing, or the caller is gone: the reply is the same.

    `ChannelStatus` tells which: it succeeds, or raises `HungUpError`. A missing file also makes
    the whole session end in `AGISTATUS=FAILURE`.
    """


@dataclass(frozen=True, slots=True)
class RemotelyEnded:
    """Not the caller: somebody ended it through the manager interface (action ControlPlayback)."""


Playback: TypeAlias = Played | Interrupted | PlayFailed | RemotelyEnded


def is_remote(result: int) -> bool:
    """Whether a result is no key, but somebody's ControlPlayback (waitstream_core)."""
    return result in _REMOTE_CODES


def end_position(command: Command[T], reply: Reply) -> int:
    """The `endpos` with which every reply of a playing command ends."""
    end = _END_POSITION.fullmatch(reply.data)
    if end is None:
        raise unreadable(command, reply)
    return int(end[1])


@dataclass(frozen=True, slots=True)
class StreamFile(Command[Playback]):
    """Play one sound file: a name without extension. Asterisk plays it in the channel's language.

    `escape_digits` are the keys that stop it; other keys pressed meanwhile are lost. It begins
    after `offset_samples` (of the file's own rate).
    """

    file: str
    escape_digits: str = ""
    offset_samples: int = 0

    name: ClassVar[str] = "STREAM FILE"

    def arguments(self) -> tuple[str, ...]:
        """The file's name, the keys that stop it, and the offset where there is one."""
        offset = checked_integer("an offset", self.offset_samples, 0)
        words = (self.file, checked_keys(self.escape_digits))
        return words if offset == "0" else (*words, offset)

    def allowance(self) -> float:
        """The longest prompt."""
        return LONGEST_PROMPT_SECONDS

    def decode(self, reply: Reply) -> Playback:
        """`0`, `-1` or a key's character code, and `endpos=samples` (handle_streamfile)."""
        result, samples = number(self, reply), end_position(self, reply)
        if result < 0:
            return PlayFailed()
        if is_remote(result):
            return RemotelyEnded()
        return Interrupted(key(self, reply), samples) if result else Played()


@dataclass(frozen=True, slots=True)
class Stopped:
    """The caller pressed `key` and stopped the file at `milliseconds`.

    Asterisk counts 8,000 samples a second, whatever the file has: at 16,000 it is twice the time.
    """

    key: str
    milliseconds: int


ControlledPlayback: TypeAlias = Played | Stopped | PlayFailed | RemotelyEnded


@dataclass(frozen=True, slots=True)
class ControlStreamFile(Command[ControlledPlayback]):
    """Play one sound file which the caller can wind: for voicemail and long announcements.

    `forward` and `rewind` move it by `skip_seconds`, `pause` holds it and lets it go on, and
    `escape_digits` stop it. A key means one thing only: Asterisk would silently prefer winding.
    `forward` and `rewind` cannot be left empty, for Asterisk would take its own `#` and `*`.
    It begins after `offset_seconds` (counted as `Stopped` tells); less than 0 counts from the end.

    The dialplan finds how it ended in CPLAYBACKSTATUS, CPLAYBACKOFFSET and CPLAYBACKSTOPKEY.
    """

    file: str
    escape_digits: str = ""
    skip_seconds: float = 3.0
    forward: str = "#"
    rewind: str = "*"
    pause: str = ""
    offset_seconds: float = 0.0

    name: ClassVar[str] = "CONTROL STREAM FILE"

    def arguments(self) -> tuple[str, ...]:
        """The file, the keys that stop, milliseconds, the three other keys, milliseconds."""
        keys = checked_keys(self.escape_digits + self.forward + self.rewind + self.pause)
        if not self.forward or not self.rewind or len(set(keys)) < len(keys):
            raise LocalProtocolError(f"CONTROL STREAM FILE: each key can do one thing: {keys!r}")
        if not abs(self.offset_seconds) * 8_000 <= LARGEST_INT:
            raise LocalProtocolError(f"CONTROL STREAM FILE: no offset: {self.offset_seconds} s")
        return (
            self.file,
            self.escape_digits,
            checked_milliseconds(self.skip_seconds),
            self.forward,
            self.rewind,
            self.pause,
            str(round(self.offset_seconds * 1000)),
        )

    def allowance(self) -> None:
        """As long as the caller likes to wind and pause it; a hang-up ends it."""
        return

    def decode(self, reply: Reply) -> ControlledPlayback:
        """`0`, `-1` or a key's code, and `endpos=milliseconds` (handle_controlstreamfile).

        `endpos=-1` is the end of the file. A `0` with any other is the REMOTESTOPPED of
        CPLAYBACKSTATUS.
        """
        result, position = number(self, reply), end_position(self, reply)
        if result < 0:
            return PlayFailed()
        if result:
            return Stopped(key(self, reply), position)
        return Played() if position < 0 else RemotelyEnded()
