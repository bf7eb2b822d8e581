r"""The manager interface's protocol without input or output: bytes in, messages out, and back.

A message is lines `Name: value` up to an empty line. Everything that a peer sends is untrusted:
lines and messages are bounded, and stray bytes come back as they were when a value is sent again
(a channel's name may hold any). What we send never has a line break in a value, which would be an
action of its own to Asterisk.

>>> reader = MessageReader()
>>> reader.receive_data(b"Asterisk Call Manager/9.0.0\r\nEvent: Hangup\r\nCause: 16\r\n\r\n")
>>> reader.next_message()
Message(fields=(('Event', 'Hangup'), ('Cause', '16')))
>>> reader.next_message() is None
True
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LINE_END: Final = b"\r\n"

GREETING: Final = b"Asterisk Call Manager/"
"""How the first line begins (main/manager.c, 1.6 to 22); its version is of no use to us."""

LONGEST_MESSAGE: Final = 256 * 1024
"""Bytes. Asterisk's own events have some two thousand; a site can have it add channel variables to
each (`channelvars`), of a few thousand bytes at most."""

STRAY: Final = "surrogateescape"
"""How bytes that are no UTF-8 are read, and written as they were."""


class PeerError(Exception):
    """What answers is no manager interface, or says what none says; the message tells what."""


class UnsendableError(ValueError):
    """A value holds what would break out of its line."""


@dataclass(frozen=True, slots=True)
class Message:
    """An event, or the answer to an action.

    Attributes:
        fields: Its lines in order; a name may come more than once.
    """

    fields: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str:
        """The first value of this name, whose case does not matter; empty without any."""
        wanted = name.lower()
        return next((value for each, value in self.fields if each.lower() == wanted), "")

    @property
    def event(self) -> str:
        """The name of the event; empty for the answer to an action."""
        return self.get("Event")


class MessageReader:
    """Makes messages of the bytes of one connection."""

    def __init__(self) -> None:
        self._unread = bytearray()
        self._greeted = False

    def receive_data(self, data: bytes) -> None:
        """Take what has come."""
        self._unread += data

    def next_message(self) -> Message | None:
        """The next whole message; None until more has come.

        Raises:
            PeerError: This is no manager interface, or a message that grows without end.
        """
        if not self._greeted:
            if (greeting := self._take_until(LINE_END)) is None:
                return None
            if not greeting.startswith(GREETING):
                raise PeerError("what answers there is not Asterisk's manager interface")
            self._greeted = True
        while (block := self._take_until(LINE_END * 2)) is not None:
            if fields := _fields(block):
                return Message(fields)
        return None

    def _take_until(self, end: bytes) -> bytes | None:
        """Take what stands before `end`; None while that has not come."""
        # Only what the limit allows is looked through, so that a flood costs no more than that.
        at = self._unread.find(end, 0, LONGEST_MESSAGE + len(end))
        if at < 0:
            if len(self._unread) > LONGEST_MESSAGE:
                raise PeerError(f"a message of more than {LONGEST_MESSAGE} bytes")
            return None
        taken = bytes(self._unread[:at])
        del self._unread[: at + len(end)]
        return taken


def _fields(block: bytes) -> tuple[tuple[str, str], ...]:
    """The lines of a message; what is no `Name: value` is passed over."""
    lines = (line.partition(b":") for line in block.split(LINE_END))
    return tuple(
        (_text(name).strip(), _text(value).strip()) for name, colon, value in lines if colon
    )


def _text(line: bytes) -> str:
    return line.decode(errors=STRAY)


def encode_action(action: str, action_id: str, fields: Mapping[str, str]) -> bytes:
    r"""The bytes that ask for an action.

    Args:
        action: Its name.
        action_id: What the answer brings back.
        fields: Its parameters.

    Raises:
        UnsendableError: A name or a value holds a line break or NUL.

    >>> encode_action("Ping", "7", {})
    b'Action: Ping\r\nActionID: 7\r\n\r\n'
    """
    lines = ({"Action": action, "ActionID": action_id} | dict(fields)).items()
    for line in lines:
        if not {"\r", "\n", "\0"}.isdisjoint("".join(line)):
            raise UnsendableError(f"{line[0]!r} holds a line break, which no action may")
    text = "".join(f"{name}: {value}\r\n" for name, value in lines)
    return text.encode(errors=STRAY) + LINE_END
