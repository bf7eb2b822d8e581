"""What a caller of the lab does after the answer, as one writes it: `hear:menu 1 wait:2 5#`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from agi_server.lab.problems import LabError

SYNTAX: Final = (
    "write keys (0-9 * #), quick:KEYS, wait:SECONDS, speak:SECONDS, tone:HERTZ:SECONDS, "
    "hush:SECONDS, hear:SOUND or hangup, with blanks between, "
    'as in "hear:welcome 1 wait:2 5# hangup"'
)


@dataclass(frozen=True, slots=True)
class Press:
    """Press one key."""

    key: str


@dataclass(frozen=True, slots=True)
class Rush:
    """Press keys as fast as a machine does, or a finger that slips: ten in a second."""

    keys: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Do nothing for a time: not even silence is sent."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Speak:
    """Make sounds like a voice for a time."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Tone:
    """Send a pure tone for a time."""

    hertz: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Hush:
    """Keep silent for a time, as a telephone does: the silence is sent."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Hear:
    """Wait until a sound begins: `sound` is its name, or what stands after the last slash."""

    sound: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""


Act: TypeAlias = Press | Rush | Pause | Speak | Tone | Hush | Hear | HangUp


SECONDS: Final = r"\d+(?:\.\d+)?"

LASTING: Final[Mapping[str, Callable[[float], Act]]] = {
    "wait": Pause,
    "speak": Speak,
    "hush": Hush,
}
"""The words that are followed by a time alone."""

HEARD_HERTZ: Final = range(100, 4000)
"""The tones that a telephone line carries."""


def read_keys(text: str) -> list[Act]:
    """Read a key script.

    Raises:
        LabError: A word is none of the known ones; the message shows it and the syntax.
    """
    return [act for word in text.split() for act in _read_word(word)]


def _read_word(word: str) -> list[Act]:
    if _is_keys(word):
        return [Press(key) for key in word]
    if word == "hangup":
        return [HangUp()]
    kind, _, value = word.partition(":")
    act = _read_act(kind, value) if value else None
    if act is None:
        raise LabError(f"{word!r} is not known in a key script: {SYNTAX}")
    return [act]


def _read_act(kind: str, value: str) -> Act | None:
    if kind == "hear":
        return Hear(value)
    if kind == "quick" and _is_keys(value):
        return Rush(value)
    tone = re.fullmatch(rf"(\d+):({SECONDS})", value, re.ASCII)
    if kind == "tone" and tone and int(tone[1]) in HEARD_HERTZ:
        return Tone(int(tone[1]), float(tone[2]))
    if kind in LASTING and re.fullmatch(SECONDS, value, re.ASCII):
        return LASTING[kind](float(value))
    return None


def _is_keys(text: str) -> bool:
    return re.fullmatch(r"[0-9*#]+", text, re.ASCII) is not None
