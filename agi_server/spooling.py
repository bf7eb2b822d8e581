"""The spool, for the event loop: what the store could not take is on disk before a call goes on."""

import asyncio
import sys
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from agi_server.clock import Clock
from crm.spool import Batch, SpoolError, SpoolWriter, batch_line
from crm.spool_reading import writes_of_call
from crm.writes import Write

KEEP_SECONDS: Final = 1.0
"""How long a caller waits for the spool's disk. One that needs longer is in trouble, and the caller
is not told of what is being kept."""

log = structlog.get_logger(__name__)


@dataclass(slots=True, eq=False)
class _Waiting:
    """A line that is to be on the disk."""

    call_id: str
    line: bytes
    reason: str
    kept: asyncio.Future[None]

    def tell(self, error: Exception | None) -> None:
        """Tell whoever waits, if somebody still does."""
        if self.kept.done():
            return
        if error is None:
            self.kept.set_result(None)
        else:
            self.kept.set_exception(error)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a kept line ends."""

    spool: str
    end: int


class Spooling:
    """The spool of this process. Lines that are waiting at one moment share one sync of the disk.

    Args:
        folder: Where all processes of this machine have their spools.
        clock: Gives the moment in UTC.

    Attributes:
        folder: The same.
        in_use: Whether any spool in the folder may hold something that is not in the store.
        spooled: How many batches have been put off.
        refused: How many the store would not take, as this process has found.
        left_behind: How many wait in spools of processes that are gone, as this process has found.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder = folder
        self.in_use = False
        self.spooled = 0
        self.refused = 0
        self.left_behind = 0
        self._clock = clock
        self._writer = SpoolWriter(folder)
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._waiting: list[_Waiting] = []
        self._writing: asyncio.Task[None] | None = None
        self._calls: dict[str, _Place] = {}
        """The last line of each call that may not be in the store yet."""
        self._places: deque[_Place] = deque()
        """All lines that may not be in the store yet."""
        self._since_empty = 0

    @property
    def waiting(self) -> int:
        """How many batches may not be in the store yet, as far as this process knows."""
        return len(self._places) + self.left_behind

    @property
    def names(self) -> AbstractSet[str]:
        """The spools of this process that hold something."""
        return {place.spool for place in self._places}

    def holds(self, call_id: str) -> bool:
        """Whether something of this call may not be in the store yet.

        What comes later of the call has to go the same way, or it would come first.
        """
        return call_id in self._calls

    async def keep(self, call_id: str, writes: Sequence[Write], reason: str) -> None:
        """Have writes of a call on the disk.

        Args:
            call_id: The call.
            writes: In their order.
            reason: Why the store did not take them.

        Raises:
            SpoolError: They cannot be kept. After too long a wait they may be kept nonetheless.
        """
        line = batch_line(Batch(self._clock(), tuple(writes)))
        kept = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(call_id, line, reason, kept))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        try:
            async with asyncio.timeout(KEEP_SECONDS):
                await kept
        except TimeoutError:
            raise SpoolError(
                f"The spool {self.folder} took longer than {KEEP_SECONDS:g} s: look after its disk"
            ) from None

    async def writes_of(self, call_id: str) -> Sequence[Write]:
        """What waits of a call in all spools of the folder. Raises SpoolError."""
        try:
            return await asyncio.to_thread(writes_of_call, self.folder, call_id)
        except OSError as error:
            raise SpoolError(f"The spool {self.folder} cannot be read: {error}") from error

    async def note_positions(self, positions: Mapping[str, int]) -> None:
        """Take up how far spools of this process have been written to the store.

        The one that is written now is given up once all of it is there, so that it can be removed.
        """
        held = [each for each in self._places if each.end > positions.get(each.spool, 0)]
        self._places = deque(held)
        self._calls = {
            call_id: place
            for call_id, place in self._calls.items()
            if place.end > positions.get(place.spool, 0)
        }
        position = positions.get(self._writer.name)
        if position:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._disk, self._retire, position)
        if not self._places and self._since_empty:
            log.info("the spool is empty again", written=self._since_empty)
            self._since_empty = 0

    async def note_removed(self, names: Collection[str]) -> None:
        """Take up which spools are still there: one that is not is in the store, whole."""
        gone = self.names - set(names) - {self._writer.name}
        await self.note_positions(dict.fromkeys(gone, sys.maxsize))

    async def close(self) -> None:
        """Write what is waiting, and give the file up: what it holds is for who starts next."""
        if self._writing is not None:
            await asyncio.wait((self._writing,), timeout=KEEP_SECONDS)
        self._disk.submit(self._writer.retire)
        self._disk.shutdown(wait=False)

    async def _write(self) -> None:
        """Write all that is waiting, together, until nothing is."""
        loop = asyncio.get_running_loop()
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            lines = [each.line for each in waiting]
            try:
                places = await loop.run_in_executor(self._disk, self._append, lines)
            except Exception as error:  # noqa: BLE001  it belongs to those who wait
                for each in waiting:
                    each.tell(error)
            else:
                for each, place in zip(waiting, places, strict=True):
                    self._note_kept(each, place)

    def _note_kept(self, waiting: _Waiting, place: _Place) -> None:
        if not self._since_empty:
            log.warning("the store does not take all: writing to the spool", reason=waiting.reason)
        self._calls[waiting.call_id] = place
        self._places.append(place)
        self.in_use = True
        self.spooled += 1
        self._since_empty += 1
        waiting.tell(None)

    def _append(self, lines: Sequence[bytes]) -> Sequence[_Place]:
        self._writer.append(lines)
        end = self._writer.size - sum(map(len, lines))
        return [_Place(self._writer.name, end := end + len(line)) for line in lines]

    def _retire(self, position: int) -> None:
        if self._writer.size == position:
            self._writer.retire()
