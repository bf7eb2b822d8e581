"""What Asterisk has done with callers in its queues, from its log: to the millisecond."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

MOMENT: Final = re.compile(r"^\[(?P<moment>[^\]]+)\]")
ENTERED: Final = re.compile(r"Executing .*\bQueue\(")
QUEUE: Final = re.compile(
    r"Executing .*\bQueue\(\"(?P<channel>[^\"]+)\", \"(?P<arguments>[^\"]*)\"\)"
)
CALLED: Final = re.compile(r"app_queue\.c: .*Called (?P<device>\S+)$")
ANSWERED: Final = re.compile(r"app_queue\.c: .*?(?P<device>PJSIP/[\w.]+)-\w+ answered ")


@dataclass(frozen=True, slots=True)
class Ring:
    """A telephone that begins to ring: seconds after the caller came to the queue, and whose."""

    after: float
    device: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A caller's channel, and the queue and the place in it with which Queue() was run."""

    channel: str
    queue: str
    position: str


@dataclass(frozen=True, slots=True)
class Visit:
    """One caller's wait in one queue.

    Attributes:
        entered: When Queue() began.
        rings: Whose telephone rang for this caller, in order.
        answered: When and by whom; None where nobody did.
    """

    entered: datetime
    rings: tuple[Ring, ...]
    answered: Ring | None

    def at(self, ring: Ring) -> datetime:
        """When that was, by Asterisk's clock."""
        return self.entered + timedelta(seconds=ring.after)

    @property
    def wait(self) -> float:
        """Seconds until the answer. Raises AssertionError where there was none."""
        assert self.answered is not None, f"nobody answered: {self.rings}"
        return self.answered.after


def visit_of(lines: Sequence[str]) -> Visit | None:
    """The last visit to a queue in the log of one call; None before there is one."""
    begins = [number for number, line in enumerate(lines) if ENTERED.search(line)]
    if not begins:
        return None
    entered = _moment(lines[begins[-1]])
    later = lines[begins[-1] :]
    answers = _rings(later, ANSWERED, entered)
    return Visit(entered, _rings(later, CALLED, entered), answers[0] if answers else None)


def entries_of(lines: Sequence[str]) -> list[Entry]:
    """How queues were entered by the log of one call, in order. The place is the last argument."""
    found = (each for line in lines if (each := QUEUE.search(line)))
    arguments = ((each["channel"], each["arguments"].split(",")) for each in found)
    return [Entry(channel, given[0], given[-1]) for channel, given in arguments]


def _rings(lines: Sequence[str], pattern: re.Pattern[str], entered: datetime) -> tuple[Ring, ...]:
    found = ((line, pattern.search(line)) for line in lines)
    return tuple(
        Ring((_moment(line) - entered).total_seconds(), each["device"])
        for line, each in found
        if each
    )


def _moment(line: str) -> datetime:
    found = MOMENT.match(line)
    assert found, f"a line without a moment: {line}"
    return datetime.fromisoformat(found["moment"])
