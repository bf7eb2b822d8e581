"""Cases of one call: opened once, and on disk before the caller hears their number."""

from dataclasses import dataclass

import structlog

from agi_server.journal import Journal
from crm.ports import StoreError
from crm.records import Case, CaseState

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Cases:
    """The cases of one call.

    Attributes:
        journal: That of the call.
        customer_id: Whose they are, if that is known.
        number: Who calls (E.164); None when it was withheld.
        joins: Whether a call about what is open already is put to that.
        tracking: The number of the one that is open, if any.
    """

    journal: Journal
    customer_id: int | None
    number: str | None
    joins: bool
    tracking: str | None = None
    _is_own: bool = True

    async def open_for_call(self, subject: str) -> str | None:
        """Open a case, or find the one that this call belongs to already, or joins.

        Returns:
            Its tracking number. None when it cannot be kept: the caller must not be told a number
            that may not be there tomorrow.
        """
        if self.tracking is None:
            case = await self._opened(subject)
            if case is None:
                return None
            self.tracking = case.tracking
            self._is_own = case.call_id == self.journal.call_id
        kind = "case-opened" if self._is_own else "case-joined"
        self.journal.note(kind, tracking=self.tracking)
        return self.tracking

    async def _opened(self, subject: str) -> Case | None:
        trackings = self.journal.records.trackings
        leased = await trackings.take()
        if leased is None:
            log.error("case not opened: no number left", call=self.journal.call_id)
            return None
        wanted = Case(
            tracking=leased,
            state=CaseState.NEW,
            subject=subject,
            opened_at=self.journal.clock(),
            customer_id=self.customer_id,
            call_id=self.journal.call_id,
            number=self.number,
        )
        try:
            case = await self.journal.promise(wanted, join=self.joins)
        except StoreError as error:
            log.error("case not opened", call=self.journal.call_id, error=str(error))
            return None
        if case.tracking != leased:
            trackings.give_back(leased)
        return case

    async def find(self, tracking: str) -> Case | None:
        """Find a case by its tracking number. Raises StoreError if the store is away."""
        return await self.journal.records.read(lambda store: store.find_case(tracking))
