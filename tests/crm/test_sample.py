"""The customers that ship with the program."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from crm.contracts import ContractState, contract_state
from crm.importing import ImportReport, import_customers
from crm.memory_store import MemoryStore
from crm.ports import ImportCounts
from crm.records import ContractRecord
from crm.sample import CUSTOMERS, SAMPLE_FILE, write_sample


@pytest.fixture
def store() -> MemoryStore:
    """A store with the sample in it."""
    filled = MemoryStore()
    report = import_customers(filled, SAMPLE_FILE, country="IR")
    assert report == ImportReport(ImportCounts(CUSTOMERS, 0, 0), 0, None)
    return filled


def test_the_script_makes_the_file_that_ships(tmp_path: Path) -> None:
    """Byte for byte, whatever the version of Python."""
    write_sample(tmp_path / "customers.csv")
    assert (tmp_path / "customers.csv").read_bytes() == SAMPLE_FILE.read_bytes()


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+989121234567", ("C-0001", "fa", "gold", date(2030, 12, 31))),
        ("+989127654321", ("C-0002", "fa", "standard", date(2025, 12, 31))),
        ("+37120000001", ("C-0003", "en", "silver", date(2030, 12, 31))),
        ("+442079460001", ("C-0004", "en", "standard", date(2030, 12, 31))),
        ("+442079460002", ("C-0005", "en", "standard", date(2025, 12, 31))),
    ],
)
def test_the_first_customers_are_as_documented(
    store: MemoryStore, number: str, expected: tuple[object, ...]
) -> None:
    """The README and the live tests place calls as these."""
    (match,) = store.look_up_caller(number).matches
    customer = match.customer
    (contract,) = customer.contracts
    found = (customer.reference, customer.language, customer.segment, contract.ends)
    assert found == expected


def test_one_number_is_shared_and_no_other(store: MemoryStore) -> None:
    """An ambiguous caller to try; every other one is known."""
    numbers = Counter(
        number for customer in store.customers(limit=CUSTOMERS) for number in customer.numbers
    )
    assert [number for number, count in numbers.items() if count > 1] == ["+982188880000"]
    references = [
        match.customer.reference for match in store.look_up_caller("+982188880000").matches
    ]
    assert references == ["C-0006", "C-0007"]


@pytest.mark.parametrize("year", range(2026, 2031))
def test_every_state_of_a_contract_is_there_to_try(store: MemoryStore, year: int) -> None:
    """For years to come."""
    customers = store.customers(limit=CUSTOMERS)
    for month in range(1, 13):
        states = {
            contract_state(contract, date(year, month, 1))
            for customer in customers
            for contract in customer.contracts
        }
        assert states >= {ContractState.RUNNING, ContractState.GRACE, ContractState.ENDED}
    assert any(not customer.contracts for customer in customers)
    assert {customer.language for customer in customers} == {"fa", "lv", "en"}


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2025, 12, 31), ContractState.NOT_YET),
        (date(2026, 1, 1), ContractState.RUNNING),
        (date(2026, 12, 31), ContractState.RUNNING),
        (date(2027, 1, 1), ContractState.GRACE),
        (date(2027, 1, 14), ContractState.GRACE),
        (date(2027, 1, 15), ContractState.ENDED),
    ],
)
def test_a_contract_stands_as_its_days_say(day: date, state: ContractState) -> None:
    """First, last and all days of grace included."""
    contract = ContractRecord("gold", date(2026, 1, 1), date(2026, 12, 31), 14)
    assert contract_state(contract, day) == state
