"""What every store must do about transactions, and about other connections."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import pytest

from crm.ports import Store, StoreError, UnknownRecordError
from crm.records import (
    CallChange,
    Case,
    Customer,
    NewCall,
)

Put: TypeAlias = Callable[..., tuple[int, ...]]


def test_an_error_undoes_all_of_it(store: Store, call: NewCall, case: Case) -> None:
    """Nothing of it is left."""

    def fail() -> None:
        with store.transaction():
            store.begin_call(call)
            store.open_case(case, join=False)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert (store.call("call-1"), store.find_case("123456789")) == (None, None)


def test_an_inner_error_undoes_the_inner_part(store: Store, call: NewCall) -> None:
    """Down to the innermost, and nothing of the outer."""

    def fail() -> None:
        with store.transaction():
            store.begin_call(replace(call, id="call-2"))
            with store.transaction():
                store.begin_call(replace(call, id="call-3"))
            raise LookupError

    with store.transaction():
        store.begin_call(call)
        with pytest.raises(LookupError):
            fail()
        store.begin_call(replace(call, id="call-4"))
    assert sorted(each.id for each in store.calls()) == ["call-1", "call-4"]


def test_an_operation_that_fails_inside_leaves_the_rest(
    store: Store, call: NewCall, sara: Customer, janis: Customer
) -> None:
    """Group commit rests on this."""
    with store.transaction():
        store.begin_call(call)
        with pytest.raises(UnknownRecordError):
            store.change_call("nowhere", CallChange(queue="support"))
        with pytest.raises(UnknownRecordError):
            store.put_customers([sara, replace(janis, id=77)])
        store.put_customers([janis])
    assert store.call("call-1") is not None
    assert [customer.reference for customer in store.customers()] == ["C-2"]


def test_it_can_be_used_again_after_an_error(store: Store, call: NewCall) -> None:
    """No transaction stays open."""
    for _ in range(2):
        with pytest.raises(LookupError), store.transaction():
            raise LookupError
    with store.transaction():
        store.begin_call(call)
    assert store.call("call-1") is not None


def test_what_one_wrote_another_reads(
    opened: Callable[[], Store], call: NewCall, case: Case
) -> None:
    """At once, and with its keys."""
    first, second = (opened(), opened())
    first.begin_call(call)
    assert second.call("call-1") == first.call("call-1") is not None
    assert second.open_case(case, join=False) == first.find_case("123456789")


def test_a_closed_store_says_so_and_may_be_closed_again(
    opened: Callable[[], Store], call: NewCall
) -> None:
    """Others on the same database go on."""
    closed, other = (opened(), opened())
    closed.close()
    closed.close()
    with pytest.raises(StoreError):
        closed.calls()
    with pytest.raises(StoreError):
        closed.begin_call(call)
    with pytest.raises(StoreError), closed.transaction():
        pass
    other.begin_call(call)
    assert other.call("call-1") is not None
