"""What every store must do with the place up to which a spool has been written."""

from collections.abc import Callable

import pytest

from crm.ports import Store, StoreError
from crm.records import NewCall


def test_a_spool_that_was_never_seen_begins_at_its_start(store: Store) -> None:
    """Nothing of it has been written."""
    assert store.spool_position("host-1234") == 0


def test_a_position_is_kept_by_spool(opened: Callable[[], Store]) -> None:
    """For every connection; the last word counts."""
    first, second = opened(), opened()
    first.set_spool_position("host-1234", 4096)
    first.set_spool_position("host-5678", 2**40)
    second.set_spool_position("host-1234", 8192)
    assert first.spool_position("host-1234") == 8192
    assert second.spool_position("host-5678") == 2**40


def test_a_forgotten_spool_is_one_never_seen(store: Store) -> None:
    """Twice is once; others stay."""
    store.set_spool_position("host-1234", 4096)
    store.set_spool_position("host-5678", 17)
    for _ in range(2):
        store.forget_spool("host-1234")
    assert (store.spool_position("host-1234"), store.spool_position("host-5678")) == (0, 17)


def test_a_position_stands_and_falls_with_what_was_written(store: Store, call: NewCall) -> None:
    """So that what a spool holds is written exactly once, wherever the writing is cut off."""

    def write(*, cut_off: bool) -> None:
        with store.transaction():
            store.begin_call(call)
            store.set_spool_position("host-1234", 100)
            if cut_off:
                raise LookupError

    with pytest.raises(LookupError):
        write(cut_off=True)
    assert (store.call("call-1"), store.spool_position("host-1234")) == (None, 0)
    write(cut_off=False)
    assert store.call("call-1") is not None
    assert store.spool_position("host-1234") == 100


def test_forgetting_is_undone_too(store: Store) -> None:
    """With the transaction that it was part of."""
    store.set_spool_position("host-1234", 100)

    def forget() -> None:
        with store.transaction():
            store.forget_spool("host-1234")
            raise LookupError

    with pytest.raises(LookupError):
        forget()
    assert store.spool_position("host-1234") == 100


def test_a_closed_store_tells_of_no_spool(opened: Callable[[], Store]) -> None:
    """It cannot know."""
    closed = opened()
    closed.close()
    with pytest.raises(StoreError):
        closed.spool_position("host-1234")
    with pytest.raises(StoreError):
        closed.set_spool_position("host-1234", 1)
    with pytest.raises(StoreError):
        closed.forget_spool("host-1234")
