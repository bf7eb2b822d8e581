"""Decides: a rule list and the facts of a call in, a decision with its reasons out."""

from collections.abc import Iterator

from routing.decisions import Clause, Decision, Explanation, RuleTest
from routing.facts import Facts
from routing.rules import Policy
from routing.sights import SIGHTS


def decide(policy: Policy, rules_id: str, facts: Facts) -> Decision:
    """Take the first rule of a list that matches.

    There always is one: the last rule of a list has no condition, or the policy does not load.

    Args:
        policy: The compiled rules.
        rules_id: A rule list of the policy.
        facts: What is known about the call.

    Returns:
        The decision, with what the call showed and which rules that let through.
    """
    rules = policy.rules[rules_id]
    matching = rules.index.everyone
    shown, passed = [], []
    for dimension in rules.index.dimensions:
        seen = SIGHTS[dimension.fact](policy, facts, dimension.argument or "")
        passing = dimension.passing(seen)
        matching &= passing
        shown.append(seen)
        passed.append(passing)
    first = (matching & -matching).bit_length() - 1
    return Decision(rules, first, tuple(shown), tuple(passed), policy.revision)


def reasons(decision: Decision, most: int | None = None) -> Iterator[RuleTest]:
    """Why each rule before the one that matched did not, and why that one did.

    Nothing is tested again: this reads off which rules each fact had let through.

    Args:
        decision: What was decided.
        most: So many rules at most, the last of those that were looked at; None for all.
    """
    begin = 0 if most is None else max(0, decision.position + 1 - most)
    for position in range(begin, decision.position + 1):
        yield reason(decision, position)


def explanation(decision: Decision, most: int | None = None) -> Explanation:
    """The decision, told completely, or with the last `most` of the rules that were looked at."""
    tests = tuple(reasons(decision, most))
    return Explanation(
        rules=decision.rules.id,
        rule_id=decision.rule_id,
        route=decision.route,
        tests=tests,
        earlier=decision.position + 1 - len(tests),
        revision=decision.revision,
    )


def reason(decision: Decision, position: int) -> RuleTest:
    """How one rule of the list stood, whether or not it comes before the one that matched."""
    rule, places = decision.rules.rules[position], decision.rules.index.places
    clauses = []
    for condition in rule.when:
        place = places[condition.fact, condition.argument]
        held = bool(decision.passed[place] >> position & 1)
        clauses.append(Clause(condition, decision.sight(place), held))
        if not held:
            break
    return RuleTest(rule.id, tuple(clauses))
