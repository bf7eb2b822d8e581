"""Who is in the simulated queues: callers, agents at their telephones, and what happens to them."""

from dataclasses import dataclass, field
from typing import Final

from tests.simulation.queue_files import Change, Member, QueueOptions

NO_LIMIT: Final = 2**31 - 1
"""Of a penalty that is not set (INT_MAX)."""


@dataclass
class Phone:
    """An agent's telephone, the same in every queue.

    `picks_up` is after how many milliseconds it is answered, None for never; `rejects` after how
    many it refuses. `there` is false while it is not registered.
    """

    device: str
    picks_up: int | None = 0
    rejects: int | None = None
    there: bool = True
    busy: bool = False


@dataclass
class Seat:
    """A member in one queue."""

    member: Member
    phone: Phone
    place: int
    paused: bool = False
    last_call: int = 0
    last_queue: "Line | None" = None


@dataclass
class Line:
    """A queue at work."""

    options: QueueOptions
    seats: list[Seat]
    callers: "list[Caller]" = field(default_factory=list)
    next_place: int = 0
    wrapped: bool = False

    def wrap_up(self) -> int:
        """Seconds (`get_wrapuptime`)."""
        return self.options.wrapuptime


@dataclass(eq=False)
class Caller:
    """Somebody who enters a queue.

    Attributes:
        name: For the events.
        queue: The Asterisk queue.
        rule: The penalty rule, "" for none.
        arrives: Milliseconds.
        timeout: Seconds, the argument of Queue(); None for no end.
        highest: QUEUE_MAX_PENALTY.
        lowest: QUEUE_MIN_PENALTY.
        priority: QUEUE_PRIO.
        talks: Milliseconds with the agent.
        patience: Milliseconds after which the caller hangs up; None for never.
        position: The place asked for, the last argument of Queue(); 0 for none.
        presses: After how many milliseconds which key is pressed; None for none.
    """

    name: str
    queue: str
    rule: str = ""
    arrives: int = 0
    timeout: int | None = None
    highest: int = NO_LIMIT
    lowest: int = NO_LIMIT
    priority: int = 0
    talks: int = 60_000
    patience: int | None = None
    position: int = 0
    presses: tuple[int, str] | None = None
    pending: bool = field(default=False, init=False)
    start: int = field(default=0, init=False)
    changes: list[Change] = field(default_factory=list, init=False)
    spoken_to: int = field(default=0, init=False)
    heard: int = field(default=0, init=False)

    def lets_in(self, penalty: int) -> bool:
        """Whether an agent of this penalty may be rung for the caller by now."""
        too_high = self.highest != NO_LIMIT and penalty > self.highest
        return not (too_high or (self.lowest != NO_LIMIT and penalty < self.lowest))


@dataclass(frozen=True)
class Event:
    """Something that happened.

    `what` is one of entered, heard, rung, unanswered, answered, free, left. Of those who left,
    `why` is as in QUEUESTATUS and queue_log: JOINEMPTY, LEAVEEMPTY, FULL, TIMEOUT, ABANDON,
    EXITWITHKEY. Of those who heard something it is the sound.
    """

    at: int
    what: str
    caller: str
    queue: str = ""
    agent: str = ""
    why: str = ""
