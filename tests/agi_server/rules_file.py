"""A rules file that tests change, and a service that takes what it holds."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agi_server.changes import Changes, Service
from agi_server.policy import RulesInForce, read_rules
from agi_server.workers import RulesNotTakenError
from routing.rules_text import RulesText
from tests.sample import TEXT

BEGINNING = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
BAD = TEXT.replace("fallback: reception", "fallback: recption")
"""With one problem."""


def good(number: int) -> str:
    """Rules that are right; others for each number."""
    return TEXT + f"# {number}\n"


@dataclass
class RulesFile:
    """A rules file, with a service in one process and a clock that goes on a minute at each look.

    Attributes:
        path: The file.
        kept: The revisions that came into force, in order.
        refuse: Why workers cannot take what they are given; empty when they can.
    """

    path: Path
    kept: list[tuple[str, datetime]] = field(default_factory=list)
    refuse: str = ""

    def __post_init__(self) -> None:
        """Serve by the first rules."""
        self.write(0)
        self._moment = BEGINNING
        self.first = read_rules(self.path)
        self.rules = RulesInForce(self.first)
        self.changes = Changes(self.path, self.first, Service(self._take, self._keep, self._now))
        self.changes.begin()

    def write(self, number: int) -> str:
        """Save good rules; their revision."""
        self.path.write_text(good(number), encoding="utf-8")
        return read_rules(self.path).revision

    @property
    def revision(self) -> str:
        """By which calls are served."""
        return self.rules.book.policy.revision

    async def _take(self, rules: RulesText) -> None:
        if self.refuse:
            raise RulesNotTakenError(self.refuse)
        self.rules.prepare(rules)
        self.rules.commit()

    def _keep(self, rules: RulesText, at: datetime) -> None:
        self.kept.append((rules.revision, at))

    def _now(self) -> datetime:
        self._moment += timedelta(minutes=1)
        return self._moment
