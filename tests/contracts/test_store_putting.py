"""Many customers put at once, and many looked for: the same as one by one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crm.people import Restriction
from crm.ports import CustomerKeys, ImportCounts, Store, StoreError, UnknownRecordError
from crm.records import ContractRecord, Customer


def many(count: int, begin: int = 0) -> Iterator[Customer]:
    """Customers with something of everything."""
    day = datetime(2026, 1, 1, tzinfo=UTC).date()
    for number in range(begin, begin + count):
        yield Customer(
            name=f"سارا {number}",
            reference=f"C-{number}" if number % 3 else None,
            numbers=(f"+98912{number:07}", "+982188880000")[: 1 + number % 2],
            contracts=(ContractRecord("gold", day, day),) * (number % 2),
            external_ids={"vtiger": f"12x{number}"} if number % 5 == 0 else {},
        )


def test_hundreds_are_put_as_they_are_given(store: Store) -> None:
    """Each with their own numbers, contracts and ids, more of them than are put in one go."""
    given = list(many(350))
    assert store.put_customers(iter(given)) == ImportCounts(350, 0, 0)
    stored = sorted(store.customers(limit=1000), key=lambda each: each.id or 0)
    assert [replace(each, id=None) for each in stored] == given
    assert store.put_customers(stored) == ImportCounts(0, 0, 350)
    changed = [replace(each, numbers=(), contracts=(), external_ids={}) for each in stored]
    assert store.put_customers(changed) == ImportCounts(0, 350, 0)
    assert sorted(store.customers(limit=1000), key=lambda each: each.id or 0) == changed


def test_what_is_given_twice_is_put_in_order(store: Store) -> None:
    """By reference, and by reference and id: the last word stands."""
    first = Customer("first", "C-1", numbers=("+989120000001",))
    assert store.put_customers([first, replace(first, name="second")]) == ImportCounts(1, 1, 0)
    (stored,) = store.customers()
    by_id = Customer("by id", id=stored.id)
    by_reference = Customer("by reference", "C-1")
    store.put_customers([by_reference, replace(by_id, reference="C-1")])
    assert [each.name for each in store.customers()] == ["by id"]
    store.put_customers([by_id, by_reference])
    assert sorted(each.name for each in store.customers()) == ["by id", "by reference"]


def test_an_id_may_pass_from_one_to_another(store: Store) -> None:
    """Within one import: the one gives it up before the other gets it."""
    store.put_customers([Customer("A", "C-1", external_ids={"vtiger": "1"}), Customer("B", "C-2")])
    store.put_customers([Customer("A", "C-1"), Customer("B", "C-2", external_ids={"vtiger": "1"})])
    found = store.find_external("vtiger", "1")
    assert found is not None
    assert found.name == "B"


@pytest.mark.parametrize("place", [0, 50, 249])
def test_one_who_cannot_be_put_keeps_all_out(store: Store, place: int) -> None:
    """Wherever in the list they stand."""
    store.put_customers([Customer("owner", "C-x", external_ids={"desk": "7"})])
    given = list(many(250))
    given.insert(place, Customer("taker", "C-y", external_ids={"desk": "7"}))
    with pytest.raises(StoreError, match="'7'"):
        store.put_customers(given)
    given[place] = Customer("nobody", id=999_999)
    with pytest.raises(UnknownRecordError):
        store.put_customers(given)
    assert [each.name for each in store.customers(limit=1000)] == ["owner"]


def test_many_are_found_by_any_of_their_keys(store: Store) -> None:
    """Each once, and nobody else; more keys than fit into one question."""
    store.put_customers(many(700))
    keys = CustomerKeys(
        references=("C-1", "C-2", "C-nobody", *(f"C-{number}" for number in range(300, 600))),
        external_ids=(("vtiger", "12x5"), ("desk", "12x10"), ("vtiger", "12x301")),
        numbers=("+989120000007", "+989120000001", "+999999999"),
    )
    found = store.find_customers(keys)
    wanted = {1, 2, 5, 7, *(number for number in range(300, 600) if number % 3)}
    assert sorted(int(each.name.split()[1]) for each in found) == sorted(wanted)
    assert store.find_customers(CustomerKeys()) == []


def test_a_shared_number_finds_all_who_have_it_also_the_restricted(store: Store) -> None:
    """Who is not to be called must not be added a second time either."""
    store.put_customers(many(60))
    hidden = store.find_customer("C-1")
    assert hidden is not None
    store.restrict(Restriction(hidden.id or 0, datetime.now(UTC), "asked"))
    found = store.find_customers(CustomerKeys(numbers=("+982188880000",)))
    assert len(found) == 30
    assert hidden in found
