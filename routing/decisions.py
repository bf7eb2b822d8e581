"""What the rules decided, with its reasons: made once, while deciding, and rendered many ways."""

from dataclasses import dataclass

from routing.destinations import Destination
from routing.rules import Condition


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition as it was tested: what was seen, and whether it held."""

    condition: Condition
    seen: str
    held: bool


@dataclass(frozen=True, slots=True)
class RuleTest:
    """One rule as it was tested. After the first clause that fails no further one is looked at."""

    rule_id: str
    clauses: tuple[Clause, ...]

    @property
    def matched(self) -> bool:
        """Whether every clause held."""
        return all(clause.held for clause in self.clauses)


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome of one rule list for one call.

    `tests` are the rules that were looked at, in order; the last one is the one that matched.
    """

    rules: str
    rule_id: str
    say: tuple[str, ...]
    priority: int | None
    open_case: bool
    destination: Destination
    tests: tuple[RuleTest, ...]
    revision: str
