"""Emptying the spools: what the store could not take is written to it when it can, in order."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from operator import methodcaller
from pathlib import Path
from typing import Final

import structlog

from agi_server.clock import Clock, utc_now
from agi_server.spooling import Spooling
from agi_server.store_threads import StoreThreads
from crm.ports import StoreError
from crm.spool_draining import Drained, Refusal
from crm.spool_reading import (
    Line,
    count_waiting,
    drain_lock,
    has_owner,
    refuse,
    remove_finished,
    spool_names,
    waiting_lines,
)

PASS_SECONDS: Final = 1.0
"""Between two looks into the folder."""

LINES_TOGETHER: Final = 100
"""Batches of one transaction: some 20 ms of the writer, so that no caller waits long for it."""

MOST_REFUSALS: Final = 1_000
"""Lines that are kept in memory to be tried once more."""

log = structlog.get_logger(__name__)


class Drainer:
    """Empties the spools of a folder; of all processes of a machine one does so at a time.

    Args:
        stores: Where to.
        spool: That of this process.
        clock: Gives the moment in UTC: messages that come too late are never to be sent.
    """

    def __init__(self, stores: StoreThreads, spool: Spooling, clock: Clock = utc_now) -> None:
        self._stores = stores
        self._clock = clock
        self._spool = spool
        self._folder: Path = spool.folder
        self._counts: Mapping[tuple[str, int], int] = {}
        """Lines behind a position of a spool that can grow no more."""
        self._trouble = ""

    async def run(self) -> None:
        """Empty them again and again, until cancelled."""
        while True:
            try:
                await self.empty()
            except StoreError as error:
                log.debug("the spool waits for the store", reason=str(error))
            except OSError as error:
                self._tell(error)
            except Exception:
                log.exception("the spool could not be emptied")
            await asyncio.sleep(PASS_SECONDS)

    async def empty(self) -> None:
        """Write what waits, if nobody else on this machine does so now.

        Raises:
            StoreError: The store is away.
            OSError: The folder cannot be used.
        """
        names = await asyncio.to_thread(spool_names, self._folder)
        if not names:
            self._spool.left_behind = 0
            await self._spool.note_removed(names)
            return
        with drain_lock(self._folder) as is_ours:
            if is_ours:
                await self._drain(names)
            else:
                self._spool.left_behind = 0
        await self._look_after_own(names)

    async def _drain(self, names: Sequence[str]) -> None:
        try:
            drained = Drained(await self._positions(names))
        except StoreError:
            await self._count_left_behind(names, Drained({}))
            raise
        await self._count_left_behind(names, drained)
        lines = waiting_lines(self._folder, drained.positions)
        while chunk := await asyncio.to_thread(_chunk, lines):
            drained = await self._write(drained, chunk)
            if len(drained.refusals) > MOST_REFUSALS:
                drained = await self._settle(drained)
        drained = await self._settle(drained)
        await self._remove_finished(names, drained)
        await self._count_left_behind(names, drained)

    async def _positions(self, names: Sequence[str]) -> dict[str, int]:
        return await self._stores.read(
            lambda store: {name: store.spool_position(name) for name in names}
        )

    async def _write(self, drained: Drained, chunk: Sequence[Line]) -> Drained:
        """Write some lines, and leave the writer to live calls for as long as that took."""
        began, now = time.monotonic(), self._clock()
        written = await self._stores.write(lambda store: drained.write(store, chunk, now))
        await self._spool.note_positions(written.positions)
        await asyncio.sleep(time.monotonic() - began)
        return written

    async def _settle(self, drained: Drained) -> Drained:
        """Try once more what was refused, and put aside what is refused again."""
        if not drained.refusals:
            return drained
        now = self._clock()
        again = await self._stores.write(lambda store: drained.try_again(store, now))
        for refusal in again.refusals:
            await self._put_aside(refusal)
        return await self._stores.write(again.finish)

    async def _put_aside(self, refusal: Refusal) -> None:
        line, reason = refusal.line, refusal.reason
        path = await asyncio.to_thread(refuse, self._folder, line, reason)
        self._spool.refused += 1
        log.error("the store refuses what was in the spool", reason=reason, file=str(path))

    async def _remove_finished(self, names: Sequence[str], drained: Drained) -> None:
        for name in names:
            position = drained.positions[name]
            if await asyncio.to_thread(remove_finished, self._folder, name, position):
                await self._stores.write(methodcaller("forget_spool", name))

    async def _look_after_own(self, names: Sequence[str]) -> None:
        """Find out what is in the store by now of what this process has put off."""
        if self._spool.names:
            there = [name for name in self._spool.names if name in names]
            await self._spool.note_positions(await self._positions(there))
        await self._spool.note_removed(names)

    async def _count_left_behind(self, names: Sequence[str], drained: Drained) -> None:
        """Count what waits in spools of processes that are gone, which can grow no more."""
        positions = [(name, drained.positions.get(name, 0)) for name in names]
        self._counts = await asyncio.to_thread(self._count, positions)
        self._spool.left_behind = sum(self._counts.values())

    def _count(self, positions: Sequence[tuple[str, int]]) -> Mapping[tuple[str, int], int]:
        return {
            (name, position): self._counts.get((name, position))
            or count_waiting(self._folder, name, position)
            for name, position in positions
            if not has_owner(self._folder, name)
        }

    def _tell(self, error: OSError) -> None:
        """Say once what is wrong with the folder."""
        if str(error) != self._trouble:
            self._trouble = str(error)
            log.error("the spool cannot be looked after", reason=self._trouble)


def _chunk(lines: Iterator[Line]) -> Sequence[Line]:
    return list(islice(lines, LINES_TOGETHER))
