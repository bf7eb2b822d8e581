"""The store, for the event loop: one thread that reads and one that writes.

A store belongs to one thread and each commit waits for the disk, so the loop hands operations over
and awaits them. The writer takes all that is waiting and commits it together: one sync of the disk
serves every call that is in a hurry at that moment (group commit).
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, Final, TypeAlias, TypeVar

from crm.ports import Store, StoreUnavailableError

T = TypeVar("T")

MOST_WAITING: Final = 1_000
"""Operations that may wait for a thread. More would wait longer than a caller does: at the two or
three thousand a second that one disk takes, this is some 0.4 s."""

MOST_READS_TOGETHER: Final = 8
"""Reads whose answers are delivered together: each costs 0.1 ms, so the first of them waits less
than a millisecond for the last, and the loop is woken once."""

MOST_WRITES_TOGETHER: Final = 256
"""Writes in one commit. Beyond this the wait for the others outweighs the sync that is saved."""


@dataclass(slots=True, eq=False)
class _Job:
    """An operation that is awaited, and what came of it."""

    operation: Callable[[Store], Any]
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None

    def run(self, store: Store) -> None:
        self.result = self.operation(store)

    def fail(self, error: BaseException) -> None:
        # A future takes no StopIteration: it would end whoever awaits it as if nothing were wrong.
        self.error = RuntimeError(repr(error)) if isinstance(error, StopIteration) else error

    def deliver(self) -> None:
        if self.future.cancelled():
            return
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


_Perform: TypeAlias = Callable[[Store, Sequence[_Job]], None]


def _read_each(store: Store, jobs: Sequence[_Job]) -> None:
    """Run each operation for itself. Nobody misses the answer to a read that was given up."""
    for job in jobs:
        if not job.future.cancelled():
            try:
                job.run(store)
            except BaseException as error:  # noqa: BLE001  it belongs to whoever awaits the job
                job.fail(error)


def _write_together(store: Store, jobs: Sequence[_Job]) -> None:
    """Run the operations in one transaction; one that fails is undone alone.

    A write whose caller has given up is done nonetheless: it was asked for, and repeating it does
    no harm.
    """
    try:
        with store.transaction():
            if len(jobs) == 1:
                jobs[0].run(store)
                return
            for job in jobs:
                _write_one(store, job)
    except BaseException as error:  # noqa: BLE001  nothing of the group is on disk: tell them all
        for job in jobs:
            if job.error is None:
                job.fail(error)


def _write_one(store: Store, job: _Job) -> None:
    try:
        with store.transaction():
            job.run(store)
    except BaseException as error:  # noqa: BLE001  it belongs to whoever awaits the job
        job.fail(error)


@dataclass(slots=True, eq=False)
class _StoreThread:
    """One thread with a store of its own, fed by the event loop that started it."""

    name: str
    open_store: Callable[[], Store]
    perform: _Perform
    most_together: int
    _loop: asyncio.AbstractEventLoop = field(init=False)
    _thread: threading.Thread = field(init=False)
    _jobs: SimpleQueue[_Job | None] = field(init=False, default_factory=SimpleQueue)
    _waiting: int = field(init=False, default=0)
    _accepts: bool = field(init=False, default=False)

    async def start(self) -> None:
        """Open the store in a new thread. Raises what opening it raises."""
        self._loop = asyncio.get_running_loop()
        opened: asyncio.Future[None] = self._loop.create_future()
        self._thread = threading.Thread(
            target=self._main, args=(opened,), name=self.name, daemon=True
        )
        self._thread.start()
        try:
            await opened
        except asyncio.CancelledError:
            self._jobs.put(None)  # the thread must not wait for work that nobody will bring
            raise
        except BaseException:
            self._thread.join()  # it has nothing left to do
            raise
        self._accepts = True

    async def ask(self, operation: Callable[[Store], T]) -> T:
        """Have the operation run in the thread, and await its result."""
        if not self._accepts:
            raise StoreUnavailableError("The store is closed: the server is starting or stopping")
        if self._waiting >= MOST_WAITING:
            raise StoreUnavailableError(
                f"{MOST_WAITING} operations are waiting for the store: the disk is too slow for"
                " this many calls"
            )
        self._waiting += 1
        future: asyncio.Future[T] = self._loop.create_future()
        self._jobs.put(_Job(operation, future))
        return await future

    async def close(self) -> None:
        """Do what is still waiting, close the store, and end the thread. Idempotent."""
        if not self._accepts:
            return
        self._accepts = False
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    def _main(self, opened: asyncio.Future[None]) -> None:
        job = _Job(lambda _: None, opened)
        try:
            store = self.open_store()
        except BaseException as error:  # noqa: BLE001  it belongs to whoever starts us
            job.fail(error)
            self._hand_back([job], answered=0)
            return
        with contextlib.closing(store):
            self._hand_back([job], answered=0)
            while jobs := self._take():
                self.perform(store, jobs)
                self._hand_back(jobs, answered=len(jobs))

    def _take(self) -> Sequence[_Job]:
        """Wait for a job and take along what else is waiting; nothing once we are closed."""
        first = self._jobs.get()
        if first is None:
            return ()
        jobs = [first]
        with contextlib.suppress(Empty):
            while len(jobs) < self.most_together:
                following = self._jobs.get_nowait()
                if following is None:
                    self._jobs.put(None)  # for the next round: this one is still to be done
                    break
                jobs.append(following)
        return jobs

    def _hand_back(self, jobs: Sequence[_Job], answered: int) -> None:
        # A loop that was closed without closing us has nobody left who could await an answer.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._deliver, jobs, answered)

    def _deliver(self, jobs: Sequence[_Job], answered: int) -> None:
        self._waiting -= answered
        for job in jobs:
            job.deliver()


class StoreThreads:
    """Stores for the event loop. Operations are functions of a store; they run in its thread.

    Args:
        open_store: Opens one store; called once in each thread.
    """

    def __init__(self, open_store: Callable[[], Store]) -> None:
        self._reader = _StoreThread("store-reader", open_store, _read_each, MOST_READS_TOGETHER)
        self._writer = _StoreThread(
            "store-writer", open_store, _write_together, MOST_WRITES_TOGETHER
        )

    async def start(self) -> None:
        """Open the stores; the writing one first, which may have to migrate the database.

        Raises:
            StoreError: What `open_store` raised; then nothing is left open.
        """
        await self._writer.start()
        try:
            await self._reader.start()
        except BaseException:
            await self._writer.close()
            raise

    async def read(self, operation: Callable[[Store], T]) -> T:
        """Run an operation that only reads.

        Raises:
            StoreUnavailableError: Too many are waiting, or the store is closed.
            StoreError: What the operation raised, like any other exception of it.
        """
        return await self._reader.ask(operation)

    async def write(self, operation: Callable[[Store], T]) -> T:
        """Run an operation that writes; when it returns, what it wrote is on disk.

        It runs in a savepoint of its own: if it raises, nothing of it is kept, and nothing else is
        affected.

        Raises:
            StoreUnavailableError: Too many are waiting, the store is closed, or the commit failed.
            StoreError: What the operation raised, like any other exception of it.
        """
        return await self._writer.ask(operation)

    async def close(self) -> None:
        """Do what is waiting, then close the stores and end the threads. Idempotent."""
        await self._reader.close()
        await self._writer.close()
