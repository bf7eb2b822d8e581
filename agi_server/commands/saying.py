"""Commands that speak numbers, letters and times, in the channel's language.

The files spoken are Asterisk's own (`digits/…`, `letters/…`, `phonetic/…`). SAY NUMBER, DATE, TIME
and DATETIME know the grammar of the languages in Asterisk's say.c; any other is spoken as English
is, with the sounds of the channel's language. `ivr.spoken` is for those.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, Final, TypeAlias

from agi_server.commands.base import LONGEST_PROMPT_SECONDS, Command, checked_keys, key, number
from agi_server.commands.checking import LARGEST_INT, checked_integer
from agi_server.commands.prompts import RemotelyEnded, is_remote
from agi_server.protocol import LocalProtocolError, Reply

_DIGITS: Final = re.compile(r"-?[0-9][0-9*#-]*", re.ASCII)
_GENDER: Final = re.compile(r"[A-Za-z]{0,8}", re.ASCII)
_ZONE: Final = re.compile(r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*", re.ASCII)
_FIRST_MOMENT: Final = -62_135_596_800
_LAST_MOMENT: Final = 253_402_300_799
"""The years 1 to 9999."""


@dataclass(frozen=True, slots=True)
class Said:
    """All of it was spoken; characters for which there is no sound were left out."""


@dataclass(frozen=True, slots=True)
class SayInterrupted:
    """The caller pressed `key` and stopped it."""

    key: str


@dataclass(frozen=True, slots=True)
class SayFailed:
    """A sound file is missing, or the caller is gone; `ChannelStatus` tells which.

    A missing file also makes the whole session end in `AGISTATUS=FAILURE`.
    """


Saying: TypeAlias = Said | SayInterrupted | SayFailed | RemotelyEnded


class _Say(Command[Saying]):
    """What the commands of this module have in common."""

    __slots__ = ()

    def allowance(self) -> float:
        """The longest prompt."""
        return LONGEST_PROMPT_SECONDS

    def decode(self, reply: Reply) -> Saying:
        """`0`, `-1` or a key's character code (handle_say…, say_filenames)."""
        result = number(self, reply)
        if result < 0:
            return SayFailed()
        if is_remote(result):
            return RemotelyEnded()
        return SayInterrupted(key(self, reply)) if result else Said()


class SpokenCase(Enum):
    """Which letters SAY ALPHA introduces as upper or lower case (handle_sayalpha)."""

    NEITHER = "n"
    UPPER = "u"
    LOWER = "l"
    BOTH = "a"


@dataclass(frozen=True, slots=True)
class SayAlpha(_Say):
    """Spell a text by the names of its letters; `escape_digits` stop it."""

    text: str
    escape_digits: str = ""
    case: SpokenCase = SpokenCase.NEITHER

    name: ClassVar[str] = "SAY ALPHA"

    def arguments(self) -> tuple[str, ...]:
        """The text, the keys, and which cases are spoken if any."""
        words = (self.text, checked_keys(self.escape_digits))
        return words if self.case is SpokenCase.NEITHER else (*words, self.case.value)


@dataclass(frozen=True, slots=True)
class SayPhonetic(_Say):
    """Spell a text in the phonetic alphabet (Alpha, Bravo…); `escape_digits` stop it."""

    text: str
    escape_digits: str = ""

    name: ClassVar[str] = "SAY PHONETIC"

    def arguments(self) -> tuple[str, str]:
        """The text and the keys."""
        return self.text, checked_keys(self.escape_digits)


@dataclass(frozen=True, slots=True)
class SayDigits(_Say):
    """Speak digits one by one; `escape_digits` stop it.

    `digits` begin with a digit or a minus and a digit, or Asterisk refuses them; `*`, `#` and
    further `-` may follow.
    """

    digits: str
    escape_digits: str = ""

    name: ClassVar[str] = "SAY DIGITS"

    def arguments(self) -> tuple[str, str]:
        """The digits and the keys."""
        if _DIGITS.fullmatch(self.digits) is None:
            raise LocalProtocolError("SAY DIGITS: Asterisk would not speak these")
        return self.digits, checked_keys(self.escape_digits)


@dataclass(frozen=True, slots=True)
class SayNumber(_Say):
    """Speak a whole number, up to some two milliards; `escape_digits` stop it.

    `gender` is what say.c takes for the language: `f`, `m`, `n`, `c`…
    """

    value: int
    escape_digits: str = ""
    gender: str = ""

    name: ClassVar[str] = "SAY NUMBER"

    def arguments(self) -> tuple[str, ...]:
        """The number, the keys, and the gender where one is given."""
        if _GENDER.fullmatch(self.gender) is None:
            raise LocalProtocolError(f"SAY NUMBER: no gender: {self.gender!r}")
        value = checked_integer("SAY NUMBER: the number", self.value, -LARGEST_INT)
        words = (value, checked_keys(self.escape_digits))
        return (*words, self.gender) if self.gender else words


@dataclass(frozen=True, slots=True)
class SayDate(_Say):
    """Speak the date of a moment in the time zone of Asterisk's machine; `escape_digits` stop it.

    `unix_seconds` since 1970 (UTC): up to the year 2038, for Asterisk reads an `int`.
    """

    unix_seconds: int
    escape_digits: str = ""

    name: ClassVar[str] = "SAY DATE"

    def arguments(self) -> tuple[str, str]:
        """The moment and the keys."""
        moment = checked_integer("SAY DATE: the moment", self.unix_seconds, -LARGEST_INT)
        return moment, checked_keys(self.escape_digits)


@dataclass(frozen=True, slots=True)
class SayTime(_Say):
    """Speak the time of day of a moment, in everything else as `SayDate`."""

    unix_seconds: int
    escape_digits: str = ""

    name: ClassVar[str] = "SAY TIME"

    def arguments(self) -> tuple[str, str]:
        """The moment and the keys."""
        moment = checked_integer("SAY TIME: the moment", self.unix_seconds, -LARGEST_INT)
        return moment, checked_keys(self.escape_digits)


@dataclass(frozen=True, slots=True)
class SayDatetime(_Say):
    """Speak a moment as `form` says, in the time zone `zone`; `escape_digits` stop it.

    `unix_seconds` since 1970 (UTC), in the years 1 to 9999. `form` is as in voicemail.conf: letters
    such as `ABdY` and `IMp`, and sound files in single quotes; without it Asterisk takes its own of
    the language. `zone` is a name such as `Asia/Tehran`, and needs a `form` beside it.
    """

    unix_seconds: int
    escape_digits: str = ""
    form: str = ""
    zone: str = ""

    name: ClassVar[str] = "SAY DATETIME"

    def arguments(self) -> tuple[str, ...]:
        """The moment, the keys, and form and zone where they are given."""
        if self.form.count("'") % 2:
            # Behind an open quote say.c reads on beyond the end of the text.
            raise LocalProtocolError(f"SAY DATETIME: an open quote in {self.form!r}")
        if self.zone and (not self.form or _ZONE.fullmatch(self.zone) is None):
            raise LocalProtocolError(f"SAY DATETIME: not a zone, or one without form: {self.zone}")
        moment = checked_integer(
            "SAY DATETIME: the moment", self.unix_seconds, _FIRST_MOMENT, _LAST_MOMENT
        )
        words = (moment, checked_keys(self.escape_digits))
        return (*words, *filter(None, (self.form, self.zone)))
