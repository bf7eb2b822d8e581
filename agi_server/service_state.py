"""How the whole service stands: what metrics and health are made from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from agi_server.measurements import Measurements
from routing.problems import Problem

REPORT_LATE_SECONDS: Final = 5.0
"""Workers report each second: one that has been silent for so long is stuck or stopped."""


class Phase(StrEnum):
    """Where a worker, or the whole service, is in its life."""

    STARTING = "starting"
    SERVING = "serving"
    DRAINING = "draining"


class Origin(StrEnum):
    """How rules came into force."""

    START = "start"
    RELOAD = "reload"
    WATCH = "watch"
    ROLLBACK = "rollback"


class ManagerState(StrEnum):
    """How the link to Asterisk's manager interface stands."""

    OFF = "off"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class RulesState:
    """The rules in force.

    Attributes:
        revision: Their name.
        since: When they came into force.
        origin: How.
        earlier: How many revisions one can roll back.
    """

    revision: str
    since: datetime
    origin: Origin
    earlier: int


@dataclass(frozen=True, slots=True)
class FileState:
    """What the rules file holds, which need not be what is in force.

    Attributes:
        file: Its path, whole.
        revision: Of its text; None when it cannot be read.
        differs: Whether this is another revision than the one in force.
        errors: How many its text has: with any, the service could not be started by it.
        trouble: Why it cannot be read; else empty.
    """

    file: str
    revision: str | None
    differs: bool
    errors: int
    trouble: str


@dataclass(frozen=True, slots=True)
class FailedReload:
    """A reload that was refused.

    Attributes:
        at: When.
        reason: Why, in a sentence.
        problem: The first error in the rules file, if that is why.
    """

    at: datetime
    reason: str
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class WorkerState:
    """One worker, as its last report has it.

    Attributes:
        number: From 1; a replacement has the number of the one that died.
        pid: Its process.
        phase: Where it is in its life.
        revision: Of the rules that it serves by; empty while it starts.
        report_age: Seconds since its last report; None before the first.
        started_at: Unix time.
        cpu_seconds: All that workers of this number have used.
        memory_bytes: What it holds in memory.
        open_sessions: Sessions with a handler.
        open_connections: Connections, those without a session included.
    """

    number: int
    pid: int
    phase: Phase
    revision: str
    report_age: float | None
    started_at: float
    cpu_seconds: float
    memory_bytes: int
    open_sessions: int
    open_connections: int

    @property
    def reports(self) -> bool:
        """Whether it takes calls, and has said so of late."""
        late = self.report_age is None or self.report_age > REPORT_LATE_SECONDS
        return self.phase is Phase.SERVING and not late


@dataclass(frozen=True, slots=True)
class ServiceState:
    """The service at one moment.

    Attributes:
        phase: Where it is in its life.
        wanted: How many workers there should be.
        workers: Those whose process runs.
        deaths: How many have died since the service began.
        cut: Sessions that were cut at the end of a drain.
        revision: Of the rules in force.
        loaded_at: Unix time at which they came into force.
        failed_reloads: How often new rules were refused.
        totals: What all workers have counted, those that died included.
    """

    phase: Phase
    wanted: int
    workers: Sequence[WorkerState]
    deaths: int
    cut: int
    revision: str
    loaded_at: float
    failed_reloads: int
    totals: Measurements


class Health(StrEnum):
    """Whether calls are served."""

    OK = "ok"
    SHORT = "short of workers"
    STARTING = "starting"
    DRAINING = "draining"
    NO_WORKER = "no worker is ready"
    SILENT = "no worker reports"

    @property
    def serves(self) -> bool:
        """Whether calls are better sent here than elsewhere."""
        return self in {Health.OK, Health.SHORT}


def health_of(state: ServiceState) -> Health:
    """Whether calls are served, from how the service stands."""
    if state.phase is not Phase.SERVING:
        return Health(state.phase.value)
    if not any(worker.phase is Phase.SERVING for worker in state.workers):
        return Health.NO_WORKER
    reporting = sum(worker.reports for worker in state.workers)
    if not reporting:
        return Health.SILENT
    return Health.OK if reporting >= state.wanted else Health.SHORT
