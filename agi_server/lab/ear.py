"""The ear of a caller: what Asterisk really sends on the voice path, packet by packet."""

import socket
import threading
import time
from dataclasses import dataclass
from struct import unpack
from typing import Final

from agi_server.lab.ports import LOCALHOST

HEAD: Final = 12
"""Bytes of an RTP packet before its sound (RFC 3550, 5.1); Asterisk adds nothing to them."""

LARGEST_PACKET: Final = 2048
LOOK_SECONDS: Final = 0.2
"""How often the ear looks whether it is to be closed."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A packet of sound: when it came (`time.monotonic`), its payload type, and its coded sound."""

    at: float
    kind: int
    sound: bytes


class Ear:
    """Listens on a port of its own.

    Attributes:
        port: The UDP port on 127.0.0.1, to be told in the caller's offer.
        heard: What has come by now.
    """

    def __init__(self) -> None:
        """Begin to listen."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((LOCALHOST, 0))
        self._socket.settimeout(LOOK_SECONDS)
        self.port: int = self._socket.getsockname()[1]
        self.heard: list[Heard] = []
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Listen no more; what was heard stays."""
        self._closing.set()
        self._thread.join()
        self._socket.close()

    def _listen(self) -> None:
        while not self._closing.is_set():
            try:
                packet = self._socket.recv(LARGEST_PACKET)
            except TimeoutError:
                continue
            if len(packet) > HEAD:
                _, kind = unpack("!BB", packet[:2])
                self.heard.append(Heard(time.monotonic(), kind & 0x7F, packet[HEAD:]))
