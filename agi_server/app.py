"""The wiring: settings in, a running server out."""

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
from agi_server.settings import Address, Settings
from agi_server.store_threads import StoreThreads
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
        SettingsError: A script cannot be loaded.
    """
    if rules is None:
        rules = RulesInForce(read_rules(settings.rules))
    stores = StoreThreads(lambda: open_store(settings.store))
    await stores.start()
    try:
        calls = Calls(rules, stores, utc_now, settings.messages)
        handlers = {**calls.handlers(), **load_scripts(settings.scripts)}
        server = AgiServer(handlers, peers=settings.peers, secret=settings.secret)
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
