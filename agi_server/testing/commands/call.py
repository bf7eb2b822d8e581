"""What a command of the fake Asterisk works with, and how it waits."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from enum import Enum, auto
from math import inf
from typing import Final, NamedTuple, Protocol

from agi_server.testing.callers import Action, Silence
from agi_server.testing.channel import PATIENCE_SECONDS, FakeChannel
from agi_server.testing.timeline import GONE, Happening


class Server(Protocol):
    """The server's side, as far as a running command looks at it."""

    def is_waiting(self) -> bool:
        """Whether bytes, or the end of the stream, wait to be read."""

    async def arrival(self) -> None:
        """Wait until they do."""


class QuietServer:
    """A server that says nothing while a command runs."""

    def is_waiting(self) -> bool:
        """Never."""
        return False

    async def arrival(self) -> None:
        """Wait for ever."""
        await asyncio.get_running_loop().create_future()


class Stop(Enum):
    """Why waiting is over though the caller did nothing."""

    TIME = auto()
    """The time is up."""
    COMMAND = auto()
    """The server has sent something more, or has closed its side."""


class Outcome(NamedTuple):
    """What a command answers.

    `line` is the reply, empty when there is none; it may be of several lines. `failed` is
    Asterisk's RESULT_FAILURE, which makes the session's AGISTATUS FAILURE unless the caller has
    hung up. `shows_usage` adds the 520 that tells how the command is used.
    """

    line: str
    failed: bool = False
    shows_usage: bool = False


USAGE: Final = Outcome("", shows_usage=True)
"""The arguments are wrong."""

NO_REPLY: Final = Outcome("")
"""What a command cancelled by the next one answers."""


def success(result: int | str, rest: str = "") -> Outcome:
    """A reply 200."""
    return Outcome(f"200 result={result}{rest and ' ' + rest}")


def failure(result: int | str, rest: str = "") -> Outcome:
    """A reply 200 that counts as a failure."""
    return Outcome(f"200 result={result}{rest and ' ' + rest}", failed=True)


@dataclass(slots=True)
class SpeechSession:
    """A speech engine at work for one AGI session: which grammars it has, and what it was told."""

    loaded: set[str] = field(default_factory=set)
    active: set[str] = field(default_factory=set)
    settings: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Call:
    """One AGI session's view of a channel."""

    channel: FakeChannel
    server: Server = field(default_factory=QuietServer)
    is_dead: bool = False
    speech: SpeechSession | None = None

    @property
    def now(self) -> float:
        """The channel's clock."""
        return self.channel.clock

    async def ask(  # noqa: PLR0913  all that a caller is told, by name
        self,
        command: str,
        files: tuple[str, ...],
        keys: str,
        *,
        usual: float,
        max_digits: int = 0,
        seconds: float = 0.0,
        yields: bool = True,
    ) -> Action:
        """Have the caller choose what to do; it happens from now on, in the channel's time.

        `usual` is when, in seconds from now, if the caller does not say; `yields`: whether the
        command gives way to the next one of the server.
        """
        choice = self.channel.ask(command, files, keys, max_digits, seconds)
        action = await (self._unless_interrupted(choice) if yields else choice)
        self.channel.plan(action, usual)
        return action

    async def listen(self, until: float, *, yields: bool = True) -> Happening | Stop:
        """Wait for what happens next on the channel, up to a moment of its clock."""
        # What the server sent at the same time may still be on its way through the event loop.
        await asyncio.sleep(0)
        if yields and self.server.is_waiting():
            return Stop.COMMAND
        if self.channel.hung_up:
            return GONE
        happening = self.channel.timeline.take(until)
        if happening is None:
            is_endless = until == inf
            self.channel.timeline.pass_until(self.now + PATIENCE_SECONDS if is_endless else until)
            happening = GONE if is_endless else None
        if happening is GONE:
            self.channel.hang_up()
        return Stop.TIME if happening is None else happening

    async def _unless_interrupted(self, choice: Awaitable[Action]) -> Action:
        """The caller's choice, unless the caller or the server cuts it short."""
        choosing = asyncio.ensure_future(choice)
        others = [
            asyncio.ensure_future(other)
            for other in (self.server.arrival(), self.channel.departed.wait())
        ]
        try:
            # A caller who needs no time is not raced against a server that is late by a breath.
            await asyncio.sleep(0)
            await asyncio.wait((choosing, *others), return_when=asyncio.FIRST_COMPLETED)
            return choosing.result() if choosing.done() else Silence()
        finally:
            for task in (choosing, *others):
                task.cancel()
