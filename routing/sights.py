"""What a call shows of each fact that rules can ask for.

It is a word or a number that conditions are compared with. A fact that could not be fetched is
seen as `unavailable`, one that the call does not have as `none`.
"""

from collections.abc import Callable, Mapping
from datetime import date
from hashlib import blake2b
from typing import Final, TypeAlias

from routing.conditions import NONE, UNAVAILABLE, Seen
from routing.decisions import Sight
from routing.facts import Contract, ContractStatus, CustomerFacts, CustomerStatus, Facts, QueueFacts
from routing.hours import hours_state
from routing.rules import Policy

See: TypeAlias = Callable[[Policy, Facts, str], Seen]
"""Tells what a call shows of one fact; the last argument refines it and may be empty."""

WHOLE_SHARE: Final = 10_000
"""All calls, in the units in which shares are counted: hundredths of a per cent."""


def see(policy: Policy, facts: Facts, fact: str, argument: str | None) -> Sight:
    """What a call shows of one fact."""
    seen = SIGHTS[fact](policy, facts, argument or "")
    taken_for = policy.assumed.get(fact) if seen == UNAVAILABLE else None
    return Sight(fact, argument, seen, taken_for)


def contract_status(customer: CustomerFacts, day: date) -> ContractStatus:
    """How the support contract stands on `day`: of several, the best for the customer.

    A contract that has not begun yet counts for nothing.
    """
    if customer.status is CustomerStatus.UNAVAILABLE:
        return ContractStatus.UNAVAILABLE
    held = {_stands(contract, day) for contract in customer.contracts}
    best = (ContractStatus.RUNNING, ContractStatus.GRACE, ContractStatus.ENDED)
    return next((status for status in best if status in held), ContractStatus.NONE)


def share_of(call_id: str, trial: str) -> int:
    """Where a call stands among all calls for a trial: 0 to 9,999, always the same.

    The trial's name goes into it, so that two trials divide the calls independently.
    """
    digest = blake2b(f"{trial}\0{call_id}".encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") % WHOLE_SHARE


def _stands(contract: Contract, day: date) -> ContractStatus:
    if day < contract.starts:
        return ContractStatus.NONE
    days_over = (day - contract.ends).days
    if days_over <= 0:
        return ContractStatus.RUNNING
    return ContractStatus.GRACE if days_over <= contract.grace_days else ContractStatus.ENDED


def _of_customer(read: Callable[[CustomerFacts], Seen]) -> See:
    def see_customer(_policy: Policy, facts: Facts, _argument: str) -> Seen:
        if facts.customer.status is CustomerStatus.UNAVAILABLE:
            return UNAVAILABLE
        return read(facts.customer)

    return see_customer


def _of_queue(read: Callable[[QueueFacts], int | None]) -> See:
    def see_queue(_policy: Policy, facts: Facts, queue: str) -> Seen:
        known = facts.queues.get(queue)
        value = None if known is None else read(known)
        return UNAVAILABLE if value is None else value

    return see_queue


def _stored(text: str | None) -> str:
    """Text from outside. It may hold anything, but not pass for one of our own words."""
    if text is None:
        return NONE
    return f'"{text}"' if text in {NONE, UNAVAILABLE} else text


def _or_none(number: int | None) -> Seen:
    return NONE if number is None else number


def _truth(holds: bool) -> str:
    return "true" if holds else "false"


def _case_age(_policy: Policy, facts: Facts, _argument: str) -> Seen:
    if facts.customer.status is CustomerStatus.UNAVAILABLE:
        return UNAVAILABLE
    opened = facts.customer.oldest_open_case
    return NONE if opened is None else max(0, int((facts.at - opened).total_seconds()))


def _variable(policy: Policy, facts: Facts, name: str) -> Seen:
    declared = policy.variables[name]
    return _stored(facts.variables.get(name, declared.default))


SIGHTS: Final[Mapping[str, See]] = {
    "hours": lambda policy, facts, hours: hours_state(policy.hours[hours], facts.at),
    "dialled": lambda _policy, facts, _: facts.dialled,
    "source": lambda _policy, facts, _: facts.source or NONE,
    "language": lambda _policy, facts, _: facts.language,
    "caller.blocked": _of_customer(lambda customer: _truth(customer.blocked)),
    "caller.proven": lambda _policy, facts, _: _truth(facts.proven),
    "caller.country": lambda _policy, facts, _: facts.caller.country or NONE,
    "caller.area": lambda _policy, facts, _: facts.caller.number or NONE,
    "customer": lambda _policy, facts, _: facts.customer.status,
    "customer.segment": _of_customer(lambda customer: _stored(customer.segment)),
    "customer.language": _of_customer(lambda customer: _stored(customer.language)),
    "customer.lead_score": _of_customer(lambda customer: _or_none(customer.lead_score)),
    "customer.last_agent": _of_customer(lambda customer: _stored(customer.last_agent)),
    "contract": lambda _policy, facts, _: contract_status(facts.customer, facts.at.date()),
    "case.open": _of_customer(lambda customer: _truth(customer.open_cases > 0)),
    "case.age": _case_age,
    "queue.waiting": _of_queue(lambda queue: queue.waiting),
    "queue.longest_wait": _of_queue(lambda queue: queue.longest_wait),
    "queue.agents": _of_queue(lambda queue: queue.agents),
    "queue.estimated_wait": _of_queue(lambda queue: queue.estimated_wait),
    "keyed": lambda _policy, facts, dialogue: facts.keyed.get(dialogue, NONE),
    "share": lambda _policy, facts, trial: share_of(facts.call_id, trial),
    "variable": _variable,
}
"""Every fact that a `when` can name."""
