"""Random rules and random calls: there is always a decision, and it explains itself."""

import json
from dataclasses import replace
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st
from routing.matchers import SIGHTS

from routing.decide import decide
from routing.destinations import ToHangup, ToQueue
from routing.explain import decision_from_data, decision_to_data, explain
from routing.facts import Contract, CustomerFacts, CustomerStatus, Facts
from routing.rules import Condition, Policy, Rule, RuleList
from tests.sample import FACTS, POLICY, TEHRAN

WORDS = {
    "hours": ["open", "closed", "holiday"],
    "customer": list(CustomerStatus),
    "contract": ["running", "grace", "ended", "none", "unavailable"],
    "customer.segment": ["gold", "none", "unavailable"],
    "customer.language": ["fa", "en", "none", "unavailable"],
    "language": ["fa", "en"],
    "source": ["website", "none"],
    "dialled": ["+982191000000", "201"],
    "case.open": ["true", "false", "unavailable"],
}


def conditions() -> st.SearchStrategy[Condition]:
    """Any condition of the language."""
    return st.sampled_from(sorted(WORDS)).flatmap(
        lambda fact: st.builds(
            Condition,
            st.just(fact),
            st.sampled_from(["office", "night"]) if fact == "hours" else st.none(),
            st.lists(st.sampled_from(WORDS[fact]), min_size=1, unique=True).map(tuple),
        )
    )


def policies() -> st.SearchStrategy[Policy]:
    """A policy with one rule list, whose last rule is for everyone."""
    rule = st.builds(
        Rule,
        id=st.just(""),
        when=st.lists(conditions(), min_size=1, max_size=3).map(tuple),
        say=st.lists(st.just("hello"), max_size=1).map(tuple),
        priority=st.none() | st.integers(0, 10),
        open_case=st.booleans(),
        then=st.just(ToQueue("support")),
        line=st.just(1),
    )
    return st.lists(rule, max_size=8).map(_policy)


def _policy(rules: list[Rule]) -> Policy:
    last = Rule("last", (), (), None, open_case=False, then=ToHangup(), line=1)
    named = [replace(rule, id=f"rule-{index}") for index, rule in enumerate(rules)]
    return replace(POLICY, rules={"list": RuleList("list", (*named, last))})


def calls() -> st.SearchStrategy[Facts]:
    """The facts of any call."""
    days = st.dates()
    contract = st.builds(Contract, st.just("gold"), days, days, st.integers(0, 1000))
    customer = st.builds(
        CustomerFacts,
        st.sampled_from(CustomerStatus),
        language=st.sampled_from(["fa", "en", None]),
        segment=st.sampled_from(["gold", "none", "unavailable", None]) | st.text(),
        contracts=st.lists(contract, max_size=3).map(tuple),
        open_cases=st.integers(0, 2),
    )
    return st.builds(
        replace,
        st.just(FACTS),
        at=st.datetimes(datetime(1990, 1, 1), timezones=st.just(TEHRAN)),  # noqa: DTZ001
        dialled=st.sampled_from(["+982191000000", "201", ""]),
        source=st.sampled_from(["website", None]),
        language=st.sampled_from(["fa", "en"]),
        customer=customer,
    )


@given(policies(), calls())
def test_there_is_always_a_decision_and_it_is_the_first_rule_that_matches(
    policy: Policy, facts: Facts
) -> None:
    """Against plain scanning with the conditions tested one by one."""
    decision = decide(policy, "list", facts)
    rules = policy.rules["list"].rules
    matching = [rule for rule in rules if all(_holds(policy, facts, each) for each in rule.when)]
    taken = matching[0]
    assert decision.rule_id == taken.id
    assert (decision.say, decision.priority) == (taken.say, taken.priority)
    assert (decision.open_case, decision.destination) == (taken.open_case, taken.then)
    assert decision.revision == policy.revision


def _holds(policy: Policy, facts: Facts, condition: Condition) -> bool:
    return SIGHTS[condition.fact](policy, facts, condition.argument or "") in condition.allowed


@given(policies(), calls())
def test_the_last_rule_that_was_looked_at_is_the_one_that_matched(
    policy: Policy, facts: Facts
) -> None:
    """The tests are the rules in order; a rule that failed did so at its last clause."""
    decision = decide(policy, "list", facts)
    *failed, matched = decision.tests
    looked_at = policy.rules["list"].rules[: len(decision.tests)]
    assert [test.rule_id for test in decision.tests] == [rule.id for rule in looked_at]
    assert matched.matched
    assert matched.rule_id == decision.rule_id
    assert [clause.condition for clause in matched.clauses] == list(looked_at[-1].when)
    for test in failed:
        assert [clause.held for clause in test.clauses].index(False) == len(test.clauses) - 1


@given(policies(), calls())
def test_the_explanation_agrees_with_the_decision(policy: Policy, facts: Facts) -> None:
    """One line a rule, one tick, before the outcome; the journal's copy says the same."""
    decision = decide(policy, "list", facts)
    _, *rules, outcome = explain(decision)
    assert [line.lstrip()[0] for line in rules] == ["✗"] * (len(rules) - 1) + ["✓"]
    assert [line.split()[1] for line in rules] == [f"{test.rule_id}:" for test in decision.tests]
    assert outcome.startswith("  → ")
    journalled = decision_from_data(json.loads(json.dumps(decision_to_data(decision))))
    assert journalled == decision
    assert explain(journalled) == explain(decision)


@given(policies(), calls())
def test_a_store_that_is_down_never_counts_as_anything_else(policy: Policy, facts: Facts) -> None:
    """Whatever the rules ask of the customer, a clause that held has named `unavailable`."""
    down = replace(facts, customer=CustomerFacts(CustomerStatus.UNAVAILABLE))
    asked = {"customer", "contract", "customer.segment", "customer.language", "case.open"}
    for test in decide(policy, "list", down).tests:
        for clause in test.clauses:
            if clause.condition.fact in asked:
                assert clause.held == ("unavailable" in clause.condition.allowed)
