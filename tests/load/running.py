"""The course of the load: fill the queues, look while all is at rest, let agents work, drain."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from agi_server.lab.caller import Ended
from agi_server.lab.waiting import wait_until
from tests.live.queue_log import ENTERED, QueueLine, QueueLog, logged_visits
from tests.load.callers import Callers, Wave
from tests.load.office import LONGEST_TALK, RING_SECONDS, SHORTEST_TALK
from tests.load.site import Cpu, Site

WRAP_UP_SECONDS: Final = 5
"""After each call, as the compiler writes it (`dialplan.queues`)."""

TURN_SECONDS: Final = 0.5
"""Until a waiting caller sees that an agent is free: Asterisk looks once a second."""

BUSY_SECONDS: Final = (
    RING_SECONDS + (SHORTEST_TALK + LONGEST_TALK) / 2 + WRAP_UP_SECONDS + TURN_SECONDS
)
"""What one caller costs one agent."""

REST_SECONDS: Final = 3.0
GRACE_SECONDS: Final = 120.0
"""How much longer than reckoned a phase may last, on a machine that others use too."""

TOLD_EVERY: Final = 5.0
LOOK_SECONDS: Final = 0.5

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Load:
    """How much.

    Attributes:
        callers: Who wait at once when the queues are full.
        rate: New calls in a second.
        seconds: For which calls come in, in all.
    """

    callers: int
    rate: float
    seconds: float

    @property
    def agents(self) -> int:
        """So many that they serve as many as come."""
        return max(2, round(self.rate * BUSY_SECONDS))

    @property
    def filling(self) -> int:
        """Calls until the queues are full: the agents take one each, and are held."""
        return self.callers + self.agents

    @property
    def following(self) -> int:
        """Calls after that."""
        return max(1, round(self.rate * self.seconds) - self.filling)


@dataclass(slots=True)
class Run:
    """What came of it.

    Attributes:
        calls: How many were placed.
        lines: Of `queue_log`.
        ended: How the call of each caller ended, by number, as the caller saw it.
        problems: What went wrong on the callers' side.
        at_rest: Open AGI connections while all waited, each time that was looked.
        waiting_at_rest: Callers who waited then, as Asterisk's own command tells.
        cpu: What was used.
        seconds: How long it took.
    """

    calls: int = 0
    lines: list[QueueLine] = field(default_factory=list)
    ended: dict[str, Ended] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    at_rest: list[int] = field(default_factory=list)
    waiting_at_rest: int = 0
    cpu: Cpu = field(default_factory=lambda: Cpu(0, 0))
    seconds: float = 0.0


class Runner:
    """Puts one load on one site.

    Args:
        site: Where.
        load: How much.
        tell: Told every few seconds how things stand.
    """

    def __init__(self, site: Site, load: Load, tell: Tell) -> None:
        self._site = site
        self._load = load
        self._tell = tell
        self._log = QueueLog(site.queue_log)
        self._groups: list[Callers] = []
        self._told_at = 0.0
        self._run = Run()

    def run(self) -> Run:
        """From the first call to the end of the last."""
        load, began, before = self._load, time.monotonic(), self._site.cpu()
        try:
            self._site.hold(held=True)
            self._call(load.filling, patient=True)
            self._wait("filling", self._is_full, load.filling / load.rate)
            self._rest()
            self._site.hold(held=False)
            self._call(load.following, patient=False)
            longest = load.following / load.rate + load.callers * BUSY_SECONDS / load.agents
            self._wait("serving", self._is_over, longest)
        finally:
            self._hang_up()
        after = self._site.cpu()
        self._run.cpu = Cpu(after.asterisk - before.asterisk, after.server - before.server)
        self._run.seconds = time.monotonic() - began
        return self._run

    def _call(self, count: int, *, patient: bool) -> None:
        wave = Wave(self._run.calls, count, self._load.rate, patient)
        group = Callers(wave, self._site.office, self._site.asterisk)
        self._groups.append(group)
        self._run.calls += count

    def _wait(self, phase: str, is_done: Callable[[], bool], seconds: float) -> None:
        """Wait for the end of a phase, which is a problem if it does not come."""
        deadline = time.monotonic() + seconds + GRACE_SECONDS
        while not self._looked(phase, is_done):
            if time.monotonic() > deadline:
                self._run.problems.append(f"{phase} was not over in time: {self._standing()}")
                return
            time.sleep(LOOK_SECONDS)

    def _looked(self, phase: str, is_done: Callable[[], bool]) -> bool:
        self._run.lines += self._log.new_lines()
        for group in self._groups:
            self._run.ended |= group.ended()
        if time.monotonic() - self._told_at > TOLD_EVERY:
            self._told_at = time.monotonic()
            self._tell(f"{phase}: {self._standing()}")
        return is_done()

    def _standing(self) -> str:
        visits = logged_visits(self._run.lines)
        waiting = sum(visit.left_at is None for visit in visits)
        return f"{len(visits)} of {self._run.calls} came, {waiting} wait, {self._gone()} are gone"

    def _gone(self) -> int:
        return len(self._run.ended)

    def _is_full(self) -> bool:
        """All have come, and every agent has answered whom they could."""
        events = [line.event for line in self._run.lines]
        return (
            events.count(ENTERED) == self._load.filling
            and events.count("CONNECT") == self._load.agents
        ) or self._is_over()

    def _is_over(self) -> bool:
        return not any(group.on_the_line for group in self._groups)

    def _rest(self) -> None:
        """Look at the connections for some seconds in which nobody comes or goes."""
        run, site = self._run, self._site
        wait_until(lambda: site.open_connections() == 0, REST_SECONDS)
        deadline = time.monotonic() + REST_SECONDS
        while time.monotonic() < deadline:
            run.at_rest.append(site.open_connections())
            time.sleep(LOOK_SECONDS / 10)
        run.waiting_at_rest = site.shown_waiting()
        self._tell(f"at rest: {run.waiting_at_rest} wait, {max(run.at_rest)} AGI connections open")

    def _hang_up(self) -> None:
        run = self._run
        run.problems += _complaints(self._groups)
        for group in self._groups:
            run.ended |= group.ended()
            group.stop()
        run.lines += self._log.new_lines()


def _complaints(groups: Sequence[Callers]) -> list[str]:
    return [
        f"the callers' SIPp ended with {group.exit_code}: {group.errors[:500]}"
        for group in groups
        if group.exit_code != 0
    ]
