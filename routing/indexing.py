"""The index of a rule list: which rules each value of each fact lets through.

A set of rules is a number whose bit `n` stands for rule `n`. Each fact that a list asks for is a
dimension; what a call shows of it selects a set; the sets of all dimensions have in common exactly
the rules that match, and the lowest bit is the first of them. So a decision costs one look-up for
each fact, whatever the number of rules.

What is taken for a fact that could not be fetched is part of the index: `unavailable` lets through
what that value does, and the rules that name `unavailable` themselves.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from routing.conditions import UNAVAILABLE, Condition, Prefix, Range, Seen


@dataclass(frozen=True, slots=True)
class Dimension:
    """One fact that a list asks for.

    Attributes:
        fact: Its name.
        argument: What refines it.
        assumed: What is taken for it when it could not be fetched; None if nothing is.
        free: The rules that do not ask for it: every value lets them through.
        words: The rules that a word lets through.
        prefixes: The rules that allow numbers that begin so.
        lengths: How long these beginnings are.
        bounds: Numbers, ascending, at which the set of rules that a number lets through changes.
        spans: The sets below the first bound, from it to the next, and so on.
    """

    fact: str
    argument: str | None
    assumed: Seen | None
    free: int
    words: Mapping[str, int]
    prefixes: Mapping[str, int]
    lengths: tuple[int, ...]
    bounds: tuple[int, ...]
    spans: tuple[int, ...]

    def passing(self, seen: Seen) -> int:
        """The rules that this value lets through."""
        if isinstance(seen, int):
            return self.spans[bisect_right(self.bounds, seen)]
        found = self.words.get(seen, self.free)
        for length in self.lengths:
            found |= self.prefixes.get(seen[:length], 0)
        return found


@dataclass(frozen=True, slots=True)
class Index:
    """The dimensions of a list, in the order in which its rules first ask for them.

    `everyone` is the set of all rules; `places` tells where the dimension of a fact, with what
    refines it, stands among the dimensions.
    """

    everyone: int
    dimensions: tuple[Dimension, ...]
    places: Mapping[tuple[str, str | None], int]


def index_rules(
    conditions: Sequence[Iterable[Condition]], assumed: Mapping[str, Seen] | None = None
) -> Index:
    """Make the index of a list.

    Args:
        conditions: For each rule in order, its conditions: at most one for a fact and argument.
        assumed: What is taken for a fact that could not be fetched.
    """
    asking: dict[tuple[str, str | None], dict[int, Condition]] = {}
    for position, clauses in enumerate(conditions):
        for clause in clauses:
            asking.setdefault((clause.fact, clause.argument), {})[position] = clause
    everyone = (1 << len(conditions)) - 1
    dimensions = (
        _dimension(fact, argument, asked, everyone & ~_bits(asked))
        for (fact, argument), asked in asking.items()
    )
    return Index(
        everyone,
        tuple(_assuming(each, (assumed or {}).get(each.fact)) for each in dimensions),
        places={key: place for place, key in enumerate(asking)},
    )


def _assuming(dimension: Dimension, value: Seen | None) -> Dimension:
    """The dimension in which `value` is taken for what could not be fetched."""
    if value is None:
        return dimension
    passing = dimension.passing(UNAVAILABLE) | dimension.passing(value)
    return replace(dimension, assumed=value, words={**dimension.words, UNAVAILABLE: passing})


def _dimension(
    fact: str, argument: str | None, asking: Mapping[int, Condition], free: int
) -> Dimension:
    words: dict[str, set[int]] = {}
    prefixes: dict[str, set[int]] = {}
    ranges: list[tuple[int, Range]] = []
    for position, condition in asking.items():
        for allowed in condition.allowed:
            match allowed:
                case Range():
                    ranges.append((position, allowed))
                case Prefix(digits):
                    prefixes.setdefault(digits, set()).add(position)
                case _:
                    words.setdefault(allowed, set()).add(position)
    bounds, spans = _spans(ranges)
    return Dimension(
        fact=fact,
        argument=argument,
        assumed=None,
        free=free,
        words={word: free | _bits(positions) for word, positions in words.items()},
        prefixes={digits: _bits(positions) for digits, positions in prefixes.items()},
        lengths=tuple(sorted({len(digits) for digits in prefixes})),
        bounds=bounds,
        spans=tuple(free | span for span in spans),
    )


def _bits(positions: Iterable[int]) -> int:
    """The set of these rules. Set bit by bit in bytes: numbers of this size are slow to add up."""
    present = tuple(positions)
    space = bytearray(max(present, default=0) // 8 + 1)
    for position in present:
        space[position >> 3] |= 1 << (position & 7)
    return int.from_bytes(space, "little")


def _spans(ranges: Sequence[tuple[int, Range]]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Between which numbers which rules allow a number."""
    changes: dict[int, set[int]] = {}
    begun: set[int] = set()
    # A rule may have several ranges; they are united, as a set that each bound is looked up for.
    by_rule: dict[int, list[Range]] = {}
    for position, allowed in ranges:
        by_rule.setdefault(position, []).append(allowed)
        if allowed.low is None:
            begun.add(position)
        else:
            changes.setdefault(allowed.low, set()).add(position)
        if allowed.high is not None:
            changes.setdefault(allowed.high + 1, set()).add(position)
    spans = [_bits(begun)]
    for bound in sorted(changes):
        spans.append(_changed(spans[-1], bound, changes[bound], by_rule))
    return tuple(sorted(changes)), tuple(spans)


def _changed(
    before: int, bound: int, touched: Iterable[int], by_rule: Mapping[int, Sequence[Range]]
) -> int:
    """The set from `bound` on: as before, but for the rules that have a limit there."""
    holding = {
        position: any(allowed.holds(bound) for allowed in by_rule[position]) for position in touched
    }
    left = before & ~_bits(holding)
    return left | _bits(position for position, holds in holding.items() if holds)
