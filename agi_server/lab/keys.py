"""What a caller of the lab does after the answer, as one writes it: `hear:menu 1 wait:2 5#`."""

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

from agi_server.lab.problems import LabError

SYNTAX: Final = (
    "write keys (0-9 * #), wait:SECONDS, speak:SECONDS, hear:SOUND or hangup, with blanks between, "
    'as in "hear:welcome 1 wait:2 5# hangup"'
)


@dataclass(frozen=True, slots=True)
class Press:
    """Press one key."""

    key: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Do nothing for a time."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Speak:
    """Make sounds like a voice for a time."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Hear:
    """Wait until a sound begins: `sound` is its name, or what stands after the last slash."""

    sound: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""


Act: TypeAlias = Press | Pause | Speak | Hear | HangUp


def read_keys(text: str) -> list[Act]:
    """Read a key script.

    Raises:
        LabError: A word is none of the known ones; the message shows it and the syntax.
    """
    return [act for word in text.split() for act in _read_word(word)]


def _read_word(word: str) -> list[Act]:
    if re.fullmatch(r"[0-9*#]+", word, re.ASCII):
        return [Press(key) for key in word]
    if word == "hangup":
        return [HangUp()]
    kind, _, value = word.partition(":")
    if kind == "hear" and value:
        return [Hear(value)]
    if kind in {"wait", "speak"} and re.fullmatch(r"\d+(\.\d+)?", value, re.ASCII):
        seconds = float(value)
        return [Pause(seconds) if kind == "wait" else Speak(seconds)]
    raise LabError(f"{word!r} is not known in a key script: {SYNTAX}")
