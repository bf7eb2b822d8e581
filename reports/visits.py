"""How visits to queues ended, counted so that nobody is lost between two columns. Pure.

The names and the identity are those of Wazo's statistics: attempts are who was let in and who was
not; of those who were let in each one was answered, left in some way, is still there, or nobody
knows.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crm.records import Disposition, QueueVisit


@dataclass(frozen=True, slots=True)
class VisitCounts:
    """How many visits ended how.

    Attributes:
        by_disposition: How many of each disposition there is, in the order of `Disposition`.
    """

    by_disposition: Mapping[Disposition, int]

    @property
    def entered(self) -> int:
        """How many were let in."""
        return sum(self.of_entered().values())

    @property
    def blocked(self) -> int:
        """How many were not let in."""
        return sum(self.of_blocked().values())

    @property
    def attempts(self) -> int:
        """How many came."""
        return self.entered + self.blocked

    def of_entered(self) -> Mapping[Disposition, int]:
        """Those who were let in, by what became of them."""
        counts = self.by_disposition.items()
        return {each: count for each, count in counts if each.is_entered}

    def of_blocked(self) -> Mapping[Disposition, int]:
        """Those who were not, by why."""
        return {each: count for each, count in self.by_disposition.items() if each.is_blocked}


def count_visits(visits: Iterable[QueueVisit]) -> VisitCounts:
    """Count visits by how they ended.

    Args:
        visits: As they are to be told: who is known to have gone is no longer in progress.
    """
    counts = Counter(visit.disposition for visit in visits)
    return VisitCounts({disposition: counts[disposition] for disposition in Disposition})
