"""The SAY commands. None of them gives way to the next command: only GET DATA and its like do.

Source: res_agi.c; main/say.c, `say_filenames`, which listens for commands in EAGI only.
"""

import re
from collections.abc import Iterable
from typing import Final

from agi_server.testing.commands import saying
from agi_server.testing.commands.call import USAGE, Call, Outcome, failure, success
from agi_server.testing.commands.playing import Prompt, length_of, play
from agi_server.testing.numbers import scan_integer
from agi_server.testing.timeline import GONE, Key

_ANNOUNCED: Final = re.compile("(?:upper|lower)case&")
_VERSION: Final = re.compile(r"(\d{1,3})\.(\d{1,3})", re.ASCII)
_CASE_FIRST_SINCE: Final = {16: 30, 18: 16, 19: 8, 20: 1}


async def say_alpha(call: Call, text: str, keys: str, case: str = "") -> Outcome:
    """SAY ALPHA text keys [case]."""
    sensitivity = case[:1].lower()
    if sensitivity not in "alnu":
        return USAGE
    files = _known(call, saying.characters(text, sensitivity or "n"))
    if _ANNOUNCED.match("&".join(files)) and not _knows_case_first(call.channel.version):
        files = ("".join(files[:2]), *files[2:])
    return await _say(call, "SAY ALPHA", files, keys)


def _knows_case_first(version: str) -> bool:
    """Whether this Asterisk can tell the case of the first letter.

    Others look for one file named like the announcement and the letter together: there is none.
    """
    match = _VERSION.match(version)
    if match is None:
        return True
    branch, minor = int(match[1]), int(match[2])
    return minor >= _CASE_FIRST_SINCE.get(branch, 0)


async def say_digits(call: Call, text: str, keys: str) -> Outcome:
    """SAY DIGITS number keys: the text must begin with a number."""
    if scan_integer(text) is None:
        return USAGE
    return await _say(call, "SAY DIGITS", _known(call, saying.digits(text)), keys)


async def say_number(call: Call, text: str, keys: str, gender: str = "") -> Outcome:
    """SAY NUMBER number keys [gender]."""
    del gender
    value = scan_integer(text)
    if value is None:
        return USAGE
    return await _say(call, "SAY NUMBER", saying.number(value), keys)


async def say_phonetic(call: Call, text: str, keys: str) -> Outcome:
    """SAY PHONETIC text keys."""
    return await _say(call, "SAY PHONETIC", _known(call, saying.phonetic(text)), keys)


async def say_date(call: Call, epoch: str, keys: str) -> Outcome:
    """SAY DATE epoch keys."""
    value = scan_integer(epoch)
    return USAGE if value is None else await _say(call, "SAY DATE", saying.date(value), keys)


async def say_time(call: Call, epoch: str, keys: str) -> Outcome:
    """SAY TIME epoch keys."""
    value = scan_integer(epoch)
    return USAGE if value is None else await _say(call, "SAY TIME", saying.time(value), keys)


async def say_datetime(call: Call, epoch: str, keys: str, *_: str) -> Outcome:
    """SAY DATETIME epoch keys [format] [zone]: as the date and the time, whatever the format."""
    value = scan_integer(epoch)
    if value is None:
        return USAGE
    files = (*saying.date(value), *saying.time(value))
    return await _say(call, "SAY DATETIME", files, keys)


def _known(call: Call, files: Iterable[str]) -> tuple[str, ...]:
    """Those that there are: characters without a file are passed over."""
    return tuple(file for file in files if length_of(call, file) is not None)


async def _say(call: Call, command: str, files: Iterable[str], keys: str) -> Outcome:
    said = await play(call, Prompt(command, tuple(files), keys, yields=False))
    if isinstance(said.stopped_by, Key):
        return success(ord(said.stopped_by.digit))
    return failure(-1) if said.is_missing or said.stopped_by is GONE else success(0)
