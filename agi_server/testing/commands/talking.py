"""Texts between the server and the caller: RECEIVE CHAR, RECEIVE TEXT, SEND TEXT, SEND IMAGE.

Source: res_agi.c; main/channel.c, `ast_recvtext`.
"""

from math import inf

from agi_server.testing.commands.call import Call, Outcome, Stop, failure, success
from agi_server.testing.numbers import read_integer
from agi_server.testing.timeline import GONE, Typed


async def receive_char(call: Call, milliseconds: str) -> Outcome:
    """RECEIVE CHAR timeout: the first byte of a text.

    A time limit that ran out is told as a hang-up; `0 (timeout)` is what an empty text gives.
    """
    text = await _receive(call, "RECEIVE CHAR", milliseconds)
    if text is None:
        return failure(-1, "(hangup)")
    first = text.encode("utf-8", "surrogateescape")[:1]
    return success(first[0]) if first else success(0, "(timeout)")


async def receive_text(call: Call, milliseconds: str) -> Outcome:
    """RECEIVE TEXT timeout."""
    text = await _receive(call, "RECEIVE TEXT", milliseconds)
    return success(-1) if text is None else success(1, f"({text})")


async def _receive(call: Call, command: str, milliseconds: str) -> str | None:
    limit = read_integer(milliseconds)
    if limit == 0:
        return None
    seconds = inf if limit < 0 else limit / 1000
    until = call.now + seconds
    await call.ask(command, (), "", usual=0.0, seconds=seconds, yields=False)
    while True:
        happening = await call.listen(until, yields=False)
        if isinstance(happening, Typed):
            return happening.text
        if happening is GONE or happening is Stop.TIME:
            return None


async def send_text(call: Call, text: str) -> Outcome:
    """SEND TEXT text."""
    if call.channel.hung_up:
        return failure(-1)
    call.channel.sent.append(text)
    return success(0)


async def send_image(call: Call, image: str) -> Outcome:
    """SEND IMAGE image: on a live channel 0, whether the image went out or not."""
    if call.channel.hung_up:
        return failure(-1)
    call.channel.sent.append(image)
    return success(0)


async def tdd_mode(call: Call, mode: str) -> Outcome:
    """TDD MODE on, off, mate or tdd."""
    del mode
    return success(1 if call.channel.has_tdd else 0)
