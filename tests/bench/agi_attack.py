"""Strangers who wear an AGI server out, in a process of its own. Loopback only.

    agi_attack.py KIND PORT PEERS

They come from several addresses of 127.0.0.0/8, since one has too few ports for all of them, and
whoever is thrown out comes back. It prints a line when all have come for the first time, goes on
until it reads one, and then prints how many connections it has made.
"""

import os
import select
import socket
import struct
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from agi_load import environment
from agi_session import SCRIPT

TICK_SECONDS: Final = 0.1
CONNECTIONS_A_TICK: Final = 500
"""As fast as 5,000 connections a second, so that one address after the other is not the limit."""
SOURCES: Final = 100
"""Addresses they come from."""
FLOOD_BYTES: Final = 64 * 1024
"""The most that Asterisk's side of a socket would take at once."""
NICE: Final = 10
"""They give way to the server and the good calls: how the server treats calls is to be measured,
not how the system shares too few processors."""


def flood_of(piece: bytes) -> bytes:
    """Much of it."""
    return piece * (FLOOD_BYTES // len(piece))


@dataclass(frozen=True, slots=True)
class Attack:
    """What a stranger does."""

    title: str
    peers: int
    """Unless told otherwise."""
    greeting: bytes = b""
    """Said at once."""
    drip: bytes = b""
    """Said after that, a byte a second."""
    flood: bytes = b""
    """Said after that, again and again, as fast as it is taken."""
    reads: bool = True
    stays: bool = True
    """Whether it waits to be thrown out, or leaves after a tick by itself."""
    resets: bool = False
    """Whether it leaves with a reset (RST)."""


_OPENING: Final = environment(SCRIPT, 1)
ATTACKS: Final = {
    "silent": Attack("connections that say nothing", 10_000),
    "slow": Attack("an environment of a byte a second", 2_000, drip=_OPENING),
    "slow-reply": Attack(
        "replies of a byte a second",
        2_000,
        greeting=_OPENING,
        drip=b"200 result=1\n" * 20,
    ),
    "deaf": Attack("peers that never read", 2_000, greeting=_OPENING, reads=False),
    "hangups": Attack("floods of HANGUP", 20, _OPENING, flood=flood_of(b"HANGUP\n")),
    "empty": Attack("floods of empty lines", 20, _OPENING, flood=flood_of(b"\n")),
    "trying": Attack("floods of 100 Trying", 20, _OPENING, flood=flood_of(b"100 Trying\n")),
    "usage": Attack("usage texts without end", 20, _OPENING, flood=flood_of(b"520-usage\n")),
    "line": Attack("replies without end", 20, _OPENING + b"200 result=1 (", flood=flood_of(b"x")),
    "environment": Attack(
        "environments without end", 20, b"agi_network: yes\n", flood=flood_of(b"agi_x: y\n")
    ),
    "unknown": Attack("calls of a script that nobody serves", 200, environment("nothing", 1)),
    "storm": Attack("connections that leave at once", 500, stays=False),
    "reset": Attack("calls that reset at once", 200, _OPENING, stays=False, resets=True),
}
"""By the name that `attack_bench.py --attacks` takes."""


class Peer:
    """One stranger, who comes back when thrown out."""

    __slots__ = ("_attack", "_left", "_source", "sock")

    def __init__(self, attack: Attack, number: int) -> None:
        self._attack = attack
        self._source = f"127.0.1.{1 + number % SOURCES}"
        self._left = b""
        self.sock: socket.socket | None = None

    def come(self, port: int) -> socket.socket:
        """Connect, and say the greeting."""
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        # The port is then chosen for this server alone: each address has 28,000 to it.
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_BIND_ADDRESS_NO_PORT, 1)
        if self._attack.resets:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.bind((self._source, 0))
        sock.connect_ex(("127.0.0.1", port))
        self._left = self._attack.drip
        self.sock = sock
        self._say(self._attack.greeting)
        return sock

    def drip(self) -> None:
        """Say the next byte."""
        if self._left:
            self._say(self._left[:1])
            self._left = self._left[1:]

    def stir(self, what: int) -> bool:
        """Something has become possible; whether the peer is still connected."""
        if what & (select.EPOLLERR | select.EPOLLHUP):
            return False
        try:
            if what & select.EPOLLIN and not self._sock.recv(65_536):
                return False
            if what & select.EPOLLOUT:
                self._sock.send(self._attack.flood)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return True

    def leave(self) -> None:
        """Close."""
        self._sock.close()
        self.sock = None

    @property
    def _sock(self) -> socket.socket:
        assert self.sock is not None
        return self.sock

    def _say(self, data: bytes) -> None:
        # Whoever is thrown out meanwhile is told of it by epoll.
        if data:
            with suppress(OSError):
                self._sock.send(data)


class Swarm:
    """All of them."""

    def __init__(self, attack: Attack, port: int, peers: int) -> None:
        self._attack = attack
        self._port = port
        self._epoll = select.epoll()
        self._peers = [Peer(attack, number) for number in range(peers)]
        self._away = list(self._peers)
        self._present: dict[int, Peer] = {}
        self._is_full = False
        self.connections = 0

    def attack(self) -> None:
        """Go on until a line is read."""
        self._epoll.register(sys.stdin, select.EPOLLIN)
        ticks = 0
        begun = time.monotonic()
        while self._watch(begun + (ticks + 1) * TICK_SECONDS):
            ticks += 1
            if not self._attack.stays:
                self._empty()
            self._fill()
            for peer in self._peers[ticks % 10 :: 10]:
                if peer.sock is not None:
                    peer.drip()

    def _empty(self) -> None:
        """Have all leave."""
        for peer in self._present.values():
            peer.leave()
        self._away += self._present.values()
        self._present.clear()

    def _fill(self) -> None:
        """Let those come who are away, so many at a time."""
        for peer in self._away[:CONNECTIONS_A_TICK]:
            sock = peer.come(self._port)
            self._present[sock.fileno()] = peer
            self._epoll.register(sock, self._awaited())
        self.connections += min(len(self._away), CONNECTIONS_A_TICK)
        del self._away[:CONNECTIONS_A_TICK]
        if not self._away and not self._is_full:
            self._is_full = True
            print("under way", flush=True)  # noqa: T201  for the parent process

    def _awaited(self) -> int:
        reading = select.EPOLLIN if self._attack.reads else 0
        return reading | (select.EPOLLOUT if self._attack.flood else 0)

    def _watch(self, until: float) -> bool:
        """Answer what happens for a tick; whether to go on."""
        while (left := until - time.monotonic()) > 0:
            for number, what in self._epoll.poll(left):
                if number == sys.stdin.fileno():
                    return False
                peer = self._present[number]
                if not peer.stir(what):
                    peer.leave()
                    del self._present[number]
                    self._away.append(peer)
        return True


def main() -> None:
    """See the module."""
    kind, port, peers = sys.argv[1:]
    os.nice(NICE)
    swarm = Swarm(ATTACKS[kind], int(port), int(peers))
    swarm.attack()
    print(swarm.connections, flush=True)  # noqa: T201  for the parent process


if __name__ == "__main__":
    main()
