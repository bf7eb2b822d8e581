"""Where two versions of a rule list decide differently: exactly, for every possible call.

What a call shows of one fact falls into classes between which neither version distinguishes
(`routing.value_classes`). A call is a choice of one class for each fact. The choices are walked
through fact by fact; those after which the same rules remain are walked only once, so that the work
follows the rules and not the number of possible calls. What is found is told for each pair of rules
that take the same calls, before and now.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Final, TypeAlias

from routing.conditions import NONE, UNAVAILABLE
from routing.rules import Rule, RuleList
from routing.value_classes import AskedFact, ValueClass, Values, asked_facts, values_of

MOST_STATES: Final = 100_000
"""Of the walk: a second or two. Lists that need more mix so many facts that a table of differences
would be of no use to anybody."""

MOST_STEPS: Final = 20_000_000
"""States times rules: what a state costs grows with the length of the list."""

MOST_PAIRS: Final = 200
"""Of rules before and rules now: more rows than anybody reads."""


class TooManyCasesError(Exception):
    """The lists distinguish too many kinds of calls to be compared call by call."""


@dataclass(frozen=True, slots=True)
class Region:
    """Calls that one rule took before, and another way is found for now.

    Attributes:
        old: The rule that took them.
        new: The rule that takes them.
        calls: What they show of each fact, where they do not show everything: all of them show
            something of this, but not everything that shows this is one of them, as rules before
            these two take calls away.
    """

    old: Rule
    new: Rule
    calls: tuple[Values, ...]


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


def differing_regions(old: RuleList, new: RuleList) -> list[Region]:
    """Every pair of rules of which the calls go another way, or are treated otherwise on theirs.

    Raises:
        TooManyCasesError: There are too many kinds of calls to walk through.
    """
    before, now = _aligned(old, new)
    facts = tuple(_renumbered(fact, before, now) for fact in asked_facts(old, new))
    walk = _Walk(facts, _numbered(old, before), _numbered(new, now))
    root = walk.node(0, _moved(old.index.everyone, before), _moved(new.index.everyone, now), ())
    return list(walk.regions(root))


@dataclass(frozen=True, slots=True)
class _Run:
    """So many rules of a list from `begin` on, which are numbered from `number` on."""

    begin: int
    length: int
    number: int


def _aligned(old: RuleList, new: RuleList) -> tuple[list[_Run], list[_Run]]:
    """A number for each rule of either list, in its order; a rule of both has the same in both.

    So the same sets of rules are the same numbers, and where only these are left nothing differs.
    """
    before, now = ([(rule.when, rule.then) for rule in each.rules] for each in (old, new))
    matched = SequenceMatcher(None, before, now, autojunk=False)
    runs: tuple[list[_Run], list[_Run]] = ([], [])
    number = 0
    for kind, begin, end, first, last in matched.get_opcodes():
        runs[0].append(_Run(begin, end - begin, number))
        number += 0 if kind == "equal" else end - begin
        runs[1].append(_Run(first, last - first, number))
        number += last - first
    return runs


def _moved(rules: int, runs: Sequence[_Run]) -> int:
    """A set of rules by their new numbers."""
    moved = 0
    for run in runs:
        moved |= (rules >> run.begin & (1 << run.length) - 1) << run.number
    return moved


def _numbered(rules: RuleList, runs: Sequence[_Run]) -> Mapping[int, Rule]:
    return {
        run.number + place: rules.rules[run.begin + place]
        for run in runs
        for place in range(run.length)
    }


def _renumbered(fact: AskedFact, old: Sequence[_Run], new: Sequence[_Run]) -> AskedFact:
    classes = tuple(
        replace(each, old=_moved(each.old, old), new=_moved(each.new, new)) for each in fact.classes
    )
    settled_old, settled_new = _moved(fact.settled_old, old), _moved(fact.settled_new, new)
    return replace(fact, classes=classes, settled_old=settled_old, settled_new=settled_new)


class _Walk:
    """Finds the differences, and remembers what it has found."""

    def __init__(
        self, facts: tuple[AskedFact, ...], old: Mapping[int, Rule], new: Mapping[int, Rule]
    ) -> None:
        self._facts = facts
        self._old = old
        self._new = new
        self._most_states = min(MOST_STATES, MOST_STEPS // (len(old) + len(new)))
        self._known: dict[tuple[int, int, int, tuple[str, ...]], _Node | None] = {}
        self._nodes: dict[tuple[object, ...], _Node] = {}

    def node(self, depth: int, old: int, new: int, customer: tuple[str, ...]) -> _Node | None:
        """What differs among calls for which these rules are left; None if nothing does.

        `customer` is what they show of the customer, where that leaves them without a file.
        """
        if depth:
            old = _until_settled(old, self._facts[depth - 1].settled_old)
            new = _until_settled(new, self._facts[depth - 1].settled_new)
        if old == new:
            return None
        key = (depth, old, new, customer)
        if key not in self._known:
            if len(self._known) >= self._most_states:
                raise TooManyCasesError
            self._known[key] = self._node(*key)
        return self._known[key]

    def _node(self, depth: int, old: int, new: int, customer: tuple[str, ...]) -> _Node | None:
        if depth == len(self._facts):
            return self._outcome(_first(old), _first(new))
        fact = self._facts[depth]
        ways: dict[_Node, list[int]] = {}
        for number, each in enumerate(fact.classes):
            if not _can_be(fact, each, customer):
                continue
            known = _without_file(each) if fact.fact == "customer" else customer
            below = self.node(depth + 1, old & each.old, new & each.new, known)
            if below is not None:
                ways.setdefault(below, []).append(number)
        if not ways:
            return None
        found = tuple((tuple(numbers), below) for below, numbers in ways.items())
        return self._nodes.setdefault((depth, *found), _Branch(found))

    def _outcome(self, old: int, new: int) -> _Node | None:
        if self._old[old].then == self._new[new].then:
            return None
        return self._nodes.setdefault((old, new), _Leaf(old, new))

    def regions(self, root: _Node | None) -> Iterator[Region]:
        """The leaves below a node, in the order of the rules, with the ways that lead there."""
        levels = list(_levels(root))
        leaves = [node for node in levels[-1] if isinstance(node, _Leaf)] if levels else []
        if len(leaves) > MOST_PAIRS:
            raise TooManyCasesError
        for leaf in sorted(leaves, key=lambda each: (each.old, each.new)):
            shown = tuple(self._shown(leaf, levels))
            yield Region(self._old[leaf.old], self._new[leaf.new], shown)

    def _shown(self, leaf: _Leaf, levels: Sequence[Collection[_Node]]) -> Iterator[Values]:
        """What the calls of a leaf show: the classes on all ways from the root to it."""
        chosen: list[set[int]] = []
        reaching: set[_Node] = {leaf}
        for nodes in reversed(levels[:-1]):
            on_the_way: set[_Node] = set()
            classes: set[int] = set()
            for node in nodes:
                ways = node.ways if isinstance(node, _Branch) else ()
                numbers = [numbers for numbers, below in ways if below in reaching]
                if numbers:
                    on_the_way.add(node)
                    classes.update(*numbers)
            chosen.append(classes)
            reaching = on_the_way
        for fact, classes in zip(self._facts, reversed(chosen), strict=True):
            if len(classes) < len(fact.classes):
                yield values_of(fact, sorted(classes))


def _levels(root: _Node | None) -> Iterator[Collection[_Node]]:
    """The nodes of each depth, from the root on."""
    level: dict[_Node, None] = {} if root is None else {root: None}
    while level:
        yield level
        ways = (each.ways for each in level if isinstance(each, _Branch))
        level = dict.fromkeys(below for found in ways for _, below in found)


def _until_settled(left: int, settled: int) -> int:
    """The rules that can still decide: none after the first whose conditions all hold."""
    sure = left & settled
    if not sure:
        return left
    first = sure & -sure
    return left & ((first << 1) - 1)


def _first(left: int) -> int:
    return (left & -left).bit_length() - 1


def _without_file(shown: ValueClass) -> tuple[str, ...]:
    """What is shown of the customer, where it leaves a call without a file; empty otherwise."""
    return () if shown.other or "known" in shown.names else shown.names


def _can_be(fact: AskedFact, shown: ValueClass, customer: tuple[str, ...]) -> bool:
    """Whether a call can show this: a caller whom we do not know has no contract."""
    if not customer or fact.fact not in OF_CUSTOMER or shown.other:
        return True
    nothing = {UNAVAILABLE} if customer == (UNAVAILABLE,) else {NONE, "false", UNAVAILABLE}
    return bool(nothing & set(shown.names))


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
