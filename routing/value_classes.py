"""The classes of values between which neither of two versions of a rule list distinguishes.

What a call shows of one fact falls into such classes: the words that are mentioned and all others,
the numbers between two limits, the telephone numbers that begin in one way.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeAlias

from routing.conditions import NONE, UNAVAILABLE, Range, Seen
from routing.explain import fact_in_words, seen_in_words
from routing.indexing import Dimension
from routing.rules import Rule, RuleList

_Key: TypeAlias = tuple[str, str | None]
"""A fact, and what refines it."""

_Written: TypeAlias = Mapping[tuple[int | None, int | None], str]
"""Ranges as the rules write them, by their limits."""


@dataclass(frozen=True, slots=True)
class Values:
    """Some values of one fact. `others` says that all count that are not `excluded`."""

    fact: str
    argument: str | None
    named: tuple[str, ...]
    others: bool
    excluded: tuple[str, ...] = ()

    def in_words(self) -> str:
        """As an administrator would say it.

        >>> Values("hours", "office", ("closed", "holiday"), others=False).in_words()
        'hours office closed or holiday'
        """
        fact = fact_in_words(self.fact, self.argument)
        if self.others:
            return f"{fact} not {' or '.join(self.excluded)}"
        return f"{fact} {' or '.join(self.named)}"


@dataclass(frozen=True, slots=True)
class ValueClass:
    """Values between which neither version distinguishes, and the rules that they let through."""

    names: tuple[str, ...]
    other: bool
    old: int
    new: int


@dataclass(frozen=True, slots=True)
class AskedFact:
    """A fact that at least one version asks for.

    `settled_old` are the rules of the old version that ask for no fact after this one.
    """

    fact: str
    argument: str | None
    classes: tuple[ValueClass, ...]
    settled_old: int
    settled_new: int


def values_of(fact: AskedFact, numbers: Sequence[int]) -> Values:
    """The values of some classes of a fact."""
    chosen = [fact.classes[number] for number in numbers]
    others = any(each.other for each in chosen)
    return Values(
        fact=fact.fact,
        argument=fact.argument,
        named=tuple(name for each in chosen for name in each.names),
        others=others,
        excluded=tuple(name for each in fact.classes if each not in chosen for name in each.names),
    )


def asked_facts(old: RuleList, new: RuleList) -> tuple[AskedFact, ...]:
    """The facts of both versions: those that rules near the top ask for come first."""
    olds, news = _dimensions(old), _dimensions(new)
    keys = list(dict.fromkeys((*olds, *news)))
    # What can be shown of the customer's file depends on whether there is one.
    keys.sort(key=lambda key: key[0] != "customer")
    asked = [
        (
            _asking_later(keys[number + 1 :], olds, old.index.everyone),
            _asking_later(keys[number + 1 :], news, new.index.everyone),
        )
        for number in range(len(keys))
    ]
    return tuple(
        AskedFact(*key, _classes(key, old, new), settled_old, settled_new)
        for key, (settled_old, settled_new) in zip(keys, asked, strict=True)
    )


def _dimensions(rules: RuleList) -> dict[_Key, Dimension]:
    return {(each.fact, each.argument): each for each in rules.index.dimensions}


def _asking_later(keys: Sequence[_Key], by_key: Mapping[_Key, Dimension], everyone: int) -> int:
    """The rules that ask for none of these facts."""
    settled = everyone
    for key in keys:
        if key in by_key:
            settled &= by_key[key].free
    return settled


def _classes(key: _Key, old: RuleList, new: RuleList) -> tuple[ValueClass, ...]:
    """The classes of one fact; those that let the same rules through are one."""
    before, now = _dimensions(old).get(key), _dimensions(new).get(key)
    found: dict[tuple[int, int], list[tuple[str, bool]]] = {}
    for name, other, seen in _samples(before, now, _written(key, (*old.rules, *new.rules))):
        passing = (
            old.index.everyone if before is None else before.passing(seen),
            new.index.everyone if now is None else now.passing(seen),
        )
        found.setdefault(passing, []).append((name, other))
    return tuple(
        ValueClass(
            names=tuple(name for name, other in names if not other),
            other=any(other for _, other in names),
            old=passing[0],
            new=passing[1],
        )
        for passing, names in found.items()
    )


def _samples(
    old: Dimension | None, new: Dimension | None, written: _Written
) -> Iterator[tuple[str, bool, Seen]]:
    """One value of each class: its name, whether it stands for all that are not named, itself."""
    both = [each for each in (old, new) if each is not None]
    fact = both[0].fact
    words = sorted({word for each in both for word in each.words})
    yield from ((word, False, word) for word in words)
    prefixes = sorted({digits for each in both for digits in each.prefixes})
    yield from ((f"{digits}…", False, digits) for digits in prefixes)
    bounds = sorted({bound for each in both for bound in each.bounds})
    if bounds:
        yield from _spans(fact, bounds, written)
    known = CLOSED.get(fact) or ((NONE, UNAVAILABLE) if bounds else ())
    yield from ((word, False, word) for word in known if word not in words)
    if not known:
        yield ("anything else", True, "")


def _written(key: _Key, rules: Iterable[Rule]) -> _Written:
    """The ranges that rules allow of one fact."""
    asked = (each for rule in rules for each in rule.when if (each.fact, each.argument) == key)
    allowed = (value for condition in asked for value in condition.allowed)
    return {(each.low, each.high): each.written for each in allowed if isinstance(each, Range)}


def _spans(fact: str, bounds: Sequence[int], written: _Written) -> Iterator[tuple[str, bool, Seen]]:
    limits = [None, *bounds, None]
    for low, end in pairwise(limits):
        if low is None and end == 0:
            continue
        high = None if end is None else end - 1
        name = written.get((low, high)) or _span_in_words(fact, low, end)
        yield name, False, low if low is not None else (end or 0) - 1


def _span_in_words(fact: str, low: int | None, end: int | None) -> str:
    if low is None:
        return f"<{seen_in_words(fact, end or 0)}"
    if end is None:
        return f">={seen_in_words(fact, low)}"
    last = seen_in_words(fact, end - 1)
    return last if end - 1 == low else f"{seen_in_words(fact, low)}..{last}"


CLOSED: Final[Mapping[str, tuple[str, ...]]] = {
    "hours": ("open", "closed", "holiday"),
    "customer": ("known", "unknown", "ambiguous", "withheld", UNAVAILABLE),
    "contract": ("running", "grace", "ended", NONE, UNAVAILABLE),
    "case.open": ("true", "false", UNAVAILABLE),
    "caller.proven": ("true", "false"),
    "caller.blocked": ("true", "false", UNAVAILABLE),
}
"""The facts of which every value is known."""
