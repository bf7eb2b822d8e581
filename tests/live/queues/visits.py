"""What Asterisk has done with callers in its queues: from its log, and from its queue_log.

Both are Asterisk's own account. The log tells milliseconds; the queue_log tells whole seconds, and
the agents by their ids.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from agi_server.lab.log import Reader

MOMENT: Final = re.compile(r"^\[(?P<moment>[^\]]+)\]")
ENTERED: Final = re.compile(r"Executing .*\bQueue\(")
CALLED: Final = re.compile(r"app_queue\.c: .*Called (?P<device>\S+)$")
ANSWERED: Final = re.compile(r"app_queue\.c: .*?(?P<device>PJSIP/[\w.]+)-\w+ answered ")


@dataclass(frozen=True, slots=True)
class Ring:
    """A telephone that begins to ring: seconds after the caller came to the queue, and whose."""

    after: float
    device: str


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


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of queue_log: Unix time, the call's channel, the queue, the agent, and what was."""

    at: int
    call: str
    queue: str
    agent: str
    event: str
    data: tuple[str, ...]


def queue_log(folder: Path) -> list[Entry]:
    """Everything in the queue_log of an Asterisk, the oldest first.

    Args:
        folder: Where all of the instance lies.
    """
    lines = Reader(folder / "log" / "queue_log").new_lines()
    return [_entry(*line.split("|")) for line in lines]


def _entry(at: str, call: str, queue: str, agent: str, event: str, *data: str) -> Entry:
    return Entry(int(at), call, queue, agent, event, data)
