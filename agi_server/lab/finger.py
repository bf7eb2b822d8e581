"""A finger on the keys of a call that goes on: for keys that nobody knew when it began."""

import socket
import time
from typing import Final

from agi_server.lab.ports import LOCALHOST
from agi_server.lab.rtp import Stream

LATER: Final = 1 << 24
"""Timestamps from here on are later than those of all that a script has pressed."""


class Finger:
    """Presses keys, each as a telephone would.

    Args:
        port: The UDP port on 127.0.0.1 at which Asterisk takes the sound of the call.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._stream = Stream(LATER)

    def press(self, keys: str) -> None:
        """Press keys one after the other, and return when the last is released."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            begun = time.monotonic()
            for at_ms, packet in self._stream.pressed(keys):
                time.sleep(max(0.0, begun + at_ms / 1000 - time.monotonic()))
                out.sendto(packet, (LOCALHOST, self._port))
