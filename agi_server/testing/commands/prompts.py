"""Prompts and the keys pressed at them: STREAM FILE, GET OPTION, GET DATA, WAIT FOR DIGIT.

Source: res_agi.c; main/app.c, `ast_app_getdata_full`; main/channel.c, `ast_readstring_full`,
`ast_waitfordigit_full`.
"""

from math import inf
from typing import Final

from agi_server.testing.commands.call import NO_REPLY, USAGE, Call, Outcome, Stop, failure, success
from agi_server.testing.commands.playing import (
    DIGITS,
    Played,
    Prompt,
    length_of,
    play,
    wait_for_key,
)
from agi_server.testing.numbers import read_integer, scan_integer
from agi_server.testing.timeline import GONE, Key

RATE: Final = 8_000
"""Samples a second, in which places in a file are told."""

FIRST_KEY_SECONDS: Final = 6.0
BETWEEN_KEYS_SECONDS: Final = 2.0
ENDLESS_SECONDS: Final = 1_000_000.0
"""What GET DATA takes for endless."""

INTERRUPTED: Final = 1
"""What WAIT FOR DIGIT answers when the server's next command is there."""

OPTION_SECONDS: Final = 5.0
"""How long GET OPTION waits unless told: the dialplan's digit timeout."""


async def stream_file(call: Call, file: str, keys: str, offset: str = "0") -> Outcome:
    """STREAM FILE file keys [offset]."""
    samples = scan_integer(offset)
    if samples is None:
        return USAGE
    played = await play(call, Prompt("STREAM FILE", (file,), keys, start=max(samples, 0) / RATE))
    if played.stopped_by is Stop.COMMAND:
        return NO_REPLY
    outcome = _streamed(played, samples)
    if not played.is_missing:
        status = "SUCCESS" if played.stopped_by is None else "FAILED"
        call.channel.variables.set("PLAYBACKSTATUS", status)
    return outcome


def _streamed(played: Played, offset: int = 0) -> Outcome:
    if played.is_missing:
        return failure(-1, f"endpos={offset}")
    end = f"endpos={round(played.position * RATE)}"
    if isinstance(played.stopped_by, Key):
        return success(ord(played.stopped_by.digit), end)
    return failure(-1, end) if played.stopped_by is GONE else success(0, end)


async def get_option(
    call: Call, file: str, keys: str, milliseconds: str = str(int(OPTION_SECONDS * 1000))
) -> Outcome:
    """GET OPTION file keys [timeout]: a prompt, then a wait for one of the keys.

    In that wait any key ends it, one that is not asked for as 0; and so do the caller who leaves
    and the next command of the server.
    """
    played = await play(call, Prompt("GET OPTION", (file,), keys))
    if played.stopped_by is Stop.COMMAND:
        return NO_REPLY
    if played.is_missing or played.stopped_by is not None:
        return _streamed(played)
    end = f"endpos={round(played.position * RATE)}"
    pressed = await wait_for_key(call, read_integer(milliseconds) / 1000)
    if isinstance(pressed, Key) and pressed.digit in keys:
        return success(ord(pressed.digit), end)
    return success(0, end)


async def wait_for_digit(call: Call, milliseconds: str) -> Outcome:
    """WAIT FOR DIGIT timeout: 0 waits for nothing, below 0 for ever."""
    limit = scan_integer(milliseconds)
    if limit is None:
        return USAGE
    seconds = limit / 1000
    if seconds:
        limits = inf if seconds < 0 else seconds
        await call.ask("WAIT FOR DIGIT", (), DIGITS, usual=0.0, seconds=limits)
    match await wait_for_key(call, seconds):
        case Key(digit):
            return success(ord(digit))
        case Stop.TIME:
            return success(0)
        case Stop.COMMAND:
            return success(INTERRUPTED)
        case _:
            return failure(-1)


async def get_data(
    call: Call, file: str, milliseconds: str = "0", maximum: str = "1024", *_: str
) -> Outcome:
    """GET DATA file [timeout] [max]."""
    if file and length_of(call, file) is None:
        return success(-1)
    if call.channel.hung_up:
        return success(-1)
    longest = read_integer(maximum)
    if longest == 0:
        return success(-1)
    first, between = _limits(read_integer(milliseconds))
    return await _collect(call, file, longest, first, between)


def _limits(milliseconds: int) -> tuple[float, float]:
    """The seconds to the first key, and between keys."""
    if milliseconds > 0:
        return milliseconds / 1000, milliseconds / 1000
    if milliseconds < 0:
        return ENDLESS_SECONDS, ENDLESS_SECONDS
    return FIRST_KEY_SECONDS, BETWEEN_KEYS_SECONDS


async def _collect(call: Call, file: str, longest: int, first: float, between: float) -> Outcome:
    digits = ""
    prompt = Prompt(
        "GET DATA",
        (file,) if file else (),
        DIGITS,
        max_digits=max(longest, 1),
        limit=first,
    )
    played = await play(call, prompt)
    key = played.stopped_by or await wait_for_key(call, first)
    while isinstance(key, Key):
        if key.digit == "#":
            return success(digits)
        digits += key.digit
        if len(digits) >= longest:
            return success(digits)
        key = await wait_for_key(call, between)
    if key is Stop.COMMAND:
        return NO_REPLY
    return success(digits, "(timeout)") if key is Stop.TIME else success(-1)
