"""Pyst2's methods that play, say, collect and record."""

from typing import Final

from agi_server.commands import (
    Chosen,
    ControlStreamFile,
    DataFailed,
    GetData,
    GetOption,
    Interrupted,
    NotRecorded,
    PlayFailed,
    Pressed,
    ReceiveChar,
    RecordingEnd,
    SayAlpha,
    SayDate,
    SayDatetime,
    SayDigits,
    SayFailed,
    SayInterrupted,
    SayNumber,
    SayPhonetic,
    SayTime,
    Stopped,
    StreamFile,
    WaitFailed,
    WaitForDigit,
)
from agi_server.compat.arguments import integer, joined, keys, word, written
from agi_server.compat.executing import Executing
from agi_server.compat.pyst2 import DEFAULT_RECORD, DEFAULT_TIMEOUT, AGIResultHangup
from agi_server.compat.raw import GetDataAsWritten, RecordAsWritten

OPTION_SECONDS: Final = 5.0
"""The time for an option where the script says none: Asterisk's own TIMEOUT(digit) (pbx.c)."""

_PRESSED: Final = (Interrupted, Stopped, SayInterrupted, Pressed, Chosen)
_FAILED: Final = (PlayFailed, SayFailed, WaitFailed)


class Talking(Executing):
    """Talks with the caller.

    Escape digits are a text (`"12#"`) or a list (`[1, 2, "#"]`). What returns a key returns the
    empty text when none was pressed.
    """

    def stream_file(
        self, filename: object, escape_digits: object = "", sample_offset: object = 0
    ) -> str:
        """Play a file from `sample_offset` on; the key that stopped it."""
        offset = integer("sample_offset", sample_offset)
        return self._key(self._perform(StreamFile(word(filename), keys(escape_digits), offset)))

    def control_stream_file(  # noqa: PLR0913, PLR0917  pyst2's own
        self,
        filename: object,
        escape_digits: object = "",
        skipms: object = 3000,
        fwd: object = "",
        rew: object = "",
        pause: object = "",
    ) -> str:
        """Play a file that the caller can wind by `skipms`; the key that stopped it.

        Without `fwd` and `rew`, `#` and `*` wind it as they do in Asterisk, unless the script has
        another use for them.
        """
        stop, hold = keys(escape_digits), keys(pause)
        forward = keys(fwd) or _free("#A", stop + hold + keys(rew))
        rewind = keys(rew) or _free("*B", stop + hold + forward)
        seconds = integer("skipms", skipms) / 1000
        command = ControlStreamFile(written(filename), stop, seconds, forward, rewind, hold)
        return self._key(self._perform(command))

    def say_digits(self, digits: object, escape_digits: object = "") -> str:
        """Say digits one by one; the key that stopped it."""
        return self._key(self._perform(SayDigits(joined(digits), keys(escape_digits))))

    def say_number(self, number: object, escape_digits: object = "") -> str:
        """Say a whole number; the key that stopped it."""
        value = integer("number", joined(number))
        return self._key(self._perform(SayNumber(value, keys(escape_digits))))

    def say_alpha(self, characters: object, escape_digits: object = "") -> str:
        """Spell a text; the key that stopped it."""
        return self._key(self._perform(SayAlpha(joined(characters), keys(escape_digits))))

    def say_phonetic(self, characters: object, escape_digits: object = "") -> str:
        """Spell a text in the phonetic alphabet; the key that stopped it."""
        return self._key(self._perform(SayPhonetic(joined(characters), keys(escape_digits))))

    def say_date(self, seconds: object, escape_digits: object = "") -> str:
        """Say the date of a moment, in `seconds` since 1970; the key that stopped it."""
        return self._key(self._perform(SayDate(integer("seconds", seconds), keys(escape_digits))))

    def say_time(self, seconds: object, escape_digits: object = "") -> str:
        """Say the time of day of a moment, in `seconds` since 1970; the key that stopped it."""
        return self._key(self._perform(SayTime(integer("seconds", seconds), keys(escape_digits))))

    def say_datetime(
        self,
        seconds: object,
        escape_digits: object = "",
        format: object = "",  # noqa: A002  pyst2's own name
        zone: object = "",
    ) -> str:
        """Say a moment, in `seconds` since 1970, by a `format` of voicemail.conf, in a `zone`.

        Returns:
            The key that stopped it.
        """
        moment = integer("seconds", seconds)
        command = SayDatetime(moment, keys(escape_digits), written(format), word(zone))
        return self._key(self._perform(command))

    def get_data(
        self, filename: object, timeout: object = DEFAULT_TIMEOUT, max_digits: object = 255
    ) -> str:
        """Play a file and collect keys; those collected, without `#`, also when time ran out.

        A `timeout` of 0 is Asterisk's own, below 0 there is none.
        """
        file, most = word(filename), integer("max_digits", max_digits)
        limit = integer("timeout", timeout)
        collected = self._perform(
            GetData(file, limit / 1000, most) if limit > 0 else GetDataAsWritten(file, limit, most)
        )
        if isinstance(collected, DataFailed):
            self._fail()
        return collected.digits

    def get_option(self, filename: object, escape_digits: object = "", timeout: object = 0) -> str:
        """Play a file and take one key, within `timeout` after its end; that key."""
        seconds = integer("timeout", timeout) / 1000 or OPTION_SECONDS
        return self._key(self._perform(GetOption(word(filename), keys(escape_digits), seconds)))

    def wait_for_digit(self, timeout: object = DEFAULT_TIMEOUT) -> str:
        """Wait for a key; that key. Below 0 it waits for ever."""
        limit = integer("timeout", timeout)
        # 0 looks whether a key is there; a thousandth of a second does the same.
        seconds = None if limit < 0 else max(limit, 1) / 1000
        return self._key(self._perform(WaitForDigit(seconds)))

    def receive_char(self, timeout: object = DEFAULT_TIMEOUT) -> str:
        """Wait for a text from the caller; its first character, empty when none came.

        With a `timeout` of 0 it waits for ever.
        """
        limit = integer("timeout", timeout)
        received = self._perform(ReceiveChar(limit / 1000 if limit > 0 else None))
        return (received or b"").decode("latin-1")

    def record_file(  # noqa: PLR0913, PLR0917  pyst2's own
        self,
        filename: object,
        format: object = "gsm",  # noqa: A002  pyst2's own name
        escape_digits: object = "#",
        timeout: object = DEFAULT_RECORD,
        offset: object = 0,
        beep: object = "beep",
        silence: object = 0,
    ) -> str:
        """Record the caller until a key, `timeout` or `silence` in seconds ends it; that key.

        Raises:
            AGIResultHangup: the caller hung up; what was recorded so far is kept.
            AGIAppError: nothing could be recorded.
        """
        command = RecordAsWritten(
            written(filename),
            word(format),
            integer("timeout", timeout),
            keys(escape_digits),
            integer("offset", offset),
            word(beep).lower() == "beep",
            integer("silence", silence),
        )
        recorded = self._perform(command)
        if isinstance(recorded, NotRecorded):
            if recorded.key is None:
                self._fail()
        elif recorded.end is RecordingEnd.HANGUP:
            raise AGIResultHangup("User hungup during execution")
        elif recorded.end is RecordingEnd.ERROR:
            self._fail()
        return recorded.key or ""

    def _key(self, outcome: object) -> str:
        """The key that an outcome tells of; empty when there is none."""
        if isinstance(outcome, _FAILED):
            self._fail()
        return outcome.key if isinstance(outcome, _PRESSED) else ""


def _free(candidates: str, taken: str) -> str:
    """The first of two keys that has no other use; the second is on no usual telephone."""
    return candidates[1] if candidates[0] in taken else candidates[0]
