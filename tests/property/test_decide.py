"""Random rules and random calls: there is always a decision, and it explains itself."""

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from routing.decide import decide, explanation, reason, reasons
from routing.decisions_data import explanation_from_data, explanation_to_data
from routing.explain import explain
from routing.facts import CustomerFacts, CustomerStatus, Facts
from routing.rules import Policy
from routing.sights import see
from tests.property.policies import LIST, calls, holds, policies, scan


@given(policies(), calls())
def test_there_is_always_a_decision_and_it_is_the_first_rule_that_matches(
    policy: Policy, facts: Facts
) -> None:
    """Against plain scanning with the conditions tested one by one."""
    decision = decide(policy, LIST, facts)
    taken = policy.rules[LIST].rules[scan(policy, facts)]
    assert decision.rule_id == taken.id
    assert decision.route == taken.then
    assert decision.revision == policy.revision


@given(policies(), calls())
def test_the_last_rule_that_was_looked_at_is_the_one_that_matched(
    policy: Policy, facts: Facts
) -> None:
    """The tests are the rules in order; a rule that failed did so at its last clause."""
    decision = decide(policy, LIST, facts)
    *failed, matched = reasons(decision)
    looked_at = policy.rules[LIST].rules[: len(failed) + 1]
    assert [test.rule_id for test in (*failed, matched)] == [rule.id for rule in looked_at]
    assert matched.matched
    assert matched.rule_id == decision.rule_id
    assert [clause.condition for clause in matched.clauses] == list(looked_at[-1].when)
    for test in failed:
        assert [clause.held for clause in test.clauses].index(False) == len(test.clauses) - 1


@given(policies(), calls())
def test_every_clause_that_is_told_is_as_plain_testing_finds_it(
    policy: Policy, facts: Facts
) -> None:
    """Also of rules after the one that matched, which `--why-not` asks about."""
    decision = decide(policy, LIST, facts)
    for place, rule in enumerate(policy.rules[LIST].rules):
        told = reason(decision, place)
        assert told.rule_id == rule.id
        assert told.matched == all(holds(policy, facts, each) for each in rule.when)
        for clause, condition in zip(told.clauses, rule.when, strict=False):
            assert clause.condition == condition
            assert clause.held == holds(policy, facts, condition)
            assert clause.sight == see(policy, facts, condition.fact, condition.argument)


@given(policies(), calls(), st.integers(1, 5))
def test_the_explanation_agrees_with_the_decision(policy: Policy, facts: Facts, most: int) -> None:
    """One line a rule, one tick, before the outcome; the journal's copy says the same."""
    decision = decide(policy, LIST, facts)
    whole, last = explanation(decision), explanation(decision, most)
    _, *rules, outcome = explain(whole)
    assert [line.lstrip()[0] for line in rules] == ["✗"] * (len(rules) - 1) + ["✓"]
    assert [line.split()[1] for line in rules] == [f"{test.rule_id}:" for test in whole.tests]
    assert outcome.startswith("  → ")
    assert (last.tests, last.earlier + len(last.tests)) == (whole.tests[-most:], len(whole.tests))
    for told in (whole, last):
        assert (told.rule_id, told.route) == (decision.rule_id, decision.route)
        journalled = explanation_from_data(json.loads(json.dumps(explanation_to_data(told))))
        assert journalled == told
        assert explain(journalled) == explain(told)


@given(policies(st.just({})), calls())
def test_a_store_that_is_down_never_counts_as_anything_else(policy: Policy, facts: Facts) -> None:
    """Where nothing is declared for it, a clause about the customer has named `unavailable`."""
    down = replace(facts, customer=CustomerFacts(CustomerStatus.UNAVAILABLE))
    decision = decide(policy, LIST, down)
    for place in range(len(policy.rules[LIST].rules)):
        for clause in reason(decision, place).clauses:
            if clause.sight.seen == "unavailable":
                assert clause.held == ("unavailable" in clause.condition.allowed)
