"""Writing what a spool holds to the store: each line once, however often it is begun again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from crm.ports import (
    SchemaTooNewError,
    Store,
    StoreDamagedError,
    StoreError,
    StoreUnavailableError,
)
from crm.spool_reading import Line
from crm.writes import apply

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

    def write(self, store: Store, lines: Sequence[Line]) -> "Drained":
        """Write lines in one transaction, the positions with them; how things stand then.

        Raises:
            StoreError: The store is away: none of them is written.
        """
        refusals = tuple(_refusals(store, lines))
        ends = {**self.ends, **{line.spool: line.end for line in lines}}
        everything = self.refusals + refusals
        positions = {**self.positions, **_positions(ends, everything)}
        _keep_positions(store, self.positions, positions)
        written = self.written + len(lines) - len(refusals)
        return Drained(positions, ends, everything, written)

    def try_again(self, store: Store) -> "Drained":
        """Write once more what was not taken: the call may have begun in a later line.

        The positions stay where they are. Raises StoreError.
        """
        refusals = tuple(_refusals(store, [each.line for each in self.refusals]))
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
