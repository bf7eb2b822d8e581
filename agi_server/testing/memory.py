"""A connection that never leaves the process: two transports, each the other's far end."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

_ADDRESS: Final = ("127.0.0.1", 0)
"""What each end sees of the other: the fake calls from this machine."""


class MemoryTransport(asyncio.Transport):
    """One end. Each write arrives at the other by itself, in order, in the loop's next round."""

    _peer: "MemoryTransport"

    def __init__(self, loop: asyncio.AbstractEventLoop, protocol: asyncio.Protocol) -> None:
        super().__init__({"peername": _ADDRESS, "sockname": _ADDRESS})
        self._loop = loop
        self._protocol = protocol
        self._closing = False
        self._lost = False
        self._eof_sent = False
        self._paused = False
        self._held: deque[Callable[[], None]] = deque()
        """What arrived while reading was paused."""

    def join(self, peer: "MemoryTransport") -> None:
        """Become the far end of `peer`."""
        self._peer = peer

    def get_protocol(self) -> asyncio.BaseProtocol:
        """The protocol at this end."""
        return self._protocol

    def is_closing(self) -> bool:
        """Whether this end is closed, or about to be."""
        return self._closing

    def is_reading(self) -> bool:
        """Whether what arrives is handed on."""
        return not self._paused and not self._closing

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send bytes."""
        if data and not self._closing and not self._eof_sent:
            segment = bytes(data)
            self._peer.arrive(lambda: self._peer.take(segment))

    def can_write_eof(self) -> bool:
        """This end can be half closed."""
        return True

    def write_eof(self) -> None:
        """Close this end for writing."""
        if not self._eof_sent and not self._closing:
            self._eof_sent = True
            self._peer.arrive(self._peer.take_eof)

    def get_write_buffer_size(self) -> int:
        """Nothing is ever kept back."""
        return 0

    def pause_reading(self) -> None:
        """Hand nothing on until `resume_reading`."""
        self._paused = True

    def resume_reading(self) -> None:
        """Hand on what has come, and what comes."""
        self._paused = False
        while self._held:
            self._loop.call_soon(self._held.popleft())

    def close(self) -> None:
        """Close this end; the other sees the end of the stream."""
        self.write_eof()
        self._close(None)

    def abort(self) -> None:
        """Cut the connection; the other end sees it reset."""
        if not self._closing:
            self._peer.cut()
        self._close(None)

    def arrive(self, delivery: Callable[[], None]) -> None:
        """Deliver in the loop's next round, or once reading is resumed."""
        self._loop.call_soon(self._hold_or_run, delivery)

    def cut(self) -> None:
        """The far end has reset the connection."""
        self._close(ConnectionResetError("reset by the other end"))

    def take(self, segment: bytes) -> None:
        """Hand bytes to the protocol."""
        if not self._closing:
            self._protocol.data_received(segment)

    def take_eof(self) -> None:
        """Hand the end of the stream to the protocol, which may want to go on writing."""
        if not self._closing and not self._protocol.eof_received():
            self.close()

    def _hold_or_run(self, delivery: Callable[[], None]) -> None:
        if self._paused:
            self._held.append(delivery)
        else:
            delivery()

    def _close(self, error: Exception | None) -> None:
        if not self._closing:
            self._closing = True
            self._loop.call_soon(self._protocol.connection_lost, error)


def connect_in_memory(one: asyncio.Protocol, other: asyncio.Protocol) -> None:
    """Connect two protocols to each other, in the running loop."""
    loop = asyncio.get_running_loop()
    ends = (MemoryTransport(loop, one), MemoryTransport(loop, other))
    ends[0].join(ends[1])
    ends[1].join(ends[0])
    one.connection_made(ends[0])
    other.connection_made(ends[1])
