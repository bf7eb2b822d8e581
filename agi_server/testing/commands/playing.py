"""How prompts play, until they end or a key, the caller or the server stops them.

Source: main/file.c, `waitstream_core`; main/app.c, `control_streamfile`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Final, Literal, TypeAlias

from agi_server.testing.commands.call import Call, Stop
from agi_server.testing.timeline import GONE, Gone, Key

DIGITS: Final = "0123456789*#ABCD"

Pressed: TypeAlias = Key | Stop | Literal[Gone.GONE]
"""The key that was waited for, or why there is none."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """Files to play one after the other, and when the caller may say something.

    `keys` interrupt; `start` is where in the (first) file to begin, in seconds; `yields`: whether
    the next command of the server stops it.
    """

    command: str
    files: Sequence[str]
    keys: str
    start: float = 0.0
    yields: bool = True
    max_digits: int = 0
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Played:
    """How far a prompt came, in seconds of its last file, and what stopped it: None, its end.

    `is_missing`: a file of it cannot be opened.
    """

    position: float
    stopped_by: Pressed | None = None
    is_missing: bool = False


def length_of(call: Call, file: str) -> float | None:
    """The seconds that a file plays in the channel's language; None: it is missing."""
    return call.channel.sounds(file, call.channel.current_language())


async def play(call: Call, prompt: Prompt) -> Played:
    """Play a prompt; a key pressed before it began counts, unless it does not interrupt."""
    lengths = [length_of(call, file) for file in prompt.files]
    known = [length for length in lengths if length is not None]
    if lengths and lengths[0] is None:
        return Played(prompt.start, is_missing=True)
    key = call.channel.typed_ahead(prompt.keys)
    if key is not None:
        return Played(prompt.start, Key(key))
    total = max(0.0, sum(known) - prompt.start)
    await call.ask(
        prompt.command,
        tuple(prompt.files),
        prompt.keys,
        usual=total / 2,
        max_digits=prompt.max_digits,
        seconds=total if prompt.limit is None else prompt.limit,
        yields=prompt.yields,
    )
    return await _play_each(call, prompt, lengths)


async def _play_each(call: Call, prompt: Prompt, lengths: Sequence[float | None]) -> Played:
    position, start = 0.0, prompt.start
    for file, length in zip(prompt.files, lengths, strict=True):
        if length is None:
            return Played(position, is_missing=True)
        begin = call.now
        stopped_by = await _hold(call, prompt, begin + max(0.0, length - start))
        heard = call.now - begin
        call.channel.hear(file, heard, length - start)
        position = min(start + heard, length) if stopped_by else length
        if stopped_by is not None:
            return Played(position, stopped_by)
        start = 0.0
    return Played(position)


async def _hold(call: Call, prompt: Prompt, end: float) -> Pressed | None:
    """Wait for the end of a file, or for what stops it."""
    while (happening := await call.listen(end, yields=prompt.yields)) is not Stop.TIME:
        if happening is GONE or happening is Stop.COMMAND:
            return happening
        if isinstance(happening, Key) and happening.digit in prompt.keys:
            return happening
    return None


async def wait_for_key(call: Call, seconds: float, *, yields: bool = True) -> Pressed:
    """Wait `seconds` for any key, for ever when below 0 (`ast_waitfordigit_full`)."""
    if call.channel.hung_up:
        return GONE
    if seconds == 0:
        return Stop.TIME
    until = inf if seconds < 0 else call.now + seconds
    while True:
        happening = await call.listen(until, yields=yields)
        if happening is GONE or isinstance(happening, Stop | Key):
            return happening
