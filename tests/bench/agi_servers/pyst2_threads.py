"""pyst2's AGI class on a socketserver of threads. `pyst2_threads.py HOST PORT`.

pyst2 has no FastAGI server that runs on Python 3 (its own imports `SocketServer`), so a user makes
one; and must change two things to do so. AGI's constructor installs a signal handler, which
Python allows in the main thread only: `ThreadAgi` leaves it out. And AGI writes text, where a
socket takes bytes. What AGI says on standard error with every line goes to /dev/null here, which
is the kindest one can do.
"""

import io
import os
import socketserver
import sys

from asterisk.agi import AGI

from agi_session import READ, VARIABLES

NOWHERE = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123  for the process's life


class ThreadAgi(AGI):
    """AGI without its signal handler."""

    def __init__(self, stdin: io.BufferedIOBase, stdout: io.TextIOBase) -> None:
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = NOWHERE
        self._got_sighup = False
        self.env: dict[str, str] = {}
        self._get_agi_env()


class Session(socketserver.StreamRequestHandler):
    """One session."""

    def handle(self) -> None:
        """Socketserver: a peer has connected, and this is its thread."""
        with io.TextIOWrapper(self.wfile, encoding="utf-8") as stdout:
            agi = ThreadAgi(self.rfile, stdout)
            uniqueid = agi.env["agi_uniqueid"]
            for variable in VARIABLES:
                agi.set_variable(variable, f"{uniqueid}-{variable}")
            agi.get_variable(READ)


class Server(socketserver.ThreadingTCPServer):
    """With the backlog of the others: its own of 5 loses connections of 64 peers."""

    request_queue_size = 4096
    daemon_threads = True
    allow_reuse_address = True


def serve(host: str, port: int) -> None:
    """Serve until killed."""
    with Server((host, port), Session) as server:
        print("listening", *server.server_address, flush=True)  # noqa: T201  for the parent
        server.serve_forever()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
