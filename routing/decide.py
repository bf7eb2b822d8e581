"""Decides: a rule list and the facts of a call in, a decision with its reasons out."""

from collections.abc import Iterator

from routing.decisions import Clause, Decision, Explanation, RuleTest, Sight
from routing.facts import Facts
from routing.indexing import Dimension
from routing.rules import Policy
from routing.sights import see


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
    sights, passed = [], []
    for dimension in rules.index.dimensions:
        sight = see(policy, facts, dimension.fact, dimension.argument)
        passing = _passing(dimension, sight)
        matching &= passing
        sights.append(sight)
        passed.append(passing)
    first = (matching & -matching).bit_length() - 1
    return Decision(rules, first, tuple(sights), tuple(passed), policy.revision)


def _passing(dimension: Dimension, sight: Sight) -> int:
    passing = dimension.passing(sight.seen)
    if sight.taken_for is not None:
        passing |= dimension.passing(sight.taken_for)
    return passing


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
    dimensions = decision.rules.index.dimensions
    by_fact = {(each.fact, each.argument): number for number, each in enumerate(dimensions)}
    rule = decision.rules.rules[position]
    clauses = []
    for condition in rule.when:
        number = by_fact[condition.fact, condition.argument]
        held = bool(decision.passed[number] >> position & 1)
        clauses.append(Clause(condition, decision.sights[number], held))
        if not held:
            break
    return RuleTest(rule.id, tuple(clauses))
