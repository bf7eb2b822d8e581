"""A call in the terminal: the fake Asterisk's caller is a person at a keyboard, or a key script."""

import asyncio
import itertools
import sys
import termios
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from secrets import randbelow
from typing import Final, Protocol

from agi_server.testing import Action, Asked, FakeChannel, HangUp, Press, Silence, agi
from dialplan import contract
from dialplan.contract import Argument, Go, Script
from ivr.keys import AGAIN, DONE
from ivr.prompts import SILENCE, Catalogue
from ivr.reading import Said, in_words
from ivr.tracking import SMS_KEY
from routing import key_script
from routing.key_script import KeyScriptError, read_script, read_word
from routing.rules import Policy

OFFERS: Final[Mapping[str, str]] = {
    "tracking-number-again": AGAIN,
    "tracking-number-by-text": SMS_KEY,
}
"""Keys that nobody has to press, by the prompt that offers them. A silence follows to press one."""


DOT: Final = "•"
"""Stands for a key of a secret."""


@contextmanager
def unseen() -> Iterator[None]:
    """Keep the terminal, if there is one, from showing what is typed."""
    if not sys.stdin.isatty():
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    silent = [*before]
    silent[3] = before[3] & ~termios.ECHO
    termios.tcsetattr(sys.stdin, termios.TCSADRAIN, silent)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def secret_prompts(policy: Policy) -> Collection[str]:
    """The prompts that ask for what nobody may read: PINs, codes, and secret entries."""
    own = (entry.say[-1] for entry in policy.entries.values() if entry.secret)
    return {"enter-pin", "enter-code", *own}


class Answers(Protocol):
    """Gives what the caller does; may wait for a person."""

    async def __call__(self) -> Action:
        """What to do at the next question."""

    async def one_of(self, keys: Collection[str]) -> Action:
        """Whether to press one of these keys, which nobody has to press."""

    async def speak(self) -> Action:
        """What to do after the beep of a recording."""


@dataclass(slots=True)
class TrialCaller:
    """Prints what a caller hears, and answers each question.

    Attributes:
        catalogue: Knows the text of each sound.
        tell: Prints one line.
        answers: Gives what the caller does.
        secret: The prompts that ask for what nobody may read.
        messages: The text messages that the caller would get, as they come.
    """

    catalogue: Catalogue
    tell: Callable[[str], None]
    answers: Answers
    secret: Collection[str] = ()
    messages: Sequence[str] = ()
    _shown: int = 0
    _last: str = ""
    _heard: list[Said] = field(default_factory=list)
    _offered: set[str] = field(default_factory=set)
    _has_pressed: bool = False

    async def __call__(self, asked: Asked, /) -> Action:
        """Listen to a prompt, or answer a question."""
        self._show_messages()
        self._heard += (self._said(file, asked.language) for file in asked.files)
        self._last = next((PurePosixPath(file).name for file in asked.files), self._last)
        is_rest = asked.command == "GET DATA" and not asked.files and self._has_pressed
        if asked.command == "STREAM FILE" or is_rest:
            self._has_pressed = is_rest
            return await self._listen(asked.files)
        self.flush()
        if asked.command == "RECORD FILE":
            self.tell("  (beep: a message of two seconds is recorded)")
            return await self.answers.speak()
        is_secret = self._last in self.secret
        with unseen() if is_secret else nullcontext():
            action = await self.answers()
        self._has_pressed = isinstance(action, Press)
        self._echo(
            Press(DOT * len(action.keys)) if is_secret and isinstance(action, Press) else action
        )
        return action

    def _show_messages(self) -> None:
        for message in self.messages[self._shown :]:
            self.tell(f"  (a text message to the caller: {message})")
        self._shown = len(self.messages)

    async def _listen(self, files: tuple[str, ...]) -> Action:
        """Hear prompts; after an offer, press its key or do not."""
        names = [PurePosixPath(file).name for file in files]
        self._offered |= {OFFERS[name] for name in names if name in OFFERS}
        if not self._offered or SILENCE not in names:
            return Silence()
        keys, self._offered = self._offered, set()
        self.flush()
        action = await self.answers.one_of(keys)
        if not isinstance(action, Silence):
            self._echo(action)
        return action

    def flush(self) -> None:
        """Print what has been heard since the last time."""
        if words := in_words(self._heard):
            self.tell(f"  «{words}»")
        self._heard.clear()

    def _said(self, file: str, language: str) -> Said:
        text = self.catalogue.heard(file)
        return Said(PurePosixPath(file).name, f"[{file}]" if text is None else text, language)

    def _echo(self, action: Action) -> None:
        match action:
            case Press(keys):
                self.tell(f"  > {keys}")
            case HangUp():
                self.tell("  > (hangs up)")
            case Silence():
                self.tell("  > (nothing)")


class ScriptedAnswers:
    """Answers out of a key script, one word a question; when it is over, silence.

    A key that nobody has to press is pressed if it is the next word, unless that is `listen`. Who
    hangs up next does so in the middle of a recording.

    Raises:
        KeyScriptError: A word is none of the known ones.
    """

    def __init__(self, script: str) -> None:
        self._words = deque(read_script(script))

    async def __call__(self) -> Action:
        """The next word."""
        return _action(self._words.popleft()) if self._words else Silence()

    async def one_of(self, keys: Collection[str]) -> Action:
        """The next word, if it is one of these keys."""
        match self._words[0] if self._words else None:
            case key_script.Press(pressed) if pressed in keys:
                return await self()
            case key_script.Listen():
                self._words.popleft()
        return Silence()

    async def speak(self) -> Action:
        """A short message, or a hang-up in it."""
        hangs_up = bool(self._words) and isinstance(self._words[0], key_script.HangUp)
        return await self() if hangs_up else Press(DONE)

    def left(self) -> str:
        """The words that no question was asked for, if the caller does anything in them."""
        words = tuple(self._words)
        does = any(isinstance(word, key_script.Press | key_script.HangUp) for word in words)
        return key_script.written(words) if does else ""


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

    async def one_of(self, keys: Collection[str]) -> Action:
        """The next line of a person, who knows what was offered; a pipe answers questions only."""
        del keys
        return await self() if sys.stdin.isatty() else Silence()

    async def speak(self) -> Action:
        """A short message: a keyboard has no voice."""
        return Press(DONE)

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
        case key_script.Wait() | key_script.Listen():
            return Silence()


@dataclass(frozen=True, slots=True)
class TrialResult:
    """Where a terminal call went.

    Attributes:
        call_id: Our id of the call.
        script: What the server was asked last, before the end.
        hung_up: Whether the caller left.
        go: Where the call goes; None: the server gave no answer.
        variables: Those of `SHOWN`.
    """

    call_id: str
    script: Script
    hung_up: bool
    go: Go | None
    variables: dict[str, str]


SHOWN: Final = (
    contract.QUEUE,
    contract.AGENT,
    contract.EXTENSION,
    contract.NUMBER,
    contract.CAUSE,
    contract.REASON,
)

CLEARED: Final = (contract.BEGUN, contract.DONE, contract.GO, contract.REASON)
"""What the dialplan clears before each request: an answer to the one before would be a lie."""


async def place_trial(
    channel: FakeChannel, address: tuple[str, int], at: str | None
) -> TrialResult:
    """Place one call as the dialplan would: `incoming`, perhaps `survey`, then `ended`."""
    call_id = f"try-{int(time.time())}-{randbelow(1_000_000):06d}"
    host, port = address
    url = f"agi://[{host}]:{port}/" if ":" in host else f"agi://{host}:{port}/"
    common = (f"{Argument.CALL}={call_id}", f"{Argument.TRIAL}=yes", f"{Argument.AT}={at or ''}")
    dialled, visits = f"{Argument.DIALLED}={channel.dialled}", itertools.count(1)

    async def ask(script: Script) -> Go | None:
        for name in CLEARED:
            channel.variables.set(name, "")
        await agi(channel, url + script, *common, dialled, f"{Argument.VISIT}={next(visits)}")
        done = channel.variables.get(contract.DONE) == script
        return Go(channel.variables.get(contract.GO) or Go.FALLBACK) if done else None

    script = Script.INCOMING
    while (go := await ask(script)) is Go.SURVEY and not channel.hung_up:
        script = Script.SURVEY
    values = {name: channel.variables.get(name) or "" for name in SHOWN}
    result = TrialResult(call_id, script, channel.hung_up, go, values)
    channel.hang_up()
    await ask(Script.ENDED)
    return result
