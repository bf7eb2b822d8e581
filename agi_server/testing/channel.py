"""The fake Asterisk's channel: one call, with its caller, its clock and what became of it."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from agi_server.testing.callers import Action, Asked, Caller, HangUp, Press, silent
from agi_server.testing.variables import Variables

PROMPT_SECONDS: Final = 2.0
"""How long a file plays when nobody says otherwise."""

Sounds: TypeAlias = Callable[[str, str], float | None]
"""The seconds that a file plays, by its name and the channel's language; None: it is missing."""


def _every_file(file: str, language: str) -> float | None:
    del file, language
    return PROMPT_SECONDS


@dataclass(frozen=True, slots=True)
class Heard:
    """A file that was played: `whole`, or until a key or the hang-up stopped it."""

    file: str
    language: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording that was made."""

    file: str
    format: str
    seconds: float


@dataclass(slots=True)
class FakeChannel:
    """One call in the fake Asterisk. What is given sets the scene, what follows tells what came.

    `known` are variables and functions set before AGI starts; `applications` those that EXEC
    finds, by name, with what they return; `leaves_after` hangs up, while nothing is asked, once
    so many commands have been answered.
    """

    number: str = ""
    name: str = ""
    dialled: str = ""
    caller: Caller = silent
    known: Mapping[str, str] = field(default_factory=dict)
    sounds: Sounds = _every_file
    language: str = "en"
    context: str = "rahyab-incoming"
    extension: str = "s"
    uniqueid: str = "1700000000.1"
    version: str = "22.10.1"
    applications: Mapping[str, int] = field(default_factory=lambda: {"NoOp": 0, "Wait": 0})
    can_record: bool = True
    leaves_after: int | None = None

    variables: Variables = field(init=False)
    answered: bool = field(default=False, init=False)
    hung_up: bool = field(default=False, init=False)
    departed: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    clock: float = field(default=0.0, init=False)
    """Seconds since the call began."""
    heard: list[Heard] = field(default_factory=list, init=False)
    recordings: list[Recording] = field(default_factory=list, init=False)
    executed: list[tuple[str, str]] = field(default_factory=list, init=False)
    """Applications run by EXEC, with their options."""
    messages: list[str] = field(default_factory=list, init=False)
    """What VERBOSE wrote."""
    keys: deque[str] = field(default_factory=deque, init=False)
    """Pressed, and not yet taken by a command."""
    _asked: int = field(default=0, init=False)
    commands: int = field(default=0, init=False)
    """How many AGI commands have been answered, over all sessions of the call."""

    def __post_init__(self) -> None:
        functions = {
            "CALLERID(num)": self.number,
            "CALLERID(name)": self.name,
            "CALLERID(dnid)": self.dialled,
            "CHANNEL(language)": self.language,
        }
        self.variables = Variables({**functions, **self.known})

    def hang_up(self) -> None:
        """The caller hangs up, now."""
        self.hung_up = True
        self.departed.set()

    def current_language(self) -> str:
        """The language of the channel now, which a server may have changed."""
        return self.variables.get("CHANNEL(language)") or self.language

    async def ask(
        self, command: str, file: str, keys: str, *, max_digits: int = 0, seconds: float = 0.0
    ) -> Action:
        """Have the caller say what to do now (see `Asked`)."""
        self._asked += 1
        files = (file,) if file else ()
        language = self.current_language()
        action = await self.caller(
            Asked(command, files, keys, max_digits, seconds, self._asked, language)
        )
        return HangUp(0.0) if self.hung_up else action

    def do(self, action: Action) -> None:
        """Let what the caller does become so: for this command, or for the next."""
        if isinstance(action, HangUp):
            self.hang_up()
        elif isinstance(action, Press):
            self.keys.extend(action.keys)

    def next_key(self, keys: str) -> str | None:
        """The next key pressed that is one of `keys`; others are lost."""
        while self.keys:
            key = self.keys.popleft()
            if key in keys:
                return key
        return None

    def hear(self, file: str, seconds: float, length: float) -> None:
        """Take down that `seconds` of a file were heard; nothing, if it was never begun."""
        if file and seconds > 0:
            self.heard.append(Heard(file, self.current_language(), seconds >= length))
