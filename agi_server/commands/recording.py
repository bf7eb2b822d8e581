"""The command that records the caller."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, Final

from agi_server.commands.base import Command, checked_keys, key, number, unreadable
from agi_server.commands.checking import checked_integer, checked_milliseconds
from agi_server.commands.prompts import is_remote
from agi_server.protocol import Reply

BEEP_SECONDS: Final = 5.0
"""Ample for the beep before a recording, whatever file the site has put in its place."""

LONGEST_SILENCE_SECONDS: Final = 2_000_000
"""More would not fit Asterisk's `int` of milliseconds."""

_WORD_AND_END: Final = re.compile(r"(?:\((\w+)\))?(?: ?endpos=(-?\d{1,18}))?", re.ASCII)


class RecordingFormat(Enum):
    """Formats to record in: the file's extension and its samples a second.

    Those of the modules that come with Asterisk and need no codec beside them (formats/*.c).
    """

    WAV = ("wav", 8_000)
    WAV16 = ("wav16", 16_000)
    WAV49 = ("wav49", 8_000)
    """GSM in a WAV file, named `.WAV`: small, for mail."""
    GSM = ("gsm", 8_000)
    ALAW = ("alaw", 8_000)
    ULAW = ("ulaw", 8_000)
    G722 = ("g722", 16_000)
    SLN = ("sln", 8_000)
    SLN16 = ("sln16", 16_000)

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
    """A recording is on disk, `milliseconds` long; `key` is the key that ended it, if one did.

    The length is the file's: with an offset, what was there before it is counted in.
    """

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
    silence (0: never), or by a hang-up. With `offset_samples` (of the format's rate) the file is
    kept up to there and goes on behind; without, it begins anew. Its name must not be made of what
    a caller chose: Asterisk writes wherever it points.
    """

    file: str
    longest_seconds: float
    escape_digits: str = "#"
    silence_seconds: int = 0
    beep: bool = True
    format: RecordingFormat = RecordingFormat.WAV
    offset_samples: int = 0

    name: ClassVar[str] = "RECORD FILE"

    def arguments(self) -> tuple[str, ...]:
        """File, format, keys, milliseconds; then samples, BEEP and `s=seconds` where wanted."""
        silence = checked_integer("silence", self.silence_seconds, 0, LONGEST_SILENCE_SECONDS)
        offset = checked_integer("an offset", self.offset_samples, 0)
        return (
            self.file,
            self.format.extension,
            checked_keys(self.escape_digits),
            checked_milliseconds(self.longest_seconds),
            *((offset,) if self.offset_samples else ()),
            *(("BEEP",) if self.beep else ()),
            *((f"s={silence}",) if self.silence_seconds else ()),
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
            is_key = result > 0 and not is_remote(result)
            return NotRecorded(why, key(self, reply) if is_key else None)
        try:
            end = RecordingEnd(why)
        except ValueError:
            raise unreadable(self, reply) from None
        length = max(0, int(match[2] or 0)) * 1000 // self.format.rate
        pressed = key(self, reply) if end is RecordingEnd.KEY else None
        return Recorded(end, length, pressed)
