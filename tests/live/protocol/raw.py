"""The server's end of one AGI connection, byte by byte: no help, no correction, no hiding.

Every wait has a limit, so a test that waits for what never comes fails instead of hanging.
"""

import socket
import struct
import time
from pathlib import Path
from typing import Final

from agi_server.lab.waiting import wait_until

REPLY_SECONDS: Final = 10.0
"""Longer than anything Asterisk does unasked; a test that is right never waits so long."""

CHUNK: Final = 65536
USAGE_BEGINS: Final = b"520-"
USAGE_ENDS: Final = b"520 "


class RawSession:
    """A connection that Asterisk has made, its environment already read.

    Attributes:
        environment: What came first, up to and with the empty line.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._pending = b""
        lines: list[bytes] = []
        while not lines or lines[-1]:
            lines.append(self.read_line())
        self.environment = b"".join(line + b"\n" for line in lines)

    @property
    def names(self) -> list[str]:
        """The names in the environment, in order."""
        return [line.partition(b": ")[0].decode() for line in self._lines]

    @property
    def values(self) -> dict[str, bytes]:
        """What the environment says of each name."""
        pairs = (line.partition(b": ") for line in self._lines)
        return {name.decode(errors="replace"): value for name, _, value in pairs}

    @property
    def script(self) -> str:
        """What stands behind the port in the URL."""
        return self.values.get("agi_network_script", b"").decode()

    @property
    def _lines(self) -> list[bytes]:
        return self.environment.split(b"\n")[:-2]

    def send(self, data: bytes) -> None:
        """Send exactly these bytes, in one write."""
        self._socket.sendall(data)

    def read_line(self, timeout: float = REPLY_SECONDS) -> bytes:
        """The next line without its newline.

        Raises:
            EOFError: The stream ended; what came of the line is its argument.
            TimeoutError: No whole line came in `timeout` seconds.
        """
        end = time.monotonic() + timeout
        while b"\n" not in self._pending:
            if not self._receive(end):
                rest, self._pending = self._pending, b""
                raise EOFError(rest)
        line, _, self._pending = self._pending.partition(b"\n")
        return line

    def read_reply(self, timeout: float = REPLY_SECONDS) -> bytes:
        """The next line, or the whole of a 520 block, its lines joined by newlines.

        A `HANGUP` and a `100` are lines like any other here.
        """
        lines = [self.read_line(timeout)]
        if lines[0].startswith(USAGE_BEGINS):
            while not lines[-1].startswith(USAGE_ENDS):
                lines.append(self.read_line(timeout))
        return b"\n".join(lines)

    def command(self, line: str | bytes, timeout: float = REPLY_SECONDS) -> bytes:
        """Send a line with its newline, and return the next reply."""
        self.send((line.encode() if isinstance(line, str) else line) + b"\n")
        return self.read_reply(timeout)

    def start(self, line: str) -> None:
        """Send a line with its newline, and return when Asterisk has taken it: it is at work then.

        What is sent next arrives behind it and not with it.
        """
        self.send(line.encode() + b"\n")
        self.wait_until_taken()

    def wait_until_taken(self) -> None:
        """Wait until Asterisk has read all that was sent."""
        assert wait_until(self._is_taken, REPLY_SECONDS), "Asterisk does not read"

    def variable(self, name: str) -> str | None:
        """What GET VARIABLE says: None for a variable that is not set."""
        reply = self.command(f'GET VARIABLE "{name}"').decode()
        return reply.partition("(")[2][:-1] if reply.startswith("200 result=1") else None

    def read_rest(self, timeout: float = REPLY_SECONDS) -> list[bytes]:
        """All lines until the end of the stream. A partial last line is one of them."""
        lines = []
        while True:
            try:
                lines.append(self.read_line(timeout))
            except EOFError as end:
                return [*lines, *filter(None, end.args)]

    def is_silent(self, seconds: float) -> bool:
        """Whether nothing at all comes for so long, neither bytes nor an end."""
        if self._pending:
            return False
        try:
            self._receive(time.monotonic() + seconds)
        except TimeoutError:
            return True
        return False

    def wait_for_bytes(self) -> None:
        """Wait until something has come, and leave it unread."""
        self._socket.settimeout(REPLY_SECONDS)
        self._socket.recv(1, socket.MSG_PEEK)

    def half_close(self) -> None:
        """Say that nothing more will be sent; reading goes on."""
        self._socket.shutdown(socket.SHUT_WR)

    def end(self) -> list[bytes]:
        """Half-close, read to the end, close: the best end there is. Returns the lines read."""
        self.half_close()
        lines = self.read_rest()
        self.close()
        return lines

    def close(self) -> None:
        """Close at once. The kernel sends RST in place of FIN when there are unread bytes."""
        self._socket.close()

    def reset(self) -> None:
        """Cut the connection by RST."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def _is_taken(self) -> bool:
        """Whether nothing waits in the kernel for Asterisk to read (proc(5), net/tcp)."""
        ends = (self._socket.getpeername()[1], self._socket.getsockname()[1])
        for row in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            _, here, there, _, queues, *_ = row.split()
            if tuple(int(end.partition(":")[2], 16) for end in (here, there)) == ends:
                return int(queues.partition(":")[2], 16) == 0
        return False

    def _receive(self, end: float) -> bool:
        """Wait for bytes until the moment `end`. False at the end of the stream."""
        left = end - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"only {self._pending!r} came in time")
        self._socket.settimeout(left)
        # Asterisk writes a 520 block in pieces, and each waits until the one before is known to
        # have arrived: without this for 40 ms.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        try:
            data = self._socket.recv(CHUNK)
        except TimeoutError:
            raise TimeoutError(f"only {self._pending!r} came in time") from None
        finally:
            self._socket.settimeout(None)
        self._pending += data
        return bool(data)
