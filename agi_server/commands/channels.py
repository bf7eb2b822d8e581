"""Commands about the channel itself, or another one."""

from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

from agi_server.commands.base import Command, expect, number, unreadable
from agi_server.commands.checking import given
from agi_server.protocol import Reply


@dataclass(frozen=True, slots=True)
class Answer(Command[bool]):
    """Answer the channel; True when it is up, False when it could not be (the caller is gone)."""

    name: ClassVar[str] = "ANSWER"

    def allowance(self) -> float:
        """Asterisk waits up to half a second for the first audio (`__ast_answer`)."""
        return 1.0

    def decode(self, reply: Reply) -> bool:
        """`0` or `-1` (handle_answer)."""
        return number(self, reply) >= 0


@dataclass(frozen=True, slots=True)
class Hangup(Command[bool]):
    """Hang up this channel, or the one named `channel` (its name or unique id).

    The reply of this channel's hang-up comes first, then the HANGUP notice. False: there is no
    channel of that name.
    """

    channel: str | None = None

    name: ClassVar[str] = "HANGUP"

    def arguments(self) -> tuple[str, ...]:
        """The channel, if one is named."""
        return given(self.channel)

    def decode(self, reply: Reply) -> bool:
        """`1`, or for a named channel `-1` (handle_hangup)."""
        return expect(self, reply, "1", *(("-1",) if self.channel else ())) == "1"


class ChannelState(IntEnum):
    """The states of a channel (channelstate.h)."""

    DOWN = 0
    RESERVED = 1
    OFF_HOOK = 2
    DIALING = 3
    RING = 4
    RINGING = 5
    UP = 6
    BUSY = 7
    DIALING_OFF_HOOK = 8
    PRE_RING = 9


@dataclass(frozen=True, slots=True)
class ChannelStatus(Command[ChannelState | None]):
    """The state of this channel, or of the one named `channel`; None: there is none of that name.

    After a failed prompt it tells a missing file from a caller who left: a dead channel answers
    511, which `Channel.send` turns into `HungUpError`.
    """

    channel: str | None = None

    name: ClassVar[str] = "CHANNEL STATUS"

    def arguments(self) -> tuple[str, ...]:
        """The channel, if one is named."""
        return given(self.channel)

    def decode(self, reply: Reply) -> ChannelState | None:
        """A number of `ChannelState`, or for a named channel `-1` (handle_channelstatus)."""
        if self.channel and reply.result == "-1":
            return None
        try:
            return ChannelState(number(self, reply))
        except ValueError:
            raise unreadable(self, reply) from None
