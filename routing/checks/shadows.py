"""Rules that can never match because earlier ones of their list always do.

The values of each fact are divided into classes that no rule of the list tells apart, and each
class gets the set of rules that it lets through, by the list's own index. A rule is shadowed if, in
every world in which it can match, one earlier rule lets through all that it does, or several do
whose values of one fact together are all of its own. Nothing is guessed: what is told is so.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import accumulate
from operator import and_
from typing import Final

from routing.checks.scene import Scene, listed
from routing.checks.worlds import (
    CUSTOMER_FACTS,
    FREE,
    OTHER,
    OTHER_NUMBER,
    WORLDS,
    Domain,
    Domains,
    World,
    admits,
)
from routing.compiling import assumed_values, conditions_of
from routing.conditions import UNAVAILABLE, Condition, Prefix, Range, Seen
from routing.indexing import Dimension, index_rules
from routing.model import RuleShape
from routing.problems import Path, Problem

_MOST_NAMED: Final = 4
"""Of the rules that take the calls of another one, in a message."""


def problems(scene: Scene) -> Iterator[Problem]:
    """Every rule that never gets a call."""
    domains = Domains(scene)
    assumed = assumed_values(scene.assumed)
    for list_id, rules in scene.rules.items():
        end = next((at for at, rule in enumerate(rules) if rule and rule.when is None), len(rules))
        conditions = [
            None if rule is None else (*conditions_of(rule.when),) for rule in rules[:end]
        ]
        for position, by in shadows(conditions, domains, assumed):
            yield _told(scene, list_id, rules, position, by)


def shadows(
    conditions: Sequence[tuple[Condition, ...] | None],
    domains: Domains,
    assumed: Mapping[str, Seen],
) -> Iterator[tuple[int, int]]:
    """The rules of a list that never get a call, each with the set of those that take its calls.

    Args:
        conditions: For each rule in order, its conditions; None where they cannot be made out: such
            a rule takes no calls.
        domains: The values that facts can have.
        assumed: What is taken for facts that could not be fetched.
    """
    legible = sum(1 << at for at, each in enumerate(conditions) if each is not None)
    found = _Shadows.over([each or () for each in conditions], legible, domains, assumed)
    for position, each in enumerate(conditions):
        by = found.of(position) if each is not None else 0
        if by:
            yield position, by


def _told(
    scene: Scene, list_id: str, rules: Sequence[RuleShape | None], position: int, by: int
) -> Problem:
    path: Path = ("rules", list_id)
    earlier = [at for at in range(position) if by >> at & 1]
    named = [rule.id for at in earlier[:_MOST_NAMED] if (rule := rules[at]) is not None]
    trial = any((rule := rules[at]) and rule.when and rule.when.share for at in earlier)
    lines = f"line {scene.line((*path, earlier[0]))}"
    if len(earlier) == 1:
        message = f'the rule "{named[0]}" in {lines} takes every call that this one would match'
    else:
        more = " and others" if len(earlier) > _MOST_NAMED else ""
        message = (
            f"the rules {listed(named)}{more}, from {lines} on, take every call that this one"
            " would match"
        )
    if trial:
        hint = 'another part of the calls is written "30%..60%"; or is the trial over?'
        return scene.at((*path, position), "trial-takes-all", message, hint)
    above = "them" if len(earlier) > 1 else "it"
    hint = f"move this rule above {above}, let {above} match less, or delete this one"
    return scene.at((*path, position), "shadowed-rule", message, hint)


@dataclass(frozen=True, slots=True)
class _Axis:
    """One fact of a list, its values in classes, each named by one of its values.

    Attributes:
        dimension: The fact, as it is indexed.
        words: The classes that are words.
        telephones: Those that are telephone numbers, in order.
        numbers: Those that are numbers, in order.
        asking: For each rule that asks for it, its condition.
        kinds: For each of these, a number that rules which ask the same have too.
        through: The rules that each word and telephone number lets through.
        numbers_through: Those that each number does, in order.
        known: The answers to `allowed` that were given already.
    """

    dimension: Dimension
    words: frozenset[str]
    telephones: tuple[str, ...]
    numbers: tuple[int, ...]
    asking: Mapping[int, Condition]
    kinds: Mapping[int, int]
    through: Mapping[str, int]
    numbers_through: tuple[int, ...]
    known: dict[tuple[int, int], "_Allowed"] = field(default_factory=dict)

    @classmethod
    def of(cls, dimension: Dimension, domain: Domain, asking: Mapping[int, Condition]) -> "_Axis":
        """Divide the values of a fact."""
        words = domain.words | {word for word in dimension.words if domain.knows(word)}
        words = words | {OTHER} if domain.more else words
        begun = (f"{digits}{OTHER}" for digits in dimension.prefixes)
        telephones = (*sorted((OTHER_NUMBER, *begun)),) if domain.telephone else ()
        low, high = domain.numbers or (0, -1)
        bounds = (low, *(bound for bound in dimension.bounds if low < bound <= high))
        numbers = bounds[: high - low + 1]
        kinds: dict[Condition, int] = {}
        return cls(
            dimension,
            words,
            telephones,
            numbers,
            asking,
            {position: kinds.setdefault(each, position) for position, each in asking.items()},
            {seen: dimension.passing(seen) for seen in (*words, *telephones)},
            tuple(map(dimension.passing, numbers)),
        )

    def allowed(self, position: int, world: World) -> "_Allowed":
        """What a rule allows of this fact in a world."""
        within = world.get(self.dimension.fact, FREE)
        # What worlds can be is made once: as an object it tells itself apart, and sooner than by
        # its values.
        key = (id(within), self.kinds.get(position, -1))
        if key not in self.known:
            named = (self.through[word] for word in self._named(position) if within.has(word))
            numbers = self._numbers(position) if within.but else ()
            self.known[key] = _Allowed.of((*named, *numbers))
        return self.known[key]

    def _named(self, position: int) -> Iterator[str]:
        """The words and telephone numbers that a rule allows."""
        condition = self.asking.get(position)
        if condition is None:
            yield from self.words
            yield from self.telephones
            return
        for allowed in condition.allowed:
            match allowed:
                case Prefix(digits):
                    begin, end = (
                        bisect_left(self.telephones, each) for each in (digits, f"{digits}:")
                    )
                    yield from self.telephones[begin:end]
                case str() if allowed in self.words:
                    yield allowed
        assumed = self.dimension.assumed
        if UNAVAILABLE in self.words and assumed is not None and admits(condition, assumed):
            yield UNAVAILABLE

    def _numbers(self, position: int) -> Iterator[int]:
        """For each class of numbers that a rule allows, the rules that it lets through."""
        condition = self.asking.get(position)
        if condition is None:
            yield from self.numbers_through
            return
        for allowed in condition.allowed:
            if isinstance(allowed, Range):
                begin = 0 if allowed.low is None else bisect_left(self.numbers, allowed.low)
                end = None if allowed.high is None else bisect_right(self.numbers, allowed.high)
                yield from self.numbers_through[begin:end]


@dataclass(frozen=True, slots=True)
class _Allowed:
    """Classes: the rules that each lets through, the fewest first, and those that all do."""

    classes: tuple[int, ...]
    common: int

    @classmethod
    def of(cls, classes: Iterable[int]) -> "_Allowed":
        """Find what they have in common."""
        found = sorted(classes, key=int.bit_count)
        return cls(tuple(found), reduce(and_, found, -1))


@dataclass(frozen=True, slots=True)
class _Shadows:
    """Finds the rules that shadow another one. `legible` are those that can."""

    axes: tuple[_Axis, ...]
    legible: int
    worlds: tuple[World, ...]

    @classmethod
    def over(
        cls,
        conditions: Sequence[tuple[Condition, ...]],
        legible: int,
        domains: Domains,
        assumed: Mapping[str, Seen],
    ) -> "_Shadows":
        """Make the axes of a list."""
        asking: dict[tuple[str, str | None], dict[int, Condition]] = {}
        for position, clauses in enumerate(conditions):
            for each in clauses:
                asking.setdefault((each.fact, each.argument), {})[position] = each
        axes = tuple(
            _Axis.of(dimension, domains.of(*key), asking[key])
            for dimension in index_rules(conditions, assumed).dimensions
            for key in ((dimension.fact, dimension.argument),)
        )
        told_apart = any(axis.dimension.fact in CUSTOMER_FACTS for axis in axes)
        return cls(axes, legible, WORLDS if told_apart else ({},))

    def of(self, position: int) -> int:
        """The rules that together take all calls of this one, as a set; 0 if it gets some."""
        taken = 0
        for world in self.worlds:
            allowed = [axis.allowed(position, world) for axis in self.axes]
            if not all(each.classes for each in allowed):
                continue
            by = _by(self.legible & ((1 << position) - 1), allowed)
            if not by:
                return 0
            taken |= by
        return taken


def _by(earlier: int, allowed: Sequence[_Allowed]) -> int:
    """Of the earlier rules, those that take all of these classes; 0 if they do not."""
    before = list(accumulate((each.common for each in allowed), and_, initial=earlier))
    if before[-1]:
        return before[-1] & -before[-1]
    after = earlier
    for number in range(len(allowed) - 1, -1, -1):
        others = before[number] & after
        if others:
            together = _first_of_each(others, allowed[number].classes)
            if together:
                return together
        after &= allowed[number].common
        if not after:
            break
    return 0


def _first_of_each(rules: int, classes: Iterable[int]) -> int:
    """For each class the first of these rules that it lets through; 0 if it is none for one."""
    found = 0
    for each in classes:
        through = rules & each
        if not through:
            return 0
        found |= through & -through
    return found
