"""What is different between two versions of the rules: in meaning, not in text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from routing.conditions import Condition
from routing.describing import sections
from routing.describing_dialogues import Aspects
from routing.explain import condition_in_words, route_in_words
from routing.regions import Region, TooManyCasesError, differing_regions
from routing.rules import Policy, Rule, RuleList
from routing.value_classes import Values


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is otherwise.

    Attributes:
        place: What it is about: `queues.support`, `rules.arrival`.
        about: Which calls, or which aspect of the entry.
        before: How it was; None if there was nothing.
        now: How it is; None if there is nothing any more.
        calls: For rules, what these calls show of each fact, where they do not show everything.
    """

    place: str
    about: str
    before: str | None
    now: str | None
    calls: tuple[Values, ...] = ()


def differences(old: Policy, new: Policy) -> Iterator[Difference]:
    """Everything that is different in meaning, rule lists first."""
    yield from _rule_lists(old, new)
    before, now = dict(sections(old)), dict(sections(new))
    for section, entries in now.items():
        yield from _entries(section, before[section], entries)


def _entries(
    section: str, before: Mapping[str, Aspects], now: Mapping[str, Aspects]
) -> Iterator[Difference]:
    for id_ in dict.fromkeys((*before, *now)):
        place = f"{section}.{id_}" if id_ else section
        if id_ not in now:
            yield Difference(place, "", _all_in_words(before[id_]), None)
        elif id_ not in before:
            yield Difference(place, "", None, _all_in_words(now[id_]))
        else:
            yield from _aspects(place, before[id_], now[id_])


def _aspects(place: str, before: Aspects, now: Aspects) -> Iterator[Difference]:
    for about in dict.fromkeys((*before, *now)):
        if before.get(about) != now.get(about):
            yield Difference(place, about, before.get(about), now.get(about))


def _all_in_words(aspects: Aspects) -> str:
    return "; ".join(f"{about}: {words}" for about, words in aspects.items())


def _rule_lists(old: Policy, new: Policy) -> Iterator[Difference]:
    for id_ in dict.fromkeys((*old.rules, *new.rules)):
        place = f"rules.{id_}"
        if id_ not in new.rules:
            yield Difference(place, "", _list_in_words(old.rules[id_]), None)
        elif id_ not in old.rules:
            yield Difference(place, "", None, _list_in_words(new.rules[id_]))
        else:
            yield from _decisions(place, old.rules[id_], new.rules[id_])


def _list_in_words(rules: RuleList) -> str:
    return "; ".join(f"{_calls(rule.when)}: {route_in_words(rule.then)}" for rule in rules.rules)


def _decisions(place: str, old: RuleList, new: RuleList) -> Iterator[Difference]:
    """The calls that are sent another way, by the rules that take them before and now."""
    try:
        regions = differing_regions(old, new)
    except TooManyCasesError:
        yield from _texts(place, old, new)
        return
    for region in regions:
        yield Difference(
            place=place,
            about=_shown(region) or _calls((*region.old.when, *region.new.when)),
            before=_taken(region.old),
            now=_taken(region.new),
            calls=region.calls,
        )


def _shown(region: Region) -> str:
    """What these calls show of the facts that the two rules ask for.

    The other facts are left out: by them, earlier rules take calls away.
    """
    asked = {(each.fact, each.argument) for each in (*region.old.when, *region.new.when)}
    shown = [values for values in region.calls if (values.fact, values.argument) in asked]
    return ", ".join(values.in_words() for values in shown)


def _taken(rule: Rule) -> str:
    return f"{route_in_words(rule.then)} (rule {rule.id})"


def _calls(when: Sequence[Condition]) -> str:
    conditions = dict.fromkeys(condition_in_words(condition) for condition in when)
    return ", ".join(conditions) or "calls that no other rule takes"


def _texts(place: str, old: RuleList, new: RuleList) -> Iterator[Difference]:
    """Rule by rule: what is said when the calls themselves cannot be told apart in time."""
    before = {rule.id: f"{_calls(rule.when)}: {route_in_words(rule.then)}" for rule in old.rules}
    now = {rule.id: f"{_calls(rule.when)}: {route_in_words(rule.then)}" for rule in new.rules}
    yield from _aspects(place, _named(before), _named(now))
    order = [[id_ for id_ in ids if id_ in before and id_ in now] for ids in (before, now)]
    if order[0] != order[1]:
        yield Difference(place, "order of rules", ", ".join(order[0]), ", ".join(order[1]))


def _named(rules: Mapping[str, str]) -> Aspects:
    return {f"rule {id_}": words for id_, words in rules.items()}
