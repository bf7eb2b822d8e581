"""The index of a rule list: which rules each value of each fact lets through.

A set of rules is a number whose bit `n` stands for rule `n`. Each fact that a list asks for is a
dimension; what a call shows of it selects a set; the sets of all dimensions have in common exactly
the rules that match, and the lowest bit is the first of them. So a decision costs one look-up for
each fact, whatever the number of rules.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from routing.conditions import Condition, Prefix, Range, Seen


@dataclass(frozen=True, slots=True)
class Dimension:
    """One fact that a list asks for.

    Attributes:
        fact: Its name.
        argument: What refines it.
        free: The rules that do not ask for it.
        words: The rules that allow a word.
        prefixes: The rules that allow numbers that begin so.
        bounds: Numbers, ascending, at which the set of rules that allow a number changes.
        spans: The rules that allow numbers below the first bound, from it to the next, and so on.
        asking: For each rule that asks for it, its condition.
    """

    fact: str
    argument: str | None
    free: int
    words: Mapping[str, int]
    prefixes: Mapping[str, int]
    bounds: tuple[int, ...]
    spans: tuple[int, ...]
    asking: Mapping[int, Condition]

    def passing(self, seen: Seen) -> int:
        """The rules that this value lets through."""
        if isinstance(seen, int):
            return self.free | self.spans[bisect_right(self.bounds, seen)]
        found = self.free | self.words.get(seen, 0)
        if self.prefixes:
            for length in range(1, len(seen) + 1):
                found |= self.prefixes.get(seen[:length], 0)
        return found


@dataclass(frozen=True, slots=True)
class Index:
    """The dimensions of a list, in the order in which its rules first ask for them."""

    everyone: int
    dimensions: tuple[Dimension, ...]


def index_rules(conditions: Sequence[Iterable[Condition]]) -> Index:
    """Make the index of a list.

    Args:
        conditions: For each rule in order, its conditions: at most one for a fact and argument.
    """
    asking: dict[tuple[str, str | None], dict[int, Condition]] = {}
    for position, clauses in enumerate(conditions):
        for clause in clauses:
            asking.setdefault((clause.fact, clause.argument), {})[position] = clause
    everyone = (1 << len(conditions)) - 1
    return Index(
        everyone, tuple(_dimension(*key, asked, everyone) for key, asked in asking.items())
    )


def _dimension(
    fact: str, argument: str | None, asking: Mapping[int, Condition], everyone: int
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
        free=everyone & ~_bits(asking),
        words={word: _bits(positions) for word, positions in words.items()},
        prefixes={digits: _bits(positions) for digits, positions in prefixes.items()},
        bounds=bounds,
        spans=spans,
        asking=asking,
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
