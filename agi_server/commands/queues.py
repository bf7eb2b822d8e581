"""Commands that read how Asterisk's queues stand, each by one expression.

Source: app_queue.c, func_logic.c (IF, IMPORT) and func_devstate.c of Asterisk 16 to 22.
"""

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from agi_server.commands.base import Command, text
from agi_server.protocol import LocalProtocolError, Reply
from dialplan.contract import QUEUED_AT

_QUEUE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*", re.ASCII)
_INTERFACE: Final = re.compile(r"[A-Za-z0-9]+/[A-Za-z0-9][A-Za-z0-9_.@+/-]*", re.ASCII)
_ABSENT: Final = frozenset({"UNAVAILABLE", "INVALID"})
"""Devices that nobody can be rung at (QUEUE_MEMBER counts the others as logged in)."""

_STANDING: Final = (
    "QUEUE_EXISTS({0})",
    "QUEUE_WAITING_COUNT({0})",
    # It sets the variables that follow on the channel, if the queue has setqueuevar=yes.
    "QUEUE_VARIABLES({0})",
    "QUEUECOMPLETED",
    "QUEUEHOLDTIME",
    "EPOCH",
    # IMPORT complains in Asterisk's log of an empty name, IF of an empty condition; the name of no
    # channel is looked for in silence.
    "IMPORT(${{IF(${{QUEUE_WAITING_COUNT({0})}}?${{QUEUE_GET_CHANNEL({0},1)}}:none)}},{1})",
    "QUEUE_MEMBER({0},count)",
    "QUEUE_MEMBER_LIST({0})",
)


@dataclass(frozen=True, slots=True)
class QueueStanding:
    """How a queue stands; None is what Asterisk does not tell.

    Attributes:
        waiting: Callers who wait.
        longest_wait: Seconds since the first of them entered the queue; 0 when nobody waits.
        hold_time: Seconds that answered callers waited, on the average.
        members: The devices of its members, if they could be told whole.
    """

    waiting: int | None
    longest_wait: int | None
    hold_time: int | None
    members: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class ReadQueue(Command[QueueStanding | None]):
    """Read how a queue stands; None: Asterisk has no queue of that name.

    One expression tells it all at one moment. The functions alone would tell 0 of a queue that does
    not exist, and of the hold time before anybody was answered.
    """

    queue: str

    name: ClassVar[str] = "GET FULL VARIABLE"
    works_when_dead: ClassVar[bool] = True

    def arguments(self) -> tuple[str]:
        """The expression; nothing but a queue's name is put into it."""
        queue = _checked_queue(self.queue)
        return ("|".join("${" + each.format(queue, QUEUED_AT) + "}" for each in _STANDING),)

    def decode(self, reply: Reply) -> QueueStanding | None:
        """The values in their order; without app_queue all of them but EPOCH are empty."""
        exists, *told = (text(self, reply) or "").split("|", len(_STANDING) - 1)
        if exists != "1" or len(told) != len(_STANDING) - 1:
            return None
        waiting, variables, completed, hold, now, since, count = map(_whole, told[:-1])
        return QueueStanding(
            waiting=waiting,
            longest_wait=0 if waiting == 0 else _difference(now, since),
            hold_time=hold if variables == 0 and (completed or hold) else None,
            members=_members(told[-1], count),
        )


@dataclass(frozen=True, slots=True)
class CountAgents(Command[int | None]):
    """Count the members, among those named, who are there and not paused; None: not all are told.

    Whether they are on a call does not matter. QUEUE_MEMBER has no such number: `logged` counts who
    is paused too, `free` leaves out who is on a call.
    """

    queue: str
    interfaces: tuple[str, ...]

    name: ClassVar[str] = "GET FULL VARIABLE"
    works_when_dead: ClassVar[bool] = True

    def arguments(self) -> tuple[str]:
        """For each member 0 or 1 (paused), and the word for the state of the device."""
        queue = _checked_queue(self.queue)
        return (",".join(_member(queue, each) for each in self.interfaces),)

    def decode(self, reply: Reply) -> int | None:
        """`0NOT_INUSE,1UNAVAILABLE`: as many as were asked for."""
        told = (text(self, reply) or "").split(",")
        whole = all(re.fullmatch(r"[01][A-Z_]+", each) for each in told)
        if not whole or len(told) != len(self.interfaces):
            return None
        return sum(each[0] == "0" and each[1:] not in _ABSENT for each in told)

    @classmethod
    def batches(cls, queue: str, interfaces: tuple[str, ...], limit: int) -> "list[CountAgents]":
        """The members in as few commands as can be, none of them longer than `limit` bytes."""
        whole = limit - len(cls(queue, ()).encode())
        groups: list[tuple[str, ...]] = []
        room = 0
        for interface in interfaces:
            size = len(_member(queue, interface)) + 1  # and a comma
            if size > room:
                groups.append(())
                room = whole
            groups[-1] += (interface,)
            room -= size
        return [cls(queue, group) for group in groups]


def _checked_queue(queue: str) -> str:
    """The name of a queue, if it is nothing else.

    Raises:
        LocalProtocolError: it could be evaluated as something else.
    """
    if _QUEUE.fullmatch(queue) is None:
        raise LocalProtocolError(f"not the name of a queue: {queue!r}")
    return queue


def _member(queue: str, interface: str) -> str:
    if _INTERFACE.fullmatch(interface) is None:
        raise LocalProtocolError(f"not a device: {interface!r}")
    return f"${{QUEUE_MEMBER({queue},paused,{interface})}}${{DEVICE_STATE({interface})}}"


def _members(told: str, count: int | None) -> tuple[str, ...] | None:
    """The members; None when the list was cut, or holds what is not asked about one by one."""
    members = tuple(told.split(",")) if told else ()
    readable = len(members) == count and all(map(_INTERFACE.fullmatch, members))
    return members if readable else None


def _difference(now: int | None, since: int | None) -> int | None:
    return None if now is None or since is None else max(0, now - since)


def _whole(told: str) -> int | None:
    return int(told) if re.fullmatch(r"-?\d{1,18}", told, re.ASCII) else None
