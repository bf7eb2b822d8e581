"""What the AGI server counts and times, as plain numbers.

Counting happens on the way of every command, so it costs next to nothing here: no locks, no
labels to look up, no files. `agi_server.metrics` turns the numbers of all workers into what
Prometheus reads.
"""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final, Self

BOUNDS_SECONDS: Final = (
    *(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5),
    *(1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0),
)
"""Upper bounds of the buckets of every histogram: from a command that Asterisk performs at once to
a long recording. 50 ms is the promise for a refusal, 20 ms the aim for a first command."""

SEPARATOR: Final = "\t"
"""Between the parts of a key that has two (see `Measurements.sessions`): in no script's name."""


_NUMBERS: Final = (
    *("open_sessions", "open_connections", "out_of_step", "overdue"),
    *("spool_waiting", "spooled", "spool_refused"),
    *("missing_prompts", "alerts", "alerts_not_passed_on"),
    *("manager_up", "priority_rises"),
)
"""Of `Measurements`: those that are plain numbers."""

_COUNTERS: Final = (
    *("sessions", "refusals", "rejections", "hang_ups", "caps"),
    *("agents_rang_out", "agents_paused"),
)
"""Those that count by a key."""


class Histogram:
    """How often something took how long."""

    __slots__ = ("counts", "seconds")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS_SECONDS) + 1)
        """Observations up to each bound and above the one before; the last: above all bounds."""
        self.seconds = 0.0
        """The sum of all observations."""

    def observe(self, seconds: float) -> None:
        """Count one duration."""
        self.counts[bisect_left(BOUNDS_SECONDS, seconds)] += 1
        self.seconds += seconds

    def add(self, other: "Histogram") -> None:
        """Add what another histogram has counted."""
        self.counts = [
            ours + theirs for ours, theirs in zip(self.counts, other.counts, strict=True)
        ]
        self.seconds += other.seconds

    def to_data(self) -> list[Any]:
        """As JSON can hold it."""
        return [self.seconds, self.counts]

    @classmethod
    def from_data(cls, data: list[Any]) -> Self:
        """What `to_data` gave."""
        histogram = cls()
        histogram.seconds, histogram.counts = data
        return histogram


@dataclass(slots=True)
class Measurements:
    """Everything that one worker counts, from its start on. Times are in seconds.

    Attributes:
        open_sessions: Sessions with a handler now.
        open_connections: Connections now, those without a session yet included.
        sessions: Ended sessions, by `script TAB outcome`; outcomes are those of
            `agi_server.verdicts.Outcome`.
        refusals: Sessions refused with `failure`, by reason (`agi_server.verdicts.Refusal`).
        rejections: Connections that never came to a session, by reason
            (`agi_server.verdicts.Rejection`).
        hang_ups: Callers who left during a session, by `script TAB stage`; the stage is the
            command that was running, or `between commands`.
        out_of_step: Sessions given up because replies could no longer be told apart.
        overdue: Sessions given up because Asterisk took too long for a command.
        spool_waiting: Batches of writes that are in a spool and not in the store.
        spooled: Batches that the store could not take, and a spool did.
        spool_refused: Batches of spools that the store refused for good.
        missing_prompts: Prompts that were not played because Asterisk does not have the sound file.
        caps: How often a caller could not go on for having tried too often, by what was tried
            (`agi_server.caps.Cap`).
        alerts: Alerts that surveys have raised.
        alerts_not_passed_on: Those of them that the site's command was not told of, or failed at.
        manager_up: 1 while the process is logged in at Asterisk's manager interface, else 0.
        priority_rises: Callers in queues who were raised.
        agents_rang_out: How often an agent did not answer, by Asterisk's name of the queue.
        agents_paused: How often Asterisk has paused an agent for it, by its name of the queue.
        first_command: From the connection to our first command.
        thinking: Of a whole session, the time in which no command was with Asterisk: ours.
        commanding: Of a whole session, the time in which a command was with Asterisk.
        commands: From a command to its reply, by the command's name.
    """

    open_sessions: int = 0
    open_connections: int = 0
    sessions: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    rejections: Counter[str] = field(default_factory=Counter)
    hang_ups: Counter[str] = field(default_factory=Counter)
    out_of_step: int = 0
    overdue: int = 0
    spool_waiting: int = 0
    spooled: int = 0
    spool_refused: int = 0
    missing_prompts: int = 0
    caps: Counter[str] = field(default_factory=Counter)
    alerts: int = 0
    alerts_not_passed_on: int = 0
    manager_up: int = 0
    priority_rises: int = 0
    agents_rang_out: Counter[str] = field(default_factory=Counter)
    agents_paused: Counter[str] = field(default_factory=Counter)
    first_command: Histogram = field(default_factory=Histogram)
    thinking: Histogram = field(default_factory=Histogram)
    commanding: Histogram = field(default_factory=Histogram)
    commands: dict[str, Histogram] = field(default_factory=dict)

    def command(self, name: str) -> Histogram:
        """The histogram of one command."""
        histogram = self.commands.get(name)
        if histogram is None:
            histogram = self.commands[name] = Histogram()
        return histogram

    def add(self, other: "Measurements") -> None:
        """Add what another worker has counted."""
        for name in _NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in _COUNTERS:
            getattr(self, name).update(getattr(other, name))
        for name in ("first_command", "thinking", "commanding"):
            getattr(self, name).add(getattr(other, name))
        for name, histogram in other.commands.items():
            self.command(name).add(histogram)

    def to_data(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            **{name: getattr(self, name) for name in _NUMBERS},
            **{name: getattr(self, name) for name in _COUNTERS},
            "first_command": self.first_command.to_data(),
            "thinking": self.thinking.to_data(),
            "commanding": self.commanding.to_data(),
            "commands": {name: one.to_data() for name, one in self.commands.items()},
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """What `to_data` gave."""
        histograms = ("first_command", "thinking", "commanding")
        made = {
            **data,
            **{name: Counter(data[name]) for name in _COUNTERS},
            **{name: Histogram.from_data(data[name]) for name in histograms},
            "commands": {name: Histogram.from_data(one) for name, one in data["commands"].items()},
        }
        return cls(**made)
