"""The channel itself: answering, ending, its state, music, caller's number, place in the dialplan.

Source: res_agi.c.
"""

import re
from typing import Final

from agi_server.testing.commands.call import USAGE, Call, Outcome, success
from agi_server.testing.numbers import scan_fraction, scan_integer

_RING, _UP = 4, 6
_CALLER_ID_BYTES: Final = 255
_NUMBER: Final = re.compile(r"[\d*#+]+", re.ASCII)
_UNESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)


async def answer(call: Call, *_: str) -> Outcome:
    """ANSWER."""
    call.channel.answered = True
    return success(0)


async def hangup(call: Call, name: str | None = None) -> Outcome:
    """HANGUP [channel]: the fake has one channel only."""
    if name not in (None, call.channel.channel_name):
        return success(-1)
    call.channel.hang_up()
    return success(1)


async def channel_status(call: Call, name: str | None = None) -> Outcome:
    """CHANNEL STATUS [channel]."""
    if name not in (None, call.channel.channel_name):
        return success(-1)
    return success(_UP if call.channel.answered else _RING)


async def set_autohangup(call: Call, seconds: str) -> Outcome:
    """SET AUTOHANGUP seconds: the channel ends when they have passed; 0 takes that back."""
    after = scan_fraction(seconds)
    if after is None:
        return USAGE
    call.channel.timeline.plan_end(call.now + after if after > 0 else None)
    return success(0)


async def set_callerid(call: Call, text: str | None = None, *_: str) -> Outcome:
    """SET CALLERID text: `"name" <number>`, or a number, or a name."""
    if text is None:
        return success(1)
    raw = text.encode("utf-8", "surrogateescape")[:_CALLER_ID_BYTES]
    name, number = _parse_caller_id(raw.decode("utf-8", "surrogateescape"))
    call.channel.variables.set("CALLERID(name)", name)
    call.channel.variables.set("CALLERID(num)", number)
    return success(1)


def _parse_caller_id(text: str) -> tuple[str, str]:
    """Name and number (main/callerid.c, `ast_callerid_parse`)."""
    text = text.strip()
    bare = _unquoted(text)
    name, bracket, rest = bare.rpartition("<")
    if bracket:
        return _UNESCAPED.sub(r"\1", _unquoted(name.strip())), _shrink(
            rest.rpartition(">")[0] or rest
        )
    number = _shrink(bare)
    if bare == text and _NUMBER.fullmatch(number):
        return "", number
    return _UNESCAPED.sub(r"\1", bare), ""


def _unquoted(text: str) -> str:
    is_quoted = len(text) > 1 and text.startswith('"') and text.endswith('"')
    return text[1:-1].strip() if is_quoted else text


def _shrink(number: str) -> str:
    """Without what makes a number easy to read."""
    return re.sub(r"[() -]|\.(?=.)", "", number)


async def set_music(call: Call, state: str, group: str = "", *_: str) -> Outcome:
    """SET MUSIC on or off [class]; anything else has no effect."""
    word = state.lower()
    if word.startswith("on"):
        call.channel.music = group
    elif word.startswith("off"):
        call.channel.music = None
    return success(0)


async def set_context(call: Call, context: str) -> Outcome:
    """SET CONTEXT context, which need not exist."""
    call.channel.context = context
    return success(0)


async def set_extension(call: Call, extension: str) -> Outcome:
    """SET EXTENSION extension, which need not exist."""
    call.channel.extension = extension
    return success(0)


async def set_priority(call: Call, priority: str) -> Outcome:
    """SET PRIORITY number or label."""
    value = scan_integer(priority)
    if value is None:
        value = call.channel.labels.get(priority, -1)
        if value < 1:
            return USAGE
    call.channel.set_priority = value
    return success(0)
