"""Opening the socket that calls come in on."""

import errno
import os
import socket
from typing import Final

LISTEN_BACKLOG: Final = 65_535
"""As many waiting connections as the kernel allows (it lowers this to net.core.somaxconn): a lost
SYN is sent again after 1 s, and Asterisk gives up after 2."""

_KEEPALIVE: Final = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
)
"""An Asterisk that vanished without a word is found out within a minute. Set on the listening
socket: Linux hands these on to the accepted ones, which saves four calls a session."""


class ListenError(Exception):
    """The server cannot listen; the message says why, and what to do."""


def listen(host: str = "127.0.0.1", port: int = 4573) -> socket.socket:
    """A socket that listens on `host` and `port` (0: any free port), for `AgiServer.start`.

    Several processes may accept on it: none of the calls that wait in it is lost with one of them.

    Raises:
        ListenError: it cannot be opened.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=LISTEN_BACKLOG)
    except OSError as error:
        raise ListenError(_cure(host, port, error)) from error
    for option in _KEEPALIVE:
        listener.setsockopt(*option)
    return listener


def _cure(host: str, port: int, error: OSError) -> str:
    where = f"port {port} on {host}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"{where} is in use: stop the program that listens there "
            f"(`ss -ltnp sport = :{port}` names it), or choose another port"
        )
    if error.errno == errno.EACCES:
        return f"{where} may not be opened by this user: choose a port above 1023"
    # What create_server raises ends in the address as Python shows it; the number tells the cause.
    if error.errno == socket.EAI_NONAME:
        return f"cannot listen at {where}: there is no such host; write an address of this machine"
    reason = os.strerror(error.errno) if error.errno else str(error)
    return f"cannot listen at {where}: {reason}; choose an address of this machine"
