"""Codes and attempts that are too old go, though nobody calls."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agi_server import forgetting
from agi_server.app import keeping
from agi_server.spooling import Spooling
from agi_server.store_threads import StoreThreads
from crm.asking_records import AttemptKind, MessageKind, MessageStatus, OutboxMessage
from crm.memory_store import MemoryDatabase, MemoryStore
from crm.ports import StoreUnavailableError
from crm.records import NewCall

AT = datetime(2026, 3, 21, 8, 30, tzinfo=UTC)
CALL = NewCall("call", AT, "", "", None, "1", None, "fa", None, "r", {})
CODE = OutboxMessage(
    "m", "call", MessageKind.CODE, "+98", "471108", "fa", AT, AT + timedelta(minutes=5)
)


@pytest.fixture
def store() -> MemoryStore:
    """With a code that waits to be sent, and an attempt."""
    store = MemoryStore(MemoryDatabase())
    store.begin_call(CALL)
    store.queue_message(CODE)
    store.count_attempt(AttemptKind.PIN, "1", AT)
    return store


async def until(seen: Callable[[], bool]) -> None:
    """Return when something is so; fails after a minute."""
    async with asyncio.timeout(60):
        while not seen():  # noqa: ASYNC110  there is no event to wait for
            await asyncio.sleep(0.01)


def is_wiped(store: MemoryStore) -> bool:
    """Whether nobody can read the code any more."""
    return [each.text for each in store.messages(status=MessageStatus.EXPIRED)] == [""]


def test_a_code_is_not_readable_for_long(
    store: MemoryStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it can be used it stays; then the server that runs wipes it by itself."""
    monkeypatch.setattr(forgetting, "FORGET_SECONDS", 0.01)
    now, asked = AT, 0

    def clock() -> datetime:
        nonlocal asked
        asked += 1
        return now

    async def story() -> None:
        nonlocal now
        stores = StoreThreads(lambda: MemoryStore(store._database))
        async with keeping(stores, Spooling(tmp_path / "spool", clock), clock=clock):
            await until(lambda: asked > 3)
            assert store.messages() == [CODE]
            now = AT + timedelta(minutes=5)
            await until(lambda: is_wiped(store))

    asyncio.run(story())


def test_what_goes_wrong_once_is_tried_again(
    store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that is away is no reason to forget nothing from then on; nor is anything else."""
    monkeypatch.setattr(forgetting, "FORGET_SECONDS", 0.0)
    trouble: list[Exception] = [StoreUnavailableError("away"), LookupError("odd")]

    class Troubled(MemoryStore):
        def forget_secrets(self, at: datetime) -> int:
            if trouble:
                raise trouble.pop()
            return super().forget_secrets(at)

    async def story() -> None:
        stores = StoreThreads(lambda: Troubled(store._database))
        await stores.start()
        later = AT + timedelta(minutes=5)
        running = asyncio.create_task(forgetting.Forgetting(stores, lambda: later).run())
        await until(lambda: is_wiped(store))
        running.cancel()
        await asyncio.wait([running])
        await stores.close()

    asyncio.run(story())
    assert not trouble
