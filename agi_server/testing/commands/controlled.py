"""CONTROL STREAM FILE: a prompt through which the caller winds.

Source: main/app.c, `control_streamfile`.
"""

from dataclasses import dataclass

from agi_server.testing.commands.call import USAGE, Call, Outcome, Stop, failure, success
from agi_server.testing.commands.playing import DIGITS, length_of, wait_for_key
from agi_server.testing.numbers import scan_integer
from agi_server.testing.timeline import GONE, Key

END_OF_FILE = -1
"""The place told when the file was played to its end, or never opened."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What the caller's keys do. Winding wins over stopping, stopping over pausing."""

    stop: str
    forward: str
    rewind: str
    pause: str


async def control_stream_file(  # noqa: PLR0913, PLR0917  the command's own arguments
    call: Call,
    file: str,
    stop: str,
    skip: str = "3000",
    forward: str = "#",
    rewind: str = "*",
    pause: str = "",
    offset: str = "0",
) -> Outcome:
    """CONTROL STREAM FILE file stop [skip ms] [forward] [rewind] [pause] [offset ms]."""
    step, start = scan_integer(skip), scan_integer(offset)
    if step is None or start is None:
        return USAGE
    name = file[:-4] if file.lower().endswith(":end") else file
    length = length_of(call, name)
    if length is None:
        return _report(call, -1, END_OF_FILE, stop)
    begin = _begin(length, start, is_from_end=name != file)
    keys = Keys(stop, forward or "#", rewind or "*", pause)
    control = _Control(call, name, keys, step / 1000, length, begin)
    result, milliseconds = await control.play()
    return _report(call, result, milliseconds, stop)


def _begin(length: float, start: int, *, is_from_end: bool) -> float:
    if start == END_OF_FILE:
        return length
    from_end = length if is_from_end or start < 0 else 0.0
    return min(max(0.0, from_end + start / 1000), length)


def _report(call: Call, result: int, milliseconds: int, stop: str) -> Outcome:
    set_variable = call.channel.variables.set
    if result > 0 and chr(result) in stop:
        set_variable("CPLAYBACKSTATUS", "USERSTOPPED")
        set_variable("CPLAYBACKSTOPKEY", chr(result))
    else:
        set_variable("CPLAYBACKSTATUS", "ERROR" if result < 0 else "SUCCESS")
    set_variable("CPLAYBACKOFFSET", str(milliseconds))
    end = f"endpos={milliseconds}"
    return failure(result, end) if result < 0 else success(result, end)


@dataclass(slots=True)
class _Control:
    call: Call
    file: str
    keys: Keys
    step: float
    length: float
    position: float

    async def play(self) -> tuple[int, int]:
        """The result, and the place in milliseconds."""
        usual = (self.length - self.position) / 2
        await self.call.ask(
            "CONTROL STREAM FILE",
            (self.file,),
            DIGITS,
            usual=usual,
            seconds=self.length,
            yields=False,
        )
        result = await self._until_stopped()
        self.call.channel.hear(self.file, self.position, self.length)
        if result is None:
            return 0, END_OF_FILE
        return result, round(self.position * 1000)

    async def _until_stopped(self) -> int | None:
        """The key that stopped it, -1 for a hang-up, None at the end of the file."""
        while True:
            begin = self.call.now
            end = begin + self.length - self.position
            happening = await self.call.listen(end, yields=False)
            self.position = min(self.position + self.call.now - begin, self.length)
            if happening is Stop.TIME:
                return None
            if happening is GONE:
                return -1
            if isinstance(happening, Key):
                result = await self._press(happening.digit)
                if result is not None:
                    return result

    async def _press(self, digit: str) -> int | None:
        if digit in self.keys.forward:
            ahead = self.position + self.step
            # From beyond the end it goes back by a step from the end.
            self.position = ahead if ahead < self.length else max(0.0, self.length - self.step)
        elif digit in self.keys.rewind:
            self.position = max(self.position - self.step, 0.0)
        elif digit in self.keys.pause:
            return await self._pause()
        elif digit in self.keys.stop:
            return ord(digit)
        return None

    async def _pause(self) -> int | None:
        while True:
            pressed = await wait_for_key(self.call, -1, yields=False)
            if not isinstance(pressed, Key):
                return -1
            if pressed.digit in self.keys.pause:
                return None
            if pressed.digit in self.keys.stop:
                return ord(pressed.digit)
