"""What each condition sees of a call, as a word that it can be compared with.

A fact that could not be fetched is seen as `unavailable`, one that the call does not have as
`none`. A condition holds when the word is among those it allows: on an unavailable fact it fails,
unless it names `unavailable` itself.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, TypeAlias

from routing.decisions import Clause
from routing.facts import Contract, ContractStatus, CustomerFacts, CustomerStatus, Facts
from routing.hours import hours_state
from routing.rules import NONE, UNAVAILABLE, Condition, Policy

Sight: TypeAlias = Callable[[Policy, Facts, str], str]
"""Tells what a call shows of one fact; the last argument refines it and may be empty."""


def check_condition(policy: Policy, facts: Facts, condition: Condition) -> Clause:
    """Test one condition, keeping what was seen."""
    seen = SIGHTS[condition.fact](policy, facts, condition.argument or "")
    return Clause(condition, seen, seen in condition.allowed)


def contract_status(customer: CustomerFacts, day: date) -> ContractStatus:
    """How the support contract stands on `day`: of several, the best for the customer.

    A contract that has not begun yet counts for nothing.
    """
    if customer.status is CustomerStatus.UNAVAILABLE:
        return ContractStatus.UNAVAILABLE
    held = {_stands(contract, day) for contract in customer.contracts}
    best = (ContractStatus.RUNNING, ContractStatus.GRACE, ContractStatus.ENDED)
    return next((status for status in best if status in held), ContractStatus.NONE)


def _stands(contract: Contract, day: date) -> ContractStatus:
    if day < contract.starts:
        return ContractStatus.NONE
    days_over = (day - contract.ends).days
    if days_over <= 0:
        return ContractStatus.RUNNING
    return ContractStatus.GRACE if days_over <= contract.grace_days else ContractStatus.ENDED


def _of_customer(read: Callable[[CustomerFacts], str]) -> Sight:
    def see(_policy: Policy, facts: Facts, _argument: str) -> str:
        if facts.customer.status is CustomerStatus.UNAVAILABLE:
            return UNAVAILABLE
        return read(facts.customer)

    return see


def _stored(text: str | None) -> str:
    """Text from the store. It may hold anything, but not pass for one of our own words."""
    if text is None:
        return NONE
    return f'"{text}"' if text in {NONE, UNAVAILABLE} else text


SIGHTS: Final[Mapping[str, Sight]] = {
    "hours": lambda policy, facts, hours: hours_state(policy.hours[hours], facts.at),
    "customer": lambda _policy, facts, _: facts.customer.status,
    "contract": lambda _policy, facts, _: contract_status(facts.customer, facts.at.date()),
    "customer.segment": _of_customer(lambda customer: _stored(customer.segment)),
    "customer.language": _of_customer(lambda customer: _stored(customer.language)),
    "language": lambda _policy, facts, _: facts.language,
    "source": lambda _policy, facts, _: facts.source or NONE,
    "dialled": lambda _policy, facts, _: facts.dialled,
    "case.open": _of_customer(lambda customer: str(customer.open_cases > 0).lower()),
}
"""Every fact that a `when` can name."""
