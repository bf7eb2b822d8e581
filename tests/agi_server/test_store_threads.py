"""The stores of the event loop: nothing lost, nothing mixed up, nobody left waiting."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agi_server import store_threads
from agi_server.store_jobs import MOST_WRITES_TOGETHER
from agi_server.store_threads import MOST_WAITING, StoreThreads
from crm.memory_store import MemoryDatabase, MemoryStore
from crm.ports import Store, StoreDamagedError, StoreUnavailableError, UnknownRecordError
from crm.records import Call, CallChange, NewCall
from crm.sqlite_store import SqliteStore

CALL = NewCall(
    "call", datetime(2026, 1, 1, tzinfo=UTC), "", "", None, "1", None, "fa", None, "r", {}
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The database of the test."""
    return tmp_path / "store.db"


@asynccontextmanager
async def running(open_store: Callable[[], Store]) -> AsyncIterator[StoreThreads]:
    """Started, and closed at the end."""
    threads = StoreThreads(open_store)
    await threads.start()
    try:
        yield threads
    finally:
        await threads.close()


def begin(number: int) -> Callable[[Store], int]:
    """An operation that begins a call and returns its number."""

    def operation(store: Store) -> int:
        store.begin_call(replace(CALL, id=f"call-{number}"))
        return number

    return operation


def ids(path: Path) -> set[str]:
    """The calls that are in the file, by a connection of our own."""
    with closing(SqliteStore(path)) as store:
        return {call.id for call in store.calls(limit=10_000)}


class HeldStore(SqliteStore):
    """A store that waits at the beginning of its outermost transactions until it is let go.

    So a test decides what is waiting when the writer takes its next group.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.let_go = threading.Event()
        self.let_go.set()
        self.commits = 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """As in the store, counted."""
        outermost = self._depth == 0
        if outermost:
            self.let_go.wait(timeout=30)
        with super().transaction():
            yield
        self.commits += outermost


def test_what_was_awaited_is_in_the_file(path: Path) -> None:
    """Seen by another connection, the moment the await returns."""

    async def story() -> None:
        async with running(lambda: SqliteStore(path)) as threads:
            assert await threads.write(begin(1)) == 1
            assert ids(path) == {"call-1"}
            call = await threads.read(lambda store: store.call("call-1"))
            assert isinstance(call, Call)

    asyncio.run(story())


def test_many_at_once_each_get_their_own_answer(path: Path) -> None:
    """More than fit into one group, written and read."""

    async def story() -> None:
        async with running(lambda: SqliteStore(path)) as threads:
            count = MOST_WRITES_TOGETHER + 50
            written = await asyncio.gather(*(threads.write(begin(n)) for n in range(count)))
            assert written == list(range(count))
            calls = await asyncio.gather(
                *(threads.read(lambda store, n=n: store.call(f"call-{n}")) for n in range(count))
            )
            assert [call.id for call in calls if call] == [f"call-{n}" for n in range(count)]

    asyncio.run(story())
    assert len(ids(path)) == MOST_WRITES_TOGETHER + 50


@asynccontextmanager
async def held(path: Path) -> AsyncIterator[tuple[StoreThreads, HeldStore]]:
    """Threads whose writer has been stopped with one write in its hands."""
    opened: list[HeldStore] = []

    def open_store() -> Store:
        opened.append(HeldStore(path))
        return opened[-1]

    async with running(open_store) as threads:
        writer = opened[0]
        writer.let_go.clear()
        try:
            yield threads, writer
        finally:
            writer.let_go.set()


def test_what_waits_is_committed_together(path: Path) -> None:
    """Two commits for fifty-one writes: the one in hand, and the group of all that waited."""

    async def story() -> None:
        async with held(path) as (threads, writer):
            first = asyncio.create_task(threads.write(begin(0)))
            await asyncio.sleep(0)
            rest = [asyncio.create_task(threads.write(begin(n))) for n in range(1, 51)]
            await asyncio.sleep(0)
            writer.let_go.set()
            await asyncio.gather(first, *rest)
            assert writer.commits <= 2

    asyncio.run(story())
    assert len(ids(path)) == 51


def test_a_failing_write_harms_no_other_of_its_group(path: Path) -> None:
    """Its error reaches who awaits it; what it had written is undone; the others are kept."""

    def begin_and_fail(store: Store) -> None:
        store.begin_call(replace(CALL, id="half"))
        store.change_call("nowhere", CallChange(queue="support"))

    async def story() -> None:
        async with held(path) as (threads, writer):
            writes = [asyncio.create_task(threads.write(begin(n))) for n in range(5)]
            failing = asyncio.create_task(threads.write(begin_and_fail))
            writes += [asyncio.create_task(threads.write(begin(n))) for n in range(5, 10)]
            await asyncio.sleep(0)
            writer.let_go.set()
            assert await asyncio.gather(*writes) == list(range(10))
            with pytest.raises(UnknownRecordError, match="nowhere"):
                await failing

    asyncio.run(story())
    assert ids(path) == {f"call-{n}" for n in range(10)}


def test_a_commit_that_fails_is_told_to_all_of_the_group(path: Path) -> None:
    """Nobody is told that something is on disk which is not; the next write works again."""

    def undo_all(store: Store) -> None:
        assert isinstance(store, SqliteStore)
        store._conn.execute("ROLLBACK")  # what SQLite does itself on some errors

    async def story() -> None:
        async with held(path) as (threads, writer):
            before = asyncio.create_task(threads.write(begin(1)))
            undoing = asyncio.create_task(threads.write(undo_all))
            after = asyncio.create_task(threads.write(begin(2)))
            await asyncio.sleep(0)
            writer.let_go.set()
            for each in (undoing, after):
                with pytest.raises(StoreUnavailableError):
                    await each
            outcome = (await asyncio.gather(before, return_exceptions=True))[0]
            kept = {"call-1"} if outcome == 1 else set()  # it may have had a commit of its own
            assert ids(path) == kept
            assert await threads.write(begin(3)) == 3
            assert ids(path) == kept | {"call-3"}

    asyncio.run(story())


def test_any_error_of_an_operation_reaches_who_awaits_it(path: Path) -> None:
    """Even the one that a future does not take."""

    def stop(_: Store) -> None:
        raise StopIteration

    def fail(_: Store) -> None:
        raise LookupError("lost")

    async def story() -> None:
        async with running(lambda: SqliteStore(path)) as threads:
            for ask in (threads.read, threads.write):
                with pytest.raises(LookupError, match="lost"):
                    await ask(fail)
                with pytest.raises(RuntimeError, match="StopIteration"):
                    await ask(stop)
            assert await threads.write(begin(1)) == 1

    asyncio.run(story())


def test_giving_up_does_not_stop_the_thread_nor_the_write(path: Path) -> None:
    """A call that waited too long goes on; what it wanted written is written all the same."""

    async def story() -> None:
        async with held(path) as (threads, writer):
            impatient = asyncio.create_task(threads.write(begin(1)))
            await asyncio.sleep(0)
            impatient.cancel()
            with pytest.raises(asyncio.CancelledError):
                await impatient
            writer.let_go.set()
            assert await threads.write(begin(2)) == 2

    asyncio.run(story())
    assert ids(path) == {"call-1", "call-2"}


def test_a_full_queue_refuses_at_once(path: Path) -> None:
    """Who could not be served in time hears so now; there is room again afterwards."""

    async def story() -> None:
        async with held(path) as (threads, writer):
            waiting = [asyncio.create_task(threads.write(begin(n))) for n in range(MOST_WAITING)]
            await asyncio.sleep(0)
            with pytest.raises(StoreUnavailableError, match="waiting"):
                await threads.write(begin(-1))
            writer.let_go.set()
            assert await asyncio.gather(*waiting) == list(range(MOST_WAITING))
            assert await threads.write(begin(-2)) == -2

    asyncio.run(story())
    assert len(ids(path)) == MOST_WAITING + 1


def test_closing_does_what_was_waiting(path: Path) -> None:
    """Then refuses, and may be repeated."""

    async def story() -> None:
        async with held(path) as (threads, writer):
            waiting = [asyncio.create_task(threads.write(begin(n))) for n in range(20)]
            await asyncio.sleep(0)
            closing_threads = asyncio.create_task(threads.close())
            writer.let_go.set()
            await closing_threads
            assert await asyncio.gather(*waiting) == list(range(20))
            for ask in (threads.read, threads.write):
                with pytest.raises(StoreUnavailableError, match="closed"):
                    await ask(begin(99))
            await threads.close()

    asyncio.run(story())
    assert len(ids(path)) == 20
    assert no_threads()


def no_threads() -> bool:
    """Whether all threads of stores have ended."""
    return not [each for each in threading.enumerate() if each.name.startswith("store-")]


def test_a_store_that_cannot_be_used_is_told_at_the_start(tmp_path: Path) -> None:
    """And no thread stays behind, whichever of the two it was."""
    (tmp_path / "broken.db").write_text("this is no database")

    async def fail_at(nth: int) -> None:
        opened: list[Store] = []

        def open_store() -> Store:
            name = "broken.db" if len(opened) == nth else "store.db"
            opened.append(SqliteStore(tmp_path / name))
            return opened[-1]

        threads = StoreThreads(open_store)
        with pytest.raises(StoreDamagedError, match="broken"):
            await threads.start()
        with pytest.raises(StoreUnavailableError, match="closed"):
            await threads.write(begin(1))

    asyncio.run(fail_at(0))
    asyncio.run(fail_at(1))
    assert no_threads()


def test_a_store_that_is_away_at_the_start_is_opened_when_it_is_back(tmp_path: Path) -> None:
    """Until then who asks hears so at once, with what to do."""
    folder = tmp_path / "not-mounted"

    async def story() -> None:
        async with running(lambda: SqliteStore(folder / "store.db")) as threads:
            for ask in (threads.read, threads.write):
                with pytest.raises(StoreUnavailableError, match="mkdir -p"):
                    await ask(begin(1))
            folder.mkdir()
            assert await once_back(threads) == 1

    asyncio.run(story())
    assert ids(folder / "store.db") == {"call-1"}


async def once_back(threads: StoreThreads) -> int:
    """Begin a call as soon as the store takes it; fails after a minute."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await threads.write(begin(1))
            except StoreUnavailableError:
                await asyncio.sleep(0.01)


@contextmanager
def set_aside(path: Path) -> Iterator[None]:
    """The database is not where it was, and nobody makes another one."""
    aside = path.with_name("aside.db")
    path.rename(aside)
    yield
    assert not path.exists()
    aside.rename(path)


def test_a_database_that_is_gone_is_not_made_anew(path: Path) -> None:
    """The one that was there is used again when it is put back."""

    async def story() -> None:
        threads = StoreThreads(lambda: SqliteStore(path), lambda: SqliteStore(path, create=False))
        await threads.start()
        with set_aside(path):
            for _ in range(2):
                with pytest.raises(StoreUnavailableError):
                    await threads.write(begin(2))
        assert await once_back(threads) == 1
        await threads.close()

    asyncio.run(story())
    assert ids(path) == {"call-1"}


def test_what_was_given_up_is_undone(path: Path) -> None:
    """So that it can be done elsewhere, and is not done twice."""

    async def story() -> None:
        async with held(path) as (threads, writer):
            for number in (1, 2):
                with pytest.raises(StoreUnavailableError, match="longer than"):
                    await threads.write(begin(number), budget=0.01)
            writer.let_go.set()
            assert await threads.write(begin(3)) == 3

    asyncio.run(story())
    assert ids(path) == {"call-3"}


def test_nobody_waits_behind_a_thread_that_is_stuck(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asks after a while hears at once that the store does not answer."""
    monkeypatch.setattr(store_threads, "STUCK_SECONDS", 0.01)

    async def story() -> None:
        async with held(path) as (threads, writer):
            first = asyncio.create_task(threads.write(begin(1)))
            told = ""
            async with asyncio.timeout(60):
                while "not answered" not in told:
                    with pytest.raises(StoreUnavailableError) as error:
                        await threads.write(begin(2), budget=0.01)
                    told = str(error.value)
            assert await threads.read(ids_of) == set()
            writer.let_go.set()
            assert await first == 1

    asyncio.run(story())


def ids_of(store: Store) -> set[str]:
    """The calls that a store has."""
    return {call.id for call in store.calls()}


def test_several_threads_write_beside_each_other(path: Path) -> None:
    """While one is held, another one does what comes."""
    opened: list[HeldStore] = []

    def open_store() -> Store:
        opened.append(HeldStore(path))
        return opened[-1]

    async def story() -> None:
        threads = StoreThreads(open_store, writers=2)
        await threads.start()
        first, second, _ = opened
        first.let_go.clear()
        second.let_go.clear()
        writes = [asyncio.create_task(threads.write(begin(n))) for n in (1, 2)]
        await asyncio.sleep(0)
        second.let_go.set()
        await asyncio.wait(writes, return_when=asyncio.FIRST_COMPLETED)
        first.let_go.set()
        assert await asyncio.gather(*writes) == [1, 2]
        await threads.close()

    asyncio.run(story())
    assert ids(path) == {"call-1", "call-2"}


def test_the_memory_store_can_take_the_place_of_the_file() -> None:
    """For tests of the server: both threads see one database."""

    async def story() -> None:
        database = MemoryDatabase()
        async with running(lambda: MemoryStore(database)) as threads:
            assert await threads.write(begin(1)) == 1
            call = await threads.read(lambda store: store.call("call-1"))
            assert isinstance(call, Call)

    asyncio.run(story())
