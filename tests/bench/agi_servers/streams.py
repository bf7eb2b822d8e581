"""Bare asyncio streams, as one would write them in an afternoon. `streams.py HOST PORT LOOP`.

The environment is read into a dictionary; replies are read to their newline and looked at no
further. LOOP is `asyncio` or `uvloop`.
"""

import asyncio
import sys

import uvloop

from agi_session import READ, VARIABLES


async def session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One session."""
    environment = {}
    while line := (await reader.readline()).decode().rstrip("\n"):
        name, _, value = line.partition(": ")
        environment[name] = value
    uniqueid = environment["agi_uniqueid"]
    for variable in VARIABLES:
        writer.write(f'SET VARIABLE "{variable}" "{uniqueid}-{variable}"\n'.encode())
        await reader.readline()
    writer.write(f'GET VARIABLE "{READ}"\n'.encode())
    await reader.readline()
    writer.close()


async def serve(host: str, port: int) -> None:
    """Serve until killed."""
    server = await asyncio.start_server(session, host, port, backlog=4096)
    print("listening", *server.sockets[0].getsockname(), flush=True)  # noqa: T201  for the parent
    await server.serve_forever()


if __name__ == "__main__":
    run = {"asyncio": asyncio.run, "uvloop": uvloop.run}[sys.argv[3]]
    run(serve(sys.argv[1], int(sys.argv[2])))
