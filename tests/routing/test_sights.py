"""What each condition sees of a call."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from routing.conditions import Seen
from routing.facts import Contract, ContractStatus, CustomerFacts, CustomerStatus, Facts
from routing.sights import SIGHTS, contract_status, see
from routing.when_model import QueueStateShape, WhenShape
from tests.sample import FACTS, POLICY

TODAY = date(2026, 11, 24)
UNAVAILABLE = CustomerFacts(CustomerStatus.UNAVAILABLE)


def facts(**customer: object) -> Facts:
    """The facts of a known customer with these changes."""
    return replace(FACTS, customer=replace(FACTS.customer, **customer))


def seen(call: Facts, fact: str, argument: str | None = None) -> Seen:
    """What the call shows of a fact."""
    return see(POLICY, call, fact, argument).seen


def test_every_fact_of_the_language_can_be_seen() -> None:
    """The words of `when` and the sights are the same."""
    asked = {field.alias or name for name, field in WhenShape.model_fields.items()}
    of_queues = {f"queue.{name}" for name in QueueStateShape.model_fields}
    assert (asked - {"queue"}) | of_queues == set(SIGHTS)


@pytest.mark.parametrize(
    ("fact", "argument", "expected"),
    [
        ("hours", "office", "open"),
        ("hours", "night", "closed"),
        ("customer", None, "known"),
        ("contract", None, "none"),
        ("customer.segment", None, "none"),
        ("customer.language", None, "fa"),
        ("language", None, "fa"),
        ("source", None, "website"),
        ("dialled", None, "+982191000000"),
        ("case.open", None, "false"),
    ],
)
def test_each_fact_is_seen(fact: str, argument: str | None, expected: Seen) -> None:
    """As a word or a number."""
    assert seen(FACTS, fact, argument) == expected


@pytest.mark.parametrize(
    "fact", ["customer", "contract", "customer.segment", "customer.language", "case.open"]
)
def test_a_store_that_is_down_is_seen_as_such(fact: str) -> None:
    """It is no ended contract, and no customer without a segment."""
    assert seen(replace(FACTS, customer=UNAVAILABLE), fact) == "unavailable"


@pytest.mark.parametrize("word", ["none", "unavailable"])
def test_text_from_the_store_cannot_pass_for_a_word_of_ours(word: str) -> None:
    """A segment called `unavailable` is a segment."""
    hostile = facts(segment=word, language=word)
    assert seen(hostile, "customer.segment") == f'"{word}"'
    assert seen(hostile, "customer.language") == f'"{word}"'


def test_a_number_without_a_source_has_none() -> None:
    """It can be asked for."""
    assert seen(replace(FACTS, source=None), "source") == "none"


def test_an_open_case_is_seen() -> None:
    """One is enough."""
    assert seen(facts(open_cases=1), "case.open") == "true"


def contract(begins: int, ends: int, grace: int = 0) -> Contract:
    """A contract whose first and last day are so many days from today."""
    return Contract("gold", TODAY + timedelta(days=begins), TODAY + timedelta(days=ends), grace)


@pytest.mark.parametrize(
    ("contracts", "status"),
    [
        ([], ContractStatus.NONE),
        ([contract(-10, 10)], ContractStatus.RUNNING),
        ([contract(0, 0)], ContractStatus.RUNNING),
        ([contract(-10, -1)], ContractStatus.ENDED),
        ([contract(-10, -1, grace=1)], ContractStatus.GRACE),
        ([contract(-10, -2, grace=1)], ContractStatus.ENDED),
        ([contract(1, 10)], ContractStatus.NONE),
        ([contract(-10, -5), contract(1, 10)], ContractStatus.ENDED),
        ([contract(-10, -5), contract(-3, -1, grace=5)], ContractStatus.GRACE),
        ([contract(-3, -1, grace=5), contract(-10, 10), contract(-9, -5)], ContractStatus.RUNNING),
    ],
)
def test_the_best_contract_counts(contracts: list[Contract], status: ContractStatus) -> None:
    """Both of its days are included; one that begins later counts for nothing."""
    customer = CustomerFacts(CustomerStatus.KNOWN, contracts=tuple(contracts))
    assert contract_status(customer, TODAY) is status


def test_a_contract_at_the_end_of_the_calendar() -> None:
    """`9999-12-31` means for ever, and days of grace do not go over the edge."""
    for_ever = Contract("gold", date.min, date.max, 365)
    customer = CustomerFacts(CustomerStatus.KNOWN, contracts=(for_ever,))
    assert contract_status(customer, TODAY) is ContractStatus.RUNNING
