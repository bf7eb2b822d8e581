"""Plays Asterisk at the other end of many AGI sessions, in a process of its own.

Bare non-blocking sockets on epoll, every line made beforehand: as lean as Python allows, because
the server and not the load is to be measured. Each reply is checked by its first words only.

    agi_load.py busy PORT SESSIONS AT_ONCE FIRST      so many sessions, AT_ONCE at any time
    agi_load.py open PORT HELD RATE SECONDS           RATE new sessions a second beside HELD

It prints a line when it is ready to begin, begins when it reads one, and prints a `Result` as
JSON. `open` is ready when each of the HELD sessions waits in its first command, which is never
answered.

At the end it does what Asterisk does: when the server has closed its side, it writes the closing
HANGUP if it still can, and closes.
"""

import json
import select
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Final

from agi_session import SCRIPT, VARIABLES, WAITING

SILENCE_SECONDS: Final = 10.0
"""After so long without a word from the server, what is still open has failed."""

_RAMP: Final = 100
"""So many of the sessions to be held are on their way to their first command at any time."""

_COMMANDS: Final = (*(b"SET VARIABLE " for _ in VARIABLES), b"GET VARIABLE ")
_REPLIES: Final = (*(b"200 result=1\n" for _ in VARIABLES), b"200 result=1 (C-20261124-7)\n")
_ENVIRONMENT: Final = (
    "agi_network: yes\nagi_network_script: {script}\nagi_request: agi://127.0.0.1/{script}\n"
    "agi_channel: PJSIP/trunk-{n:08x}\nagi_language: en\nagi_type: PJSIP\n"
    "agi_uniqueid: 1795600000.{n}\nagi_version: 22.10.1\nagi_callerid: +98912{n:07d}\n"
    "agi_calleridname: unknown\nagi_callingpres: 0\nagi_callingani2: 0\nagi_callington: 0\n"
    "agi_callingtns: 0\nagi_dnid: +982191000000\nagi_rdnis: unknown\nagi_context: rahyab-call\n"
    "agi_extension: incoming\nagi_priority: 2\nagi_enhanced: 0.0\nagi_accountcode: \n"
    "agi_threadid: 140212345678592\nagi_arg_1: call=1795600000.{n}\nagi_arg_2: visit=1\n"
    "agi_arg_3: dialled=+982191000000\nagi_arg_4: at=2026-11-24 10:00\n\n"
)
_STREAM: Final = socket.SOCK_STREAM | socket.SOCK_NONBLOCK
_READ: Final = 4096


def environment(script: str, number: int) -> bytes:
    """What Asterisk 22.10.1 sends first for a call from a SIP trunk, with four arguments."""
    return _ENVIRONMENT.format(script=script, n=number).encode()


@dataclass(slots=True)
class Result:
    """What came of a load. Times are in seconds, `began` and `ended` by the machine's clock."""

    began: float = 0.0
    ended: float = 0.0
    cpu: float = 0.0
    failures: int = 0
    held: int = 0
    """Sessions that still wait in their first command at the end."""
    sessions: list[float] = field(default_factory=list)
    """From the connection to the server's end, for each session that went well."""
    first_commands: list[float] = field(default_factory=list)
    """From the connection to the first command."""
    lag: float = 0.0
    """How late a session was begun, at worst: the load's own weakness."""


class Session:
    """One session, as Asterisk sees it."""

    __slots__ = ("_environment", "_load", "_partial", "_sock", "_step", "began", "is_held")

    def __init__(self, load: "Load", environment: bytes, *, is_held: bool = False) -> None:
        self._load = load
        self._environment = environment
        """Empty when it is sent."""
        self._partial = b""
        self._step = 0
        """How many commands have come."""
        self.is_held = is_held
        """Whether its first command is left unanswered."""
        self._sock = socket.socket(socket.AF_INET, _STREAM)
        self.began = time.perf_counter()
        self._sock.connect_ex(load.address)
        try:
            self._sock.send(environment)
            self._environment = b""
        except OSError:
            # Not connected yet, or refused: epoll will tell.
            pass
        awaited = select.EPOLLOUT if self._environment else select.EPOLLIN
        load.watch(self._sock.fileno(), self, awaited)

    def ready(self) -> None:
        """Something has come: answer it."""
        try:
            if self._environment:
                self._open()
            elif data := self._sock.recv(_READ):
                self._take(data)
            else:
                self._end()
        except OSError:
            self._close(well=False)

    def _open(self) -> None:
        self._sock.send(self._environment)
        self._environment = b""
        self._load.epoll.modify(self._sock.fileno(), select.EPOLLIN)

    def _take(self, data: bytes) -> None:
        if data.endswith(b"\n"):
            self._answer(self._partial + data)
            self._partial = b""
        else:
            self._partial += data

    def _answer(self, line: bytes) -> None:
        step = self._step
        self._step = step + 1
        if not step:
            self._load.result.first_commands.append(time.perf_counter() - self.began)
        if self.is_held and not step:
            self._load.busy -= 1
        elif step < len(_COMMANDS) and line.startswith(_COMMANDS[step]):
            self._sock.send(_REPLIES[step])
        else:
            self._close(well=False)

    def _end(self) -> None:
        is_complete = self._step == len(_COMMANDS)
        if is_complete:
            self._load.result.sessions.append(time.perf_counter() - self.began)
        with suppress(OSError):  # the server has closed both ways, as it may
            self._sock.send(b"HANGUP\n")
        self._close(well=is_complete)

    def _close(self, *, well: bool) -> None:
        number = self._sock.fileno()
        self._sock.close()
        self._load.ended(number, well=well, was_waiting=self.is_held and self._step > 0)


class Load:
    """Sessions against one server."""

    def __init__(self, port: int, first: int) -> None:
        self.address = ("127.0.0.1", port)
        self.result = Result()
        self.epoll = select.epoll()
        self.busy = 0
        """Sessions on their way; one that waits in its first command is not."""
        self._sessions: dict[int, Session] = {}
        self._to_come = 0
        self._serial = first

    def keep_busy(self, sessions: int, at_once: int) -> None:
        """Have `at_once` sessions open until `sessions` are done."""
        self._to_come = sessions
        for _ in range(min(sessions, at_once)):
            self._begin()
        self._finish()

    def hold(self, sessions: int) -> None:
        """Open sessions that wait in their first command from then on."""
        for _ in range(sessions):
            self._begin(WAITING, is_held=True)
            while self.busy >= _RAMP and self._turn(SILENCE_SECONDS):
                pass
        self._finish()

    def pace(self, rate: float, seconds: float) -> None:
        """Begin `rate` sessions a second, whatever becomes of the earlier ones."""
        start = time.perf_counter()
        for number in range(int(rate * seconds)):
            due = start + number / rate
            while (left := due - time.perf_counter()) > 0:
                self._turn(left)
            self.result.lag = max(self.result.lag, -left)
            self._begin()
        self._finish()

    def watch(self, number: int, session: Session, awaited: int) -> None:
        """A session is under way (called by itself)."""
        self._sessions[number] = session
        self.epoll.register(number, awaited)

    def ended(self, number: int, *, well: bool, was_waiting: bool) -> None:
        """A session is over (called by itself)."""
        del self._sessions[number]
        self.busy -= not was_waiting
        self.result.failures += not well
        if self._to_come:
            self._begin()

    def held(self) -> int:
        """How many sessions wait in their first command."""
        return sum(session.is_held for session in self._sessions.values())

    def _begin(self, script: str = SCRIPT, *, is_held: bool = False) -> None:
        self._to_come = max(0, self._to_come - 1)
        self._serial += 1
        self.busy += 1
        Session(self, environment(script, self._serial), is_held=is_held)

    def _finish(self) -> None:
        while self.busy and self._turn(SILENCE_SECONDS):
            pass
        self.result.failures += self.busy + self._to_come

    def _turn(self, seconds: float) -> bool:
        """Answer what has come; whether anything has within the time."""
        events = self.epoll.poll(seconds)
        sessions = self._sessions
        for number, _ in events:
            sessions[number].ready()
        return bool(events)


def measure(load: Load, work: Callable[..., None], *numbers: float) -> None:
    """Do `work` when the parent says so, and print what came of it."""
    print("ready", load.held(), flush=True)  # noqa: T201  for the parent process
    sys.stdin.readline()
    result = load.result
    result.failures, result.first_commands = 0, []
    result.began, cpu = time.perf_counter(), time.process_time()
    work(*numbers)
    result.ended, result.cpu = time.perf_counter(), time.process_time() - cpu
    result.held = load.held()
    print(json.dumps(asdict(result)), flush=True)  # noqa: T201  for the parent process


def main() -> None:
    """See the module."""
    kind, port, *numbers = sys.argv[1:]
    if kind == "busy":
        sessions, at_once, first = map(int, numbers)
        load = Load(int(port), first)
        measure(load, load.keep_busy, sessions, at_once)
    else:
        held, rate, seconds = map(int, numbers)
        load = Load(int(port), 0)
        load.hold(held)
        measure(load, load.pace, rate, seconds)


if __name__ == "__main__":
    main()
