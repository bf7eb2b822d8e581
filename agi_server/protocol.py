"""The FastAGI protocol as a machine without input or output.

Bytes from Asterisk go in by `receive_data`, events come out of `next_event`; a command goes in by
`send`, the bytes to write come out. The machine keeps both sides in step: one command is
outstanding at a time, and a line that answers none is an error, because each later reply would be
taken for the answer to another command.

The invariant: whatever bytes come in, however they are split, `next_event` gives the same events
and then perhaps one `RemoteProtocolError`; no other exception, and the memory held is bounded by
the constants below.

Source: res_agi.c of Asterisk 16 to 22, functions `setup_env`, `run_agi`, `agi_handle_command`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import ClassVar, Final, Literal, NamedTuple, Protocol, TypeAlias

from agi_server.environment import EnvironmentReader, NoEnvironmentError, line_limit

MAX_LINE_BYTES: Final = 64 * 1024
"""The longest line of a reply. GET FULL VARIABLE has no limit of its own in Asterisk: this one
leaves room for a value of 21 KB with every byte escaped; what is longer is an attack, or a
mistake."""

MAX_USAGE_BYTES: Final = 64 * 1024
"""The longest usage text (reply 520). The longest in Asterisk 22 has under 3 KB."""

MAX_USAGE_LINES: Final = 1_000
"""Of such a text: a line is an object here, and costs more than its bytes."""

MAX_ASIDES: Final = 16
"""Lines between two replies that are none: notices of a hang-up (Asterisk writes at most two),
`100 Trying`, empty lines. They are cheap to send and dear to read, so there is an end to them."""

SUCCESS: Final = 200
INVALID: Final = 510
"""Asterisk knows no such command: a module is not loaded."""
DEAD: Final = 511
"""The command needs a live channel, and this one is dead, or in an interception routine."""
USAGE: Final = 520
"""The arguments are wrong; the data are the usage text."""

_REPLY: Final = re.compile(r"([1-5]\d\d)(?:[ -]|$)(.*)", re.ASCII | re.DOTALL)
_SUCCESS: Final = "200 result="
_USAGE_END: Final = "520 End of proper usage."


class ProtocolError(Exception):
    """The two sides no longer speak the same protocol. Never raised itself: see whose fault."""


class RemoteProtocolError(ProtocolError):
    """The peer sent what no Asterisk may send here; the session cannot go on."""


class LocalProtocolError(ProtocolError):
    """We asked for what may not be sent: a bug on our side; nothing was written.

    The message never holds a text that was to be sent: it goes into the log, and the text may be
    a caller's secret.
    """


class Signal(Enum):
    """Events that carry nothing but themselves."""

    NEED_DATA = auto()
    """Not an event: all that came in is used up."""
    HANGUP = auto()
    """Asterisk's notice that the caller is gone, or that the session is over; may come twice."""
    END = auto()
    """Asterisk has closed its side; nothing more will come."""


@dataclass(frozen=True, slots=True)
class Environment:
    """The environment of the session, complete.

    `values` is in Asterisk's order under the full names (`agi_uniqueid`). Values are what Asterisk
    sent, decoded as UTF-8 with `surrogateescape`; the caller chose some of them.
    """

    values: Mapping[str, str]


class Reply(NamedTuple):
    """Asterisk's answer to the outstanding command, still uninterpreted.

    `code` is 200, 503, 510, 511 or 520; `result` the word after `result=`, which may be empty;
    `data` the rest of the line, for other codes than 200 the whole text.
    """

    code: int
    result: str
    data: str


_ONE: Final = b"200 result=1\n"
_REPLY_ONE: Final = Reply(SUCCESS, "1", "")
"""What most commands are answered."""

Event: TypeAlias = Environment | Reply | Literal[Signal.HANGUP, Signal.END]


class Encodable(Protocol):
    """What the machine must know of a command; `agi_server.commands` has them all."""

    may_show_usage: ClassVar[bool]
    """Whether `result=1` is followed by a 520 that nobody asked for, as after EXEC."""

    def encode(self) -> bytes:
        """The line for Asterisk, with its newline."""


class Machine:
    """One FastAGI session, seen from the server."""

    __slots__ = (
        "_asides",
        "_buffer",
        "_closed",
        "_environment",
        "_eof",
        "_error",
        "_limit",
        "_outstanding",
        "_scanned",
        "_usage",
        "_usage_bytes",
        "_usage_follows",
    )

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._scanned = 0
        self._environment = EnvironmentReader()
        self._limit = 0
        """Of a command line; 0 until the environment is complete."""
        self._asides = 0
        self._outstanding: Encodable | None = None
        self._usage: list[str] | None = None
        """The lines of a 520 block that is still coming."""
        self._usage_bytes = 0
        self._usage_follows = False
        self._eof = False
        self._closed = False
        self._error: str | None = None

    @property
    def busy(self) -> bool:
        """Whether a command awaits its reply."""
        return self._outstanding is not None

    def receive_data(self, data: bytes) -> None:
        """Take bytes from the peer. After `close` or an error they are thrown away."""
        if not self._closed:
            self._buffer += data

    def receive_reply(self, data: bytes) -> Reply | None:
        """Take bytes like `receive_data`; the reply at once if they are just that, as mostly.

        Otherwise None: then it is for `next_event` to say what they are.
        """
        command = self._outstanding
        if command is not None and not self._buffer and self._usage is None:
            reply = _whole_success(data)
            if reply is not None:
                self._outstanding = None
                self._asides = 0
                self._usage_follows = command.may_show_usage and reply.result == "1"
                return reply
        self.receive_data(data)
        return None

    def receive_eof(self) -> None:
        """Take note that the peer has closed its side; an unfinished line is worthless."""
        self._eof = True

    def next_event(self) -> Event | Literal[Signal.NEED_DATA]:
        """The next event, `Signal.NEED_DATA` when there is none yet, `Signal.END` after the last.

        Raises:
            RemoteProtocolError: the peer does not speak FastAGI, or is out of step; again each
                time it is called.
        """
        if not self._buffer:
            return self._starved()
        if not self._limit and not self._closed:
            return self._next_environment()
        while (line := self._next_line()) is not None:
            event = self._read(line) if self._usage is None else self._read_usage(line)
            if event is not None:
                return event
        return self._starved()

    def send(self, command: Encodable) -> bytes:
        """The bytes that put `command` on the wire, to be written at once and whole.

        Raises:
            LocalProtocolError: no command may be sent now, or it cannot be encoded, or its line is
                too long for this Asterisk.
        """
        if not self._limit or self._closed or self._eof:
            raise LocalProtocolError("a command can only be sent while a session is open")
        if self._outstanding is not None:
            raise LocalProtocolError("one command at a time: the last reply has not come yet")
        line = command.encode()
        if len(line) > self._limit:
            raise LocalProtocolError(
                f"a command of {len(line)} bytes would be cut in two by this Asterisk, "
                f"which reads {self._limit}"
            )
        self._outstanding = command
        return line

    def close(self) -> None:
        """End the session from our side: what still comes (the closing HANGUP) has no meaning."""
        self._closed = True
        self._outstanding = None
        self._usage = None
        self._buffer.clear()
        self._scanned = 0

    def fail(self) -> bytes:
        """End the session so that `AGISTATUS` becomes FAILURE (run_agi); the bytes to write."""
        self.close()
        return b"failure\n"

    def _broken(self, message: str) -> RemoteProtocolError:
        self._error = message
        self.close()
        return RemoteProtocolError(message)

    def _starved(self) -> Literal[Signal.NEED_DATA, Signal.END]:
        if self._error is not None:
            raise RemoteProtocolError(self._error)
        return Signal.END if self._eof else Signal.NEED_DATA

    def _next_environment(self) -> Event | Literal[Signal.NEED_DATA]:
        try:
            read = self._environment.read(self._buffer)
        except NoEnvironmentError as error:
            raise self._broken(str(error)) from None
        if read is None:
            return self._starved()
        del self._buffer[: read.size]
        self._limit = line_limit(read.values.get("agi_version", ""))
        return Environment(read.values)

    def _next_line(self) -> str | None:
        buffer = self._buffer
        end = buffer.find(b"\n", self._scanned)
        if (len(buffer) if end < 0 else end) > MAX_LINE_BYTES:
            raise self._broken(f"a line of more than {MAX_LINE_BYTES} bytes")
        if end < 0:
            self._scanned = len(buffer)
            return None
        line = buffer[:end].decode("utf-8", "surrogateescape")
        del buffer[: end + 1]
        self._scanned = 0
        return line

    def _read(self, line: str) -> Event | None:
        if line.startswith(_SUCCESS):
            result, _, data = line[len(_SUCCESS) :].partition(" ")
            return self._reply(Reply(SUCCESS, result, data))
        if line == "HANGUP":
            self._count_aside()
            return Signal.HANGUP
        if not line:
            self._count_aside()
            return None
        if line.startswith("520-"):
            self._check_asked(line, unasked_is_usage=True)
            self._usage, self._usage_bytes = [], 0
            return self._read_usage(line)
        return self._read_other(line)

    def _read_other(self, line: str) -> Event | None:
        match = _REPLY.fullmatch(line)
        if match is None or match[1] == "200":
            raise self._broken(f"no reply, and no notice either: {line[:60]!r}")
        self._check_asked(line, unasked_is_usage=match[1] == "520")
        if match[1][0] == "1":
            self._count_aside()
            return None
        reply = Reply(int(match[1]), "", match[2])
        return self._usage_reply(reply) if reply.code == USAGE else self._reply(reply)

    def _read_usage(self, line: str) -> Event | None:
        """A line of a 520 block. Before 13.17 the end was glued to the last line of the text."""
        lines = self._usage
        assert lines is not None  # noqa: S101  for the type checker: the caller has looked
        self._usage_bytes += len(line) + 1
        if self._usage_bytes > MAX_USAGE_BYTES:
            raise self._broken(f"a usage text of more than {MAX_USAGE_BYTES} bytes")
        lines.append(line)
        if len(lines) > MAX_USAGE_LINES:
            raise self._broken(f"a usage text of more than {MAX_USAGE_LINES} lines")
        if not line.endswith(_USAGE_END):
            return None
        self._usage = None
        text = "\n".join(lines).removeprefix("520-").removesuffix(_USAGE_END)
        return self._usage_reply(Reply(USAGE, "", text.rstrip("\n")))

    def _usage_reply(self, reply: Reply) -> Event | None:
        if self._usage_follows:
            # EXEC hands the application's 1 to the dispatcher, for which 1 means: show the usage.
            self._usage_follows = False
            return None
        return self._reply(reply)

    def _reply(self, reply: Reply) -> Reply:
        command = self._outstanding
        if command is None:
            raise self._broken(f"a reply that nobody asked for: {reply.code} {reply.result!r}")
        self._outstanding = None
        self._asides = 0
        self._usage_follows = command.may_show_usage and reply.result == "1"
        return reply

    def _count_aside(self) -> None:
        self._asides += 1
        if self._asides > MAX_ASIDES:
            raise self._broken(f"more than {MAX_ASIDES} lines that are no replies")

    def _check_asked(self, line: str, *, unasked_is_usage: bool) -> None:
        if self._outstanding is None and not (unasked_is_usage and self._usage_follows):
            raise self._broken(f"a line that nobody asked for: {line[:60]!r}")


def _whole_success(data: bytes) -> Reply | None:
    """The reply, if `data` is one line that says success, and nothing else; as nearly always."""
    if data == _ONE:
        return _REPLY_ONE
    if data.find(b"\n") != len(data) - 1 or not data.startswith(b"200 result="):
        return None
    if len(data) > MAX_LINE_BYTES:
        return None
    line = data[len(_SUCCESS) : -1].decode("utf-8", "surrogateescape")
    result, _, rest = line.partition(" ")
    return Reply(SUCCESS, result, rest)
