"""Operations that wait for a store's thread, and how the threads of each kind do them."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from crm.ports import Store, StoreError, TurnTakenError

MOST_READS_TOGETHER: Final = 8
"""Reads whose answers are delivered together: each costs 0.1 ms, so the first of them waits less
than a millisecond for the last, and the loop is woken once."""

MOST_WRITES_TOGETHER: Final = 256
"""Writes in one commit. Beyond this the wait for the others outweighs the sync that is saved."""


class _GivenUpError(StoreError):
    """Whoever asked has given up; the operation is undone, so that it may be done elsewhere."""


@dataclass(slots=True, eq=False)
class Job:
    """An operation that is awaited, and what came of it.

    `is_given_up` is set by the loop when the time for it was over.
    """

    operation: Callable[[Store], Any]
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None
    is_given_up: bool = False

    def run(self, store: Store) -> None:
        """Do the operation. Raises what it raises, or that nobody waits for it any more."""
        if not self.is_given_up:
            self.result = self.operation(store)
        if self.is_given_up:
            raise _GivenUpError("nobody waits for this any more")

    def fail(self, error: BaseException) -> None:
        """Note what went wrong."""
        # A future takes no StopIteration: it would end whoever awaits it as if nothing were wrong.
        self.error = RuntimeError(repr(error)) if isinstance(error, StopIteration) else error

    def deliver(self) -> None:
        """Hand over what came of it, in the loop."""
        if self.future.cancelled():
            return
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


def _read_each(store: Store, jobs: Sequence[Job]) -> None:
    """Run each operation for itself. Nobody misses the answer to a read that was given up."""
    for job in jobs:
        if not job.future.cancelled():
            try:
                job.run(store)
            except BaseException as error:  # noqa: BLE001  it belongs to whoever awaits the job
                job.fail(error)


class _OneFailedError(Exception):
    """An operation of a group failed; nothing of the group is kept."""


def _write_together(store: Store, jobs: Sequence[Job]) -> None:
    """Run the operations in one transaction; one that fails is undone alone.

    One that needs a turn which somebody else has is run after the others, in a transaction of its
    own: it waits for that turn while it holds nothing that others wait for.

    A write whose caller is gone is done nonetheless: it was asked for. One that was given up for
    its slowness is not: it is in the spool by now.
    """
    try:
        waiting = jobs if len(jobs) == 1 else _write_group(store, jobs)
    except BaseException as error:  # noqa: BLE001  nothing of the group is on disk: tell them all
        for job in jobs:
            if job.error is None:
                job.fail(error)
    else:
        for job in waiting:
            _write_alone(store, job)


def _write_alone(store: Store, job: Job) -> None:
    """Run an operation in a transaction of its own; the turns that it lacks are waited for first.

    A turn that we have is free for us, so each try gets further than the one before.
    """
    turns: frozenset[str] = frozenset()
    while True:
        try:
            with store.transaction():
                store.await_turns(turns)
                job.run(store)
        except TurnTakenError as error:
            turns |= error.turns
        except BaseException as error:  # noqa: BLE001  it belongs to whoever awaits the job
            job.fail(error)
            return
        else:
            return


def _write_group(store: Store, jobs: Sequence[Job]) -> Sequence[Job]:
    """Run the operations without savepoints, and only if one fails all again with them.

    Hardly any ever fails, and a savepoint for each costs the writer a seventh of its time. An
    operation touches nothing but the store, so what it did is undone with the transaction.

    Returns:
        Those that need a turn which somebody else has: they are still to be run.
    """
    with contextlib.suppress(_OneFailedError):
        with store.transaction():
            for job in jobs:
                _run_in_group(store, job)
        return ()
    with store.transaction():
        return [job for job in jobs if not _write_one(store, job)]


def _run_in_group(store: Store, job: Job) -> None:
    try:
        job.run(store)
    except BaseException as error:
        raise _OneFailedError from error


def _write_one(store: Store, job: Job) -> bool:
    """Run an operation in a savepoint; False if it needs a turn of somebody else's."""
    try:
        with store.transaction():
            job.run(store)
    except TurnTakenError:
        return False
    except BaseException as error:  # noqa: BLE001  it belongs to whoever awaits the job
        job.fail(error)
    return True


def _try_nothing(store: Store) -> None:
    del store


def _try_to_write(store: Store) -> None:
    """Find out whether the store can be written: it may be open, and locked or full."""
    with store.transaction():
        pass


@dataclass(frozen=True, slots=True)
class Kind:
    """What threads of one kind do.

    Attributes:
        name: Of the threads.
        perform: Does jobs.
        probe: Finds out whether a store that was opened again can be used.
        most_together: How many jobs are done in one go.
    """

    name: str
    perform: Callable[[Store, Sequence[Job]], None]
    probe: Callable[[Store], None]
    most_together: int


READERS: Final = Kind("store-reader", _read_each, _try_nothing, MOST_READS_TOGETHER)
WRITERS: Final = Kind("store-writer", _write_together, _try_to_write, MOST_WRITES_TOGETHER)
