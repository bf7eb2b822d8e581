"""The workers together: started, replaced, given new rules, drained.

They accept on one listening socket, which the supervisor opened and keeps (docs/why.md).
"""

import asyncio
import signal
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from agi_server.measurements import Measurements
from agi_server.service_state import WorkerState
from agi_server.worker_messages import Abort, Commit, Drain, Prepare, Prepared, Refused
from agi_server.worker_process import (
    WorkerFailedError,
    WorkerGoneError,
    WorkerProcess,
    start_worker,
)
from routing.rules_text import RulesText

START_SECONDS: Final = 60.0
"""How long a worker may take until it takes calls: it may have to migrate a large database, or wait
for another worker that does."""

PREPARE_SECONDS: Final = 10.0
"""How long a worker may take to load new rules: 2,000 take half a second when nothing else runs."""

COMMIT_SECONDS: Final = 5.0
"""How long a worker may take to put prepared rules in force, which is one assignment. One that does
not is stuck: it is replaced, so that no two workers serve by different rules."""

STOP_SECONDS: Final = 5.0
"""How long workers may take to end after their deadline, before they are killed."""

STEADY_SECONDS: Final = 30.0
"""A worker that lived so long is replaced at once: what killed it was not its start."""

PAUSES_SECONDS: Final = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Before the replacement of a worker that died young, by how many before it did: none for an
accident, and half a minute for one that cannot live, so that it neither fills the log nor takes the
processor from the others."""

log = structlog.get_logger(__name__)


class RulesNotTakenError(Exception):
    """Not every worker could take new rules, so that none did; the message says which, and why."""


@dataclass(slots=True)
class _Slot:
    """The place of one worker and of those that replace it."""

    number: int
    worker: WorkerProcess | None = None
    young_deaths: int = 0
    cpu_seconds: float = 0.0
    """What the dead ones have used."""

    def pause(self, age: float) -> float:
        """Seconds until the next one is started, after one that died at this age."""
        if age >= STEADY_SECONDS:
            self.young_deaths = 0
            return 0.0
        pause = PAUSES_SECONDS[min(self.young_deaths, len(PAUSES_SECONDS) - 1)]
        self.young_deaths += 1
        return pause


class Workers:
    """As many workers as are wanted.

    Args:
        wanted: How many.
        listener: The socket that they all accept on.
        rules: What they serve by at first.

    Attributes:
        wanted: How many there should be.
        rules: What they serve by.
        deaths: How many have died without having been told to end.
        cut: Sessions that were cut when they were told to.
    """

    def __init__(self, wanted: int, listener: socket.socket, rules: RulesText) -> None:
        self.wanted = wanted
        self.rules = rules
        self.deaths = 0
        self.cut = 0
        self._listener = listener
        self._slots = [_Slot(number) for number in range(1, wanted + 1)]
        self._retired = Measurements()
        self._attempts = 0
        self._changing = asyncio.Lock()
        """Held while rules change and while a worker is started: each begins with what the others
        have, or takes part in the change."""
        self._ending = asyncio.Event()
        self._keepers: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start them, and return when all take calls.

        Raises:
            WorkerFailedError: One cannot; then none is left.
        """
        try:
            for slot in self._slots:
                await self._begin(slot, replaces=False)
            await asyncio.gather(*(self._until_ready(worker) for worker in self._running))
        except BaseException:
            await self._kill_all()
            raise
        self._keepers = [asyncio.create_task(self._keep(slot)) for slot in self._slots]

    async def change_rules(self, rules: RulesText) -> None:
        """Have all workers take these rules, or none.

        Raises:
            RulesNotTakenError: One could not; all go on with what they had.
        """
        async with self._changing:
            self._attempts += 1
            asked = self._running
            log.debug("workers are to load other rules", revision=rules.revision)
            try:
                await self._prepare(asked, rules)
            except RulesNotTakenError:
                for worker in asked:
                    worker.send(Abort())
                raise
            # From here on a worker that dies is replaced by one that begins with the new rules.
            self.rules = rules
            await asyncio.gather(*(self._commit(worker) for worker in asked))

    async def drain(self, deadline: float, hurry: asyncio.Event) -> None:
        """Let running sessions finish for `deadline` seconds, cut what is left, end all workers.

        Args:
            deadline: Seconds.
            hurry: When it is set, sessions are cut at once.
        """
        self._ending.set()
        self._tell_all(Drain(deadline))
        ended = asyncio.ensure_future(asyncio.gather(*self._keepers))
        hurried = asyncio.create_task(hurry.wait())
        limit = deadline + STOP_SECONDS
        await asyncio.wait((ended, hurried), timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        hurried.cancel()
        if not ended.done():
            self._tell_all(Drain(0.0))
            await asyncio.wait((ended,), timeout=STOP_SECONDS)
        for worker in self._running:
            worker.kill()
        await ended

    def states(self) -> Sequence[WorkerState]:
        """How each worker stands that runs."""
        return [_state(slot, slot.worker) for slot in self._slots if slot.worker is not None]

    def totals(self) -> Measurements:
        """What all workers have counted, those that died included."""
        totals = Measurements()
        totals.add(self._retired)
        for worker in self._running:
            totals.add(Measurements.from_data(worker.report.measurements))
        return totals

    @property
    def _running(self) -> Sequence[WorkerProcess]:
        return [slot.worker for slot in self._slots if slot.worker is not None]

    def _tell_all(self, order: Drain) -> None:
        for worker in self._running:
            worker.send(order)

    async def _begin(self, slot: _Slot, *, replaces: bool) -> WorkerProcess:
        slot.worker = await start_worker(slot.number, self._listener, self.rules, replaces=replaces)
        return slot.worker

    async def _until_ready(self, worker: WorkerProcess) -> None:
        try:
            async with asyncio.timeout(START_SECONDS):
                await asyncio.shield(worker.ready)
        except TimeoutError:
            raise WorkerFailedError(
                f"a worker did not take calls within {START_SECONDS:.0f} s: see the log above"
            ) from None

    async def _keep(self, slot: _Slot) -> None:
        """Replace the worker of this slot whenever it dies, until the service ends."""
        while slot.worker is not None:
            await self._watch(slot, slot.worker)
            if self._ending.is_set():
                return
            while not self._ending.is_set() and not await self._replace(slot):
                await self._pause(PAUSES_SECONDS[-1])

    async def _replace(self, slot: _Slot) -> bool:
        """Start another worker; False if the system cannot start a process now."""
        async with self._changing:
            if self._ending.is_set():
                return False
            try:
                worker = await self._begin(slot, replaces=True)
            except OSError as error:
                log.error("no worker can be started", worker=slot.number, reason=error.strerror)
                return False
        if self._ending.is_set():
            worker.kill()
        return True

    async def _watch(self, slot: _Slot, worker: WorkerProcess) -> None:
        """Return when a worker's place is to be filled again, or need not be."""
        admitting = asyncio.create_task(self._admit(worker))
        status = await worker.end()
        admitting.cancel()
        self._retire(slot, worker)
        if self._ending.is_set():
            self.cut += worker.cut
            return
        self.deaths += 1
        pause = slot.pause(worker.age)
        log.error(
            "a worker died; it is replaced",
            worker=worker.number,
            pid=worker.pid,
            how=_how_it_ended(status),
            pause_seconds=pause,
        )
        await self._pause(pause)

    async def _admit(self, worker: WorkerProcess) -> None:
        """See a replacement through its start; one that cannot serve as the others do is killed."""
        if worker.ready.done():
            return
        try:
            await self._until_ready(worker)
            self._compare_rules(worker)
        except WorkerFailedError as error:
            log.error("a worker cannot serve", worker=worker.number, reason=str(error))
            worker.kill()
        else:
            log.info("a worker serves in its place", worker=worker.number, pid=worker.pid)

    def _compare_rules(self, worker: WorkerProcess) -> None:
        if worker.revision != self.rules.revision:
            raise WorkerFailedError(
                f"it reads our rules as revision {worker.revision}, not {self.rules.revision}: "
                "restart the service if the program was changed beneath it"
            )

    def _retire(self, slot: _Slot, worker: WorkerProcess) -> None:
        """Keep what a worker has counted; what it had open is gone with it."""
        counted = Measurements.from_data(worker.report.measurements)
        counted.open_sessions = counted.open_connections = 0
        counted.manager_up = 0
        counted.spool_waiting = 0  # others see what it has left behind
        self._retired.add(counted)
        slot.cpu_seconds += worker.report.cpu_seconds
        slot.worker = None

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._ending.wait()
        except TimeoutError:
            pass

    async def _prepare(self, asked: Sequence[WorkerProcess], rules: RulesText) -> None:
        order = Prepare(self._attempts, rules.bundled())
        try:
            async with asyncio.TaskGroup() as group:
                for worker in asked:
                    group.create_task(self._prepare_one(worker, order, rules.revision))
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None  # one reason suffices to stop

    async def _prepare_one(self, worker: WorkerProcess, order: Prepare, revision: str) -> None:
        try:
            async with asyncio.timeout(PREPARE_SECONDS):
                answer = await worker.ask(order)
        except TimeoutError:
            why = f"did not load them within {PREPARE_SECONDS:.0f} s"
        except WorkerGoneError:
            why = "died while it loaded them"
        else:
            if answer == Prepared(order.attempt, revision):
                return
            why = answer.reason if isinstance(answer, Refused) else "read other rules than ours"
        raise RulesNotTakenError(f"worker {worker.number}: {why}")

    async def _commit(self, worker: WorkerProcess) -> None:
        try:
            async with asyncio.timeout(COMMIT_SECONDS):
                await worker.ask(Commit(self._attempts))
        except TimeoutError:
            log.error("a worker did not take the new rules: killing it", worker=worker.number)
            worker.kill()
        except WorkerGoneError:
            pass  # its replacement begins with the new rules

    async def _kill_all(self) -> None:
        for worker in self._running:
            worker.kill()
        await asyncio.gather(*(worker.end() for worker in self._running))


def _how_it_ended(status: int) -> str:
    if status < 0:
        return f"killed by {signal.Signals(-status).name}"
    return f"ended by itself with status {status}"


def _state(slot: _Slot, worker: WorkerProcess) -> WorkerState:
    report = worker.report
    reported = worker.reported_at
    return WorkerState(
        number=worker.number,
        pid=worker.pid,
        phase=worker.phase,
        revision=worker.revision,
        report_age=None if reported is None else time.monotonic() - reported,
        started_at=worker.started_at,
        cpu_seconds=slot.cpu_seconds + report.cpu_seconds,
        memory_bytes=report.memory_bytes,
        open_sessions=report.measurements["open_sessions"],
        open_connections=report.measurements["open_connections"],
    )
