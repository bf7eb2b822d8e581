"""Asterisk's log of a call, told as the caller lives through it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from agi_server.lab.log import PLAYING

STAMP: Final = re.compile(r"^\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3})\] ")

TOLD: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(r"channel\.c: DTMF end '(.)' received on PJSIP/lab-caller-"), "presses {}"),
    (re.compile(r"\[queue@rahyab-call:\d+\] Queue\(\"[^\"]*\", \"([^,\"]+)"), "waits in queue {}"),
    (re.compile(r"\[fallback@rahyab-call:1\]"), "takes the fallback: the server gave no answer"),
    (re.compile(r"app_queue\.c: (\S+)-[0-9a-f]{8} is ringing"), "{} rings"),
    (re.compile(r"app_queue\.c: (\S+)-[0-9a-f]{8} answered "), "{} answers"),
    (re.compile(r"Channel (PJSIP/(?!lab-caller)\S+)-[0-9a-f]{8} left"), "{} leaves"),
    (re.compile(r"\[extension@rahyab-call:2\] Goto\(\"[^\"]*\", \"([^\"]+)"), "goes to {}"),
    (re.compile(r"\[hangup@rahyab-call:1\]"), "is hung up on, as the rules say"),
    (re.compile(r"res_agi\.c: Connecting to '([^']+)' failed"), "(no server at {})"),
    (re.compile(r"file\.c: File (\S+) does not exist"), "(the sound {} is missing)"),
)
"""What is told of a line that matches, with the matched group in it."""


@dataclass(frozen=True, slots=True)
class Told:
    """Something that happened to a caller, and when by Asterisk's clock."""

    at: datetime
    what: str


def tell(line: str, text_of: Callable[[str], str | None]) -> Told | None:
    """What a line of the log means to the caller; None when nothing.

    Args:
        line: A line of Asterisk's log.
        text_of: Gives the words of a sound by its name, or None.
    """
    stamp = STAMP.match(line)
    if stamp is None:
        return None
    at = datetime.fromisoformat(stamp[1])
    playing = PLAYING.search(line)
    if playing is not None:
        words = text_of(playing["sound"])
        return Told(at, f"hears {playing['sound']}" + (f": {words}" if words else ""))
    for pattern, what in TOLD:
        found = pattern.search(line)
        if found is not None:
            return Told(at, what.format(*found.groups()))
    return None
