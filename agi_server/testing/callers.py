"""Who is at the other end of the fake Asterisk's line: what a caller hears and does."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol, TypeAlias

from agi_server.testing.timeline import GONE, Happening, Key, Spoken, Typed


@dataclass(frozen=True, slots=True)
class Press:
    """Press these keys, one `apart` seconds after the other.

    `after` is in seconds from the beginning of what is played; None: in the middle of it, or after
    two seconds of a recording.
    """

    keys: str
    after: float | None = None
    apart: float = 0.0


@dataclass(frozen=True, slots=True)
class Silence:
    """Listen, and press nothing."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """Hang up, `after` as with `Press`: 0 before anything is heard, `math.inf` when it is over."""

    after: float | None = None


@dataclass(frozen=True, slots=True)
class Type:
    """Send a text, `after` as with `Press`: RECEIVE TEXT and RECEIVE CHAR get it."""

    text: str
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Speak:
    """Say what the speech engine recognises, `after` as with `Press`.

    `score` is the engine's trust in it, `grammar` the one that matched; the channel needs a speech
    engine (`FakeChannel.speech_engines`).
    """

    text: str
    score: int = 1000
    grammar: str = "default"
    after: float | None = None


@dataclass(frozen=True, slots=True)
class InTurn:
    """Several actions during one prompt or question, each with its own `after`."""

    actions: tuple["Action", ...]

    def __init__(self, *actions: "Action") -> None:
        object.__setattr__(self, "actions", actions)


Action: TypeAlias = Press | Silence | HangUp | Type | Speak | InTurn


def happenings(action: Action, usual: float) -> Iterator[tuple[float, Happening]]:
    """What an action comes to, with the seconds from its beginning; `usual` where none are said."""
    match action:
        case InTurn(actions):
            for one in actions:
                yield from happenings(one, usual)
        case Press(keys, after, apart):
            start = usual if after is None else after
            yield from ((start + n * apart, Key(digit)) for n, digit in enumerate(keys))
        case HangUp(after):
            yield (usual if after is None else after, GONE)
        case Type(text, after):
            yield (usual if after is None else after, Typed(text))
        case Speak(text, score, grammar, after):
            yield (usual if after is None else after, Spoken(text, score, grammar))
        case Silence():
            pass


@dataclass(frozen=True, slots=True)
class Asked:
    """What a caller is confronted with.

    `command` is the AGI command; `files` are the full names of what is being played, none for a
    GET DATA without prompt; `keys` those that have an effect (none: the prompt cannot be
    interrupted); `max_digits` how many are collected, 0 outside GET DATA; `seconds` the time limit
    for a key, or of a recording; `number` counts prompts and questions from 1.
    """

    command: str
    files: tuple[str, ...]
    keys: str
    max_digits: int
    seconds: float
    number: int
    language: str


class Caller(Protocol):
    """Answers for the caller: an async function, or an object like `ScriptedCaller`."""

    async def __call__(self, asked: Asked, /) -> Action:
        """What the caller does; may take its time, the fake waits."""


PROMPTS: frozenset[str] = frozenset(
    {
        "STREAM FILE",
        "CONTROL STREAM FILE",
        "SAY ALPHA",
        "SAY DATE",
        "SAY DATETIME",
        "SAY DIGITS",
        "SAY NUMBER",
        "SAY PHONETIC",
        "SAY TIME",
    }
)
"""The commands that a caller listens to; the others that ask a caller at all are questions."""


async def silent(asked: Asked, /) -> Action:
    """A caller who hears everything and does nothing."""
    del asked
    return Silence()


class ScriptedCaller:
    """A caller who gives one answer to each question, in order, and then is silent.

    A question is a GET DATA, GET OPTION, WAIT FOR DIGIT, RECORD FILE, RECEIVE CHAR, RECEIVE TEXT or
    SPEECH RECOGNIZE; prompts before it are listened to. `during` overrules that for one prompt, by
    its number from 1 or by the last part of its file's name, once each.
    """

    def __init__(self, *answers: Action, during: Mapping[int | str, Action] | None = None) -> None:
        self._answers = list(answers)
        self._during = dict(during or {})
        self._has_pressed = False
        """Since something was last played: then a GET DATA without prompt asks for the rest of the
        same answer, and there is no more of it."""

    async def __call__(self, asked: Asked, /) -> Action:
        """The next answer, if this is a question."""
        action = self._choose(asked)
        self._has_pressed = isinstance(action, Press) or (self._has_pressed and not asked.files)
        return action

    def _choose(self, asked: Asked) -> Action:
        for mark in (asked.number, *(PurePosixPath(file).name for file in asked.files)):
            if mark in self._during:
                return self._during.pop(mark)
        is_rest = asked.command == "GET DATA" and not asked.files and self._has_pressed
        if asked.command not in PROMPTS and not is_rest and self._answers:
            return self._answers.pop(0)
        return Silence()
