"""The queues of the fake Asterisk, and the dialplan functions that tell how they stand.

Source: app_queue.c (queue_function_*), func_logic.c (IMPORT), func_devstate.c.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

PRESENT: Final = "NOT_INUSE"
ABSENT: Final = frozenset({"UNAVAILABLE", "INVALID"})
UNKNOWN_DEVICE: Final = "INVALID"
"""The state of a device that no queue has."""


@dataclass(frozen=True, slots=True)
class QueueMember:
    """A member of a queue: the device, its state as DEVICE_STATE tells it, and if it is paused."""

    interface: str
    state: str = PRESENT
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue as it stands.

    Attributes:
        callers: Those who wait, the first one first: the variables of their channels.
        members: Who serves it.
        hold_time: QUEUEHOLDTIME.
        completed: QUEUECOMPLETED.
        sets_variables: `setqueuevar=yes`: without it QUEUE_VARIABLES sets none.
    """

    callers: Sequence[Mapping[str, str]] = ()
    members: Sequence[QueueMember] = ()
    hold_time: int = 0
    completed: int = 0
    sets_variables: bool = True


@dataclass(frozen=True, slots=True)
class Queues:
    """All queues by name, and what the functions of app_queue say of them.

    `set_variable` sets a variable of the channel that asks.
    """

    known: Mapping[str, Queue]
    set_variable: Callable[[str, str], None] = field(repr=False)

    def call(self, function: str, arguments: Sequence[str]) -> str | None:
        """What a function says; None: there is none of that name here.

        Without any queue there is no app_queue.
        """
        if not self.known:
            return None
        name, *rest = arguments
        answers: Mapping[str, Callable[..., str]] = {
            "QUEUE_EXISTS": self._exists,
            "QUEUE_WAITING_COUNT": self._waiting,
            "QUEUE_VARIABLES": self._variables,
            "QUEUE_MEMBER": self._member,
            "QUEUE_MEMBER_LIST": self._member_list,
            "QUEUE_GET_CHANNEL": self._channel,
            "IMPORT": self._import,
            "DEVICE_STATE": self._device_state,
        }
        return answers[function](name, *rest) if function in answers else None

    def _exists(self, queue: str) -> str:
        return str(int(queue in self.known))

    def _waiting(self, queue: str) -> str:
        return str(len(self._get(queue).callers))

    def _variables(self, queue: str) -> str:
        found = self.known.get(queue)
        if found is None or not found.sets_variables:
            return "-1"
        self.set_variable("QUEUECALLS", str(len(found.callers)))
        self.set_variable("QUEUEHOLDTIME", str(found.hold_time))
        self.set_variable("QUEUECOMPLETED", str(found.completed))
        return "0"

    def _member(self, queue: str, option: str, interface: str = "") -> str:
        members = self._get(queue).members
        present = [one for one in members if one.state not in ABSENT]
        counted = {
            "count": members,
            "logged": present,
            "free": [one for one in members if one.state == PRESENT and not one.paused],
            "paused": [one for one in members if one.interface == interface and one.paused],
        }
        return str(len(counted.get(option.lower(), ())))

    def _member_list(self, queue: str) -> str:
        return ",".join(one.interface for one in self._get(queue).members)

    def _channel(self, queue: str, position: str = "1") -> str:
        place = int(position)
        return _channel_name(queue, place) if place <= len(self._get(queue).callers) else ""

    def _import(self, channel: str, variable: str) -> str:
        for name, queue in self.known.items():
            for place, variables in enumerate(queue.callers, start=1):
                if _channel_name(name, place) == channel:
                    return variables.get(variable, "")
        return ""

    def _device_state(self, device: str) -> str:
        members = (one for queue in self.known.values() for one in queue.members)
        return next((one.state for one in members if one.interface == device), UNKNOWN_DEVICE)

    def _get(self, queue: str) -> Queue:
        """The queue; of one that does not exist Asterisk says the same as of an empty one."""
        return self.known.get(queue, Queue())


def _channel_name(queue: str, place: int) -> str:
    return f"PJSIP/{queue}-{place:08x}"
