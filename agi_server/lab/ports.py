"""Free ports on this machine."""

import socket
from pathlib import Path
from typing import Final

LOCALHOST: Final = "127.0.0.1"


def free_port(kind: socket.SocketKind = socket.SOCK_DGRAM) -> int:
    """A port on 127.0.0.1 that nobody uses now (UDP by default, as SIP and RTP do)."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((LOCALHOST, 0))
        port: int = probe.getsockname()[1]
        return port


def is_bound(port: int, kind: socket.SocketKind = socket.SOCK_DGRAM) -> bool:
    """Whether somebody listens on a port of 127.0.0.1 or of every address (proc(5), net/udp)."""
    table = Path("/proc/net/udp" if kind is socket.SOCK_DGRAM else "/proc/net/tcp")
    rows = (line.split() for line in table.read_text().splitlines()[1:])
    # A connection that others have made from this port has a far end that is not zero.
    return any(
        row[1] in {f"0100007F:{port:04X}", f"00000000:{port:04X}"} and row[2] == "00000000:0000"
        for row in rows
    )
