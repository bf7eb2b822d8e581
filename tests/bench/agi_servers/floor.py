"""The floor: a bare asyncio.Protocol on uvloop. `floor.py HOST PORT`.

It parses nothing and keeps nothing: each read is answered with the next line, all made beforehand,
and after the last the connection is closed. What remains is the loop and the socket. It relies on
a load that sends its environment and every reply in one piece, as `agi_load.py` does.
"""

import asyncio
import sys

import uvloop

from agi_session import READ, VARIABLES

LINES = (
    *(f'SET VARIABLE "{name}" "1.0000000000-{name}"\n'.encode() for name in VARIABLES),
    f'GET VARIABLE "{READ}"\n'.encode(),
)


class Floor(asyncio.Protocol):
    """One session."""

    __slots__ = ("_answered", "_transport")

    _transport: asyncio.Transport

    def __init__(self) -> None:
        self._answered = 0

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Asyncio: a peer has connected."""
        self._transport = transport

    def data_received(self, _: bytes) -> None:
        """Asyncio: bytes have come."""
        answered = self._answered
        if answered == len(LINES):
            self._transport.close()
            return
        self._transport.write(LINES[answered])
        self._answered = answered + 1


async def serve(host: str, port: int) -> None:
    """Serve until killed."""
    server = await asyncio.get_running_loop().create_server(Floor, host, port, backlog=4096)
    print("listening", *server.sockets[0].getsockname(), flush=True)  # noqa: T201  for the parent
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1], int(sys.argv[2])))
