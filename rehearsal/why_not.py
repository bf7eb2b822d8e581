"""Why a rule did not decide for a call."""

from collections.abc import Iterator
from dataclasses import dataclass

from ivr.effects import Decided
from rehearsal.account import Account, HungUp
from routing.decide import reason
from routing.decisions import Decision
from routing.describing_routes import routes_to
from routing.explain import rule_line
from routing.rules import Policy


class NoSuchRuleError(Exception):
    """The rules do not have this rule, or several of this name; the message says so."""


@dataclass(frozen=True, slots=True)
class RulePlace:
    """A rule, by its list and its place in it."""

    rules: str
    position: int
    id: str

    def __str__(self) -> str:
        return f"{self.rules}/{self.id}"


def find_rule(policy: Policy, word: str) -> RulePlace:
    """The rule that is meant by `list/rule`, or by its id alone where no other is called so.

    Raises:
        NoSuchRuleError: There is none, or more than one.
    """
    places = [
        RulePlace(rules.id, position, rule.id)
        for rules in policy.rules.values()
        for position, rule in enumerate(rules.rules)
    ]
    found = [place for place in places if word in {place.id, str(place)}]
    if len(found) == 1:
        return found[0]
    if found:
        names = " or ".join(str(place) for place in found)
        raise NoSuchRuleError(f"several rules are called {word}: write {names}")
    raise NoSuchRuleError(
        f"there is no rule {word}: write list/rule, as in {places[0]}"
        if places
        else "the rules have no lists of rules"
    )


def why_not(policy: Policy, rule: RulePlace, account: Account) -> tuple[str, ...]:
    """Why a rule did not decide, as lines; or that it did.

    Args:
        policy: The rules that the call was led by.
        rule: The rule.
        account: What became of the call.
    """
    decisions = [each.decision for each in account.events(Decided)]
    there = [decision for decision in decisions if decision.rules.id == rule.rules]
    if not there:
        return tuple(_not_reached(policy, rule, decisions, account))
    return tuple(line for decision in there for line in _at(rule, decision))


def _at(rule: RulePlace, decision: Decision) -> Iterator[str]:
    """How the rule stood when its list decided."""
    test = reason(decision, rule.position)
    if decision.position == rule.position:
        yield f"{rule} did decide:"
    elif test.matched:
        yield f"{rule} would match, but an earlier rule did so first: {decision.rule_id}"
        yield f"  {rule_line(reason(decision, decision.position))}"
    else:
        yield f"{rule} does not match this call:"
    yield f"  {rule_line(test)}"


def _not_reached(
    policy: Policy, rule: RulePlace, decisions: list[Decision], account: Account
) -> Iterator[str]:
    yield f"{rule} was not asked: the call never came to the rules {rule.rules}"
    asked = [f"rules {each.rules.id} ({each.rule_id} decided)" for each in decisions]
    yield f"  it passed {', '.join(asked)}" if asked else "  it passed no rules at all"
    yield from (f"  the caller hung up at {each.stage}" for each in account.events(HungUp))
    ways = list(routes_to(policy, rule.rules))
    yield f"  what leads there: {'; '.join(ways)}" if ways else "  nothing leads there"
