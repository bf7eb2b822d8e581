"""Commands about the channel itself."""

from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

from agi_server.commands.base import Command, expect, number, unreadable
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
class Hangup(Command[None]):
    """Hang up this channel; the HANGUP notice follows the reply."""

    name: ClassVar[str] = "HANGUP"

    def decode(self, reply: Reply) -> None:
        """`1` (handle_hangup)."""
        expect(self, reply, "1")


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
class ChannelStatus(Command[ChannelState]):
    """The state of this channel.

    After a failed prompt it tells a missing file from a caller who left: a dead channel answers
    511, which `Channel.send` turns into `HungUpError`.
    """

    name: ClassVar[str] = "CHANNEL STATUS"

    def decode(self, reply: Reply) -> ChannelState:
        """A number of `ChannelState` (handle_channelstatus)."""
        try:
            return ChannelState(number(self, reply))
        except ValueError:
            raise unreadable(self, reply) from None
