"""Free ports on this machine."""

import os
import socket
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import Final

from agi_server.lab.problems import LabError

LOCALHOST: Final = "127.0.0.1"

FIRST_MEDIA_PORT: Final = 20_000
"""Above the range of the lab's Asterisk (rtp.conf), below the ports that the kernel gives out."""

PORTS_A_CALL: Final = 4
"""SIPp takes the port that it is given for audio, and the second one after it for video."""

CALLS_A_PROCESS: Final = 50
PROCESSES: Final = 60

_calls = count()


def free_port(kind: socket.SocketKind = socket.SOCK_DGRAM) -> int:
    """A port on 127.0.0.1 that nobody uses now (UDP by default, as SIP does)."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((LOCALHOST, 0))
        port: int = probe.getsockname()[1]
        return port


def free_media_port() -> int:
    """The port of a call's audio: nobody uses it now, nor those that go with it.

    Programs that run beside each other draw from ranges of their own, by the number of their
    process: a port that one has just found free is not taken by the other before SIPp has it.

    Raises:
        LabError: All are in use.
    """
    own = FIRST_MEDIA_PORT + os.getpid() % PROCESSES * CALLS_A_PROCESS * PORTS_A_CALL
    for _ in range(CALLS_A_PROCESS):
        port = own + next(_calls) % CALLS_A_PROCESS * PORTS_A_CALL
        if _are_free(range(port, port + PORTS_A_CALL)):
            return port
    raise LabError(f"the {CALLS_A_PROCESS} calls that one program can place are all going on")


def _are_free(ports: Iterable[int]) -> bool:
    try:
        for port in ports:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.bind((LOCALHOST, port))
    except OSError:
        return False
    return True


def is_bound(port: int, kind: socket.SocketKind = socket.SOCK_DGRAM) -> bool:
    """Whether somebody listens on a port of 127.0.0.1 or of every address (proc(5), net/udp)."""
    table = Path("/proc/net/udp" if kind is socket.SOCK_DGRAM else "/proc/net/tcp")
    rows = (line.split() for line in table.read_text().splitlines()[1:])
    # A connection that others have made from this port has a far end that is not zero.
    return any(
        row[1] in {f"0100007F:{port:04X}", f"00000000:{port:04X}"} and row[2] == "00000000:0000"
        for row in rows
    )
