"""What every store must do with cases and their tracking numbers."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from typing import TypeAlias

import pytest

from crm.ports import Store, StoreError, UnknownRecordError
from crm.records import (
    Case,
    CaseState,
    Customer,
    NewCall,
)

Put: TypeAlias = Callable[..., tuple[int, ...]]
Draw: TypeAlias = Callable[[], str]


def test_a_case_is_found_by_its_tracking_number(
    store: Store, call: NewCall, case: Case, no_draw: Draw
) -> None:
    """And by no other."""
    store.begin_call(call)
    assert store.open_case(case, no_draw) == case
    assert store.find_case("123456789") == case
    assert store.find_case("123456780") is None


def test_a_call_opens_one_case_however_often_it_asks(
    store: Store, call: NewCall, case: Case, no_draw: Draw
) -> None:
    """The number that the caller heard first stays."""
    store.begin_call(call)
    store.open_case(case, no_draw)
    assert store.open_case(case, no_draw) == case
    assert store.open_case(replace(case, tracking="987654321", subject="again"), no_draw) == case
    assert store.find_case("987654321") is None


def test_a_taken_number_is_drawn_again(
    store: Store, call: NewCall, case: Case, no_draw: Draw
) -> None:
    """Until one is free, and no longer."""
    for number in range(3):
        store.begin_call(replace(call, id=f"call-{number}"))
    store.open_case(replace(case, tracking="111111111", call_id="call-0"), no_draw)
    store.open_case(replace(case, tracking="222222222", call_id="call-1"), no_draw)
    draws = iter(["111111111", "222222222", "333333333"])
    opened = store.open_case(
        replace(case, tracking="222222222", call_id="call-2"), lambda: next(draws)
    )
    assert opened == replace(case, tracking="333333333", call_id="call-2")
    assert next(draws, None) is None


def test_a_source_that_repeats_itself_is_told(
    store: Store, call: NewCall, case: Case, no_draw: Draw
) -> None:
    """Rather than drawing for ever."""
    store.begin_call(call)
    store.begin_call(replace(call, id="call-2"))
    store.open_case(case, no_draw)
    with pytest.raises(StoreError, match="tracking"):
        store.open_case(replace(case, call_id="call-2"), lambda: "123456789")


def test_a_case_moves_on(store: Store, call: NewCall, case: Case, no_draw: Draw) -> None:
    """The state is what a caller hears when asking for it."""
    store.begin_call(call)
    store.open_case(case, no_draw)
    moved = store.set_case_state("123456789", CaseState.RESOLVED)
    assert moved == replace(case, state=CaseState.RESOLVED) == store.find_case("123456789")


def test_a_case_may_belong_to_a_customer_who_exists(  # noqa: PLR0913, PLR0917  fixtures
    store: Store,
    call: NewCall,
    case: Case,
    no_draw: Draw,
    sara: Customer,
    put: Put,
) -> None:
    """And to no other."""
    store.begin_call(call)
    with pytest.raises(UnknownRecordError, match="77"):
        store.open_case(replace(case, customer_id=77), no_draw)
    (sara_id,) = put(sara)
    assert store.open_case(replace(case, customer_id=sara_id), no_draw).customer_id == sara_id


def test_cases_opened_at_once_never_share_a_number(
    open_store: Callable[[], Store], call: NewCall, case: Case
) -> None:
    """Two connections in two threads, which draw from so few numbers that they must collide."""
    both_ready = threading.Barrier(2)

    def open_many(thread: str) -> list[str]:
        draws = iter(range(1_000))
        with closing(open_store()) as store:
            both_ready.wait(timeout=30)
            trackings = []
            for number in range(30):
                call_id = f"{thread}-{number}"
                store.begin_call(replace(call, id=call_id))
                wanted = replace(case, tracking=str(next(draws)), call_id=call_id)
                trackings.append(store.open_case(wanted, lambda: str(next(draws))).tracking)
            return trackings

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(open_many, ("a", "b"))
    assert sorted(map(int, first + second)) == list(range(60))
