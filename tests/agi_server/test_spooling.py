"""The spool for the event loop, over a disk that hangs; and who was erased stays so."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agi_server.records import _call_after
from agi_server.spooling import Spooling
from crm.memory_store import MemoryStore
from crm.records import Callback, Customer, NewCall, TimelineEvent
from crm.spool import SpoolError

AT = datetime(2026, 3, 21, 8, 30, tzinfo=UTC)
EVENT = TimelineEvent("call-1", 1, 0, AT, "played")


@asynccontextmanager
async def spool_in(folder: Path) -> AsyncIterator[Spooling]:
    """A spool, closed at the end."""
    spool = Spooling(folder, lambda: AT)
    try:
        yield spool
    finally:
        await spool.close()


def lines_in(folder: Path) -> int:
    """How many lines all spools of a folder have."""
    return sum(path.read_bytes().count(b"\n") for path in folder.glob("*.spool"))


def test_what_was_refused_to_a_caller_is_not_written_when_the_disk_is_back(tmp_path: Path) -> None:
    """And a disk that hangs fills no memory."""
    hangs = threading.Event()

    async def story() -> None:
        async with spool_in(tmp_path) as spool:
            spool._disk.submit(hangs.wait)
            first = asyncio.create_task(spool.keep("call-1", [EVENT], "away"))
            for _ in range(3):  # until its line is handed to the disk
                await asyncio.sleep(0)
            assert spool._waiting == []
            with pytest.raises(SpoolError, match="took longer than 1 s"):
                await spool.keep("call-2", [EVENT], "away")
            assert spool._waiting == []
            hangs.set()
            with pytest.raises(SpoolError):
                await first
            await spool.keep("call-3", [EVENT], "away")

    asyncio.run(story())
    assert lines_in(tmp_path) == 2


def test_a_look_into_the_spools_takes_no_longer_than_a_caller_waits(tmp_path: Path) -> None:
    """The store is asked alone then."""
    hangs = threading.Event()

    async def story() -> None:
        async with spool_in(tmp_path) as spool:
            spool._looking.submit(hangs.wait)
            with pytest.raises(SpoolError, match="took too long"):
                await spool.writes_of("call-1")
            hangs.set()

    asyncio.run(story())


def test_what_is_in_the_store_is_held_no_longer(tmp_path: Path) -> None:
    """Line by line, in the order of writing; the last line of a call counts."""

    async def story() -> None:
        async with spool_in(tmp_path) as spool:
            for call in ("call-1", "call-2", "call-1"):
                await spool.keep(call, [EVENT], "away")
            (name,) = spool.names
            ends = [place.end for place in spool._places]
            await spool.note_positions({name: ends[1]})
            assert (spool.holds("call-1"), spool.holds("call-2"), spool.waiting) == (True, False, 1)
            await spool.note_positions({name: ends[2]})
            assert (spool.holds("call-1"), spool.waiting, spool.names) == (False, 0, set())

    asyncio.run(story())


def test_who_was_erased_does_not_come_back_with_a_later_request() -> None:
    """The line is in the store already, but its spool still has it."""
    callback = Callback("call-1", "+37120000001", AT, 1, None, "lv")
    with closing(MemoryStore()) as store:
        store.put_customers([Customer("Zane", numbers=("+37120000001",))])
        store.begin_call(NewCall("call-1", AT, "", "", None, "1", None, "lv", 1, "r", {}))
        store.ask_callback(callback)
        store.erase_customer(1, pseudonym="erased-1", at=AT, by="ali", reason="asked")
        _call_after(store, "call-1", [callback])
        (kept,) = store.callbacks()
    assert kept.number == ""
