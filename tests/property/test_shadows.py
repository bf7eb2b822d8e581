"""What is said of rules that can never match is true of every call that can come."""

from dataclasses import replace
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from routing.checks.scene import Scene
from routing.checks.shadows import shadows
from routing.checks.worlds import WORLDS, Domains, possible
from routing.decide import decide
from routing.facts import CustomerFacts, CustomerStatus, Facts
from routing.names import names_in
from routing.rules import Policy
from routing.yaml_reading import read_yaml
from tests.property.policies import LIST, calls, holds, policies
from tests.sample import BUILTIN, TEXT

VARIABLES: Final = """
variables:
  region: {channel: SITE_REGION, default: north}
  city: {channel: SITE_CITY}
"""


def domains_of(text: str) -> Domains:
    """The values that facts can have in a file."""
    document = read_yaml(text, "rules.yaml").document
    assert document is not None
    return Domains(Scene(document, names_in(document.data, BUILTIN), BUILTIN, None))


DOMAINS: Final = domains_of(TEXT + VARIABLES)


def real(facts: Facts) -> Facts:
    """The call as the server gathers it: who is not known has no file, who hides has no number."""
    customer, caller = facts.customer, facts.caller
    if caller.number is None:
        hidden = CustomerFacts(CustomerStatus.WITHHELD)
        return replace(facts, caller=replace(caller, country=None), customer=hidden)
    if customer.status is CustomerStatus.WITHHELD:
        customer = replace(customer, status=CustomerStatus.UNKNOWN)
    if customer.status is not CustomerStatus.KNOWN:
        stranger = CustomerFacts(customer.status, blocked=customer.blocked)
        return replace(facts, customer=stranger)
    opened = customer.oldest_open_case
    known = replace(customer, open_cases=0 if opened is None else max(1, customer.open_cases))
    return replace(facts, customer=known)


@given(policies(most=25), st.lists(calls().map(real), min_size=1, max_size=20))
def test_no_call_is_taken_by_a_rule_that_is_said_to_be_shadowed(
    policy: Policy, met: list[Facts]
) -> None:
    """Whatever the rules, and whatever is assumed of what could not be fetched."""
    rules = policy.rules[LIST].rules[:-1]
    dead = {at for at, _ in shadows([rule.when for rule in rules], DOMAINS, policy.assumed)}
    for facts in met:
        assert decide(policy, LIST, facts).position not in dead


@given(policies(most=25), st.lists(calls().map(real), min_size=1, max_size=20))
def test_no_call_matches_a_rule_that_is_said_to_contradict_itself(
    policy: Policy, met: list[Facts]
) -> None:
    """Looked at by itself, wherever it stands."""
    for rule in policy.rules[LIST].rules:
        if any(possible(rule.when, world, DOMAINS, policy.assumed) for world in WORLDS):
            continue
        for facts in met:
            assert not all(holds(policy, facts, condition) for condition in rule.when)


@given(policies(most=12), st.data())
def test_a_rule_is_shadowed_by_a_copy_of_itself(policy: Policy, data: st.DataObject) -> None:
    """So there is something to be found: whatever a rule asks, its double gets no call."""
    whens = [rule.when for rule in policy.rules[LIST].rules[:-1]]
    at = data.draw(st.integers(0, max(0, len(whens) - 1)))
    if not whens or not any(
        possible(whens[at], world, DOMAINS, policy.assumed) for world in WORLDS
    ):
        return
    assert len(whens) in dict(shadows([*whens, whens[at]], DOMAINS, policy.assumed))
