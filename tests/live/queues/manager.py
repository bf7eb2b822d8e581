"""One request to Asterisk's manager interface: what no command of its command line can do."""

import socket
from typing import Final

from agi_server.lab.asterisk import Asterisk
from agi_server.lab.ports import LOCALHOST, free_port, is_bound
from agi_server.lab.waiting import wait_until

SECONDS: Final = 20.0
LARGEST_ANSWER: Final = 65_536

CONFIGURATION: Final = """
[general]
enabled = yes
bindaddr = 127.0.0.1
port = {port}

[test]
secret = test
write = call,agent
permit = 127.0.0.1/32
"""


def open_manager(asterisk: Asterisk) -> int:
    """Let an Asterisk take requests; the port on 127.0.0.1."""
    port = free_port(socket.SOCK_STREAM)
    file = asterisk.folder / "etc" / "manager.conf"
    file.write_text(CONFIGURATION.format(port=port))
    asterisk.rx("manager reload")
    assert wait_until(lambda: is_bound(port, socket.SOCK_STREAM), SECONDS)
    return port


def ask(port: int, action: str, **fields: str) -> str:
    """Log in, make one request, log off; everything that was answered."""
    with socket.create_connection((LOCALHOST, port), SECONDS) as line:
        for name, more in (
            ("Login", {"Username": "test", "Secret": "test", "Events": "off"}),
            (action, fields),
            ("Logoff", {}),
        ):
            lines = [f"Action: {name}", *(f"{key}: {value}" for key, value in more.items())]
            line.sendall("\r\n".join([*lines, "", ""]).encode())
        answer = b""
        while part := line.recv(LARGEST_ANSWER):
            answer += part
    return answer.decode()
