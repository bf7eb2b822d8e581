"""Commands that set something of the channel: its end, its caller, its music, its TDD."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, Final

from agi_server.commands.base import Command, expect
from agi_server.commands.checking import LONGEST_SECONDS, given, size
from agi_server.protocol import LocalProtocolError, Reply

MAX_CALLER_BYTES: Final = 255
"""Bytes of SET CALLERID's text, name, number and marks together (handle_setcallerid, `tmp`)."""

_NUMBER: Final = re.compile(r"[A-Za-z0-9_*#+]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class SetAutoHangup(Command[None]):
    """Have the channel hung up `seconds` from now, to a thousandth; 0: not any more."""

    seconds: float

    name: ClassVar[str] = "SET AUTOHANGUP"

    def arguments(self) -> tuple[str]:
        """The seconds."""
        is_off = self.seconds == 0
        if not (is_off or 0.001 <= self.seconds <= LONGEST_SECONDS):  # noqa: PLR2004  less is 0.000
            raise LocalProtocolError(f"SET AUTOHANGUP: not a time: {self.seconds} s")
        return ("0" if is_off else f"{self.seconds:.3f}",)

    def decode(self, reply: Reply) -> None:
        """`0` (handle_autohangup)."""
        expect(self, reply, "0")


@dataclass(frozen=True, slots=True)
class SetCallerId(Command[None]):
    """Set the number and the name of the caller, both; an empty one is set empty.

    Asterisk takes the two apart again (ast_callerid_parse) and drops blanks, brackets, dots and
    dashes from the number: one that holds anything but letters, digits and `_ * # +` is refused.
    A name comes through whatever it holds, in what the number leaves of `MAX_CALLER_BYTES`.
    """

    number: str
    caller_name: str = ""

    name: ClassVar[str] = "SET CALLERID"

    def arguments(self) -> tuple[str]:
        r"""`"name" <number>`, with `\` before each quote and backslash of the name."""
        if _NUMBER.fullmatch(self.number) is None:
            raise LocalProtocolError(f"SET CALLERID: not a number: {self.number!r}")
        escaped = self.caller_name.replace("\\", "\\\\").replace('"', '\\"')
        caller = f'"{escaped}" <{self.number}>'
        if size(caller) > MAX_CALLER_BYTES:
            raise LocalProtocolError(f"SET CALLERID: over {MAX_CALLER_BYTES} bytes: {caller!r}")
        return (caller,)

    def decode(self, reply: Reply) -> None:
        """`1` (handle_setcallerid)."""
        expect(self, reply, "1")


@dataclass(frozen=True, slots=True)
class SetMusic(Command[None]):
    """Start music on hold, of `music_class` or the channel's own, or stop it.

    The reply does not tell whether there is such a class, or any music. With the music on, the
    session goes on, and the next prompt takes its place.
    """

    on: bool
    music_class: str | None = None

    name: ClassVar[str] = "SET MUSIC"

    def arguments(self) -> tuple[str, ...]:
        """`on` or `off`, and the class where one is named."""
        return "on" if self.on else "off", *given(self.music_class)

    def decode(self, reply: Reply) -> None:
        """`0` (handle_setmusic)."""
        expect(self, reply, "0")


class TddSetting(Enum):
    """What a channel does for a text telephone; Asterisk's `tdd` is the same as `on`."""

    ON = "on"
    OFF = "off"
    MATE = "mate"


@dataclass(frozen=True, slots=True)
class TddMode(Command[bool]):
    """Switch the receiving of text-telephone signals; False: this channel cannot do it.

    Only analogue channels (DAHDI) can.
    """

    setting: TddSetting

    name: ClassVar[str] = "TDD MODE"

    def arguments(self) -> tuple[str]:
        """The setting."""
        return (self.setting.value,)

    def decode(self, reply: Reply) -> bool:
        """`1` or `0` (handle_tddmode)."""
        return expect(self, reply, "0", "1") == "1"
