"""Where the requests of calls read and write: the store, or what stands in for it while it is away.

What the store does not take in time goes to the spool, which is on the disk too: a caller may be
told of it. What the store does not tell is looked for in what this process remembers, and then in
the spools of this machine.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, TypeVar

import structlog

from agi_server.call_memory import CallMemory
from agi_server.spooling import Spooling
from agi_server.store_threads import StoreThreads
from agi_server.tracking_pool import TrackingPool
from crm.call_rows import call_after
from crm.ports import Store, StoreError
from crm.recorded_files import remove_messages
from crm.records import Call
from crm.writes import Write, apply

READ_SECONDS: Final = 0.15
"""A caller does not notice a pause this short; a store that needs longer is taken to be away rather
than letting the caller wait. RAHYAB_STORE_BUDGET sets another."""

T = TypeVar("T")

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Records:
    """The store and its stand-ins.

    Attributes:
        stores: The store.
        spool: What it could not take.
        trackings: Numbers for cases.
        budget: Seconds that a caller waits for something to be read.
    """

    stores: StoreThreads
    spool: Spooling
    trackings: TrackingPool
    budget: float = READ_SECONDS
    _memory: CallMemory = field(default_factory=CallMemory)

    async def read(self, operation: Callable[[Store], T]) -> T:
        """Read from the store, within the budget.

        Raises:
            StoreError: It is away, too slow, or does not do it.
        """
        return await self.stores.read(operation, self.budget)

    async def keep(
        self,
        call_id: str,
        writes: Sequence[Write],
        operation: Callable[[Store], T],
        otherwise: T,
        seconds: float,
    ) -> T:
        """Make writes of a call durable.

        Args:
            call_id: The call.
            writes: What the operation writes, for the spool.
            operation: Does it in the store.
            otherwise: What to return when the writes are in the spool.
            seconds: How long to wait for the store.

        Raises:
            StoreError: Neither the store nor the spool has them for certain: the caller must not be
                told of them.
        """
        if self.spool.holds(call_id):
            result, reason = otherwise, "what the call has written before is still there"
        else:
            try:
                result = await self.stores.write(operation, seconds)
            except StoreError as error:
                result, reason = otherwise, str(error)
            else:
                self._memory.learn(writes)
                return result
        if writes:
            await self.spool.keep(call_id, writes, reason)
        self._memory.learn(writes)
        return result

    async def call(self, call_id: str, budget: float | None = None) -> Call | None:
        """A call as it stands, from whoever knows it; None if the store is there and nobody does.

        Args:
            call_id: The call.
            budget: Seconds to wait for the store, where no caller waits; None: as for a caller.

        Raises:
            StoreError: The store is away, and nobody else knows the call.
        """
        # What waits goes from the spools to the store: looked for in this order, it is not missed.
        waiting = await self._waiting_of(call_id)
        seconds = self.budget if budget is None else max(budget, self.budget)
        try:
            call = await self._call_with(call_id, waiting, seconds)
        except StoreError as error:
            call = call_after(self._memory.call(call_id), waiting)
            if call is None:
                raise
            log.warning("a call goes on without the store", call=call_id, reason=str(error))
        if call is not None:
            self._memory.remember(call)
        return call

    async def _call_with(
        self, call_id: str, waiting: Sequence[Write], seconds: float
    ) -> Call | None:
        """A call from the store, with what waits of it.

        Only the store knows which request has said what: a later one may be there already. So it is
        given now what waits, which does no harm when it comes once more. Raises StoreError.
        """
        if waiting:
            with suppress(StoreError):
                return await self.stores.write(
                    lambda store: _call_after(store, call_id, waiting), seconds
                )
        call = await self.stores.read(lambda store: store.call(call_id), seconds)
        return call_after(call, waiting)

    async def _waiting_of(self, call_id: str) -> Sequence[Write]:
        """What is in spools of a call, which other processes may have written."""
        try:
            return await self.spool.writes_of(call_id)
        except StoreError as error:
            log.error("the spools cannot be searched", call=call_id, reason=str(error))
            return ()


def _call_after(store: Store, call_id: str, waiting: Sequence[Write]) -> Call | None:
    apply(store, waiting)
    # It may have been in the store before, and its customer have been erased since.
    if messages := store.erase_again([call_id]):
        remove_messages(store, messages)
    return store.call(call_id)
