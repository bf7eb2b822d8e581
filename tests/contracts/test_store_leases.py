"""What every store must do when it leases tracking numbers."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from itertools import pairwise

from crm.memory_store import MemoryStore
from crm.ports import Store
from crm.records import Case
from crm.tracking import COUNT, is_well_formed, tracking_number

THREADS = 4

# How far a store has counted is nobody's business but its own: only to come upon a number that is
# taken, or on the last one, these look inside.


def upcoming(store: Store, count: int) -> list[str]:
    """The numbers that would be leased next if no case had one."""
    if isinstance(store, MemoryStore):
        counted, key = store._database.leased, store._database.tracking_key
    else:
        ((counted, secret),) = store._read("SELECT next, secret FROM tracking_leases", ())
        key = bytes.fromhex(secret)
    return [tracking_number(counted + number, key) for number in range(count)]


def go_on_from(store: Store, counted: int) -> None:
    """As if so many numbers had been leased."""
    if isinstance(store, MemoryStore):
        store._database.leased = counted
    else:
        store._write("UPDATE tracking_leases SET next = ?", (counted,))


def test_leased_numbers_are_well_formed_and_free(store: Store) -> None:
    """As many as asked for, each once, and no case has one."""
    leased = store.lease_tracking(100)
    assert len(leased) == len(set(leased)) == 100
    assert all(is_well_formed(number) for number in leased)
    assert all(store.find_case(number) is None for number in leased)


def test_no_number_is_leased_twice(opened: Callable[[], Store]) -> None:
    """Neither by one connection nor by another, nor after all were closed and opened again."""
    first, second = opened(), opened()
    leased = [*first.lease_tracking(50), *second.lease_tracking(1), *first.lease_tracking(50)]
    first.close()
    second.close()
    leased += opened().lease_tracking(50)
    assert len(leased) == len(set(leased)) == 151


def test_numbers_leased_at_once_are_nobody_elses(open_store: Callable[[], Store]) -> None:
    """Several connections in several threads, each with blocks of another size."""
    all_ready = threading.Barrier(THREADS)

    def lease_many(size: int) -> list[str]:
        with closing(open_store()) as store:
            all_ready.wait(timeout=30)
            return [number for _ in range(10) for number in store.lease_tracking(size)]

    with ThreadPoolExecutor(THREADS) as threads:
        leased = [each for many in threads.map(lease_many, (1, 7, 16, 40)) for each in many]
    assert len(leased) == len(set(leased)) == 640


def test_their_order_cannot_be_guessed(store: Store) -> None:
    """Neither counted up nor down, nor by steps that come again."""
    numbers = [int(number) for number in store.lease_tracking(200)]
    steps = [after - before for before, after in pairwise(numbers)]
    assert 60 < sum(step > 0 for step in steps) < 140
    assert len(set(steps)) == len(steps)
    assert sum(abs(step) < 10_000_000 for step in steps) < 100


def test_a_number_that_a_case_has_is_left_out(store: Store, case: Case) -> None:
    """Numbers of an earlier version were drawn at random: the same may come up again."""
    taken_first, free, taken_last = upcoming(store, 3)
    for number in (taken_first, taken_last):
        store.open_case(replace(case, tracking=number, call_id=None), join=False)
    leased = [*store.lease_tracking(3), *store.lease_tracking(1)]
    assert leased[0] == free
    assert not {taken_first, taken_last} & {*leased}


def test_a_block_that_is_all_taken_is_passed_over(store: Store, case: Case) -> None:
    """There are others: at least one number is leased."""
    for number in upcoming(store, 5):
        store.open_case(replace(case, tracking=number, call_id=None), join=False)
    assert len(store.lease_tracking(2)) >= 1


def test_the_last_numbers_are_leased_and_then_none(store: Store) -> None:
    """Rather than one that somebody has."""
    go_on_from(store, COUNT - 3)
    last = store.lease_tracking(2)
    last = [*last, *store.lease_tracking(50)]
    assert len(last) == len(set(last)) == 3
    assert list(store.lease_tracking(50)) == list(store.lease_tracking(1)) == []
