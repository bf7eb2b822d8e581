"""A call in the terminal: the fake Asterisk's caller is a person at a keyboard, or a key script."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from secrets import randbelow
from typing import Final

from agi_server.testing import Action, Asked, FakeChannel, HangUp, Press, Silence, agi
from dialplan import contract
from dialplan.contract import Argument, Go, Script
from ivr.prompts import Catalogue
from routing import key_script
from routing.key_script import KeyScriptError, read_script, read_word

Answer = Callable[[], Awaitable[Action]]
"""Gives the action for the next question; may wait for a person."""


@dataclass(slots=True)
class TrialCaller:
    """Prints what a caller hears, and answers each question.

    Attributes:
        catalogue: Knows the text of each sound.
        tell: Prints one line.
        answer: Gives the action for the next question.
    """

    catalogue: Catalogue
    tell: Callable[[str], None]
    answer: Answer
    _heard: list[str] = field(default_factory=list)
    _has_pressed: bool = False

    async def __call__(self, asked: Asked, /) -> Action:
        """Listen to a prompt, or answer a question."""
        self._heard += (self._text(file) for file in asked.files)
        is_rest = asked.command == "GET DATA" and not asked.files and self._has_pressed
        if asked.command == "STREAM FILE" or is_rest:
            self._has_pressed = is_rest
            return Silence()
        self.flush()
        if asked.command == "RECORD FILE":
            self.tell("  (beep: a message of two seconds is recorded)")
            return Press("#")
        action = await self.answer()
        self._has_pressed = isinstance(action, Press)
        self._echo(action)
        return action

    def flush(self) -> None:
        """Print what has been heard since the last time."""
        words = " ".join(text for text in self._heard if text)
        if words:
            self.tell(f"  «{words}»")
        self._heard.clear()

    def _text(self, file: str) -> str:
        text = self.catalogue.heard(file)
        return f"[{file}]" if text is None else text

    def _echo(self, action: Action) -> None:
        match action:
            case Press(keys):
                self.tell(f"  > {keys}")
            case HangUp():
                self.tell("  > (hangs up)")
            case Silence():
                self.tell("  > (nothing)")


def scripted_answers(script: str) -> Answer:
    """Answers out of a key script, one word a question; when it is over, silence.

    Raises:
        KeyScriptError: A word is none of the known ones.
    """
    actions = iter([_action(word) for word in read_script(script)])

    async def answer() -> Action:
        return next(actions, Silence())

    return answer


@dataclass(slots=True)
class Keyboard:
    """Answers of a person at a terminal, or of the lines of a file or pipe.

    Attributes:
        tell: Prints one line.
        ask: Prints the prompt, without a line end.
        departed: Set when the caller hangs up by Ctrl-C, which must not wait for a line.
    """

    tell: Callable[[str], None]
    ask: Callable[[], None]
    departed: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self) -> Action:
        """The next line, as an action; its end is a hang-up."""
        while True:
            self.ask()
            line = await self._line()
            if not line:
                return HangUp()
            try:
                return _action(read_word(line.strip()))
            except KeyScriptError as error:
                self.tell(f"  {error}")

    async def _line(self) -> str:
        if not sys.stdin.isatty():
            return sys.stdin.readline()
        loop = asyncio.get_running_loop()
        typed = asyncio.Event()
        loop.add_reader(sys.stdin, typed.set)
        waits = [loop.create_task(event.wait()) for event in (typed, self.departed)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            loop.remove_reader(sys.stdin)
            for wait in waits:
                wait.cancel()
        return "" if self.departed.is_set() else sys.stdin.readline()


def _action(word: key_script.Word) -> Action:
    """A word of a key script, as the fake Asterisk's caller does it."""
    match word:
        case key_script.Press(keys):
            return Press(keys)
        case key_script.HangUp():
            return HangUp()
        case key_script.Wait():
            return Silence()


@dataclass(frozen=True, slots=True)
class TrialResult:
    """Where a terminal call went. `go` is None when the server gave no answer."""

    call_id: str
    hung_up: bool
    go: Go | None
    variables: dict[str, str]


SHOWN: Final = (
    contract.QUEUE,
    contract.EXTENSION,
    contract.NUMBER,
    contract.CAUSE,
    contract.REASON,
)


async def place_trial(
    channel: FakeChannel, address: tuple[str, int], at: str | None
) -> TrialResult:
    """Place one call as the dialplan would: `incoming`, and at its end `ended`."""
    call_id = f"try-{int(time.time())}-{randbelow(1_000_000):06d}"
    host, port = address
    url = f"agi://[{host}]:{port}/" if ":" in host else f"agi://{host}:{port}/"
    common = (f"{Argument.CALL}={call_id}", f"{Argument.TRIAL}=yes", f"{Argument.AT}={at or ''}")
    dialled = f"{Argument.DIALLED}={channel.dialled}"
    await agi(channel, url + Script.INCOMING, *common, dialled, f"{Argument.VISIT}=1")
    done = channel.variables.get(contract.DONE) == Script.INCOMING
    go = Go(channel.variables.get(contract.GO) or Go.FALLBACK) if done else None
    values = {name: channel.variables.get(name) or "" for name in SHOWN}
    hung_up = channel.hung_up
    channel.hang_up()
    await agi(channel, url + Script.ENDED, *common, dialled, f"{Argument.VISIT}=2")
    return TrialResult(call_id, hung_up, go, values)
