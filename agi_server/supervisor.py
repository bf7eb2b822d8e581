"""The supervisor: the process of `rahyab serve`. It listens, and lets workers serve.

It holds what must outlive a worker: the listening socket, the rules in force, the counts of workers
that died. Signals, metrics and health are its own; no call passes through it.
"""

import asyncio
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import structlog

from agi_server.app import DRAIN_SECONDS
from agi_server.listening import ListenError, listen
from agi_server.monitoring import Monitoring
from agi_server.policy import PolicyError, read_rules, warnings_of
from agi_server.service_state import Phase, ServiceState
from agi_server.settings import Address, Settings, show_address
from agi_server.workers import RulesNotTakenError, Workers
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
    """

    def __init__(
        self, settings: Settings, signals: Signals, listener: socket.socket, rules: RulesText
    ) -> None:
        self._settings = settings
        self._signals = signals
        self._workers = Workers(settings.workers, listener, rules)
        self._phase = Phase.STARTING
        self._loaded_at = time.time()
        self._failed_reloads = 0

    def state(self) -> ServiceState:
        """How the service stands now."""
        return ServiceState(
            phase=self._phase,
            wanted=self._workers.wanted,
            workers=self._workers.states(),
            deaths=self._workers.deaths,
            cut=self._workers.cut,
            revision=self._workers.rules.revision,
            loaded_at=self._loaded_at,
            failed_reloads=self._failed_reloads,
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
        ready()
        reloading = asyncio.create_task(self._reload_when_wanted())
        await self._signals.stop.wait()
        reloading.cancel()
        self._phase = Phase.DRAINING
        log.info("stopping", deadline=DRAIN_SECONDS)
        await self._drain()

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
            await self._reload()

    async def _reload(self) -> None:
        try:
            rules = await asyncio.to_thread(read_and_check, self._settings)
            await self._workers.change_rules(rules)
        except PolicyError as error:
            problems = [f"{found.line}:{found.column} {found.message}" for found in error.problems]
            self._tell_refused(str(error), problems)
        except RulesNotTakenError as error:
            self._tell_refused(str(error), [])
        except Exception:
            log.exception("a reload failed")
            self._tell_refused("a bug: see the line above, and tell the makers", [])
        else:
            self._loaded_at = time.time()
            log.info("rules reloaded", revision=rules.revision)

    def _tell_refused(self, reason: str, problems: list[str]) -> None:
        self._failed_reloads += 1
        log.error("rules not reloaded; the old ones stay", reason=reason, problems=problems)


def read_and_check(settings: Settings) -> RulesText:
    """Read and check the rules. Raises PolicyError."""
    rules = read_rules(settings.rules)
    warnings = warnings_of(rules)
    if warnings:
        log.warning("the rules have warnings: `rahyab check` shows them", count=len(warnings))
    for each in warnings:
        log.debug("rules", warning=str(each))
    return rules


async def serve(settings: Settings, ready: Callable[[Address], None]) -> None:
    """Serve until SIGTERM or SIGINT; SIGHUP loads the rules again.

    Args:
        settings: Where things are.
        ready: Called once with the address when calls can come in.

    Raises:
        PolicyError: The rules file cannot be used.
        ListenError: A port cannot be listened on.
        WorkerFailedError: The workers cannot start.
    """
    signals = Signals()
    signals.heed()
    rules = await asyncio.to_thread(read_and_check, settings)
    with listen(*settings.listen) as listener:
        supervisor = Supervisor(settings, signals, listener, rules)
        address: Address = listener.getsockname()[:2]
        async with _monitored(settings, supervisor) as metrics:

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
