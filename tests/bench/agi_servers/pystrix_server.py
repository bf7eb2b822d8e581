"""pystrix's FastAGIServer: a thread for each session. `pystrix_server.py HOST PORT`."""

import sys
from typing import Any

from pystrix.agi import FastAGIServer
from pystrix.agi.core import GetVariable, SetVariable

from agi_session import READ, VARIABLES


def session(agi: Any, *_: object) -> None:  # noqa: ANN401  pystrix has no types
    """One session."""
    uniqueid = agi.get_environment()["agi_uniqueid"]
    for variable in VARIABLES:
        agi.execute(SetVariable(variable, f"{uniqueid}-{variable}"))
    agi.execute(GetVariable(READ))


def serve(host: str, port: int) -> None:
    """Serve until killed."""
    server = FastAGIServer(host, port)
    server.register_script_handler(None, session)
    print("listening", *server.server_address, flush=True)  # noqa: T201  for the parent
    server.serve_forever()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
