"""The supervisor: the process of `rahyab serve`. It listens, and lets workers serve.

It holds what must outlive a worker: the listening socket, the rules in force, the counts of workers
that died. Signals, operators, metrics and health are its own; no call passes through it.
"""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import structlog

from agi_server.app import DRAIN_SECONDS, utc_now
from agi_server.changes import Changes, Found, Service, check, look_at, look_in_time
from agi_server.control import Answer, NotTaken, Reload, Request, Rollback, Standing, Status
from agi_server.control_socket import ControlServer, opened_control
from agi_server.listening import ListenError, listen
from agi_server.monitoring import Monitoring
from agi_server.policy import PolicyError
from agi_server.revisions import RevisionKeeper
from agi_server.service_state import ManagerState, Phase, ServiceState, health_of
from agi_server.settings import Address, Settings, show_address
from agi_server.watching import Watch, one_second
from agi_server.workers import Workers
from routing.rules_text import RulesText

PROGRESS_SECONDS: Final = 1.0
"""How often the log says how many sessions a drain still waits for."""

log = structlog.get_logger(__name__)


class Signals:
    """What signals have asked for.

    Attributes:
        stop: SIGTERM or SIGINT has come: end in good order.
        stop_now: A second one has: end at once.
        reload: SIGHUP has come: load the rules again.
    """

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        self.stop_now = asyncio.Event()
        self.reload = asyncio.Event()

    def heed(self) -> None:
        """From now on none of them ends the process by itself."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._end)
        loop.add_signal_handler(signal.SIGHUP, self.reload.set)

    def _end(self) -> None:
        if self.stop.is_set():
            self.stop_now.set()
        self.stop.set()


class Supervisor:
    """One service: its workers and its rules.

    Args:
        settings: Where things are.
        signals: What it is asked to do.
        listener: Where calls come in.
        rules: What to serve by at first.
        watch: Whether to load them again when their file changes.
    """

    def __init__(
        self,
        settings: Settings,
        signals: Signals,
        listener: socket.socket,
        rules: RulesText,
        *,
        watch: bool,
    ) -> None:
        self._settings = settings
        self._signals = signals
        self._workers = Workers(settings.workers, listener, rules)
        self._keeper = RevisionKeeper(settings)
        service = Service(self._workers.change_rules, self._keeper.keep, utc_now)
        self._changes = Changes(settings.rules, rules, service)
        self._watch = Watch(settings.rules, rules, self._changes) if watch else None
        self._phase = Phase.STARTING
        self._started_at = utc_now()

    async def answer(self, request: Request) -> Answer:
        """Do what an operator asks."""
        match request:
            case Reload():
                return await self._change(self._changes.reload)
            case Rollback():
                return await self._change(self._changes.rollback)
            case Status():
                return await self._standing()

    def state(self) -> ServiceState:
        """How the service stands now."""
        return ServiceState(
            phase=self._phase,
            wanted=self._workers.wanted,
            workers=self._workers.states(),
            deaths=self._workers.deaths,
            cut=self._workers.cut,
            revision=self._workers.rules.revision,
            loaded_at=self._changes.state.since.timestamp(),
            failed_reloads=self._changes.failed_reloads,
            totals=self._workers.totals(),
        )

    async def run(self, ready: Callable[[], None]) -> None:
        """Serve until a signal ends it.

        Args:
            ready: Called once when calls are taken.

        Raises:
            WorkerFailedError: The workers cannot start.
        """
        if not await self._started():
            return
        self._phase = Phase.SERVING
        self._changes.begin()
        ready()
        changing = [asyncio.create_task(each) for each in self._changing()]
        await self._signals.stop.wait()
        for task in changing:
            task.cancel()
        self._phase = Phase.DRAINING
        log.info("stopping", deadline=DRAIN_SECONDS)
        await self._drain()
        await self._keeper.finish()

    def _changing(self) -> Iterator[Coroutine[None, None, None]]:
        """What changes the rules when no operator asks for it."""
        yield self._reload_when_wanted()
        if self._watch is not None:
            yield self._watch.run(one_second)

    async def _started(self) -> bool:
        """Start the workers; False if a signal came first."""
        starting = asyncio.create_task(self._workers.start())
        stopped = asyncio.create_task(self._signals.stop.wait())
        await asyncio.wait((starting, stopped), return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if starting.done():
            starting.result()
            return True
        starting.cancel()
        await asyncio.wait((starting,))
        return False

    async def _drain(self) -> None:
        telling = asyncio.create_task(self._tell_progress())
        await self._workers.drain(DRAIN_SECONDS, self._signals.stop_now)
        telling.cancel()
        if self._workers.cut:
            log.warning("sessions cut at the end", sessions=self._workers.cut)

    async def _tell_progress(self) -> None:
        while True:
            await asyncio.sleep(PROGRESS_SECONDS)
            left = sum(worker.open_sessions for worker in self._workers.states())
            if left:
                log.info("waiting for running sessions", left=left)

    async def _reload_when_wanted(self) -> None:
        while True:
            await self._signals.reload.wait()
            self._signals.reload.clear()
            await self._changes.reload()

    async def _change(self, change: Callable[[], Awaitable[Answer]]) -> Answer:
        """Change the rules, if they can be changed now."""
        if self._phase is Phase.SERVING:
            return await change()
        return NotTaken(self._changes.state.revision, f"the service is {self._phase.value}")

    async def _standing(self) -> Standing:
        state = self.state()
        return Standing(
            phase=state.phase,
            health=health_of(state),
            started_at=self._started_at,
            watching=self._watch is not None,
            rules=self._changes.state,
            file=await self._changes.file_state(),
            failed_reloads=state.failed_reloads,
            failure=self._changes.failure,
            wanted=state.wanted,
            workers=tuple(state.workers),
            spool_waiting=state.totals.spool_waiting,
            spool_refused=state.totals.spool_refused,
            manager=self._manager(state),
        )

    def _manager(self, state: ServiceState) -> ManagerState:
        if self._settings.manager is None:
            return ManagerState.OFF
        return ManagerState.UP if state.totals.manager_up else ManagerState.DOWN


def checked(found: Found) -> RulesText:
    """The rules that were found, which can be used. Raises PolicyError."""
    if isinstance(found, PolicyError):
        raise found
    check(found)
    return found


async def serve(
    settings: Settings, ready: Callable[[Address], None], *, watch: bool = False
) -> None:
    """Serve until SIGTERM or SIGINT; SIGHUP loads the rules again.

    Args:
        settings: Where things are.
        ready: Called once with the address when calls can come in.
        watch: Whether to load the rules again when their file changes.

    Raises:
        PolicyError: The rules file cannot be used.
        ControlError: Another server has this home, or it cannot be used.
        ListenError: A port cannot be listened on.
        WorkerFailedError: The workers cannot start.
    """
    signals = Signals()
    signals.heed()
    found = await look_in_time(settings.rules, partial(look_at, settings.rules))
    rules = await asyncio.to_thread(checked, found)
    with opened_control(settings.home) as control, listen(*settings.listen) as listener:
        supervisor = Supervisor(settings, signals, listener, rules, watch=watch)
        address: Address = listener.getsockname()[:2]
        async with (
            _monitored(settings, supervisor) as metrics,
            ControlServer(supervisor.answer).listening(control),
        ):

            def tell() -> None:
                log.info(
                    "serving",
                    address=show_address(address),
                    revision=rules.revision,
                    workers=settings.workers,
                    metrics=metrics,
                )
                ready(address)

            await supervisor.run(tell)


@asynccontextmanager
async def _monitored(settings: Settings, supervisor: Supervisor) -> AsyncIterator[str]:
    """Answer for metrics and health, if that is wanted; the address."""
    if settings.metrics is None:
        yield "off"
        return
    try:
        listener = listen(*settings.metrics)
    except ListenError as error:
        raise ListenError(f"RAHYAB_METRICS: {error}; or write off") from None
    async with Monitoring(supervisor.state).listening(listener) as address:
        yield show_address(address)
