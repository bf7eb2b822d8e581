"""A server that may open few files, in a process of its own: says its port, serves until killed."""

import asyncio
import resource

import uvloop

from agi_server.channel import Channel
from agi_server.commands import SetVariable
from agi_server.listening import listen
from agi_server.server import AgiServer

OPEN_FILES = 256


async def greet(channel: Channel) -> None:
    """The one script, `test`."""
    await channel.send(SetVariable("GREETED", "yes"))


async def serve() -> None:
    """See the module."""
    _, port = await AgiServer({"test": greet}).start(listen(port=0))
    print(port, flush=True)  # noqa: T201  for the parent process
    await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    uvloop.run(serve())
