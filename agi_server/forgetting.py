"""Clearing up what is too old of codes and attempts, also while nobody calls."""

import asyncio
from typing import Final

import structlog

from agi_server.clock import Clock
from agi_server.store_threads import StoreThreads
from crm.ports import StoreError

FORGET_SECONDS: Final = 60.0
"""Between two rounds: no code is readable much longer than it can be used."""

log = structlog.get_logger(__name__)


class Forgetting:
    """Clears up again and again. Several servers may do so beside each other.

    Args:
        stores: Where.
        clock: Gives the moment in UTC.
    """

    def __init__(self, stores: StoreThreads, clock: Clock) -> None:
        self._stores = stores
        self._clock = clock

    async def run(self) -> None:
        """Clear up, at once and then every `FORGET_SECONDS`, until cancelled."""
        while True:
            try:
                await self.clear_up()
            except StoreError as error:
                log.debug("what is too old is cleared up later", reason=str(error))
            except Exception:
                log.exception("what is too old could not be cleared up")
            await asyncio.sleep(FORGET_SECONDS)

    async def clear_up(self) -> None:
        """Remove what is too old now. Raises StoreError."""
        now = self._clock()
        await self._stores.write(lambda store: store.forget_secrets(now))
