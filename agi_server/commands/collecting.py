"""Commands that collect keys."""

import re
from dataclasses import dataclass
from typing import ClassVar, Final, TypeAlias

from agi_server.commands.base import (
    LONGEST_PROMPT_SECONDS,
    Command,
    checked_keys,
    is_keys,
    key,
    number,
    unreadable,
)
from agi_server.commands.checking import (
    checked_integer,
    checked_milliseconds,
    milliseconds_or_endless,
)
from agi_server.commands.prompts import PlayFailed, RemotelyEnded, end_position, is_remote
from agi_server.protocol import Reply

MAX_DIGITS: Final = 1_023
"""One more, which is also Asterisk's default, would be written behind the end of GET DATA's buffer
(handle_getdata, ast_readstring_full)."""

_REMOTE_BYTES: Final = re.compile("[\udce8-\udcec]")
"""What AST_CONTROL_STREAM_STOP (1000) to _FORWARD (1004) become in a string of keys."""


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
        longest = checked_integer("GET DATA: the digits", self.max_digits, 1, MAX_DIGITS)
        return self.file, checked_milliseconds(self.timeout_seconds), longest

    def allowance(self) -> float:
        """The longest prompt and the whole time for each key."""
        return LONGEST_PROMPT_SECONDS + self.timeout_seconds * (self.max_digits + 1)

    def decode(self, reply: Reply) -> Digits | DataFailed:
        """`digits`, `digits (timeout)` or `-1` (handle_getdata).

        A ControlPlayback of the manager interface adds a byte that is no key: it is left out.
        """
        if reply.result == "-1":
            return DataFailed()
        digits = _REMOTE_BYTES.sub("", reply.result)
        if not is_keys(digits) or reply.data not in ("", "(timeout)"):
            raise unreadable(self, reply)
        return Digits(digits, timed_out=bool(reply.data))


@dataclass(frozen=True, slots=True)
class Chosen:
    """The caller pressed `key`, when `samples` of the file (of its own rate) had been played."""

    key: str
    samples: int


@dataclass(frozen=True, slots=True)
class NotChosen:
    """No key of those asked for: the time was over, or another key ended it.

    A caller who hung up while Asterisk waited behind the file has this outcome too: the notice
    follows it.
    """

    samples: int


@dataclass(frozen=True, slots=True)
class GetOption(Command[Chosen | NotChosen | PlayFailed | RemotelyEnded]):
    """Play one file and take one key of `options`, within `timeout_seconds` after its end.

    While the file plays, other keys are ignored; behind it, any other key ends the waiting.
    Without a time limit Asterisk would take that of the dialplan, and crash where there is none.
    """

    file: str
    options: str
    timeout_seconds: float

    name: ClassVar[str] = "GET OPTION"

    def arguments(self) -> tuple[str, str, str]:
        """The file, the keys, milliseconds."""
        return self.file, checked_keys(self.options), checked_milliseconds(self.timeout_seconds)

    def allowance(self) -> float:
        """The longest prompt and the time behind it."""
        return LONGEST_PROMPT_SECONDS + self.timeout_seconds

    def decode(self, reply: Reply) -> Chosen | NotChosen | PlayFailed | RemotelyEnded:
        """`0`, `-1` or a key's character code, and `endpos=samples` (handle_getoption)."""
        result, samples = number(self, reply), end_position(self, reply)
        if result < 0:
            return PlayFailed()
        if is_remote(result):
            return RemotelyEnded()
        return Chosen(key(self, reply), samples) if result else NotChosen(samples)


@dataclass(frozen=True, slots=True)
class Pressed:
    """The caller pressed `key`."""

    key: str


@dataclass(frozen=True, slots=True)
class NotPressed:
    """No key came in time."""


@dataclass(frozen=True, slots=True)
class WaitInterrupted:
    """Another command had been written meanwhile: one of two writers to one session is a bug."""


@dataclass(frozen=True, slots=True)
class WaitFailed:
    """The caller is gone."""


Waited: TypeAlias = Pressed | NotPressed | WaitInterrupted | WaitFailed | RemotelyEnded


@dataclass(frozen=True, slots=True)
class WaitForDigit(Command[Waited]):
    """Wait for one key, any key, for `timeout_seconds` (None: until one comes, or a hang-up)."""

    timeout_seconds: float | None

    name: ClassVar[str] = "WAIT FOR DIGIT"

    def arguments(self) -> tuple[str]:
        """Milliseconds, or -1."""
        return (milliseconds_or_endless(self.timeout_seconds),)

    def allowance(self) -> float | None:
        """The time limit, if there is one."""
        return self.timeout_seconds

    def decode(self, reply: Reply) -> Waited:
        """A key's character code, `0`, `-1` or `1` (handle_waitfordigit, ast_waitfordigit_full)."""
        result = number(self, reply)
        if result < 0:
            return WaitFailed()
        if result == 0:
            return NotPressed()
        if result == 1:
            return WaitInterrupted()
        return RemotelyEnded() if is_remote(result) else Pressed(key(self, reply))
