"""The wiring: settings in, a running server out."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

from agi_server.alerts import Alerts
from agi_server.call import Calls
from agi_server.clock import Clock, utc_now
from agi_server.compat import load_scripts
from agi_server.draining import Drainer
from agi_server.forgetting import Forgetting
from agi_server.measurements import Measurements
from agi_server.policy import RulesInForce, read_rules
from agi_server.records import READ_SECONDS, Records
from agi_server.server import AgiServer
from agi_server.settings import Address, Settings, SettingsError
from agi_server.spooling import Spooling
from agi_server.store_threads import StoreThreads
from agi_server.tracking_pool import TrackingPool
from crm.declared import DeclarationError
from crm.http_lookup.asking import HttpLookup
from crm.http_lookup.declaration import read_lookup
from crm.stores import PostgresServer, StorePlace, open_store

DRAIN_SECONDS: Final = 10.0
"""How long calls that are in an AGI request may go on after SIGTERM. Waiting callers hold no
request; who is in a menu this long takes the dialplan's fallback."""

POSTGRES_READERS: Final = 2
POSTGRES_WRITERS: Final = 4
"""Threads, each with a connection of its own: PostgreSQL commits the groups of several beside each
other, and one that waits for a lock holds up no other. SQLite writes one after the other."""

__all__ = ["DRAIN_SECONDS", "Application", "keeping", "make_stores", "running", "utc_now"]


@dataclass(frozen=True, slots=True)
class Application:
    """A server that listens, with the rules it serves and what it keeps records by."""

    server: AgiServer
    rules: RulesInForce
    records: Records
    address: Address


@asynccontextmanager
async def running(
    settings: Settings,
    listener: socket.socket,
    rules: RulesInForce | None = None,
    *,
    create: bool = True,
) -> AsyncIterator[Application]:
    """Start everything, and stop it in order: the listener, the calls, the spool, the store.

    A store that is away stops nothing: calls go on without it, and it is opened when it is back.

    Args:
        settings: Where things are, and who may connect.
        listener: Where calls come in; it is closed with the server.
        rules: What to serve by; None loads the file of the settings.
        create: Whether a database that is not there is made: not by who goes on for another.

    Raises:
        PolicyError: The rules file cannot be used.
        StoreError: The store cannot be opened, and another try would not help.
        SettingsError: A script cannot be loaded, or the look-up over HTTP or the command for alerts
            cannot be used.
    """
    if rules is None:
        rules = RulesInForce(read_rules(settings.rules))
    stores, spool = make_stores(settings.store, create=create), Spooling(settings.spool, utc_now)
    measurements = Measurements()
    async with (
        keeping(stores, spool, settings.store_budget) as records,
        opened_lookup(settings) as lookup,
        opened_alerts(settings, measurements) as alerts,
    ):
        calls = Calls(rules, records, utc_now, settings.messages, lookup, alerts, measurements)
        handlers = {**calls.handlers(), **load_scripts(settings.scripts)}
        server = AgiServer(
            handlers, peers=settings.peers, secret=settings.secret, measurements=measurements
        )
        address = await server.start(listener)
        try:
            yield Application(server, rules, records, address)
        finally:
            await server.drain(DRAIN_SECONDS)


@asynccontextmanager
async def opened_lookup(settings: Settings) -> AsyncIterator[HttpLookup | None]:
    """Who is asked over HTTP about unknown callers; None where nobody is.

    Raises:
        SettingsError: What RAHYAB_LOOKUP names cannot be used.
    """
    if settings.lookup is None:
        yield None
        return
    try:
        declared = read_lookup(settings.lookup)
        lookup = HttpLookup(declared, os.environ, settings.lookup.parent)
    except DeclarationError as error:
        raise SettingsError(f"RAHYAB_LOOKUP: {error}") from None
    try:
        await lookup.make_ready()
        yield lookup
    finally:
        await lookup.close()


@asynccontextmanager
async def opened_alerts(settings: Settings, measurements: Measurements) -> AsyncIterator[Alerts]:
    """Who is told of bad marks.

    Raises:
        SettingsError: What RAHYAB_ALERT_COMMAND names cannot be run.
    """
    command = settings.alert_command
    if command is not None and not (command.is_file() and os.access(command, os.X_OK)):
        raise SettingsError(
            f"RAHYAB_ALERT_COMMAND: {command} is no program that this user may run: name an"
            " executable file (chmod +x), or leave it out"
        )
    # Without its folder, a program would be looked for in PATH.
    alerts = Alerts(None if command is None else command.absolute(), measurements)
    try:
        yield alerts
    finally:
        await alerts.close()


def make_stores(place: StorePlace, *, create: bool = True) -> StoreThreads:
    """Threads for the stores in a place; they are not started yet."""
    opening = partial(open_store, place, create=create)
    reopening = partial(open_store, place, create=False)
    if isinstance(place, PostgresServer):
        return StoreThreads(opening, reopening, readers=POSTGRES_READERS, writers=POSTGRES_WRITERS)
    return StoreThreads(opening, reopening)


@asynccontextmanager
async def keeping(
    stores: StoreThreads,
    spool: Spooling,
    budget: float = READ_SECONDS,
    clock: Clock = utc_now,
) -> AsyncIterator[Records]:
    """Start the stores and what goes on beside them.

    That is: leases of numbers, emptying the spools, and clearing up what is too old.

    Args:
        stores: Where records are kept.
        spool: Where they wait while the store is away.
        budget: Seconds that a caller waits for something to be read.
        clock: Gives the moment in UTC.

    Raises:
        StoreError: The store cannot be opened, and another try would not help.
    """
    await stores.start()
    try:
        trackings = TrackingPool(stores)
        drainer, forgetting = Drainer(stores, spool, clock), Forgetting(stores, clock)
        beside = [asyncio.create_task(each.run()) for each in (trackings, drainer, forgetting)]
        try:
            yield Records(stores, spool, trackings, budget)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.wait(beside)
            await spool.close()
    finally:
        await stores.close()
