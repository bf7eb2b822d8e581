"""Where two versions of a rule list decide differently: exactly, for every possible call.

What a call shows of one fact falls into classes between which neither version distinguishes: the
words that are mentioned and all others, the numbers between two limits. A call is a choice of one
class for each fact. The choices are walked through fact by fact; those after which the same rules
remain are walked only once, so that the work follows the rules and not the number of possible
calls.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeAlias

from routing.conditions import NONE, UNAVAILABLE, Seen
from routing.explain import fact_in_words, seen_in_words
from routing.indexing import Dimension
from routing.rules import Rule, RuleList

MOST_STATES: Final = 100_000
"""Of the walk: some seconds. Lists that need more mix so many facts that a table of differences
would be of no use to anybody."""


class TooManyCasesError(Exception):
    """The lists distinguish too many kinds of calls to be compared call by call."""


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
class Region:
    """Calls that go another way: those that show one of these values of each of these facts.

    `old` and `new` are the rules that take them.
    """

    calls: tuple[Values, ...]
    old: Rule
    new: Rule


@dataclass(frozen=True, slots=True)
class _Class:
    """Values between which neither version distinguishes, and the rules that they let through."""

    names: tuple[str, ...]
    other: bool
    old: int
    new: int


@dataclass(frozen=True, slots=True)
class _Fact:
    """A fact that at least one version asks for.

    `settled_old` are the rules of the old version that ask for no fact after this one.
    """

    fact: str
    argument: str | None
    classes: tuple[_Class, ...]
    settled_old: int
    settled_new: int


@dataclass(frozen=True, slots=True, eq=False)
class _Leaf:
    """A difference: the positions of the rules that decide, in the old version and in the new."""

    old: int
    new: int


@dataclass(frozen=True, slots=True, eq=False)
class _Branch:
    """For some classes of the next fact, by their numbers, the node that they lead to."""

    ways: tuple[tuple[tuple[int, ...], "_Leaf | _Branch"], ...]


_Node: TypeAlias = _Leaf | _Branch
"""What differs after some facts are known. There is only one of each, so that equal ones are the
same object: comparing them by their contents would take longer than finding them."""


def differing_regions(old: RuleList, new: RuleList) -> Iterator[Region]:
    """Every kind of call for which the two versions say another way to go or other things to do.

    Raises:
        TooManyCasesError: There are too many to walk through.
    """
    walk = _Walk(_facts(old, new), old, new)
    root = walk.node(0, old.index.everyone, new.index.everyone)
    yield from walk.regions(root)


class _Walk:
    """Finds the differences, and remembers what it has found."""

    def __init__(self, facts: tuple[_Fact, ...], old: RuleList, new: RuleList) -> None:
        self._facts = facts
        self._old = old
        self._new = new
        self._known: dict[tuple[int, int, int], _Node | None] = {}
        self._nodes: dict[tuple[object, ...], _Node] = {}

    def node(self, depth: int, old: int, new: int) -> _Node | None:
        """What differs among calls for which these rules are left; None if nothing does."""
        if depth:
            old = _until_settled(old, self._facts[depth - 1].settled_old)
            new = _until_settled(new, self._facts[depth - 1].settled_new)
        key = (depth, old, new)
        if key not in self._known:
            if len(self._known) >= MOST_STATES:
                raise TooManyCasesError
            self._known[key] = self._node(depth, old, new)
        return self._known[key]

    def _node(self, depth: int, old: int, new: int) -> _Node | None:
        if depth == len(self._facts):
            return self._outcome(_first(old), _first(new))
        ways: dict[_Node, list[int]] = {}
        for number, each in enumerate(self._facts[depth].classes):
            below = self.node(depth + 1, old & each.old, new & each.new)
            if below is not None:
                ways.setdefault(below, []).append(number)
        if not ways:
            return None
        found = tuple((tuple(numbers), below) for below, numbers in ways.items())
        return self._nodes.setdefault((depth, *found), _Branch(found))

    def _outcome(self, old: int, new: int) -> _Node | None:
        if self._old.rules[old].then == self._new.rules[new].then:
            return None
        return self._nodes.setdefault((old, new), _Leaf(old, new))

    def regions(
        self, node: _Node | None, depth: int = 0, calls: tuple[Values, ...] = ()
    ) -> Iterator[Region]:
        """Every region below a node."""
        match node:
            case _Leaf(old, new):
                if _can_be(calls):
                    yield Region(calls, self._old.rules[old], self._new.rules[new])
            case _Branch(ways):
                fact = self._facts[depth]
                for numbers, below in ways:
                    every = len(numbers) == len(fact.classes)
                    more = () if every else (_values(fact, numbers),)
                    yield from self.regions(below, depth + 1, (*calls, *more))


def _until_settled(left: int, settled: int) -> int:
    """The rules that can still decide: none after the first whose conditions all hold."""
    sure = left & settled
    if not sure:
        return left
    first = sure & -sure
    return left & ((first << 1) - 1)


def _first(left: int) -> int:
    return (left & -left).bit_length() - 1


def _values(fact: _Fact, numbers: Sequence[int]) -> Values:
    chosen = [fact.classes[number] for number in numbers]
    others = any(each.other for each in chosen)
    return Values(
        fact=fact.fact,
        argument=fact.argument,
        named=tuple(name for each in chosen for name in each.names),
        others=others,
        excluded=tuple(name for each in fact.classes if each not in chosen for name in each.names),
    )


def _facts(old: RuleList, new: RuleList) -> tuple[_Fact, ...]:
    """The facts of both versions: those that rules near the top ask for come first."""
    olds, news = _dimensions(old), _dimensions(new)
    keys = list(dict.fromkeys((*olds, *news)))
    asked = [
        (
            _asking_later(keys[number + 1 :], olds, old.index.everyone),
            _asking_later(keys[number + 1 :], news, new.index.everyone),
        )
        for number in range(len(keys))
    ]
    return tuple(
        _Fact(*key, _classes(olds.get(key), news.get(key), old, new), settled_old, settled_new)
        for key, (settled_old, settled_new) in zip(keys, asked, strict=True)
    )


_Key: TypeAlias = tuple[str, str | None]


def _dimensions(rules: RuleList) -> dict[_Key, Dimension]:
    return {(each.fact, each.argument): each for each in rules.index.dimensions}


def _asking_later(keys: Sequence[_Key], by_key: Mapping[_Key, Dimension], everyone: int) -> int:
    """The rules that ask for none of these facts."""
    settled = everyone
    for key in keys:
        if key in by_key:
            settled &= by_key[key].free
    return settled


def _classes(
    old: Dimension | None, new: Dimension | None, old_list: RuleList, new_list: RuleList
) -> tuple[_Class, ...]:
    """The classes of one fact; those that let the same rules through are one."""
    found: dict[tuple[int, int], list[tuple[str, bool]]] = {}
    for name, other, seen in _samples(old, new):
        passing = (
            old_list.index.everyone if old is None else old.passing(seen),
            new_list.index.everyone if new is None else new.passing(seen),
        )
        found.setdefault(passing, []).append((name, other))
    return tuple(
        _Class(
            names=tuple(name for name, other in names if not other),
            other=any(other for _, other in names),
            old=passing[0],
            new=passing[1],
        )
        for passing, names in found.items()
    )


def _samples(old: Dimension | None, new: Dimension | None) -> Iterator[tuple[str, bool, Seen]]:
    """One value of each class: its name, whether it stands for all that are not named, itself."""
    both = [each for each in (old, new) if each is not None]
    fact = both[0].fact
    words = sorted({word for each in both for word in each.words})
    yield from ((word, False, word) for word in words)
    yield from ((f"{digits}…", False, digits) for each in both for digits in each.prefixes)
    bounds = sorted({bound for each in both for bound in each.bounds})
    if bounds:
        yield from _spans(fact, bounds)
    known = CLOSED.get(fact) or ((NONE, UNAVAILABLE) if bounds else ())
    yield from ((word, False, word) for word in known if word not in words)
    if not known:
        yield ("anything else", True, "")


def _spans(fact: str, bounds: Sequence[int]) -> Iterator[tuple[str, bool, Seen]]:
    limits = [None, *bounds, None]
    for low, end in pairwise(limits):
        if low is None and end == 0:
            continue
        name = _span_in_words(fact, low, end)
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
    "caller.blocked": ("true", "false", UNAVAILABLE),
}
"""The facts of which every value is known."""


def _can_be(calls: Sequence[Values]) -> bool:
    """Whether a caller can show all of these: one whom we do not know has no contract."""
    by_fact = {each.fact: each for each in calls}
    customer = by_fact.get("customer")
    if customer is None or customer.others or "known" in customer.named:
        return True
    nothing = {UNAVAILABLE} if customer.named == (UNAVAILABLE,) else {NONE, "false", UNAVAILABLE}
    return all(
        each.others or nothing & set(each.named)
        for fact, each in by_fact.items()
        if fact in OF_CUSTOMER
    )


OF_CUSTOMER: Final = frozenset(
    {
        "customer.segment",
        "customer.language",
        "customer.lead_score",
        "customer.last_agent",
        "contract",
        "case.open",
        "case.age",
    }
)
"""The facts that only a known customer has."""
