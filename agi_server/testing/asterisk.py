"""The fake Asterisk's application AGI(): over TCP, or without leaving the process."""

import asyncio
from typing import Final
from urllib.parse import urlsplit

from agi_server.channel import Channel, HungUpError, SessionEndedError
from agi_server.server import AgiServer
from agi_server.session import Handler
from agi_server.testing.channel import FakeChannel
from agi_server.testing.faults import Faults
from agi_server.testing.memory import connect_in_memory
from agi_server.testing.session import AgiResult, Session
from agi_server.testing.wire import Wire

AGI_PORT: Final = 4573

HANDLER_SECONDS: Final = 5.0
"""How long, in real time, a handler may go on when its session is over; then it is cancelled."""

IN_PROCESS: Final = "agi://in-process/"
"""What the environment calls a server that is reached without a network."""


async def agi(
    channel: FakeChannel, url: str, *arguments: str, faults: Faults | None = None
) -> AgiResult:
    """Do `AGI(url,arguments…)` on `channel`, over TCP; sets its AGISTATUS.

    Args:
        channel: the call.
        url: `agi://host:port/script?query`.
        arguments: become `agi_arg_1` and so on.
        faults: what is to go wrong.
    """
    parts = urlsplit(url)
    try:
        _, wire = await asyncio.get_running_loop().create_connection(
            Wire, parts.hostname or "", parts.port or AGI_PORT
        )
    except OSError:
        channel.variables.set("AGISTATUS", "FAILURE")
        return AgiResult("FAILURE", (), was_reset=False, location=channel.location)
    return await _run(Session(channel, wire, faults or Faults()), url, arguments)


async def agi_in_process(
    channel: FakeChannel,
    served_by: AgiServer | Handler,
    *arguments: str,
    script: str = "test",
    faults: Faults | None = None,
) -> AgiResult:
    """Do AGI() on `channel` with a handler, or a whole server, in this process: no port, no socket.

    Args:
        channel: the call.
        served_by: the handler under test, or a server that need not have been started.
        arguments: become `agi_arg_1` and so on.
        script: the script's name, perhaps with a query, as in a URL.
        faults: what is to go wrong.

    Raises:
        Exception: what the handler raised, once the session is over, unless it only says that the
            caller or the session is gone. A server keeps such errors to itself, as it does in
            service.
    """
    if isinstance(served_by, AgiServer):
        return await _in_process(channel, served_by, arguments, script, faults)
    errors: list[Exception] = []
    server = AgiServer({script.partition("?")[0]: _watched(served_by, errors)})
    try:
        result = await _in_process(channel, server, arguments, script, faults)
    finally:
        await server.drain(HANDLER_SECONDS)
    if errors:
        raise errors[0]
    return result


def _watched(handler: Handler, errors: list[Exception]) -> Handler:
    """The handler, its errors noted as they pass."""

    async def watched(channel: Channel) -> None:
        try:
            await handler(channel)
        except (HungUpError, SessionEndedError):
            raise
        except Exception as error:
            errors.append(error)
            raise

    return watched


async def _in_process(
    channel: FakeChannel,
    server: AgiServer,
    arguments: tuple[str, ...],
    script: str,
    faults: Faults | None,
) -> AgiResult:
    wire = Wire()
    connect_in_memory(wire, server.connection())
    return await _run(Session(channel, wire, faults or Faults()), IN_PROCESS + script, arguments)


async def _run(session: Session, url: str, arguments: tuple[str, ...]) -> AgiResult:
    try:
        return await session.run(url, arguments)
    finally:
        session.wire.close()
