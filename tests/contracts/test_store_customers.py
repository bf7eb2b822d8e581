"""What every store must do with customers and their numbers."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import TypeAlias

import pytest

from crm.ports import ImportCounts, Store, StoreError, UnknownRecordError
from crm.records import (
    ContractRecord,
    Customer,
)

Put: TypeAlias = Callable[..., tuple[int, ...]]

CONTRACT = ContractRecord("gold", date(2025, 1, 1), date(2030, 12, 31), 14)


def test_a_customer_comes_back_as_given(store: Store, sara: Customer, put: Put) -> None:
    """By id and by reference."""
    (sara_id,) = put(sara)
    assert store.customer(sara_id) == replace(sara, id=sara_id)
    assert store.find_customer("C-1") == replace(sara, id=sara_id)


def test_counts_say_what_was_done(store: Store, sara: Customer, janis: Customer) -> None:
    """The same customers again change nothing."""
    assert store.put_customers([sara, janis]) == ImportCounts(2, 0, 0)
    assert store.put_customers([sara, janis]) == ImportCounts(0, 0, 2)
    assert store.put_customers([replace(sara, segment="silver"), janis]) == ImportCounts(0, 1, 1)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Sara"},
        {"language": None},
        {"segment": None},
        {"lead_score": 0},
        {"lead_score": 100},
        {"numbers": ("+982188880000",)},
        {"numbers": ("+982188880000", "+989121234567")},
        {"contracts": ()},
        {"contracts": (CONTRACT, replace(CONTRACT, ends=date(2031, 1, 1)))},
        {"contracts": (replace(CONTRACT, grace_days=0),)},
        {"address": "تهران، خیابان ولیعصر"},
        {"notes": "rings twice \udcff"},
        {"preferences": {"channel": "sms", "نام": "\udcff"}},
        {"external_ids": {"vtiger": "12x34", "suitecrm": "a-b"}},
    ],
    ids=str,
)
def test_each_change_is_seen_and_kept(
    store: Store, change: dict[str, object], sara: Customer, put: Put
) -> None:
    """No field is forgotten in comparing or in writing."""
    (sara_id,) = put(sara)
    changed = replace(sara, **change)
    assert store.put_customers([changed]) == ImportCounts(0, 1, 0)
    assert store.customer(sara_id) == replace(changed, id=sara_id)


@pytest.mark.parametrize("score", [-1, 101])
def test_a_lead_score_is_a_percentage(sara: Customer, score: int) -> None:
    """No store needs to look at it."""
    with pytest.raises(ValueError, match=f"lead score {score} .* between 0 and 100"):
        replace(sara, lead_score=score)


def test_a_number_given_twice_counts_once(store: Store, sara: Customer, put: Put) -> None:
    """And giving it twice again is no change."""
    twice = replace(sara, numbers=("+989121234567", "+989121234567"))
    (sara_id,) = put(twice)
    assert store.customer(sara_id).numbers == ("+989121234567",)
    assert store.put_customers([twice]) == ImportCounts(0, 0, 1)


def test_a_customer_without_reference_is_added_each_time(store: Store) -> None:
    """There is nothing to know them by."""
    nameless = Customer(name="walk-in")
    assert store.put_customers([nameless, nameless]) == ImportCounts(2, 0, 0)
    assert len(store.customers(search="walk-in")) == 2


def test_an_id_names_the_customer_to_change(store: Store, sara: Customer, put: Put) -> None:
    """Even the reference can be changed so."""
    (sara_id,) = put(sara)
    store.put_customers([replace(sara, id=sara_id, reference="C-9")])
    assert store.find_customer("C-1") is None
    assert store.find_customer("C-9") == replace(sara, id=sara_id, reference="C-9")


def test_a_reference_cannot_be_taken_over(
    store: Store, sara: Customer, janis: Customer, put: Put
) -> None:
    """Two customers with one reference could not be told apart."""
    sara_id, _ = put(sara, janis)
    with pytest.raises(StoreError, match="C-2"):
        store.put_customers([replace(sara, id=sara_id, reference="C-2")])


def test_unknown_customers_are_told(store: Store, sara: Customer) -> None:
    """An id that does not exist is an error, not a new customer."""
    with pytest.raises(UnknownRecordError, match="77"):
        store.customer(77)
    with pytest.raises(UnknownRecordError, match="77"):
        store.put_customers([replace(sara, id=77)])
    assert store.find_customer("C-1") is None


def test_an_error_among_many_puts_none(store: Store, sara: Customer, janis: Customer) -> None:
    """Those before the bad one are not kept either."""
    with pytest.raises(UnknownRecordError):
        store.put_customers([sara, replace(janis, id=77)])
    assert store.customers() == []


def test_an_interruption_puts_none(store: Store, sara: Customer) -> None:
    """Ctrl-C in the middle, and the store can be used afterwards."""

    def interrupted() -> Iterator[Customer]:
        yield sara
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.put_customers(interrupted())
    assert store.customers() == []
    assert store.put_customers([sara]) == ImportCounts(1, 0, 0)


def test_they_are_listed_by_name(store: Store, put: Put) -> None:
    """Without regard to case; the limit cuts the end."""
    put(*(Customer(name=name, reference=name) for name in ("beta", "Alpha", "gamma")))
    assert [customer.name for customer in store.customers()] == ["Alpha", "beta", "gamma"]
    assert [customer.name for customer in store.customers(limit=1)] == ["Alpha"]


@pytest.mark.parametrize(
    "term", ["jānis", "Janis Berz", "BĒRZIŅŠ", "c-2", "20000001", "+371 2000-0001", "۲۰۰۰۰۰۰۱"]
)
def test_a_search_finds_one_however_written(
    store: Store, term: str, sara: Customer, janis: Customer, put: Put
) -> None:
    """Case, marks on letters, parts, and ways of writing a number."""
    put(sara, janis)
    assert [customer.reference for customer in store.customers(search=term)] == ["C-2"]


@pytest.mark.parametrize("term", ["احمدي", "0912 123 4567", "سارا"])
def test_a_persian_search_finds_other_letter_forms(
    store: Store, term: str, sara: Customer, janis: Customer, put: Put
) -> None:
    """Arabic keyboards write other code points for the same letters."""
    put(sara, janis)
    assert [customer.reference for customer in store.customers(search=term)] == ["C-1"]


@pytest.mark.parametrize("term", ["%", "_", "nobody", "*", "\udcff", "-", "+"])
def test_a_search_takes_no_sign_for_a_wildcard(
    store: Store, term: str, sara: Customer, put: Put
) -> None:
    """Percent and underscore mean something to LIKE, not to people."""
    put(replace(sara, reference="1"))
    assert store.customers(search=term) == []


def test_what_is_left_out_is_taken_away(store: Store, sara: Customer, put: Put) -> None:
    """Everything of a customer becomes as it is given, also what had been there before."""
    full = replace(
        sara,
        address="Tehran",
        notes="rings twice",
        preferences={"channel": "sms"},
        external_ids={"vtiger": "12x34"},
        lead_score=7,
    )
    (sara_id,) = put(full)
    bare = Customer(name="سارا احمدی", reference="C-1")
    assert store.put_customers([bare]) == ImportCounts(0, 1, 0)
    assert store.customer(sara_id) == replace(bare, id=sara_id)
    assert store.find_external("vtiger", "12x34") is None


def test_a_customer_is_found_by_an_id_of_another_system(
    store: Store, sara: Customer, janis: Customer, put: Put
) -> None:
    """Whole, and by the system's own id alone."""
    in_both = replace(sara, external_ids={"vtiger": "12x34", "suitecrm": "a-b"})
    sara_id, janis_id = put(in_both, replace(janis, external_ids={"vtiger": "a-b"}))
    assert store.find_external("vtiger", "12x34") == replace(in_both, id=sara_id)
    for system, owner in (("suitecrm", sara_id), ("vtiger", janis_id)):
        found = store.find_external(system, "a-b")
        assert found is not None
        assert found.id == owner
    assert store.find_external("suitecrm", "12x34") is None
    assert store.find_external("\udcff", "\udcff") is None


def test_an_external_id_cannot_be_taken_over(
    store: Store, sara: Customer, janis: Customer, put: Put
) -> None:
    """Two customers with one id could not be told apart; nothing of the import is kept."""
    mine = replace(sara, external_ids={"vtiger": "12x34"})
    (sara_id,) = put(mine)
    with pytest.raises(StoreError, match="12x34"):
        store.put_customers([replace(janis, external_ids={"vtiger": "12x34"})])
    assert store.find_customer("C-2") is None
    assert store.find_external("vtiger", "12x34") == replace(mine, id=sara_id)


def test_an_external_id_that_was_given_up_is_free(
    store: Store, sara: Customer, janis: Customer, put: Put
) -> None:
    """For another customer, also of the same import."""
    put(replace(sara, external_ids={"vtiger": "12x34"}))
    assert store.put_customers(
        [sara, replace(janis, external_ids={"vtiger": "12x34"})]
    ) == ImportCounts(1, 1, 0)
    found = store.find_external("vtiger", "12x34")
    assert found is not None
    assert found.reference == "C-2"
