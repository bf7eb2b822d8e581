"""The command that records the caller."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, Final

from agi_server.commands.base import Command, checked_keys, key, milliseconds, number, unreadable
from agi_server.protocol import Reply

BEEP_SECONDS: Final = 5.0
"""Ample for the beep before a recording, whatever file the site has put in its place."""

_WORD_AND_END: Final = re.compile(r"(?:\((\w+)\))?(?: ?endpos=(-?\d{1,18}))?", re.ASCII)


class RecordingFormat(Enum):
    """Formats to record in: the file's extension and its samples a second."""

    WAV = ("wav", 8_000)
    WAV16 = ("wav16", 16_000)
    GSM = ("gsm", 8_000)

    @property
    def extension(self) -> str:
        """The extension, which is also Asterisk's name of the format."""
        return self.value[0]

    @property
    def rate(self) -> int:
        """Samples a second."""
        return self.value[1]


class RecordingEnd(Enum):
    """Why a recording ended (handle_recordfile)."""

    KEY = "dtmf"
    TIMEOUT = "timeout"
    """The time was over, or the silence was long enough: the reply is the same."""
    HANGUP = "hangup"
    """The caller hung up; what was said before is kept."""
    ERROR = "waitfor"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording is on disk, `milliseconds` long; `key` is the key that ended it, if one did."""

    end: RecordingEnd
    milliseconds: int
    key: str | None = None


@dataclass(frozen=True, slots=True)
class NotRecorded:
    """Nothing was recorded.

    `reason` is Asterisk's word: `writefile` (the file cannot be written), `randomerror` (a key
    during the beep: then `key` is set; or the beep failed, or the caller is gone), or empty.
    """

    reason: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class RecordFile(Command[Recorded | NotRecorded]):
    """Record the caller into `file` (a name without extension, on Asterisk's machine).

    It ends by a key of `escape_digits`, after `longest_seconds`, after `silence_seconds` of
    silence (0: never), or by a hang-up.
    """

    file: str
    longest_seconds: float
    escape_digits: str = "#"
    silence_seconds: int = 0
    beep: bool = True
    format: RecordingFormat = RecordingFormat.WAV

    name: ClassVar[str] = "RECORD FILE"

    def arguments(self) -> tuple[str, ...]:
        """File, format, keys, milliseconds, and then BEEP and `s=seconds` where wanted."""
        return (
            self.file,
            self.format.extension,
            checked_keys(self.escape_digits),
            milliseconds(self.longest_seconds),
            *(("BEEP",) if self.beep else ()),
            *((f"s={self.silence_seconds}",) if self.silence_seconds > 0 else ()),
        )

    def allowance(self) -> float:
        """The whole length and the beep."""
        return self.longest_seconds + BEEP_SECONDS

    def decode(self, reply: Reply) -> Recorded | NotRecorded:
        """`N (why) endpos=samples`, where `why` and the end may be missing (handle_recordfile).

        The number of `(timeout)` is what was left of the last wait: it has no meaning.
        """
        result = number(self, reply)
        match = _WORD_AND_END.fullmatch(reply.data)
        if match is None:
            raise unreadable(self, reply)
        why = match[1] or ""
        if why in ("", "writefile", "randomerror"):
            return NotRecorded(why, key(self, reply) if result > 0 else None)
        try:
            end = RecordingEnd(why)
        except ValueError:
            raise unreadable(self, reply) from None
        length = max(0, int(match[2] or 0)) * 1000 // self.format.rate
        pressed = key(self, reply) if end is RecordingEnd.KEY else None
        return Recorded(end, length, pressed)
