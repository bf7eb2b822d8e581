"""Commands that play prompts and collect keys."""

import re
from dataclasses import dataclass
from typing import ClassVar, Final, TypeAlias

from agi_server.commands.base import (
    LONGEST_PROMPT_SECONDS,
    Command,
    checked_keys,
    is_keys,
    key,
    milliseconds,
    number,
    unreadable,
)
from agi_server.protocol import LocalProtocolError, Reply

ANY_KEY: Final = "0123456789*#"
"""Every key of a telephone: for prompts that any key interrupts."""

_END_POSITION: Final = re.compile(r"(?:.* )?endpos=(-?\d{1,18})", re.ASCII)


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


Playback: TypeAlias = Played | Interrupted | PlayFailed


@dataclass(frozen=True, slots=True)
class StreamFile(Command[Playback]):
    """Play one sound file: a name without extension. Asterisk plays it in the channel's language.

    `escape_digits` are the keys that stop it; other keys pressed meanwhile are lost.
    """

    file: str
    escape_digits: str = ""

    name: ClassVar[str] = "STREAM FILE"

    def arguments(self) -> tuple[str, str]:
        """The file's name and the keys that stop it."""
        return self.file, checked_keys(self.escape_digits)

    def allowance(self) -> float:
        """The longest prompt."""
        return LONGEST_PROMPT_SECONDS

    def decode(self, reply: Reply) -> Playback:
        """`0`, `-1` or a key's character code, and `endpos=samples` (handle_streamfile)."""
        result = number(self, reply)
        end = _END_POSITION.fullmatch(reply.data)
        if end is None:
            raise unreadable(self, reply)
        if result < 0:
            return PlayFailed()
        return Interrupted(key(self, reply), int(end[1])) if result else Played()


@dataclass(frozen=True, slots=True)
class Digits:
    """What the caller keyed, without the terminating `#`.

    `timed_out`: the time ran out before `#` or the last digit. Empty and not timed out: only `#`.
    """

    digits: str
    timed_out: bool


@dataclass(frozen=True, slots=True)
class DataFailed:
    """The prompt is missing, or the caller is gone; `ChannelStatus` tells which."""


@dataclass(frozen=True, slots=True)
class GetData(Command[Digits | DataFailed]):
    """Play one file, which any key interrupts, and collect up to `max_digits` keys; `#` ends.

    `file` may be empty: nothing is played. It is one file: `a&b` is a file of that name, which is
    missing. `timeout_seconds` holds to the first key and between keys alike.
    """

    file: str
    timeout_seconds: float
    max_digits: int

    name: ClassVar[str] = "GET DATA"

    def arguments(self) -> tuple[str, str, str]:
        """The file, milliseconds, the number of digits."""
        if self.max_digits < 1:
            raise LocalProtocolError(f"GET DATA: cannot collect {self.max_digits} digits")
        return self.file, milliseconds(self.timeout_seconds), str(self.max_digits)

    def allowance(self) -> float:
        """The longest prompt and the whole time for each key."""
        return LONGEST_PROMPT_SECONDS + self.timeout_seconds * (self.max_digits + 1)

    def decode(self, reply: Reply) -> Digits | DataFailed:
        """`digits`, `digits (timeout)` or `-1` (handle_getdata)."""
        if reply.result == "-1":
            return DataFailed()
        if not is_keys(reply.result) or reply.data not in ("", "(timeout)"):
            raise unreadable(self, reply)
        return Digits(reply.result, timed_out=bool(reply.data))
