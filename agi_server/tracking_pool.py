"""Tracking numbers that this process may promise without asking anybody."""

import asyncio
from collections import deque
from contextlib import suppress
from typing import Final

import structlog

from agi_server.store_threads import StoreThreads
from crm.ports import StoreError

BLOCK: Final = 256
"""Numbers of a lease. What a process still holds when it ends is never used: 90 million numbers are
enough for that."""

LEASE_SECONDS: Final = 0.5
"""How long a caller waits for a number when there is none: at the start, and in a rush."""

RETRY_SECONDS: Final = 1.0
"""Between two attempts to lease numbers from a store that is away."""

log = structlog.get_logger(__name__)


class TrackingPool:
    """Leased numbers. `run` keeps at least half a block of them, as long as the store answers.

    Args:
        stores: Where they are leased.
    """

    def __init__(self, stores: StoreThreads) -> None:
        self._stores = stores
        self._numbers: deque[str] = deque()
        self._low = asyncio.Event()
        self._low.set()

    @property
    def held(self) -> int:
        """How many numbers there are to promise."""
        return len(self._numbers)

    async def take(self) -> str | None:
        """A number that nobody else has; None if none is left and the store gives none in time."""
        if len(self._numbers) <= BLOCK // 2:
            self._low.set()
        if not self._numbers:
            with suppress(StoreError):
                self._numbers.extend(
                    await self._stores.write(lambda store: store.lease_tracking(1), LEASE_SECONDS)
                )
        return self._numbers.popleft() if self._numbers else None

    def give_back(self, tracking: str) -> None:
        """Take back a number that nobody has heard of and nothing was opened with."""
        self._numbers.append(tracking)

    async def run(self) -> None:
        """Lease blocks when they are needed, until cancelled."""
        while True:
            await self._low.wait()
            self._low.clear()
            try:
                leased = await self._stores.write(lambda store: store.lease_tracking(BLOCK))
            except StoreError as error:
                log.debug("no tracking numbers can be leased", reason=str(error))
                self._low.set()
                await asyncio.sleep(RETRY_SECONDS)
            else:
                self._numbers.extend(leased)
