"""What the simulator of `tests/simulation` foretells for callers who really came.

They come to the simulated queues at the moments at which they came to Asterisk's, so that the two
can be held against each other.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from tests.live.queues.visits import Visit
from tests.simulation.app_queue import AppQueue
from tests.simulation.people import Caller, Event


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who came: what Asterisk has logged, and the caller as the simulator takes one."""

    visit: Visit
    caller: Caller


def play(queues: AppQueue, arrivals: Sequence[Arrival]) -> list[Event]:
    """Let callers come to simulated queues as they really came; what happens then.

    Args:
        queues: The queues, with nobody in them.
        arrivals: Who comes.
    """
    first = min(each.visit.entered for each in arrivals)
    for each in arrivals:
        each.caller.arrives = round((each.visit.entered - first).total_seconds() * 1000)
        queues.call(each.caller)
    return queues.run()


def waits(events: Sequence[Event], arrivals: Sequence[Arrival]) -> Mapping[str, float]:
    """Seconds from coming to the answer, for everybody who was answered."""
    came = {each.caller.name: each.caller.arrives for each in arrivals}
    return {
        each.caller: (each.at - came[each.caller]) / 1000
        for each in events
        if each.what == "answered"
    }


def longest_wait(
    open_queues: Callable[[Random], AppQueue],
    arrivals: Callable[[], Sequence[Arrival]],
    races: int,
) -> float:
    """The longest wait in any of several runs, each with another order of what happens at once.

    Args:
        open_queues: Opens the queues anew, with the order that is drawn.
        arrivals: The callers anew, as a run changes them.
        races: How many runs.
    """
    longest = 0.0
    for seed in range(races):
        coming = arrivals()
        queues = open_queues(Random(seed))  # noqa: S311  no secret: an order of events
        longest = max(longest, *waits(play(queues, coming), coming).values())
    return longest
