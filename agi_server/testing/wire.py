"""Asterisk's end of the connection, with the two buffers through which it reads.

What the kernel has received wakes Asterisk and cancels prompts; what stdio has read ahead out of
it does neither. So the second of two lines that came together lies unseen until something more
comes, as on the real one.

Source: res_agi.c, `run_agi` (the loop around `fgets`).
"""

import asyncio
import socket
import struct
from collections import deque
from typing import Final

_STDIO_BYTES: Final = 4_096


class Wire(asyncio.Protocol):
    """The connection to a server, over whichever transport."""

    _transport: asyncio.Transport

    def __init__(self) -> None:
        self._segments: deque[bytes] = deque()
        """Received by the kernel."""
        self._ahead = b""
        """Read by stdio, not yet taken by `fgets`."""
        self._arrived = asyncio.Event()
        self._ended = asyncio.Event()
        self.was_reset = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asyncio: the server has accepted."""
        self._transport = transport  # type: ignore[assignment]  # a stream's is no other

    def data_received(self, data: bytes) -> None:
        """Asyncio: the server has sent something."""
        self._segments.append(data)
        self._arrived.set()

    def eof_received(self) -> bool:
        """Asyncio: the server has closed its side; ours stays open."""
        self._finish()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """Asyncio: the connection is gone; with an error when the server cut it."""
        self.was_reset = self.was_reset or isinstance(exc, ConnectionError)
        self._finish()

    def _finish(self) -> None:
        self._ended.set()
        self._arrived.set()

    def is_waiting(self) -> bool:
        """Whether the kernel has bytes, or the end of the stream."""
        return self._arrived.is_set()

    async def arrival(self) -> None:
        """Wait until the kernel has bytes, or the end of the stream."""
        await self._arrived.wait()

    async def ending(self) -> None:
        """Wait until the server has closed its side, or cut the connection."""
        await self._ended.wait()

    @property
    def hides_a_line(self) -> bool:
        """Whether a line was read ahead: it will not be seen until more comes."""
        return b"\n" in self._ahead

    async def read_line(self, longest: int) -> bytes:
        """The next line with its newline, or as much of it as the buffer holds.

        Without its newline at the end of the stream; empty when nothing is left. A NUL hides what
        comes with it up to the newline, and the newline too: the next line is stuck to it.
        """
        line = b""
        while len(line) < longest:
            piece = await self._fgets(longest - len(line))
            line += piece.partition(b"\0")[0]
            if not piece or line.endswith(b"\n"):
                break
        return line

    async def _fgets(self, size: int) -> bytes:
        """Up to a newline, or what is there; nothing at the end of the stream."""
        if not self._ahead:
            await self.arrival()
        while b"\n" not in self._ahead[:size] and len(self._ahead) < size and self._segments:
            self._ahead += self._take_segment()
        end = self._ahead.find(b"\n", 0, size)
        length = size if end < 0 else end + 1
        piece, self._ahead = self._ahead[:length], self._ahead[length:]
        return piece

    def _take_segment(self) -> bytes:
        segment = self._segments.popleft()
        if len(segment) > _STDIO_BYTES:
            self._segments.appendleft(segment[_STDIO_BYTES:])
        elif not self._segments and not self._ended.is_set():
            self._arrived.clear()
        return segment[:_STDIO_BYTES]

    def write(self, data: bytes) -> None:
        """Send bytes; a server that is gone is found out by reading."""
        if not self._transport.is_closing():
            self._transport.write(data)

    def pause(self) -> None:
        """Read nothing more for now."""
        self._transport.pause_reading()

    def resume(self) -> None:
        """Read on."""
        self._transport.resume_reading()

    def reset(self) -> None:
        """Cut the connection with a RST."""
        connection = self._transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()
