"""The wiring: settings in, a running server out."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import structlog

from agi_server.call import Calls
from agi_server.listening import listen
from agi_server.policy import PolicyError, RulesInForce
from agi_server.server import AgiServer
from agi_server.settings import Settings
from agi_server.store_threads import StoreThreads
from crm.sqlite_store import SqliteStore

log = structlog.get_logger(__name__)

DRAIN_SECONDS: Final = 10.0
"""How long calls that are in an AGI request may go on after SIGTERM. Waiting callers hold no
request; who is in a menu this long takes the dialplan's fallback."""


@dataclass(frozen=True, slots=True)
class Application:
    """A server that listens, with the rules it serves."""

    server: AgiServer
    rules: RulesInForce
    address: tuple[str, int]


@asynccontextmanager
async def running(settings: Settings, listener: socket.socket) -> AsyncIterator[Application]:
    """Start everything, and stop it in order: the listener, the calls, the store.

    Raises:
        PolicyError: The rules file cannot be used.
        StoreError: The database cannot be opened.
    """
    rules = RulesInForce(settings.rules)
    stores = StoreThreads(lambda: SqliteStore(settings.database))
    await stores.start()
    try:
        calls = Calls(rules, stores, utc_now, settings.messages)
        server = AgiServer(calls.handlers())
        address = await server.start(listener)
        try:
            yield Application(server, rules, address)
        finally:
            await server.drain(DRAIN_SECONDS)
    finally:
        await stores.close()


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


async def serve(settings: Settings, ready: Callable[[Application], None]) -> None:
    """Serve until SIGTERM or SIGINT; SIGHUP loads the rules again.

    Args:
        settings: Where things are.
        ready: Called once when calls can come in.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    # Before there are rules to load again, the signal must not end the process.
    loop.add_signal_handler(signal.SIGHUP, _nothing_to_reload)
    async with running(settings, listen(*settings.listen)) as application:
        loop.add_signal_handler(signal.SIGHUP, _reload, application.rules)
        log.info(
            "serving",
            address="{}:{}".format(*application.address),
            revision=application.rules.book.policy.revision,
        )
        ready(application)
        await stop.wait()
        log.info("stopping", deadline=DRAIN_SECONDS)


def _nothing_to_reload() -> None:
    log.info("starting: the rules are being loaded")


def _reload(rules: RulesInForce) -> None:
    try:
        book = rules.reload()
    except PolicyError as error:
        log.error(
            "rules not reloaded; the old ones stay",
            reason=str(error),
            problems=[f"{found.line}:{found.column} {found.message}" for found in error.problems],
        )
        return
    log.info("rules reloaded", revision=book.policy.revision)
