"""What a scenario is, and how its transcript is written down and compared."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from agi_server.testing import Action, Press, Silence
from agi_server.testing.callers import happenings
from agi_server.testing.timeline import GONE

RECORDED: Final = Path(__file__).with_name("recorded")
"""The transcripts that a real Asterisk gave: the truth for the fake, and for the next Asterisk."""

PLACE_TOLERANCE: Final = 5_000
"""Samples: 0.6 seconds of what keys and hang-ups need on their way."""

SECONDS_TOLERANCE: Final = 0.9
NOTED_SECONDS: Final = 1.0
"""What takes less is not worth a note."""

_PLACE: Final = re.compile(r"(?<=endpos=)(\d+)")
_SECONDS: Final = re.compile(r" \[([\d.]+) s\]$")
_MEASURE: Final = re.compile(rf"{_PLACE.pattern}|{_SECONDS.pattern}")
_VOLATILE: Final = re.compile(
    r"^(agi_(?:request|channel|uniqueid|version|threadid)): .*", re.MULTILINE
)
_LEFT_OVER: Final = re.compile(r"result=\d+ (\(timeout\) endpos=)")
_PLACE_OF_HANG_UP: Final = re.compile(r"(result=-1 endpos=)-?\d+")
"""Where a prompt was when the caller left, or its whole length: Asterisk may have closed the file
by then, which is chance."""

_USAGE: Final = re.compile(r"(520-[^\n]*\n).*?(520 End of proper usage\.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Step:
    """Something the server sends, what the caller does then, and how many replies come of it.

    Attributes:
        segments: Bytes, each sent by itself; the later ones once the first is under way.
        during: What the caller does, each `after` counted from the first segment.
        replies: Lines to wait for; a whole 520 block counts as one.
    """

    segments: tuple[bytes, ...]
    during: Action = Silence()  # noqa: RUF009  it cannot be changed
    replies: int = 1

    @property
    def title(self) -> str:
        """How the transcript shows it."""
        shown = [_shown(segment) for segment in self.segments]
        action = "" if isinstance(self.during, Silence) else f"   -- {_deed(self.during)}"
        return "> " + " | ".join(shown) + action


def _shown(segment: bytes) -> str:
    text = segment.decode("latin-1").encode("unicode_escape").decode().removesuffix("\\n")
    return text if len(text) < 80 else f"{text[:60]}... ({len(segment)} bytes)"


def _deed(action: Action) -> str:
    return repr(action).replace(", apart=0.0", "")


@dataclass(frozen=True, slots=True)
class Scene:
    """The channel of a scenario.

    Attributes:
        variables: Set before AGI starts.
        is_dead: AGI runs in the extension `h`.
        speaks: The caller makes a sound all the time.
    """

    variables: Mapping[str, str] = field(default_factory=dict)
    is_dead: bool = False
    speaks: bool = False


@dataclass(frozen=True, slots=True)
class Scenario:
    """A session: its scene, what the server sends, and what is asked afterwards.

    Attributes:
        name: Of the scenario, and of its file.
        steps: What the server sends.
        scene: The channel.
        arguments: Of AGI(), behind the URL.
        shows_environment: The environment is part of the transcript.
        shows_landing: The priority at which the dialplan goes on is a part of it, too.
        notes_time: How long a reply took is a part of it.
        by_version: The versions differ: 16 has a file of its own.
    """

    name: str
    steps: Sequence[Step]
    scene: Scene = field(default_factory=Scene)
    arguments: tuple[str, ...] = ()
    shows_environment: bool = False
    shows_landing: bool = False
    notes_time: bool = True
    by_version: bool = False

    def recorded(self, branch: int) -> Path:
        """The file for a branch of Asterisk, such as 22."""
        suffix = ".16" if self.by_version and branch < 20 else ""
        return RECORDED / f"{self.name}{suffix}.txt"


class Transcript:
    """What was said, line by line, free of what is different each time."""

    def __init__(self, scenario: Scenario) -> None:
        self._lines = [f"# {scenario.name}"]
        self._notes_time = scenario.notes_time
        self._is_leaving = False

    def environment(self, text: str) -> None:
        """Note the environment."""
        fixed = _VOLATILE.sub(r"\1: *", text.rstrip("\n"))
        self._lines += [f"< {line}" for line in fixed.split("\n")]

    def sent(self, step: Step) -> None:
        """Note what the server sent."""
        self._lines.append(step.title)
        self._is_leaving = any(what is GONE for _, what in happenings(step.during, 0.0))

    def received(self, reply: str, seconds: float = 0.0) -> None:
        """Note a reply, and how long it took."""
        reply = _USAGE.sub(r"\1...\n\2", reply)
        reply = _LEFT_OVER.sub(r"result=* \1", reply)
        if self._is_leaving:
            reply = _PLACE_OF_HANG_UP.sub(r"\1*", reply)
        note = f" [{seconds:.1f} s]" if self._notes_time and seconds >= NOTED_SECONDS else ""
        lines = (reply + note).split("\n")
        self._lines += [f"< {line}" for line in lines]

    def ended(self, **known: str | None) -> None:
        """Note what the dialplan knows afterwards."""
        self._lines += [f"= {name} {value}" for name, value in known.items()]

    def __str__(self) -> str:
        return "\n".join(self._lines) + "\n"


def differences(recorded: str, played: str) -> list[str]:
    """Where two transcripts differ beyond what time explains."""
    ours, theirs = played.splitlines(), recorded.splitlines()
    length = max(len(ours), len(theirs))
    ours += ["(nothing)"] * (length - len(ours))
    theirs += ["(nothing)"] * (length - len(theirs))
    return [
        f"recorded {one!r}, played {other!r}"
        for one, other in zip(theirs, ours, strict=True)
        if not _agree(one, other)
    ]


def _agree(one: str, other: str) -> bool:
    if _MEASURE.sub("", one) != _MEASURE.sub("", other):
        return False
    places = zip(_measures(_PLACE, one), _measures(_PLACE, other), strict=True)
    if any(abs(first - second) > PLACE_TOLERANCE for first, second in places):
        return False
    # What is not noted took less than is noted.
    noted = [*_measures(_SECONDS, one), *_measures(_SECONDS, other)]
    if len(noted) == 1:
        return noted[0] - NOTED_SECONDS <= SECONDS_TOLERANCE
    return not noted or abs(noted[0] - noted[1]) <= SECONDS_TOLERANCE


def _measures(pattern: re.Pattern[str], line: str) -> list[float]:
    return [float(match[1]) for match in pattern.finditer(line)]


def line(text: str, during: Action = Silence(), replies: int = 1) -> Step:  # noqa: B008  frozen
    """One line of the server."""
    return Step((text.encode() + b"\n",), during, replies)


def lines(*texts: str) -> tuple[Step, ...]:
    """Lines of the server, each with one reply."""
    return tuple(line(text) for text in texts)


def together(*texts: str, replies: int = 1, during: Action = Silence()) -> Step:  # noqa: B008  frozen
    """A line, and others while it is under way."""
    return Step(tuple(text.encode() + b"\n" for text in texts), during, replies)


def keys(digits: str, after: float, apart: float = 0.4) -> Press:
    """The caller presses keys."""
    return Press(digits, after, apart)
