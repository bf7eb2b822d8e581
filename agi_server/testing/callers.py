"""Who is at the other end of the fake Asterisk's line: what a caller hears and does."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol, TypeAlias


@dataclass(frozen=True, slots=True)
class Press:
    """Press these keys, one after the other.

    `after` is in seconds from the beginning of what is played; None: in the middle of it, or after
    two seconds of a recording.
    """

    keys: str
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Silence:
    """Listen, and press nothing."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """Hang up, `after` as with `Press`: 0 before anything is heard, `math.inf` when it is over."""

    after: float | None = None


Action: TypeAlias = Press | Silence | HangUp


@dataclass(frozen=True, slots=True)
class Asked:
    """What a caller is confronted with.

    `command` is the AGI command; `files` are the full names of what is being played, none for a
    GET DATA without prompt; `keys` those that have an effect (none: the prompt cannot be
    interrupted); `max_digits` how many are collected, 0 outside GET DATA; `seconds` the time limit
    for a key, or of a recording; `number` counts prompts and recordings from 1.
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


async def silent(asked: Asked, /) -> Action:
    """A caller who hears everything and does nothing."""
    del asked
    return Silence()


class ScriptedCaller:
    """A caller who gives one answer to each question, in order, and then is silent.

    A question is a GET DATA or a RECORD FILE; prompts before it are listened to. `during` overrules
    that for one prompt, by its number from 1 or by the last part of its file's name, once each.
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
        is_question = asked.command != "STREAM FILE"
        is_rest = asked.command == "GET DATA" and not asked.files and self._has_pressed
        if is_question and not is_rest and self._answers:
            return self._answers.pop(0)
        return Silence()
