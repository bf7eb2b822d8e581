"""Commands that send and receive texts and images over the channel, where its kind has any."""

from dataclasses import dataclass
from typing import ClassVar, Final

from agi_server.commands.base import Command, number, text, unreadable
from agi_server.commands.checking import milliseconds_or_endless
from agi_server.protocol import Reply

_BYTE: Final = 255


@dataclass(frozen=True, slots=True)
class SendText(Command[bool]):
    """Send the caller a text of one line.

    False: the channel carries no texts, or the caller is gone; `ChannelStatus` tells which. It also
    makes the whole session end in `AGISTATUS=FAILURE`.
    """

    text: str

    name: ClassVar[str] = "SEND TEXT"

    def arguments(self) -> tuple[str]:
        """The text."""
        return (self.text,)

    def decode(self, reply: Reply) -> bool:
        """`0`, or less for a failure (handle_sendtext)."""
        return number(self, reply) >= 0


@dataclass(frozen=True, slots=True)
class SendImage(Command[bool]):
    """Send the caller an image: a file's name without extension, on Asterisk's machine.

    True only says that the caller is still there: Asterisk does not tell a missing file or
    a channel without images (nearly all) from success.
    """

    image: str

    name: ClassVar[str] = "SEND IMAGE"

    def arguments(self) -> tuple[str]:
        """The image."""
        return (self.image,)

    def decode(self, reply: Reply) -> bool:
        """`0`, or less when the caller is gone (handle_sendimage)."""
        return number(self, reply) >= 0


@dataclass(frozen=True, slots=True)
class ReceiveChar(Command[bytes | None]):
    """Wait for a text from the caller and take its first byte; the rest of it is lost.

    `timeout_seconds`: None waits until one comes, or a hang-up. The outcome is empty for an empty
    text, and None when no text came: the time was over, or the caller is gone, which Asterisk both
    calls `hangup`, and which makes the whole session end in `AGISTATUS=FAILURE`.
    """

    timeout_seconds: float | None

    name: ClassVar[str] = "RECEIVE CHAR"

    def arguments(self) -> tuple[str]:
        """Milliseconds, or -1: Asterisk's documentation calls 0 endless, but it is no time."""
        return (milliseconds_or_endless(self.timeout_seconds),)

    def allowance(self) -> float | None:
        """The time limit, if there is one."""
        return self.timeout_seconds

    def decode(self, reply: Reply) -> bytes | None:
        """The byte, `0 (timeout)` or `-1 (hangup)` (handle_recvchar, ast_recvchar)."""
        code = number(self, reply)
        if code < 0:
            return None
        if code > _BYTE:
            raise unreadable(self, reply)
        return bytes([code]) if code else b""


@dataclass(frozen=True, slots=True)
class ReceiveText(Command[str | None]):
    """Wait for a text from the caller, for `timeout_seconds` (None: until one comes).

    None when no text came: the time was over, or the caller is gone. Only for callers who can be
    trusted: a newline in the text puts the session out of step. `Exec("ReceiveText", …)` and
    `GetUntrusted("RECEIVETEXTMESSAGE")` take any text, from Asterisk 16.24 and 18.10 on.
    """

    timeout_seconds: float | None

    name: ClassVar[str] = "RECEIVE TEXT"

    def arguments(self) -> tuple[str]:
        """Milliseconds, or -1: Asterisk's documentation calls 0 endless, but it is no time."""
        return (milliseconds_or_endless(self.timeout_seconds),)

    def allowance(self) -> float | None:
        """The time limit, if there is one."""
        return self.timeout_seconds

    def decode(self, reply: Reply) -> str | None:
        """`1 (text)` or `-1` (handle_recvtext)."""
        if reply.result == "-1":
            return None
        received = text(self, reply)
        if received is None:
            raise unreadable(self, reply)
        return received
