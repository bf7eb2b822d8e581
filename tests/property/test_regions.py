"""Two random versions of a rule list: the differences told are those that calls meet."""

from dataclasses import replace
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from routing.conditions import Condition, Range, Seen
from routing.decide import decide
from routing.decisions import Decision
from routing.destinations import Route, ToHangup, ToQueue
from routing.explain import seen_in_words
from routing.facts import CustomerFacts, CustomerStatus, Facts, QueueFacts
from routing.indexing import index_rules
from routing.regions import Region, differing_regions
from routing.rules import Policy, Rule, RuleList
from routing.value_classes import Values
from tests.sample import FACTS, POLICY

WORDS: Final = {
    "customer.segment": ("gold", "silver", "none", "unavailable"),
    "language": ("fa", "en"),
    "case.open": ("true", "false", "unavailable"),
}


def conditions() -> st.SearchStrategy[Condition]:
    """A condition on words, or on a number."""
    words = st.sampled_from(sorted(WORDS)).flatmap(
        lambda fact: st.builds(
            Condition,
            st.just(fact),
            st.none(),
            st.lists(st.sampled_from(WORDS[fact]), min_size=1, unique=True).map(tuple),
        )
    )
    ranges = st.tuples(st.integers(0, 5), st.integers(0, 5)).map(
        lambda ends: Range(min(ends), max(ends), f"{min(ends)}..{max(ends)}")
    )
    allowed = st.lists(st.one_of(ranges, st.just("unavailable")), min_size=1).map(tuple)
    waiting = st.builds(Condition, st.just("queue.waiting"), st.just("support"), allowed)
    return words | waiting


def rule_lists() -> st.SearchStrategy[RuleList]:
    """A list of up to five rules and the last one, which is for everyone."""
    when = st.dictionaries(st.integers(0, 3), conditions(), max_size=3).map(
        lambda found: tuple({each.fact: each for each in found.values()}.values())
    )
    route = st.sampled_from(["a", "b", "c"]).map(lambda queue: Route(ToQueue(queue)))
    return st.lists(st.tuples(when, route), max_size=5).map(_list)


def _list(drawn: list[tuple[tuple[Condition, ...], Route]]) -> RuleList:
    rules = [
        Rule(f"rule-{number}", when, then, "f", number) for number, (when, then) in enumerate(drawn)
    ]
    rules.append(Rule("last", (), Route(ToHangup()), "f", 99))
    return RuleList("list", tuple(rules), index_rules([rule.when for rule in rules]), ())


def calls() -> st.SearchStrategy[Facts]:
    """Any call, as far as these rules look at it."""
    customer = st.builds(
        CustomerFacts,
        st.sampled_from([CustomerStatus.KNOWN, CustomerStatus.UNAVAILABLE]),
        segment=st.sampled_from(["gold", "silver", "bronze", None]),
        open_cases=st.integers(0, 1),
    )
    queues = st.none() | st.integers(0, 7)
    return st.builds(
        replace,
        st.just(FACTS),
        customer=customer,
        language=st.sampled_from(["fa", "en"]),
        queues=queues.map(lambda waiting: {"support": QueueFacts(waiting=waiting)}),
    )


def served(rules: RuleList, facts: Facts) -> Decision:
    """What a list decides for a call."""
    policy: Policy = replace(POLICY, rules={"list": rules})
    return decide(policy, "list", facts)


@given(rule_lists(), rule_lists(), calls())
def test_a_call_goes_another_way_just_when_a_region_names_its_two_rules(
    old: RuleList, new: RuleList, facts: Facts
) -> None:
    """And what is said of the calls of that region is true of it."""
    before, now = served(old, facts), served(new, facts)
    shown = {(sight.fact, sight.argument): sight.seen for sight in (*before.sights, *now.sights)}
    pair = (before.rule_id, now.rule_id)
    found = [each for each in differing_regions(old, new) if (each.old.id, each.new.id) == pair]
    if before.route == now.route:
        assert not found
    else:
        (region,) = found
        assert _holds(region, shown)


def _holds(region: Region, shown: dict[tuple[str, str | None], Seen]) -> bool:
    return all(_among(values, shown[values.fact, values.argument]) for values in region.calls)


def _among(values: Values, seen: Seen) -> bool:
    if values.others:
        return seen_in_words(values.fact, seen) not in values.excluded
    if isinstance(seen, int):
        return any(_within(name, seen) for name in values.named if name != "unavailable")
    return seen in values.named


def _within(name: str, number: int) -> bool:
    """Whether a span, as it is spelt, holds a number."""
    if name == "none":
        return False
    if name.startswith("<"):
        return number < int(name[1:])
    if name.startswith(">="):
        return number >= int(name[2:])
    first, _, last = name.partition("..")
    return int(first) <= number <= int(last or first)


@given(rule_lists())
def test_a_list_does_not_differ_from_itself(rules: RuleList) -> None:
    """Nor from one in which a rule has another name."""
    assert not list(differing_regions(rules, rules))


@given(rule_lists(), rule_lists())
def test_no_pair_of_rules_is_told_twice(old: RuleList, new: RuleList) -> None:
    """However many ways lead to it."""
    pairs = [(each.old.id, each.new.id) for each in differing_regions(old, new)]
    assert len(pairs) == len(set(pairs))
