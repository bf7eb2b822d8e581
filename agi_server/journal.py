"""The journal of one request: what happened, in order, written to the store in one go."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, TypeVar

import structlog

from agi_server.channel import Channel
from agi_server.store_threads import StoreThreads
from crm.ports import Store, StoreError, StoreUnavailableError
from crm.records import CallChange, NewCall, TimelineEvent

log = structlog.get_logger(__name__)

Result = TypeVar("Result")

PROMISE_BUDGET_SECONDS: Final = 2.0
"""How long a caller waits in silence for something to be put on disk. A disk that needs longer is
in trouble, and the call goes on without the promise."""

BEGIN_BUDGET_SECONDS: Final = 0.15
"""How long a caller waits before the first menu for the journal to be begun."""

Clock = Callable[[], datetime]
"""Gives the moment in UTC."""


@dataclass(slots=True)
class Journal:
    """Collects the events and changes of one request; `flush` makes them durable together.

    What is being written is not interrupted when the caller of `channel` hangs up.
    """

    call_id: str
    visit: int
    stores: StoreThreads
    clock: Clock
    channel: Channel
    new_call: NewCall | None = None
    change: CallChange = field(default_factory=CallChange)
    _events: list[TimelineEvent] = field(default_factory=list)
    _written: int = 0

    def note(self, kind: str, /, **data: Any) -> None:  # noqa: ANN401  whatever JSON can hold
        """Add one line to the timeline."""
        sequence = len(self._events) + self._written
        self._events.append(
            TimelineEvent(self.call_id, self.visit, sequence, self.clock(), kind, data)
        )

    def learn(self, **changes: Any) -> None:  # noqa: ANN401  the fields of CallChange
        """Remember fields of `CallChange` for the call's row."""
        self.change = replace(self.change, **changes)

    async def keep(
        self, operation: Callable[[Store], Result], budget: float = PROMISE_BUDGET_SECONDS
    ) -> Result:
        """Make something durable before the caller is told of it, and the journal with it.

        A write that took longer than `budget` seconds may still be done later: that does no harm,
        as writing the same twice is writing it once.

        Raises:
            StoreError: It is not known to be on disk: do not tell the caller that it is.
        """
        events, change, new_call = tuple(self._events), self.change, self.new_call

        def write(store: Store) -> Result:
            if new_call is not None:
                store.begin_call(new_call)
            if events:
                store.add_to_timeline(events)
            if change != CallChange():
                store.change_call(self.call_id, change)
            return operation(store)

        try:
            with self.channel.protected():
                async with asyncio.timeout(budget):
                    result = await self.stores.write(write)
        except TimeoutError:
            raise StoreUnavailableError(
                f"the store took longer than {budget:g} s to write"
            ) from None
        del self._events[: len(events)]
        self._written += len(events)
        self.change, self.new_call = CallChange(), None
        return result

    async def begin(self) -> None:
        """Have a new call in the store before a dialogue that may take minutes.

        What is known by then is not lost with this process; but nobody waits long for it.
        """
        if self.new_call is None:
            return
        try:
            await self.keep(_nothing, BEGIN_BUDGET_SECONDS)
        except StoreError as error:
            log.warning("journal late", call=self.call_id, error=str(error))

    async def flush(self) -> None:
        """Write what has been collected.

        A store that fails does not stop the call: what could not be written is told in the log.
        """
        try:
            await self.keep(_nothing)
        except StoreError as error:
            log.error(
                "journal not written",
                call=self.call_id,
                error=str(error),
                events=[event.kind for event in self._events],
            )
            # Whole numbers and keys: only for who asked for this level.
            log.debug("journal", events=[(event.kind, dict(event.data)) for event in self._events])


def _nothing(store: Store) -> None:
    """The operation of a flush: the journal alone."""
    del store
