"""Decides: a rule list and the facts of a call in, a decision with its reasons out."""

from collections.abc import Iterator

from routing.decisions import Clause, Decision, RuleTest
from routing.facts import Facts
from routing.matchers import check_condition
from routing.rules import Policy, Rule


def decide(policy: Policy, rules_id: str, facts: Facts) -> Decision:
    """Take the first rule of a list that matches.

    There always is one: the last rule of a list has no condition, or the policy does not load.

    Args:
        policy: The compiled rules.
        rules_id: A rule list of the policy.
        facts: What is known about the call.

    Returns:
        The decision, with every rule that was looked at and what it saw.
    """
    rules = policy.rules[rules_id].rules
    tests = tuple(_until_one_matches(policy, facts, rules))
    taken = rules[len(tests) - 1]
    return Decision(
        rules=rules_id,
        rule_id=taken.id,
        say=taken.say,
        priority=taken.priority,
        open_case=taken.open_case,
        destination=taken.then,
        tests=tests,
        revision=policy.revision,
    )


def _until_one_matches(policy: Policy, facts: Facts, rules: tuple[Rule, ...]) -> Iterator[RuleTest]:
    for rule in rules:
        test = RuleTest(rule.id, tuple(_until_one_fails(policy, facts, rule)))
        yield test
        if test.matched:
            return


def _until_one_fails(policy: Policy, facts: Facts, rule: Rule) -> Iterator[Clause]:
    for condition in rule.when:
        clause = check_condition(policy, facts, condition)
        yield clause
        if not clause.held:
            return
