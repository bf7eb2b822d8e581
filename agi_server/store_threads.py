"""The stores, for the event loop: threads that read and threads that write.

A store belongs to one thread and each commit waits for the disk, so the loop hands operations over
and awaits them. A writer takes all that is waiting and commits it together: one sync of the disk
serves every call that is in a hurry at that moment (group commit).

A store may be away. Its thread then opens it again and again, and who asks meanwhile hears so at
once; who asks while a thread is stuck in it hears so too. Nobody waits for what may never come.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import Final, TypeAlias, TypeVar

import structlog

from agi_server.store_jobs import READERS, WRITERS, Job, Kind
from crm.ports import Store, StoreError, StoreUnavailableError
from crm.spool_draining import STORE_LOST

T = TypeVar("T")

MOST_WAITING: Final = 1_000
"""Operations that may wait for a thread. More would wait longer than a caller does: at the two or
three thousand a second that one disk takes, this is some 0.4 s."""

STUCK_SECONDS: Final = 1.0
"""A thread that has been at its work for so long takes no more: whoever waited behind it would have
given up before it came to them."""

RETRY_SECONDS: Final = 1.0
"""Between two attempts to open a store that is away."""

CLOSE_SECONDS: Final = 10.0
"""How long closing waits for a thread. One that is stuck longer is left to the end of the process;
what it was asked for is in the spool."""

log = structlog.get_logger(__name__)


OpenStore: TypeAlias = Callable[[], Store]


class _Opening:
    """Opens stores: the first one as a server that starts does, all others as one that serves."""

    def __init__(self, open_store: OpenStore, reopen_store: OpenStore) -> None:
        self._open = open_store
        self._reopen = reopen_store
        self._has_opened = False

    def store(self) -> Store:
        """A store. Raises StoreError."""
        store = self._reopen() if self._has_opened else self._open()
        self._has_opened = True
        return store


class _StoreThread:
    """One thread with a store of its own.

    Attributes:
        away: Why it has no store now; empty when it has one.
        busy_since: Since when it has been at its present work, by `time.monotonic`; None: it waits.
    """

    def __init__(self, pool: "_Pool") -> None:
        self._pool = pool
        self._store: Store | None = None
        self._thread = threading.Thread(target=self._main, name=pool.kind.name, daemon=True)
        self._started: asyncio.Future[None] = pool.loop.create_future()
        self.away = ""
        self.busy_since: float | None = None

    async def start(self) -> None:
        """Begin; a store that is away is waited for later. Raises any other StoreError."""
        self._thread.start()
        await asyncio.shield(self._started)

    def join(self, deadline: float) -> None:
        """Await its end up to a moment of `time.monotonic`."""
        self._thread.join(max(0.0, deadline - time.monotonic()))

    def stuck_for(self) -> float:
        """Seconds that it has been at its present work."""
        since = self.busy_since
        return 0.0 if since is None else time.monotonic() - since

    def _main(self) -> None:
        starting = Job(lambda _: None, self._started)
        try:
            self._store = self._pool.opening.store()
        except StoreUnavailableError as error:
            self._stay_away(error)
        except BaseException as error:  # noqa: BLE001  it belongs to whoever starts us
            starting.fail(error)
            self.away = str(error)
            self._pool.hand_back([starting], answered=0)
            return
        self._pool.hand_back([starting], answered=0)
        while self._go_on():
            pass
        self._close_store()

    def _go_on(self) -> bool:
        """Do what comes next; False when all is done."""
        if self._store is None:
            if self._pool.closing.wait(RETRY_SECONDS):
                return False
            self._return()
            return True
        jobs = self._pool.take()
        if jobs:
            self._perform(self._store, jobs)
        return bool(jobs)

    def _perform(self, store: Store, jobs: Sequence[Job]) -> None:
        self.busy_since = time.monotonic()
        self._pool.kind.perform(store, jobs)
        lost = next((job.error for job in jobs if isinstance(job.error, STORE_LOST)), None)
        self._pool.hand_back(jobs, answered=len(jobs))
        if lost is not None:
            log.debug("the store is opened again", thread=self._thread.name, reason=str(lost))
            self._close_store()
            self._reopen()
        self.busy_since = None

    def _reopen(self) -> None:
        """Open the store once more. What is asked meanwhile waits for the outcome."""
        try:
            self._store = self._pool.opening.store()
            self._pool.kind.probe(self._store)
        except StoreError as error:
            self._stay_away(error)

    def _return(self) -> None:
        """Try to have a store again."""
        before = self.away
        self._reopen()
        if self._store is not None:
            self.away = ""
            log.info("the store is back", thread=self._thread.name, was=before)

    def _stay_away(self, error: StoreError) -> None:
        if not self.away:
            log.error(
                "the store is away: calls go on without it",
                thread=self._thread.name,
                reason=str(error),
            )
        self._close_store()
        self.away = str(error) or repr(error)
        if all(thread.away for thread in self._pool.threads):
            self._pool.fail_waiting(self.away)

    def _close_store(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            with contextlib.suppress(StoreError):
                store.close()


class _Pool:
    """The threads of one kind, and the operations that wait for one of them.

    Attributes:
        kind: What the threads do.
        opening: Opens their stores.
        closing: Set when they are to end.
        threads: Those that have been started.
        loop: Where results are delivered.
    """

    def __init__(self, kind: Kind, opening: _Opening, count: int) -> None:
        self.kind = kind
        self.opening = opening
        self.closing = threading.Event()
        self.loop: asyncio.AbstractEventLoop
        self._count = count
        self.threads: list[_StoreThread] = []
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._waiting = 0
        self._accepts = False

    async def start(self) -> None:
        """Start the threads, one after the other. Raises StoreError unless it is only away."""
        self.loop = asyncio.get_running_loop()
        self._accepts = True
        for _ in range(self._count):
            self.threads.append(_StoreThread(self))
            await self.threads[-1].start()

    async def ask(self, operation: Callable[[Store], T], budget: float | None) -> T:
        """Have the operation run in a thread, and await its result."""
        self._check_open()
        job = Job(operation, self.loop.create_future())
        self._waiting += 1
        self._jobs.put(job)
        try:
            async with asyncio.timeout(budget):
                result: T = await job.future
        except TimeoutError:
            job.is_given_up = True
            raise StoreUnavailableError(f"the store took longer than {budget:g} s") from None
        return result

    async def close(self) -> None:
        """Do what is still waiting, close the stores, and end the threads. Idempotent."""
        if not self._accepts:
            return
        self._accepts = False
        self.closing.set()
        for _ in self.threads:
            self._jobs.put(None)
        deadline = time.monotonic() + CLOSE_SECONDS
        for thread in self.threads:
            await asyncio.to_thread(thread.join, deadline)
        self.fail_waiting("The store is closed: the server is stopping")

    def take(self) -> Sequence[Job]:
        """Wait for a job and take along what else is waiting; nothing once we are closed."""
        first = self._jobs.get()
        if first is None:
            return ()
        jobs = [first]
        with contextlib.suppress(Empty):
            while len(jobs) < self.kind.most_together:
                following = self._jobs.get_nowait()
                if following is None:
                    self._jobs.put(None)  # for the next round: this one is still to be done
                    break
                jobs.append(following)
        return jobs

    def hand_back(self, jobs: Sequence[Job], answered: int) -> None:
        """Deliver results. A loop that is closed has nobody left who could await one."""
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self._deliver, jobs, answered)

    def fail_waiting(self, reason: str) -> None:
        """Tell all who wait why nobody comes."""
        ends = 0
        failed = []
        with contextlib.suppress(Empty):
            while True:
                job = self._jobs.get_nowait()
                if job is None:
                    ends += 1
                else:
                    job.fail(StoreUnavailableError(reason))
                    failed.append(job)
        for _ in range(ends):
            self._jobs.put(None)
        self.hand_back(failed, answered=len(failed))

    def _check_open(self) -> None:
        """Raise StoreUnavailableError if nobody could do an operation in time."""
        if not self._accepts:
            raise StoreUnavailableError("The store is closed: the server is starting or stopping")
        if all(thread.away for thread in self.threads):
            raise StoreUnavailableError(self.threads[0].away)
        stuck = min((each.stuck_for() for each in self.threads if not each.away), default=0.0)
        if stuck > STUCK_SECONDS:
            raise StoreUnavailableError(f"The store has not answered for {stuck:.1f} s")
        if self._waiting >= MOST_WAITING:
            raise StoreUnavailableError(
                f"{MOST_WAITING} operations are waiting for the store: the disk is too slow for"
                " this many calls"
            )

    def _deliver(self, jobs: Sequence[Job], answered: int) -> None:
        self._waiting -= answered
        for job in jobs:
            job.deliver()


class StoreThreads:
    """Stores for the event loop. Operations are functions of a store; they run in its thread.

    Args:
        open_store: Opens the first store, which may have to make the database.
        reopen_store: Opens any other one, also one that was away: what served already must not be
            made anew in silence. None: `open_store` does that too.
        readers: Threads that read.
        writers: Threads that write. SQLite lets one write at a time; PostgreSQL commits the groups
            of several beside each other.
    """

    def __init__(
        self,
        open_store: OpenStore,
        reopen_store: OpenStore | None = None,
        *,
        readers: int = 1,
        writers: int = 1,
    ) -> None:
        opening = _Opening(open_store, reopen_store or open_store)
        self._readers = _Pool(READERS, opening, readers)
        self._writers = _Pool(WRITERS, opening, writers)

    async def start(self) -> None:
        """Open the stores; a writing one first, which may have to migrate the database.

        A store that is away does not stop the start: it is opened when it is back.

        Raises:
            StoreError: What `open_store` raised, if another try would not help; then nothing is
                left open.
        """
        try:
            await self._writers.start()
            await self._readers.start()
        except BaseException:
            await self.close()
            raise

    async def read(self, operation: Callable[[Store], T], budget: float | None = None) -> T:
        """Run an operation that only reads.

        Args:
            operation: What to do.
            budget: Seconds to wait for it; None: as long as it takes.

        Raises:
            StoreUnavailableError: The store is away, stuck, too slow, or closed, or too many wait.
            StoreError: What the operation raised, like any other exception of it.
        """
        return await self._readers.ask(operation, budget)

    async def write(self, operation: Callable[[Store], T], budget: float | None = None) -> T:
        """Run an operation that writes; when it returns, what it wrote is on disk.

        It runs in a savepoint of its own: if it raises, nothing of it is kept, and nothing else is
        affected. One that took longer than its budget is undone, unless its commit was under way.

        Args:
            operation: What to do.
            budget: Seconds to wait for it; None: as long as it takes.

        Raises:
            StoreUnavailableError: The store is away, stuck, too slow, or closed, too many wait, or
                the commit failed.
            StoreError: What the operation raised, like any other exception of it.
        """
        return await self._writers.ask(operation, budget)

    async def close(self) -> None:
        """Do what is waiting, then close the stores and end the threads. Idempotent."""
        await self._readers.close()
        await self._writers.close()
