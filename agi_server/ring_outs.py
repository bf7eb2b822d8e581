"""Agents who let a call ring: what the journal is told of it (pure).

The events stand behind those of the request that sent the caller into the queue: same visit,
sequences that no request comes to. A number is made from Asterisk's own of the agent's channel, so
two servers that see the same event write it once.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ami.messages import Message
from crm.cleaning import on_one_line
from crm.records import TimelineEvent

FIRST_SEQUENCE: Final = 1_000_000
"""Far above what any request notes; each ring has two numbers from here on."""

_MOST_RINGS: Final = 1_000_000_000
"""Channels after which numbers come again, so that they fit a column of 32 bits. A call that lasts
so long is none."""

LONGEST_NAME: Final = 100
"""Characters of an agent's or a queue's name."""

AUTO_PAUSE: Final = "Auto-Pause"
"""The reason that Asterisk gives for pausing who let it ring (app_queue.c, 16 to 22)."""

_UNIQUE_ID: Final = re.compile(r"(?:.*-)?(\d{1,12})\.(\d{1,12})", re.ASCII)
"""`systemname-epoch.number` (main/channel.c)."""


@dataclass(frozen=True, slots=True)
class RingOut:
    """An agent's device that rang without being answered.

    Attributes:
        queue: Asterisk's name of the queue.
        agent: The member's name, which is our id of the agent.
        interface: The member's device.
        seconds: How long it rang; 0 if it refused the call.
        number: Asterisk's own number of the agent's channel.
        at: When we were told.
    """

    queue: str
    agent: str
    interface: str
    seconds: float
    number: int
    at: datetime

    @property
    def member(self) -> tuple[str, str]:
        """The place in a queue that a pause for it names too: queue and device."""
        return self.queue, self.interface


def read_ring_out(event: Message, at: datetime) -> RingOut:
    """Read an event AgentRingNoAnswer."""
    milliseconds = event.get("RingTime")
    return RingOut(
        queue=event.get("Queue"),
        agent=event.get("MemberName"),
        interface=event.get("Interface"),
        seconds=_whole(milliseconds) / 1000,
        number=_number(event.get("DestUniqueid"), at),
        at=at,
    )


def is_auto_pause(event: Message) -> bool:
    """Whether an event QueueMemberPause says that Asterisk itself has paused an agent."""
    return event.get("Paused") == "1" and event.get("PausedReason") == AUTO_PAUSE


def member_of(event: Message) -> tuple[str, str]:
    """The place in a queue that an event QueueMemberPause is about: queue and device."""
    return event.get("Queue"), event.get("Interface")


def rang_out(ring: RingOut, call_id: str, visit: int) -> TimelineEvent:
    """What the journal of the call is told of the ring."""
    data = {"agent": name(ring.agent), "queue": name(ring.queue), "ring": round(ring.seconds, 1)}
    return TimelineEvent(call_id, visit, _sequence(ring), ring.at, "agent-rang-out", data)


def paused(ring: RingOut, call_id: str, visit: int, at: datetime) -> TimelineEvent:
    """What the journal of the call is told of the pause that the ring has caused."""
    data = {"agent": name(ring.agent), "queue": name(ring.queue), "reason": AUTO_PAUSE}
    return TimelineEvent(call_id, visit, _sequence(ring) + 1, at, "agent-paused", data)


def name(text: str) -> str:
    """A name of Asterisk's as the journal and the log can bear it."""
    return on_one_line(text, LONGEST_NAME)


def _sequence(ring: RingOut) -> int:
    return FIRST_SEQUENCE + ring.number % _MOST_RINGS * 2


def _number(unique_id: str, at: datetime) -> int:
    """The number of a channel; where its id is not Asterisk's usual one, the second counts."""
    found = _UNIQUE_ID.fullmatch(unique_id)
    return int(at.timestamp()) if found is None else int(found[2])


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= len("999999999") else 0
