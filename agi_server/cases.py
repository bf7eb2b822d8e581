"""Cases of one call: opened once, and on disk before the caller hears their number."""

import asyncio
from dataclasses import dataclass, replace

import structlog

from agi_server.gather import LOOKUP_BUDGET_SECONDS
from agi_server.journal import Journal
from crm.ports import Store, StoreError
from crm.records import Case, CaseState

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Cases:
    """The cases of one call. `tracking` is the number of the one that is open, if any."""

    journal: Journal
    customer_id: int | None
    tracking: str | None = None

    async def open_for_call(self, subject: str) -> Case | None:
        """Open a case, or find the one that this call opened before.

        Returns None when the store cannot keep it: the caller must not be told a number that may
        not be there tomorrow.
        """
        wanted = Case(
            tracking="",
            state=CaseState.NEW,
            subject=subject,
            opened_at=self.journal.clock(),
            customer_id=self.customer_id,
            call_id=self.journal.call_id,
        )
        try:
            case = await self.journal.keep(lambda store: _open(store, wanted))
        except StoreError as error:
            log.error("case not opened", call=self.journal.call_id, error=str(error))
            return None
        self.tracking = case.tracking
        return case

    async def find(self, tracking: str) -> Case | None:
        """Find a case by its tracking number.

        Raises:
            StoreError: The store failed.
            TimeoutError: It was too slow.
        """
        async with asyncio.timeout(LOOKUP_BUDGET_SECONDS):
            return await self.journal.stores.read(lambda store: store.find_case(tracking))


def _open(store: Store, wanted: Case) -> Case:
    (tracking,) = store.lease_tracking(1)
    return store.open_case(replace(wanted, tracking=tracking), join=False)
