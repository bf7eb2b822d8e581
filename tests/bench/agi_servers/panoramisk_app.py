"""panoramisk's fast_agi Application. `panoramisk_app.py HOST PORT LOOP`.

LOOP is `asyncio`, as in its documentation, or `uvloop`.
"""

import asyncio
import sys

import uvloop
from panoramisk.fast_agi import Application, Request

from agi_session import READ, SCRIPT, VARIABLES, WAITING


async def session(request: Request) -> None:
    """One session. Commands are the handler's own strings: panoramisk quotes nothing."""
    uniqueid = request.headers["agi_uniqueid"]
    for variable in VARIABLES:
        await request.send_command(f'SET VARIABLE "{variable}" "{uniqueid}-{variable}"')
    await request.send_command(f'GET VARIABLE "{READ}"')


async def serve(host: str, port: int) -> None:
    """Serve until killed."""
    application = Application(loop=asyncio.get_running_loop())
    application.add_route(SCRIPT, session)
    application.add_route(WAITING, session)
    server = await asyncio.start_server(application.handler, host, port, backlog=4096)
    print("listening", *server.sockets[0].getsockname(), flush=True)  # noqa: T201  for the parent
    await server.serve_forever()


if __name__ == "__main__":
    run = {"asyncio": asyncio.run, "uvloop": uvloop.run}[sys.argv[3]]
    run(serve(sys.argv[1], int(sys.argv[2])))
