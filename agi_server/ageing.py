"""Rising priorities: who waits in a queue and is due to stand further ahead (pure)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from routing.destinations import Priority


@dataclass(frozen=True, slots=True)
class Waiting:
    """A caller in a queue.

    Attributes:
        caller: Asterisk's id of the caller's channel.
        queue: Asterisk's name of the queue.
        priority: What the rules have given the caller.
        since: When the caller first began to wait in a queue, of this call.
        has: The priority that Asterisk counts now.
    """

    caller: str
    queue: str
    priority: Priority
    since: datetime
    has: int


@dataclass(frozen=True, slots=True)
class Rise:
    """A priority that a caller is due to have. `caller` and `queue` as in `Waiting`."""

    caller: str
    queue: str
    to: int


def rises(waiting: Iterable[Waiting], now: datetime) -> Sequence[Rise]:
    """Who is due to rise at this moment; nobody ever falls.

    Whoever has waited longest comes first. Asterisk puts a caller who rises behind those who have
    that priority already, so in this order nobody loses their place to an equal who came later;
    nor do they when several servers raise the same callers beside each other.

    Args:
        waiting: Callers in queues.
        now: The moment.
    """
    return [
        Rise(each.caller, each.queue, due)
        for each in sorted(waiting, key=lambda each: each.since)
        if (due := each.priority.after((now - each.since).total_seconds())) > each.has
    ]
