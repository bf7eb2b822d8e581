"""Who waits in the queues of one Asterisk, as its events and its lists tell.

Both come beside each other, so either may be older than the other: a list can name one who has left
already. What is wrong therefore stays so until the next list of that queue.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import structlog

from agi_server.ageing import Waiting
from ami.messages import Message

MOST_CALLERS: Final = 50_000
"""Callers that are followed at a time: more cannot wait at one PBX."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who waits in a queue.

    Attributes:
        id: Asterisk's id of the channel, which stays when it gets another name.
        channel: Asterisk's name of the channel.
        queue: Asterisk's name of the queue.
        call: The call; None while it is not looked up, and of a call that is none of ours.
        visit: The request that sent the caller there.
        waiting: What there is to rise; None for a priority that stays, and in queues that others
            than we have sent the call to.
        is_known: Whether there is nothing more to find out.
        look_at: Before when it is not to be looked for again; None: it has not been looked for.
    """

    id: str
    channel: str
    queue: str
    call: str | None = None
    visit: int = 0
    waiting: Waiting | None = None
    is_known: bool = False
    look_at: datetime | None = None


class WaitingCallers:
    """Those who wait, each in one queue at a time."""

    def __init__(self) -> None:
        self._callers: dict[str, Caller] = {}
        self._is_told_of_many = False

    def __len__(self) -> int:
        return len(self._callers)

    def clear(self) -> None:
        """Forget everybody."""
        self._callers.clear()
        self._is_told_of_many = False

    def note(self, message: Message) -> None:
        """Take up who waits: an event QueueCallerJoin, or an entry of a list."""
        new = caller_of(message)
        known = self._callers.get(new.id)
        if known is not None and known.queue == new.queue:
            if known.channel != new.channel:
                self._callers[new.id] = replace(known, channel=new.channel)
        elif known is not None or len(self._callers) < MOST_CALLERS:
            self._callers[new.id] = new
        elif not self._is_told_of_many:
            self._is_told_of_many = True
            log.warning(
                "more callers wait than are followed: the priorities of some do not rise",
                followed=MOST_CALLERS,
            )

    def leave(self, event: Message) -> None:
        """Forget who has left a queue: an event QueueCallerLeave."""
        known = self._callers.get(identity(event))
        if known is not None and known.queue == event.get("Queue"):
            del self._callers[known.id]

    def get(self, message: Message) -> Caller | None:
        """The caller that a message is about, if they wait in the queue that it names."""
        known = self._callers.get(identity(message))
        return known if known is not None and known.queue == message.get("Queue") else None

    def of(self, caller_id: str) -> Caller | None:
        """The caller of this id."""
        return self._callers.get(caller_id)

    def among(self, queue: str | None = None) -> Sequence[Caller]:
        """Those who wait in a queue; None: in any."""
        return [each for each in self._callers.values() if queue in (None, each.queue)]

    def to_look_up(self, now: datetime) -> Sequence[Caller]:
        """Those of whom there is something to find out at a moment."""
        return [
            each
            for each in self._callers.values()
            if not each.is_known and (each.look_at is None or each.look_at <= now)
        ]

    def risers(self) -> Iterable[Waiting]:
        """Those whose priority can rise."""
        return [each.waiting for each in self._callers.values() if each.waiting is not None]

    def learn(self, before: Caller, after: Caller) -> None:
        """Put `after` in the place of `before`, unless Asterisk has told something else since."""
        if self._callers.get(before.id) is before:
            self._callers[before.id] = after

    def compare(self, before: Iterable[Caller], entries: Iterable[Message]) -> None:
        """Take up who is listed with which priority; forget who is not.

        Args:
            before: Who was in the queue, or in any, when the list was asked for: who has come since
                may not stand in it.
            entries: The list.
        """
        there = {(identity(entry), entry.get("Queue")) for entry in entries}
        for caller in before:
            if (caller.id, caller.queue) not in there and self._callers.get(caller.id) is caller:
                del self._callers[caller.id]
        for entry in entries:
            self.note(entry)

    def has(self, caller: Caller, priority: int) -> None:
        """Asterisk counts this priority for a caller."""
        if caller.waiting is not None:
            waiting = replace(caller.waiting, has=priority)
            self._callers[caller.id] = replace(caller, waiting=waiting)


def caller_of(message: Message) -> Caller:
    """The caller that a message is about, of whom nothing more is known."""
    return Caller(identity(message), message.get("Channel"), message.get("Queue"))


def identity(message: Message) -> str:
    """The id of the channel that a message is about."""
    return message.get("Uniqueid") or message.get("Channel")
