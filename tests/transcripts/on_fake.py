"""Plays a scenario with the fake Asterisk, in its own time."""

import asyncio
from typing import Final

from agi_server.testing import FakeChannel, Faults, HangUp, Press, Queue, QueueMember
from agi_server.testing.memory import connect_in_memory
from agi_server.testing.session import Session
from agi_server.testing.wire import Wire
from tests.transcripts.scenario import Scenario, Step, Transcript

VERSIONS: Final = {22: "22.10.1", 16: "16.28.0"}
LANDING: Final = ("agi-lab-elsewhere", "landing")
SECONDS: Final = 5.0
"""Real ones; a scenario that is right needs next to none."""

QUEUES: Final = {
    "agi-lab-queue": Queue(
        members=(
            QueueMember("Local/run@agi-lab-subroutine"),
            QueueMember("Local/1@nowhere", "INVALID"),
        )
    ),
    "agi-lab-quiet": Queue(sets_variables=False),
}
"""Those of tests/live/protocol/real.py."""

_LENGTHS: Final = {"scene/two": 2.0, "beep": 0.4, "lowercase": 0.5, "uppercase": 0.5}
_SPOKEN: Final = ("digits/", "letters/", "phonetic/")


def _sounds(file: str, language: str) -> float | None:
    del language
    return 0.5 if file.startswith(_SPOKEN) else _LENGTHS.get(file)


class RawServer(asyncio.Protocol):
    """The server's end of a connection, line by line."""

    _transport: asyncio.Transport

    def __init__(self) -> None:
        self._reader = asyncio.StreamReader(limit=2**20)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asyncio: connected."""
        self._transport = transport  # type: ignore[assignment]  # a stream's is no other

    def data_received(self, data: bytes) -> None:
        """Asyncio: bytes have come."""
        self._reader.feed_data(data)

    def eof_received(self) -> None:
        """Asyncio: Asterisk has closed its side."""
        self._reader.feed_eof()

    def connection_lost(self, exc: Exception | None) -> None:
        """Asyncio: the connection is gone."""
        del exc
        self._reader.feed_eof()

    def send(self, data: bytes) -> None:
        """Send bytes, as one segment."""
        self._transport.write(data)

    def half_close(self) -> None:
        """Say that nothing more will be sent."""
        self._transport.write_eof()

    async def read_line(self) -> str:
        """The next line with its newline; empty at the end."""
        async with asyncio.timeout(SECONDS):
            return (await self._reader.readline()).decode("utf-8", "surrogateescape")

    async def read_reply(self) -> str:
        """The next line without its newline, or a whole 520 block; empty at the end."""
        text = await self.read_line()
        if text.startswith("520-"):
            while not text.splitlines()[-1].startswith("520 "):
                text += await self.read_line()
        return text.removesuffix("\n")

    async def read_environment(self) -> str:
        """The environment, without its blank line."""
        text = ""
        while (line := await self.read_line()) != "\n":
            text += line
        return text


def channel_of(scenario: Scenario, branch: int) -> FakeChannel:
    """The channel on which a scenario is played, as the lab's dialplan has it."""
    is_dead = scenario.scene.is_dead
    return FakeChannel(
        known=scenario.scene.variables,
        queues=QUEUES,
        sounds=_sounds,
        context="agi-lab-dead" if is_dead else "agi-lab",
        extension="h" if is_dead else "run",
        priority=1 if is_dead else 2,
        technology="Local",
        version=VERSIONS[branch],
        subroutines={"agi-lab-subroutine,run,1": "back"},
        labels={"label": 3},
        can_record=lambda file, extension: not file.startswith("/nosuch") and extension == "wav",
        answered=True,
        hung_up=is_dead,
    )


async def play_on_fake(scenario: Scenario, branch: int) -> str:
    """The transcript of a scenario on the fake of a branch of Asterisk."""
    channel, transcript = channel_of(scenario, branch), Transcript(scenario)
    wire, server = Wire(), RawServer()
    connect_in_memory(wire, server)
    session = Session(channel, wire, Faults())
    running = asyncio.create_task(session.run("agi://in-process/server", scenario.arguments))
    environment = await server.read_environment()
    if scenario.shows_environment:
        transcript.environment(environment)
    for step in scenario.steps:
        transcript.sent(step)
        await _play(step, channel, server, transcript)
    server.half_close()
    result = await running
    wire.close()
    while line := await server.read_line():
        transcript.received(line.removesuffix("\n"))
    transcript.ended(AGISTATUS=result.status)
    if scenario.shows_landing:
        is_there = (result.location.context, result.location.extension) == LANDING
        transcript.ended(LANDED=str(result.location.priority) if is_there else None)
    return str(transcript)


async def _play(
    step: Step, channel: FakeChannel, server: RawServer, transcript: Transcript
) -> None:
    begin = channel.clock
    if step.segments:
        channel.plan(step.during, usual=0.0)
    elif isinstance(step.during, HangUp):
        channel.hang_up()
    elif isinstance(step.during, Press):
        channel.press(step.during.keys)
    for segment in step.segments:
        server.send(segment)
    for _ in range(step.replies):
        reply = await server.read_reply()
        if reply:
            transcript.received(reply, channel.clock - begin)
