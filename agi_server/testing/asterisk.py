"""The fake Asterisk's application AGI(): one session with a server over TCP.

Source: res_agi.c, `launch_netscript`, `setup_env`, `run_agi`, `agi_handle_command`.
"""

import asyncio
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from agi_server.testing.channel import FakeChannel
from agi_server.testing.performing import Outcome, perform, usage_text
from agi_server.testing.words import split_words

AGI_PORT: Final = 4573

_LONGEST_LINE: Final = 64 * 1024
_FALSE: Final = ("no", "false", "n", "f", "0", "off")
_TRUE: Final = ("yes", "true", "y", "t", "1", "on")


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong on purpose, on Asterisk's side of the connection.

    `split_bytes` sends every byte by itself; `delay_seconds` passes, in real time, before each
    line; `reset_at_command` cuts the connection with a RST when the n-th command has come (1 is
    the first); `has_usage` False is an Asterisk built without documentation, whose 520 is one line.
    """

    split_bytes: bool = False
    delay_seconds: float = 0.0
    reset_at_command: int | None = None
    has_usage: bool = True


@dataclass(frozen=True, slots=True)
class Exchange:
    """A line from the server and what it was answered, if anything."""

    command: str
    reply: str | None


@dataclass(frozen=True, slots=True)
class AgiResult:
    """How a session ended.

    `status` is AGISTATUS: SUCCESS, FAILURE or HANGUP; `was_reset` tells whether the server cut the
    connection with a RST, which a good one never does.
    """

    status: str
    transcript: tuple[Exchange, ...]
    was_reset: bool

    @property
    def commands(self) -> tuple[str, ...]:
        """The lines of the server."""
        return tuple(exchange.command for exchange in self.transcript)


async def agi(
    channel: FakeChannel, url: str, *arguments: str, faults: Faults | None = None
) -> AgiResult:
    """Do `AGI(url,arguments…)` on `channel`; sets its AGISTATUS.

    Args:
        channel: the call.
        url: `agi://host:port/script?query`.
        arguments: become `agi_arg_1` and so on.
        faults: what is to go wrong.
    """
    parts = urlsplit(url)
    try:
        reader, writer = await asyncio.open_connection(
            parts.hostname, parts.port or AGI_PORT, limit=_LONGEST_LINE
        )
    except OSError:
        channel.variables.set("AGISTATUS", "FAILURE")
        return AgiResult("FAILURE", (), was_reset=False)
    session = _Session(channel, reader, writer, faults or Faults())
    try:
        await session.run(url, arguments)
    finally:
        writer.close()
    channel.variables.set("AGISTATUS", session.status)
    return AgiResult(session.status, tuple(session.transcript), session.was_reset)


@dataclass(slots=True)
class _Session:
    channel: FakeChannel
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    faults: Faults
    status: str = "SUCCESS"
    dead: bool = False
    was_reset: bool = False
    transcript: list[Exchange] = field(default_factory=list)
    reading: asyncio.Future[str] | None = None
    """Of the server's next line: it goes on while the channel is looked at."""

    async def run(self, url: str, arguments: tuple[str, ...]) -> None:
        self.dead = self.channel.hung_up
        for line in _environment(self.channel, url, arguments):
            await self._write(line)
        while await self._turn():
            pass
        await self._notify()
        if self.reading is not None:
            self.reading.cancel()

    async def _turn(self) -> bool:
        """One round of `run_agi`; False when the session is over."""
        if self.channel.hung_up and not self.dead:
            self.dead = True
            if self.status == "SUCCESS":
                self.status = "HANGUP"
            await self._notify()
            if self._setting("AGIEXITONHANGUP") in _TRUE:
                return False
        line = await self._next_line()
        if line is None:
            return True
        if not line:
            return False
        if line.lower().startswith("failure"):
            self.transcript.append(Exchange(line.rstrip("\n"), None))
            self.status = "FAILURE"
            return False
        return await self._command(line.removesuffix("\n"))

    async def _next_line(self) -> str | None:
        """The server's next line, empty at its end; None when the caller left first."""
        if self.reading is None:
            self.reading = asyncio.ensure_future(self._read())
        if not self.dead:
            leaving = asyncio.ensure_future(self.channel.departed.wait())
            await asyncio.wait((self.reading, leaving), return_when=asyncio.FIRST_COMPLETED)
            leaving.cancel()
            if not self.reading.done():
                return None
        line = await self.reading
        self.reading = None
        return line

    async def _read(self) -> str:
        try:
            line = await self.reader.readline()
        except ConnectionError:
            self.was_reset = True
            return ""
        return line.decode("utf-8", "surrogateescape")

    async def _command(self, line: str) -> bool:
        if len(self.transcript) + 1 == self.faults.reset_at_command:
            self.transcript.append(Exchange(line, None))
            self.status = "HANGUP"
            self._reset()
            return False
        outcome = await perform(self.channel, split_words(line), dead=self.dead)
        reply = self._reply(line, outcome)
        self.transcript.append(Exchange(line, reply))
        await self._write(reply)
        if outcome.failed and (self.dead or not self.channel.hung_up):
            self.status = "FAILURE"
        return True

    def _reply(self, line: str, outcome: Outcome) -> str:
        if outcome.line is not None:
            return outcome.line
        if self.faults.has_usage:
            return usage_text(line)
        return "520 Invalid command syntax.  Proper usage not available."

    async def _notify(self) -> None:
        if self._setting("AGISIGHUP") not in _FALSE:
            await self._write("HANGUP")

    async def _write(self, line: str) -> None:
        """A line to the server; one that is gone is found out by reading."""
        if self.faults.delay_seconds:
            await asyncio.sleep(self.faults.delay_seconds)
        data = (line + "\n").encode("utf-8", "surrogateescape")
        pieces = [bytes((byte,)) for byte in data] if self.faults.split_bytes else [data]
        try:
            for piece in pieces:
                self.writer.write(piece)
                await self.writer.drain()
        except ConnectionError:
            pass

    def _setting(self, name: str) -> str:
        return (self.channel.variables.get(name) or "").lower()

    def _reset(self) -> None:
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


def _environment(channel: FakeChannel, url: str, arguments: tuple[str, ...]) -> Iterator[str]:
    """The lines of the environment in Asterisk's order, the closing blank one included."""
    yield "agi_network: yes"
    script = url.partition("://")[2].partition("/")[2]
    if script:
        yield f"agi_network_script: {script}"
    known = channel.variables.get
    yield f"agi_request: {url}"
    yield f"agi_channel: PJSIP/fake-{channel.uniqueid}"
    yield f"agi_language: {known('CHANNEL(language)')}"
    yield "agi_type: PJSIP"
    yield f"agi_uniqueid: {channel.uniqueid}"
    yield f"agi_version: {channel.version}"
    yield f"agi_callerid: {known('CALLERID(num)') or 'unknown'}"
    yield f"agi_calleridname: {known('CALLERID(name)') or 'unknown'}"
    yield from (f"agi_calling{what}: 0" for what in ("pres", "ani2", "ton", "tns"))
    yield f"agi_dnid: {channel.dialled or 'unknown'}"
    yield "agi_rdnis: unknown"
    yield f"agi_context: {channel.context}"
    yield f"agi_extension: {channel.extension}"
    yield "agi_priority: 1"
    yield "agi_enhanced: 0.0"
    yield "agi_accountcode: "
    yield "agi_threadid: 140000000000000"
    yield from (f"agi_arg_{n}: {argument}" for n, argument in enumerate(arguments, 1))
    yield ""
