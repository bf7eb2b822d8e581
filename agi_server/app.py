"""The wiring: settings in, a running server out."""

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from agi_server.call import Calls
from agi_server.compat import load_scripts
from agi_server.policy import RulesInForce, read_rules
from agi_server.server import AgiServer
from agi_server.settings import Address, Settings, SettingsError
from agi_server.store_threads import StoreThreads
from crm.declared import DeclarationError
from crm.http_lookup.asking import HttpLookup
from crm.http_lookup.declaration import read_lookup
from crm.stores import open_store

DRAIN_SECONDS: Final = 10.0
"""How long calls that are in an AGI request may go on after SIGTERM. Waiting callers hold no
request; who is in a menu this long takes the dialplan's fallback."""


@dataclass(frozen=True, slots=True)
class Application:
    """A server that listens, with the rules it serves."""

    server: AgiServer
    rules: RulesInForce
    address: Address


@asynccontextmanager
async def running(
    settings: Settings, listener: socket.socket, rules: RulesInForce | None = None
) -> AsyncIterator[Application]:
    """Start everything, and stop it in order: the listener, the calls, the store.

    Args:
        settings: Where things are, and who may connect.
        listener: Where calls come in; it is closed with the server.
        rules: What to serve by; None loads the file of the settings.

    Raises:
        PolicyError: The rules file cannot be used.
        StoreError: The database cannot be opened.
        SettingsError: A script cannot be loaded, or the look-up over HTTP cannot be used.
    """
    if rules is None:
        rules = RulesInForce(read_rules(settings.rules))
    stores = StoreThreads(lambda: open_store(settings.store))
    await stores.start()
    try:
        async with opened_lookup(settings) as lookup:
            calls = Calls(rules, stores, utc_now, settings.messages, lookup)
            handlers = {**calls.handlers(), **load_scripts(settings.scripts)}
            server = AgiServer(handlers, peers=settings.peers, secret=settings.secret)
            address = await server.start(listener)
            try:
                yield Application(server, rules, address)
            finally:
                await server.drain(DRAIN_SECONDS)
    finally:
        await stores.close()


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


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)
