"""The journal of one request: what happened, in order, written in one go."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

import structlog

from agi_server.channel import Channel
from agi_server.clock import Clock
from agi_server.records import Records
from crm.ports import Store, StoreError
from crm.records import CallChange, NewCall, Outcome, QueueVisit, TimelineEvent
from crm.writes import ChangedCall, Promise, Write, apply, put

log = structlog.get_logger(__name__)

Result = TypeVar("Result")

PROMISE_BUDGET_SECONDS: Final = 0.5
"""How long a caller waits in silence for the store to put something on disk. A store that needs
longer is in trouble, and the spool is asked instead."""

BEGIN_BUDGET_SECONDS: Final = 0.15
"""How long a caller waits before the first menu for the journal to be begun."""


@dataclass(slots=True)
class Journal:
    """Collects the events and changes of one request; `flush` makes them durable together.

    What is being written is not interrupted when the caller of `channel` hangs up.

    `likely` is an outcome that counts for as long as no request of the call has told of one, this
    or any other, also where that is written later.
    """

    call_id: str
    visit: int
    records: Records
    clock: Clock
    channel: Channel
    new_call: NewCall | None = None
    change: CallChange = field(default_factory=CallChange)
    likely: Outcome | None = None
    _events: list[TimelineEvent] = field(default_factory=list)
    _visits: list[QueueVisit] = field(default_factory=list)
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

    def visit_queue(self, visit: QueueVisit) -> None:
        """Remember how a visit to a queue stands, as `Store.keep_queue_visit` takes it."""
        self._visits.append(visit)

    async def promise(self, write: Promise, *, join: bool = False) -> Promise:
        """Make something durable before the caller is told of it, and the journal with it.

        Args:
            write: What the caller is to be told of.
            join: See `Store.open_case`; a case that goes to the spool joins none.

        Returns:
            The record as it is kept.

        Raises:
            StoreError: It is not known to be on disk: do not tell the caller that it is.
        """
        return await self._keep(
            lambda store: put(store, write, join=join), (write,), write, PROMISE_BUDGET_SECONDS
        )

    async def begin(self) -> None:
        """Have a new call in the store before a dialogue that may take minutes.

        What is known by then is not lost with this process; but nobody waits long for it.
        """
        if self.new_call is None:
            return
        try:
            await self._keep(_nothing, (), None, BEGIN_BUDGET_SECONDS)
        except StoreError as error:
            log.warning("journal late", call=self.call_id, error=str(error))

    async def flush(self) -> None:
        """Write what has been collected.

        What neither the store nor the spool can take does not stop the call: the log tells it.
        """
        try:
            await self._keep(_nothing, (), None, PROMISE_BUDGET_SECONDS)
        except StoreError as error:
            log.error(
                "journal not written",
                call=self.call_id,
                error=str(error),
                events=[event.kind for event in self._events],
            )
            # Whole numbers and keys: only for who asked for this level.
            log.debug("journal", events=[(event.kind, dict(event.data)) for event in self._events])

    async def _keep(
        self,
        operation: Callable[[Store], Result],
        writes: tuple[Write, ...],
        otherwise: Result,
        seconds: float,
    ) -> Result:
        """Keep what has been collected, and what the operation writes behind it."""
        collected = self._collected()

        def write(store: Store) -> Result:
            apply(store, collected)
            return operation(store)

        events, visits = len(self._events), len(self._visits)
        with self.channel.protected():
            result = await self.records.keep(
                self.call_id, (*collected, *writes), write, otherwise, seconds
            )
        del self._events[:events], self._visits[:visits]
        self._written += events
        self.change, self.new_call, self.likely = CallChange(), None, None
        return result

    def _collected(self) -> tuple[Write, ...]:
        writes: list[Write] = [] if self.new_call is None else [self.new_call]
        writes += self._events
        if self.likely is not None:
            writes.append(ChangedCall(self.call_id, CallChange(visit=0, outcome=self.likely)))
        if self.change != CallChange():
            change = replace(self.change, visit=self.visit)
            writes.append(ChangedCall(self.call_id, change))
        return (*writes, *self._visits)


def _nothing(store: Store) -> None:
    """The operation of a flush: the journal alone."""
    del store
