"""How many calls a second are journaled durably, by the threads that the server has for it."""

import asyncio
import gc
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from random import Random
from typing import Final

import uvloop

from agi_measuring import percentile
from agi_server.store_threads import StoreThreads
from crm.ports import Store
from crm.records import CallChange, Case, CaseState, NewCall, TimelineEvent
from store_databases import Database
from store_disk import sync_rate
from store_lag import LagMeter
from store_people import Site, new_call, new_events

_LEASED_TOGETHER: Final = 256
_DISK_SECONDS: Final = 0.5
_MOST_ALONE: Final = 1_500
_MOST_TOGETHER: Final = 5_000
"""Calls that are made ready for each second: should they not last, a run is shorter."""

_ids: Final = count()


@dataclass(frozen=True, slots=True)
class Journaled:
    """One run. Times are in seconds, `_cpu` of one call."""

    store: str
    writers: int
    at_once: int
    calls: int
    wall: float
    p50: float
    """How long a call waits for its write, as all below."""
    p99: float
    writer_cpu: float
    loop_cpu: float
    lags: Sequence[float]
    """How late timers came meanwhile."""
    syncs: float
    """Of the disk, a second, just before and after."""

    @property
    def rate(self) -> float:
        """Calls a second."""
        return self.calls / self.wall

    def figures(self) -> dict[str, object]:
        """What is printed; times in ms, CPU in µs."""
        lags = list(self.lags)
        return {
            "store": self.store,
            "writers": self.writers,
            "at_once": self.at_once,
            "calls": self.calls,
            "rate": self.rate,
            "syncs": self.syncs,
            "ratio": self.rate / self.syncs,
            "p50": self.p50 * 1e3,
            "p99": self.p99 * 1e3,
            "writer_cpu": self.writer_cpu * 1e6,
            "loop_cpu": self.loop_cpu * 1e6,
            "lag_p50": percentile(lags, 0.5) * 1e3,
            "lag_p99": percentile(lags, 0.99) * 1e3,
            "lag_max": max(lags, default=0.0) * 1e3,
        }


Operation = Callable[[Store], object]


@dataclass(frozen=True, slots=True)
class OneCall:
    """All that a call that opens a case writes at once."""

    new: NewCall
    events: tuple[TimelineEvent, ...]
    change: CallChange
    case: Case

    def write(self, store: Store) -> None:
        """As the journal of a request does it."""
        store.begin_call(self.new)
        store.add_to_timeline(self.events)
        store.change_call(self.new.id, self.change)
        store.open_case(self.case, join=True)


def new_calls(database: Database, site: Site, wanted: int) -> list[OneCall]:
    """So many calls, each of another customer by chance, with tracking numbers leased for them."""
    chance = Random(wanted)  # noqa: S311  a draw, no secret
    with closing(database.open()) as store:
        tracking: list[str] = []
        while len(tracking) < wanted:
            tracking += store.lease_tracking(_LEASED_TOGETHER)
    return [_new_call(site, each, chance.randint(1, site.customers)) for each in tracking[:wanted]]


def _new_call(site: Site, tracking: str, customer_id: int) -> OneCall:
    turn = next(_ids)
    at = datetime.now(UTC)
    call_id, said = f"{at.timestamp():.6f}.{turn}-1", site.said[turn % len(site.said)]
    caller = site.customer(customer_id).numbers[0]
    return OneCall(
        new_call(call_id, at, customer_id, caller, said),
        new_events(call_id, at, said),
        CallChange(1, queue="support", queued_at=at, stage="queue support", state={"course": []}),
        Case(tracking, CaseState.NEW, f"subject {turn}", at, customer_id, call_id, caller),
    )


class CountingThreads:
    """Store threads of which we know how much CPU the writing ones have used.

    Args:
        open_store: Opens one store; called once in each thread.
        writers: How many threads write.
    """

    def __init__(self, open_store: Callable[[], Store], writers: int) -> None:
        self._open = open_store
        self._clocks: list[int] = []
        self.threads = StoreThreads(self._open_counted, writers=writers)

    def _open_counted(self) -> Store:
        if threading.current_thread().name.startswith("store-writer"):
            self._clocks.append(time.pthread_getcpuclockid(threading.get_ident()))
        return self._open()

    def cpu(self) -> float:
        """Seconds that the writers have used so far, user and system."""
        return sum(time.clock_gettime(clock) for clock in self._clocks)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a run is to be: for `seconds`, or until all operations are done."""

    store: str
    open_store: Callable[[], Store]
    at_once: int
    seconds: float
    folder: Path
    """On the disk that the store is on."""
    writers: int = 1

    def run(self, operations: Iterable[Operation]) -> Journaled:
        """Have the operations written on an event loop like the server's."""
        gc.collect()
        gc.freeze()  # as a worker does when it has loaded its rules
        before = sync_rate(self.folder, min(self.seconds, _DISK_SECONDS))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            times, used, own, wall, lags = runner.run(self._journaled(iter(operations)))
        after = sync_rate(self.folder, min(self.seconds, _DISK_SECONDS))
        return Journaled(
            store=self.store,
            writers=self.writers,
            at_once=self.at_once,
            calls=len(times),
            wall=wall,
            p50=percentile(times, 0.5),
            p99=percentile(times, 0.99),
            writer_cpu=used / len(times),
            loop_cpu=own / len(times),
            lags=lags,
            syncs=(before + after) / 2,
        )

    async def _journaled(
        self, waiting: Iterator[Operation]
    ) -> tuple[list[float], float, float, float, list[float]]:
        """How long each waited; CPU of the writers and of the loop; the whole; how late timers."""
        counting = CountingThreads(self.open_store, self.writers)
        await counting.threads.start()
        try:
            times: list[float] = []
            cpu, own, begin = counting.cpu(), time.thread_time(), time.perf_counter()
            async with LagMeter() as meter, asyncio.TaskGroup() as group:
                for _ in range(self.at_once):
                    end = begin + self.seconds
                    group.create_task(_write_on(counting.threads, waiting, times, end))
            wall = time.perf_counter() - begin
            return times, counting.cpu() - cpu, time.thread_time() - own, wall, meter.lags
        finally:
            await counting.threads.close()


async def _write_on(
    threads: StoreThreads, waiting: Iterator[Operation], times: list[float], end: float
) -> None:
    """One call after the other."""
    for operation in waiting:
        begin = time.perf_counter()
        if begin > end:
            return
        await threads.write(operation)
        times.append(time.perf_counter() - begin)


def measure_calls(database: Database, site: Site, plan: Plan) -> Journaled:
    """New calls, more than can be written in the time."""
    wanted = round(plan.seconds * (_MOST_ALONE if plan.at_once == 1 else _MOST_TOGETHER))
    return plan.run([each.write for each in new_calls(database, site, wanted)])
