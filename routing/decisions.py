"""The outcome of a rule list for one call, and the reasons for it."""

from dataclasses import dataclass

from routing.conditions import UNAVAILABLE, Condition, Seen
from routing.destinations import Route
from routing.rules import RuleList


@dataclass(frozen=True, slots=True)
class Sight:
    """What a call showed of one fact.

    `taken_for` is what the rules declare to be taken for it, as it could not be fetched.
    """

    fact: str
    argument: str | None
    seen: Seen
    taken_for: Seen | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition as it was tested: what was seen, and whether it held."""

    condition: Condition
    sight: Sight
    held: bool


@dataclass(frozen=True, slots=True)
class RuleTest:
    """One rule as it was tested. After the first clause that fails no further one is shown."""

    rule_id: str
    clauses: tuple[Clause, ...]

    @property
    def matched(self) -> bool:
        """Whether every clause held."""
        return all(clause.held for clause in self.clauses)


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome of one rule list for one call.

    Attributes:
        rules: The list that decided.
        position: The place of the rule that matched, from 0.
        shown: What the call showed, one for each of `rules.index.dimensions`, in their order.
        passed: For each of them the set of rules that this lets through, as its index has it.
        revision: That of the rules.
    """

    rules: RuleList
    position: int
    shown: tuple[Seen, ...]
    passed: tuple[int, ...]
    revision: str

    @property
    def sights(self) -> tuple[Sight, ...]:
        """What the call showed of each dimension, in their order."""
        return tuple(self.sight(place) for place in range(len(self.shown)))

    def sight(self, place: int) -> Sight:
        """What the call showed of the dimension at this place, and what was taken for it."""
        dimension, seen = self.rules.index.dimensions[place], self.shown[place]
        taken_for = dimension.assumed if seen == UNAVAILABLE else None
        return Sight(dimension.fact, dimension.argument, seen, taken_for)

    @property
    def rule_id(self) -> str:
        """The rule that matched."""
        return self.rules.rules[self.position].id

    @property
    def route(self) -> Route:
        """Where the call goes, and what is done on the way."""
        return self.rules.rules[self.position].then


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision as it is told and kept: complete without the rules that it was made by.

    Attributes:
        rules: The id of the list.
        rule_id: The rule that matched.
        route: Where the call goes.
        tests: The rules that were looked at, in order; the last one matched.
        earlier: How many rules before these did not match and are not told.
        revision: That of the rules.
    """

    rules: str
    rule_id: str
    route: Route
    tests: tuple[RuleTest, ...]
    earlier: int
    revision: str
