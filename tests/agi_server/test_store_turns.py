"""Groups of writes on PostgreSQL that need the same turns, in whatever order."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from functools import partial
from typing import TypeAlias

import psycopg
import pytest

from agi_server.store_jobs import WRITERS, Job
from crm.asking_records import AttemptKind
from crm.ports import Store
from crm.postgres_store import PostgresStore

pytestmark = pytest.mark.slow

Operation: TypeAlias = Callable[[Store], object]

AT = datetime(2026, 3, 21, 8, 30, tzinfo=UTC)
RING_SECONDS = 20
"""After so long the server breaks a ring of those who wait for each other."""


@pytest.fixture
def stores(postgres_database: str) -> Iterator[tuple[Store, Store]]:
    """Two writers' stores, on a database where a ring would hold for long."""
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f"ALTER DATABASE {name} SET deadlock_timeout = '{RING_SECONDS}s'")
    with ExitStack() as stack:
        opened = [PostgresStore(postgres_database, statement_seconds=0) for _ in range(2)]
        yield (stack.enter_context(closing(opened[0])), stack.enter_context(closing(opened[1])))
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} RESET deadlock_timeout")


def count(subject: str, store: Store) -> int:
    """Count an attempt, which takes a turn."""
    return store.count_attempt(AttemptKind.PIN, subject, AT)


@pytest.fixture
def job() -> Iterator[Callable[[Operation], Job]]:
    """Makes jobs whose results are read from themselves."""
    with closing(asyncio.new_event_loop()) as loop:
        yield lambda operation: Job(operation, loop.create_future())


def test_groups_that_want_each_others_turns_do_not_wait_in_a_ring(
    stores: tuple[Store, Store], job: Callable[[Operation], Job]
) -> None:
    """What cannot have its turn at once is done after the group, and everybody is counted."""
    met = [threading.Event(), threading.Event()]

    def meet(own: int, store: Store) -> None:
        del store
        met[own].set()
        assert met[1 - own].wait(timeout=30)

    def group(own: int) -> list[Job]:
        wanted = ("1", "2") if own == 0 else ("2", "1")
        first, second = (partial(count, subject) for subject in wanted)
        return [job(first), job(partial(meet, own)), job(second)]

    groups, began = (group(0), group(1)), time.monotonic()
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(WRITERS.perform, stores, groups))
    assert time.monotonic() - began < RING_SECONDS / 2
    assert [each.error for jobs in groups for each in jobs] == [None] * 6
    counted = {"1": (groups[0][0], groups[1][2]), "2": (groups[1][0], groups[0][2])}
    for both in counted.values():
        assert sorted(each.result for each in both) == [1, 2]


def test_an_operation_alone_waits_for_each_turn_that_it_lacks(
    stores: tuple[Store, Store], job: Callable[[Operation], Job]
) -> None:
    """It holds one and wants another: it begins again, and waits for both."""
    store, other = stores
    tried = threading.Event()
    tries = 0

    def count_both(store: Store) -> tuple[int, int]:
        nonlocal tries
        tries += 1
        try:
            return count("1", store), count("2", store)
        finally:
            tried.set()

    alone = job(count_both)
    with ThreadPoolExecutor(1) as threads:
        with other.transaction():
            count("2", other)
            performed = threads.submit(WRITERS.perform, store, [alone])
            assert tried.wait(timeout=30)
        performed.result()
    assert (alone.error, alone.result, tries) == (None, (1, 2), 2)
