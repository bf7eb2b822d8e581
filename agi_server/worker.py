"""A worker: the process that serves calls, at the supervisor's word.

`python -m agi_server.worker NUMBER CONTROL LISTENER` is started by `agi_server.worker_process`
with two inherited file descriptors: its end of the socket pair, and the listening socket. It ends
by itself when the supervisor is gone, and heeds no signal but SIGKILL: a terminal sends Ctrl-C, and
systemd SIGTERM, to all processes at once, and the supervisor alone knows what to make of it.
"""

import asyncio
import gc
import resource
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Final

import structlog
import uvloop

from agi_server.app import DRAIN_SECONDS, Application, running, utc_now
from agi_server.logs import configure_logs
from agi_server.policy import PolicyError, RulesInForce
from agi_server.queue_watch import watching_queues
from agi_server.settings import Settings, SettingsError, load_settings
from agi_server.worker_messages import (
    LONGEST_MESSAGE,
    Abort,
    Begin,
    Commit,
    Committed,
    Drain,
    Drained,
    Failed,
    Message,
    Prepare,
    Prepared,
    Ready,
    Refused,
    Report,
    encode,
    receive,
)
from crm.ports import StoreError
from routing.rules_text import RulesText

REPORT_SECONDS: Final = 1.0
"""How often a worker says what it has counted: what Prometheus reads is never older, and a worker
that is killed takes no more than this with it."""

WATCHER: Final = 1
"""The worker that watches the queues: one is enough, and each service has this one."""

OPEN_FILES: Final = 16_384
"""Sessions, and as many silent connections again and again: the usual limit of 1,024 is less than
the sessions of one worker, while without a limit a flood of silent peers would take the memory."""

SUPERVISORS_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What the supervisor alone listens to."""

_STATM: Final = Path("/proc/self/statm")
_PAGE_BYTES: Final = resource.getpagesize()

log = structlog.get_logger(__name__)


class Worker:
    """Serves, and does what the supervisor says.

    Args:
        settings: Where things are.
        reader: What the supervisor says.
        writer: What it is told.
    """

    def __init__(
        self, settings: Settings, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._settings = settings
        self._reader = reader
        self._writer = writer

    async def run(self, listener: socket.socket) -> None:
        """Serve until told to end, or until the supervisor is gone."""
        begin = await receive(self._reader)
        if not isinstance(begin, Begin):
            return
        try:
            rules = RulesInForce(RulesText.unbundled(begin.rules))
            async with (
                running(self._settings, listener, rules, create=not begin.replaces) as application,
                watching_queues(
                    self._settings.manager,
                    application.records,
                    utc_now,
                    application.server.measurements,
                ),
            ):
                cut = await self._serve(application)
        except (PolicyError, StoreError, SettingsError) as error:
            self._say(Failed(str(error)))
        else:
            # Only now, when the database is closed, the supervisor may end too.
            self._say(_report(application))
            self._say(Drained(cut))
        self._writer.close()
        await self._writer.wait_closed()

    async def _serve(self, application: Application) -> int:
        """Report and obey until told to drain; how many sessions were cut at the end."""
        # What is there by now stays: looking through all of it for garbage, again and again, would
        # hold up calls for tens of milliseconds.
        gc.collect()
        gc.freeze()
        self._say(Ready(application.rules.book.policy.revision))
        reporting = asyncio.create_task(self._report_regularly(application))
        try:
            while (order := await receive(self._reader)) is not None:
                if isinstance(order, Drain):
                    return await self._drain(application, order.deadline)
                await self._obey(order, application.rules)
            log.error("the supervisor is gone: ending after the running calls")
            return await self._drain(application, DRAIN_SECONDS)
        finally:
            reporting.cancel()

    async def _obey(self, order: Message, rules: RulesInForce) -> None:
        match order:
            case Prepare():
                self._say(await _prepare(order, rules))
            case Commit(attempt):
                self._say(Committed(attempt, rules.commit()))
            case Abort():
                rules.abort()
            case _:
                raise ValueError(f"a supervisor does not say {order}")

    async def _drain(self, application: Application, deadline: float) -> int:
        """Drain; when the supervisor says so a second time, stop at once."""
        draining = asyncio.create_task(application.server.drain(deadline))
        hurried = asyncio.create_task(self._hurried())
        await asyncio.wait((draining, hurried), return_when=asyncio.FIRST_COMPLETED)
        hurried.cancel()
        if draining.done():
            return draining.result()
        draining.cancel()
        return await application.server.stop()

    async def _hurried(self) -> None:
        """Return when the supervisor says drain once more; never when it is gone."""
        while not isinstance(order := await receive(self._reader), Drain):
            if order is None:
                await asyncio.Event().wait()

    async def _report_regularly(self, application: Application) -> None:
        while True:
            # What a stopped supervisor has not taken must not pile up here.
            if not self._writer.transport.get_write_buffer_size():
                self._say(_report(application))
            await asyncio.sleep(REPORT_SECONDS)

    def _say(self, message: Message) -> None:
        self._writer.write(encode(message))


async def _prepare(order: Prepare, rules: RulesInForce) -> Prepared | Refused:
    """Load the rules in a thread: thousands take half a second, and calls go on beside it."""
    try:
        return Prepared(
            order.attempt, await asyncio.to_thread(rules.prepare, RulesText.unbundled(order.rules))
        )
    except PolicyError as error:
        return Refused(order.attempt, str(error))
    except MemoryError:
        return Refused(order.attempt, "there is not enough memory to load them")


def _report(application: Application) -> Report:
    spool, measured = application.records.spool, application.server.measurements
    measured.spool_waiting, measured.spooled = spool.waiting, spool.spooled
    measured.spool_refused = spool.refused
    resident = int(_STATM.read_text(encoding="ascii").split()[1])
    return Report(
        measured.to_data(),
        cpu_seconds=time.process_time(),
        memory_bytes=resident * _PAGE_BYTES,
    )


async def work(number: int, control: socket.socket, listener: socket.socket) -> None:
    """Be worker `number`, with these two sockets, until it is over."""
    settings = load_settings()
    if number != WATCHER:
        settings = settings.without_manager()
    configure_logs(settings.log_format, settings.log_level, number)
    reader, writer = await asyncio.open_unix_connection(sock=control, limit=LONGEST_MESSAGE)
    try:
        await Worker(settings, reader, writer).run(listener)
    except Exception:
        log.exception("a worker failed")
        sys.exit(1)


def main() -> None:
    """Be the process that the command line describes."""
    leave_signals_to_the_supervisor()
    allow_open_files()
    number, control, listener = (int(word) for word in sys.argv[1:])
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work(number, socket.socket(fileno=control), socket.socket(fileno=listener)))


def leave_signals_to_the_supervisor() -> None:
    """Ignore the signals, which the supervisor had blocked when it started this process."""
    for number in SUPERVISORS_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SUPERVISORS_SIGNALS)


def allow_open_files() -> None:
    """Raise the limit of open files, if it is lower and the system lets us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


if __name__ == "__main__":
    main()
