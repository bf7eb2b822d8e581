"""Whole sessions for tests: a server, and the fake Asterisk at the other end of a real socket."""

# ruff: noqa: D103  the names say what they are

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import pytest
import uvloop

from agi_server.channel import (
    Channel,
)
from agi_server.listening import listen
from agi_server.server import AgiServer, Limits
from agi_server.session import Handler
from agi_server.testing import (
    AgiResult,
    FakeChannel,
    Faults,
    agi,
)

Run: TypeAlias = Callable[[Awaitable[Any]], Any]

ENVIRONMENT = b"agi_network: yes\nagi_network_script: test\nagi_uniqueid: 1.1\nagi_threadid: 7\n\n"


@pytest.fixture(params=[None, uvloop.new_event_loop], ids=["asyncio", "uvloop"], name="run")
def run_on_each_loop(request: pytest.FixtureRequest) -> Run:
    """Runs a coroutine on each of the event loops."""

    def run_it(awaitable: Awaitable[Any]) -> Any:  # noqa: ANN401  what the test's coroutine gives
        async def main() -> Any:  # noqa: ANN401  the same
            async with asyncio.timeout(10):
                return await awaitable

        with asyncio.Runner(loop_factory=request.param) as runner:
            return runner.run(main())

    return run_it


@asynccontextmanager
async def serving(
    handler: Handler, limits: Limits | None = None
) -> AsyncIterator[tuple[AgiServer, str]]:
    server = AgiServer({"test": handler}, limits)
    host, port = await server.start(listen(port=0))
    try:
        yield server, f"agi://{host}:{port}/test"
    finally:
        await server.stop()


async def play(
    handler: Handler, channel: FakeChannel | None = None, faults: Faults | None = None
) -> AgiResult:
    async with serving(handler) as (server, url):
        result = await agi(channel or FakeChannel(), url, faults=faults)
        assert await server.drain(5) == 0
        return result


async def nothing(channel: Channel) -> None:
    del channel


async def connect(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, _, rest = url.removeprefix("agi://").partition(":")
    return await asyncio.open_connection(host, int(rest.partition("/")[0]))


async def read_to_the_end(reader: asyncio.StreamReader) -> bytes:
    """What is said until the end; a reset is an end too, for who is no Asterisk."""
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


async def until(condition: Callable[[], object]) -> None:
    """Wait for something that is seen, but tells nobody; the time limit is that of `run`."""
    while not condition():  # noqa: ASYNC110  there is no event to wait for
        await asyncio.sleep(0.001)
