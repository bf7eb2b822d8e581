"""Strangers who wear the server out, a few dozen at a time: calls beside them are all served.

`tests/bench/attack_bench.py` does the same with thousands, and measures.
"""

# ruff: noqa: D103  the names of the tests say what they test

import asyncio
import socket
import struct
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path

import pytest

from agi_server.channel import Channel
from agi_server.commands import SetVariable
from agi_server.connections import RESERVED_FOR_REFUSALS
from agi_server.link import MAX_LEFTOVER_BYTES
from agi_server.protocol import MAX_LINE_BYTES
from agi_server.server import Limits
from agi_server.testing import FakeChannel, agi
from agi_server.verdicts import Rejection
from tests.conversations.server_of_few_files import OPEN_FILES, greet
from tests.conversations.sessions import ENVIRONMENT, Run, connect, serving

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
ATTACKERS = 30
CALLS = 20
FLOOD = 2 * (MAX_LINE_BYTES + MAX_LEFTOVER_BYTES)
"""Bytes: more than any limit allows."""
RESET = struct.pack("ii", 1, 0)
"""Linger for no time: what is closed so is reset."""
CPU_CLOCK = 2
"""Of another process (CPUCLOCK_SCHED of linux/posix-timers.h)."""


async def calls_are_served(url: str) -> None:
    results = await asyncio.gather(*(agi(FakeChannel(), url) for _ in range(CALLS)))
    assert [result.status for result in results] == ["SUCCESS"] * CALLS


@asynccontextmanager
async def strangers(
    url: str, words: bytes, *, resets: bool = False
) -> AsyncIterator[list[asyncio.StreamReader]]:
    """So many who say that, or as much of it as is taken, and stay until the block ends."""
    came = await asyncio.gather(*(connect(url) for _ in range(ATTACKERS)))
    for _, writer in came:
        if resets:
            sock = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        writer.write(words)
    try:
        yield [reader for reader, _ in came]
    finally:
        for _, writer in came:
            writer.transport.abort()


@contextmanager
def deaf(url: str, words: bytes = b"", count: int = ATTACKERS) -> Iterator[None]:
    """Strangers of whom nobody reads, for as long as the block runs."""
    host, _, rest = url.removeprefix("agi://").partition(":")
    address = (host, int(rest.partition("/")[0]))
    with ExitStack() as stack:
        for _ in range(count):
            stack.enter_context(socket.create_connection(address)).sendall(words)
        yield


async def thrown_out(readers: list[asyncio.StreamReader]) -> None:
    """Wait until the server has closed all of them, one way or the other."""
    for reader in readers:
        with suppress(ConnectionResetError):
            await reader.read()


@pytest.mark.parametrize(
    "piece",
    [b"HANGUP\n", b"\n", b"100 Trying\n", b"520-usage\n", b"x", b"200 result=1\n", b"\xff\0"],
    ids=["hangups", "empty", "trying", "usage", "line", "replies", "noise"],
)
def test_a_flood_in_a_session_ends_that_session_alone(run: Run, piece: bytes):
    async def check() -> None:
        async with serving(greet) as (server, url):
            flood = ENVIRONMENT + piece * (FLOOD // len(piece))
            async with strangers(url, flood) as readers:
                await calls_are_served(url)
                await thrown_out(readers)
            await calls_are_served(url)
            assert server.measurements.out_of_step == ATTACKERS

    run(check())


def test_an_environment_without_end_is_ended(run: Run):
    async def check() -> None:
        async with serving(greet) as (server, url):
            flood = b"agi_network: yes\n" + b"agi_x: y\n" * (FLOOD // 9)
            async with strangers(url, flood) as readers:
                await calls_are_served(url)
                await thrown_out(readers)
            assert server.measurements.rejections[Rejection.NOT_AGI] == ATTACKERS

    run(check())


@pytest.mark.parametrize(
    "words",
    [b"", ENVIRONMENT[:40], b"agi_network: yes\n" + b"\n" * 30_000],
    ids=["nothing", "half", "much"],
)
def test_the_silent_are_thrown_out_when_their_time_is_over(run: Run, words: bytes):
    async def check() -> None:
        async with serving(greet, Limits(environment_seconds=0.5)) as (server, url):
            async with strangers(url, words) as readers:
                await calls_are_served(url)
                await thrown_out(readers)
                await calls_are_served(url)
            assert server.measurements.rejections[Rejection.SILENT] == ATTACKERS

    run(check())


def test_a_crowd_of_the_silent_makes_room_for_calls(run: Run):
    async def check() -> None:
        limits = Limits(connections=2 * RESERVED_FOR_REFUSALS)
        async with serving(greet, limits) as (server, url):
            with deaf(url, count=2 * RESERVED_FOR_REFUSALS):
                await calls_are_served(url)
            assert server.measurements.rejections[Rejection.CROWDED_OUT] > 0

    run(check())


def test_those_who_never_read_are_sent_one_command(run: Run):
    """However much a handler has to say, no more than a line of it waits to be read."""
    sent: list[int] = []

    async def chatter(channel: Channel) -> None:
        if channel.environment["agi_channel"] != "deaf":
            await greet(channel)
            return
        for number in range(100):
            sent.append(number)
            await channel.send(SetVariable("LONG", "x" * 2_000))

    async def check() -> None:
        async with serving(chatter, Limits(session_seconds=0.5)) as (server, url):
            words = ENVIRONMENT.replace(b"agi_uniqueid", b"agi_channel: deaf\nagi_uniqueid")
            with deaf(url, words):
                await calls_are_served(url)
                await server.drain(5)
        assert sent == [0] * ATTACKERS

    run(check())


@pytest.mark.parametrize("words", [b"", ENVIRONMENT[:40], ENVIRONMENT], ids=["none", "half", "all"])
@pytest.mark.parametrize("resets", [False, True], ids=["closing", "resetting"])
def test_those_who_leave_at_once_leave_nothing_behind(run: Run, words: bytes, *, resets: bool):
    async def check() -> None:
        async with serving(greet) as (server, url):
            for _ in range(3):
                async with strangers(url, words, resets=resets):
                    pass
            await calls_are_served(url)
        assert server.measurements.open_connections == 0
        assert server.measurements.open_sessions == 0

    run(check())


@contextmanager
def server_of_few_files() -> Iterator[tuple[int, str]]:
    """Its process id and its URL."""
    words = [sys.executable, "-m", "tests.conversations.server_of_few_files"]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.pid, f"agi://127.0.0.1:{int(process.stdout.readline())}/test"
        finally:
            process.kill()


def test_more_silent_strangers_than_open_files_cost_no_call(run: Run):
    """The one that has been silent for longest makes room each time; and nothing spins."""

    async def check(pid: int, url: str) -> None:
        clock = (~pid << 3) | CPU_CLOCK
        with deaf(url, count=OPEN_FILES + 50):
            await calls_are_served(url)
            before = time.clock_gettime(clock)
            await asyncio.sleep(1)  # to be watched meanwhile: a loop that spins takes a processor
            assert time.clock_gettime(clock) - before < 0.2
            await calls_are_served(url)

    with server_of_few_files() as (pid, url):
        run(check(pid, url))
