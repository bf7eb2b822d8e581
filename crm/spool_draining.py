"""Writing what a spool holds to the store: each line once, however often it is begun again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from crm.ports import (
    SchemaTooNewError,
    Store,
    StoreDamagedError,
    StoreError,
    StoreUnavailableError,
)
from crm.recorded_files import remove_messages
from crm.spool_reading import Line
from crm.writes import apply, call_of

STORE_LOST: Final = (StoreUnavailableError, StoreDamagedError, SchemaTooNewError)
"""What is wrong with the store as a whole, not with what it was asked."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that the store did not take, and why."""

    line: Line
    reason: str


@dataclass(slots=True)
class Drained:
    """How far each spool of a pass has been written, and what was not taken.

    A spool's position stays before its first line that was not taken, until that has been dealt
    with: a pass that is broken off begins again there, and writing a line twice is writing it once.

    Attributes:
        positions: By spool: where the next pass would begin.
        ends: By spool: behind the last line that has been tried.
        refusals: Lines that were not taken, in their order.
        written: How many lines were.
    """

    positions: dict[str, int]
    ends: dict[str, int] = field(default_factory=dict)
    refusals: tuple[Refusal, ...] = ()
    written: int = 0

    def write(self, store: Store, lines: Sequence[Line], now: datetime) -> "Drained":
        """Write lines in one transaction, the positions with them; how things stand then.

        Args:
            store: Where.
            lines: What.
            now: What was to be sent before this moment has expired before anybody can send it.

        Raises:
            StoreError: The store is away: none of them is written.
        """
        refusals = tuple(_refusals(store, lines))
        _make_good(store, lines, now)
        ends = {**self.ends, **{line.spool: line.end for line in lines}}
        everything = self.refusals + refusals
        positions = {**self.positions, **_positions(ends, everything)}
        _keep_positions(store, self.positions, positions)
        written = self.written + len(lines) - len(refusals)
        return Drained(positions, ends, everything, written)

    def try_again(self, store: Store, now: datetime) -> "Drained":
        """Write once more what was not taken: the call may have begun in a later line.

        The positions stay where they are. Raises StoreError.
        """
        lines = [each.line for each in self.refusals]
        refusals = tuple(_refusals(store, lines))
        _make_good(store, lines, now)
        written = self.written + len(self.refusals) - len(refusals)
        return Drained(self.positions, self.ends, refusals, written)

    def finish(self, store: Store) -> "Drained":
        """Let the positions pass over what was put aside. Raises StoreError."""
        positions = {**self.positions, **self.ends}
        _keep_positions(store, self.positions, positions)
        return Drained(positions, self.ends, (), self.written)


def _refusals(store: Store, lines: Iterable[Line]) -> Iterable[Refusal]:
    for line in lines:
        if line.batch is None:
            yield Refusal(line, line.damage)
            continue
        try:
            with store.transaction():
                apply(store, line.batch.writes)
        except STORE_LOST:
            raise
        except (StoreError, ValueError, TypeError) as error:
            yield Refusal(line, str(error) or repr(error))


def _make_good(store: Store, lines: Iterable[Line], now: datetime) -> None:
    """Do what was not done because the lines came so late.

    Nobody who was erased comes back with what was written before that, and no code is readable that
    has expired on the way.
    """
    store.forget_secrets(now)
    batches = (line.batch for line in lines if line.batch is not None)
    calls = {call_of(write): None for batch in batches for write in batch.writes}
    if messages := store.erase_again([call for call in calls if call is not None]):
        remove_messages(store, messages)


def _positions(ends: dict[str, int], refusals: Sequence[Refusal]) -> dict[str, int]:
    positions = dict(ends)
    for refusal in refusals:
        line = refusal.line
        positions[line.spool] = min(positions[line.spool], line.start)
    return positions


def _keep_positions(store: Store, before: dict[str, int], now: dict[str, int]) -> None:
    for spool, position in now.items():
        if position != before.get(spool):
            store.set_spool_position(spool, position)
