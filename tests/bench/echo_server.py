"""The yardstick: a bare asyncio server that sends a number of commands and reads the replies.

It parses nothing, decides nothing and stores nothing: what is left is the cost of the loop and the
socket. `echo_server.py PORT COMMANDS`.
"""

import asyncio
import sys

import uvloop

COMMAND = b'SET VARIABLE "RAHYAB_GO" "queue"\n'


async def serve(port: int, commands: int) -> None:
    """Serve until killed."""

    async def session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\n\n")
        for _ in range(commands):
            writer.write(COMMAND)
            await reader.readline()
        writer.close()

    server = await asyncio.start_server(session, "127.0.0.1", port, backlog=4096)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), int(sys.argv[2])))
