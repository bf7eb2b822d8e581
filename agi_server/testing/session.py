"""One AGI session of the fake Asterisk (res_agi.c, `run_agi`)."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from agi_server.environment import line_limit
from agi_server.testing.channel import FakeChannel, Location
from agi_server.testing.commands.call import Call, Outcome
from agi_server.testing.commands.dialplan import TRUE
from agi_server.testing.commands.table import find, perform
from agi_server.testing.environment import environment_lines
from agi_server.testing.faults import Faults, usage_lines
from agi_server.testing.wire import Wire
from agi_server.testing.words import MOST_WORDS, split_words

_FALSE: Final = ("no", "false", "n", "f", "0", "off")
_FAILURE: Final = b"failure"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A line from the server and what it was answered, if anything."""

    command: str
    reply: str | None


@dataclass(frozen=True, slots=True)
class AgiResult:
    """How a session ended.

    `status` is AGISTATUS: SUCCESS, FAILURE or HANGUP; `was_reset` tells whether the server cut the
    connection with a RST, which a good one never does; `location` is where the dialplan goes on;
    `warnings` are what the server did that Asterisk bears badly, in words.
    """

    status: str
    transcript: tuple[Exchange, ...]
    was_reset: bool
    location: Location
    warnings: tuple[str, ...] = ()

    @property
    def commands(self) -> tuple[str, ...]:
        """The lines of the server."""
        return tuple(exchange.command for exchange in self.transcript)


@dataclass(slots=True)
class Session:
    """A session on a channel, over a wire whose other end a server holds."""

    channel: FakeChannel
    wire: Wire
    faults: Faults
    _call: Call = field(init=False)
    _status: str = field(default="SUCCESS", init=False)
    _transcript: list[Exchange] = field(default_factory=list, init=False)
    _warnings: list[str] = field(default_factory=list, init=False)
    _sends_notices: bool = field(default=True, init=False)
    _ends_on_hangup: bool = field(default=False, init=False)
    _is_cut: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self._call = Call(self.channel, self.wire, is_dead=self.channel.hung_up)

    async def run(self, url: str, arguments: Sequence[str]) -> AgiResult:
        """The whole session; sets AGISTATUS."""
        self._sends_notices = self._setting("AGISIGHUP") not in _FALSE
        self._ends_on_hangup = self._setting("AGIEXITONHANGUP") in TRUE
        await self._write(environment_lines(self.channel, url, arguments))
        await self._write(self.faults.unasked.get(0, ()))
        while await self._turn():
            pass
        await self._notify()
        self.channel.variables.set("AGISTATUS", self._status)
        return AgiResult(
            self._status,
            tuple(self._transcript),
            self.wire.was_reset and not self._is_cut,
            self.channel.location,
            tuple(self._warnings),
        )

    async def _turn(self) -> bool:
        """One round; False when the session is over."""
        if self.channel.hung_up and not self._call.is_dead:
            self._call.is_dead = True
            if self._status == "SUCCESS":
                self._status = "HANGUP"
            await self._notify()
            return not self._ends_on_hangup
        if not await self._command_arrives():
            return True
        line = await self._read_line()
        if not line:
            return False
        if line[: len(_FAILURE)].lower() == _FAILURE:
            self._transcript.append(Exchange(_text(line), None))
            self._status = "FAILURE"
            return False
        return await self._command(_text(line))

    async def _command_arrives(self) -> bool:
        """Wait for the server; False when the caller left first."""
        if not self._call.is_dead and not self.wire.is_waiting():
            waits = (self.wire.arrival(), self.channel.departed.wait())
            tasks = [asyncio.ensure_future(wait) for wait in waits]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
            return self.wire.is_waiting()
        await self.wire.arrival()
        return True

    async def _read_line(self) -> bytes:
        limit = line_limit(self.channel.version)
        line = await self.wire.read_line(limit)
        if line and not line.endswith(b"\n"):
            if len(line) == limit:
                self._warn(f"a line was cut after {limit} bytes: the rest is run as a command")
            else:
                self._warn("a line without its newline was run as a command")
        return line

    async def _command(self, line: str) -> bool:
        number = len(self._transcript) + 1
        if number == self.faults.reset_at_command:
            self._end_by_fault(line)
            self.wire.reset()
            return False
        if number == self.faults.stall_at_command and not await self._stall():
            self._end_by_fault(line)
            return False
        words = split_words(line)
        if len(words) >= MOST_WORDS:
            self._warn(f"a line of {MOST_WORDS} words or more, which can kill Asterisk up to 22.11")
        self.channel.runs_command = True
        outcome = await perform(self._call, words)
        self.channel.runs_command = False
        self.channel.finish_command()
        await self._answer(line, words, outcome)
        await self._write(self.faults.unasked.get(number, ()))
        return True

    def _end_by_fault(self, line: str) -> None:
        self._transcript.append(Exchange(line, None))
        self._is_cut = True
        self._status = "HANGUP"

    async def _stall(self) -> bool:
        """Do nothing for a while; False when the session ended by it."""
        if self.faults.stall_seconds is None:
            await self.wire.ending()
            return False
        self.wire.pause()
        await asyncio.sleep(self.faults.stall_seconds)
        self.wire.resume()
        return True

    async def _answer(self, line: str, words: Sequence[str], outcome: Outcome) -> None:
        replies = [outcome.line] if outcome.line else []
        if outcome.shows_usage:
            found = find(words)
            replies.append(usage_lines(found[0] if found else "", self.faults.usage))
        reply = "\n".join(replies) or None
        self._transcript.append(Exchange(line, reply))
        await self._write(() if reply is None else (reply,))
        if reply is None:
            self._warn(f"cancelled by what the server sent next, without a reply: {line[:60]}")
        if self.wire.hides_a_line:
            self._warn("a line that came together with another is not seen before more comes")
        if outcome.failed and (self._call.is_dead or not self.channel.hung_up):
            self._status = "FAILURE"

    async def _notify(self) -> None:
        if self._sends_notices:
            await self._write(("HANGUP",))

    async def _write(self, lines: Iterable[str]) -> None:
        for line in lines:
            if self.faults.delay_seconds:
                await asyncio.sleep(self.faults.delay_seconds)
            data = (line + "\n").encode("utf-8", "surrogateescape")
            if not self.faults.split_bytes:
                self.wire.write(data)
                continue
            for byte in data:
                self.wire.write(bytes((byte,)))
                await asyncio.sleep(0)

    def _setting(self, name: str) -> str:
        return (self.channel.variables.get(name) or "").lower()

    def _warn(self, text: str) -> None:
        self._warnings.append(text)


def _text(line: bytes) -> str:
    return line.removesuffix(b"\n").decode("utf-8", "surrogateescape")
