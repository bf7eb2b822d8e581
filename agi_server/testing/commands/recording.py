"""RECORD FILE.

Source: res_agi.c, `handle_recordfile`.
"""

from dataclasses import dataclass
from math import inf
from typing import Final

from agi_server.testing.callers import Silence
from agi_server.testing.channel import Recording
from agi_server.testing.commands.call import USAGE, Call, Outcome, Stop, failure, success
from agi_server.testing.commands.playing import length_of
from agi_server.testing.numbers import read_integer, scan_integer
from agi_server.testing.timeline import GONE, Key

SPOKEN_SECONDS: Final = 2.0
"""How long a caller speaks into a recording who does not say otherwise."""

REWOUND_SECONDS: Final = 0.2
"""What is cut off the end, so that the key that ended it is not heard."""

_RATE: Final = 8_000
_RATES: Final = {"wav16": 16_000, "sln16": 16_000}


async def record_file(
    call: Call, file: str, extension: str, keys: str, milliseconds: str, *options: str
) -> Outcome:
    """RECORD FILE file format keys timeout [offset] [beep] [s=silence]."""
    limit = scan_integer(milliseconds)
    if limit is None:
        return USAGE
    result = await _beep(call, keys, options)
    if result:
        return success(result, "(randomerror) endpos=0")
    can_record = call.channel.can_record
    if not (can_record if isinstance(can_record, bool) else can_record(file, extension)):
        return failure(-1, "(writefile)")
    longest = inf if limit < 0 else limit / 1000
    return await _Recorder(call, keys, longest, _silence(options)).record(file, extension)


def _silence(options: tuple[str, ...]) -> float:
    """The seconds of silence that end it; 0 for none: the first word with an `s` in it counts."""
    word = next((word[word.index("s") :] for word in options[:3] if "s" in word), "")
    return max(read_integer(word[2:]), 0) if word.startswith("s=") else 0


async def _beep(call: Call, keys: str, options: tuple[str, ...]) -> int:
    """Play the beep, if one is asked for: the key that interrupted it, -1 when it failed."""
    first, second = (*options, "", "")[:2]
    is_beep = bool(options) and scan_integer(first) is None and not first.startswith("s=")
    if is_beep or (len(options) > 1 and not second.startswith("s=")):
        length = length_of(call, "beep")
        if length is None:
            return -1
        return await _wait(call, keys, length)
    return -1 if call.channel.hung_up else 0


async def _wait(call: Call, keys: str, seconds: float) -> int:
    end = call.now + seconds
    while (happening := await call.listen(end, yields=False)) is not Stop.TIME:
        if happening is GONE:
            return -1
        if isinstance(happening, Key) and happening.digit in keys:
            return ord(happening.digit)
    return 0


@dataclass(slots=True)
class _Recorder:
    call: Call
    keys: str
    longest: float
    silence: float
    """Seconds that end the recording; 0 for none."""

    async def record(self, file: str, extension: str) -> Outcome:
        begin = self.call.now
        is_silent = await self._ask()
        ended = await self._listen(begin, is_silent=is_silent)
        seconds = self.call.now - begin
        outcome = self._report(ended, seconds, _RATES.get(extension, _RATE), is_silent=is_silent)
        self.call.channel.recordings.append(Recording(file, extension, seconds))
        return outcome

    async def _ask(self) -> bool:
        action = await self.call.ask(
            "RECORD FILE",
            (),
            self.keys,
            usual=SPOKEN_SECONDS,
            seconds=self.longest,
            yields=False,
        )
        return isinstance(action, Silence)

    async def _listen(self, begin: float, *, is_silent: bool) -> object:
        longest = min(self.longest, self.silence) if is_silent and self.silence else self.longest
        while True:
            happening = await self.call.listen(begin + longest, yields=False)
            if happening is Stop.TIME or happening is GONE:
                return happening
            if isinstance(happening, Key) and happening.digit in self.keys:
                return happening

    def _report(self, ended: object, seconds: float, rate: int, *, is_silent: bool) -> Outcome:
        if ended is GONE:
            return failure(-1, f"(hangup) endpos={round(seconds * rate)}")
        if isinstance(ended, Key):
            kept = max(0.0, seconds - REWOUND_SECONDS)
            return success(ord(ended.digit), f"(dtmf) endpos={round(kept * rate)}")
        if is_silent and self.silence and seconds < self.longest:
            # All but the first second of the silence is cut off again.
            seconds = max(0.0, seconds - (self.silence - 1))
        return success(0, f"(timeout) endpos={round(seconds * rate)}")
