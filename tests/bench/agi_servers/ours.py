"""Our own server by its public typed API, with the limits we ship. `ours.py HOST PORT`."""

import asyncio
import signal
import sys

import uvloop

from agi_server.channel import Channel
from agi_server.commands import GetVariable, SetVariable, StreamFile
from agi_server.listening import ListenError, listen
from agi_server.logs import configure_logs
from agi_server.server import AgiServer
from agi_server.settings import LogFormat, LogLevel
from agi_session import READ, SCRIPT, VARIABLES, WAITING


async def bench(channel: Channel) -> None:
    """The session."""
    uniqueid = channel.environment["agi_uniqueid"]
    for variable in VARIABLES:
        await channel.send(SetVariable(variable, f"{uniqueid}-{variable}"))
    await channel.send(GetVariable(READ))


async def waiting(channel: Channel) -> None:
    """A session that waits in a command, as a caller who listens to a prompt does."""
    await channel.send(StreamFile("welcome"))


async def serve(host: str, port: int) -> None:
    """Serve until killed."""
    server = AgiServer({SCRIPT: bench, WAITING: waiting})
    address = await server.start(listen(host, port))
    print("listening", *address, flush=True)  # noqa: T201  for the parent
    await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    configure_logs(LogFormat.READABLE, LogLevel.WARNING)
    try:
        uvloop.run(serve(sys.argv[1], int(sys.argv[2])))
    except ListenError as error:
        sys.exit(str(error))
