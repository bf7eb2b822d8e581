"""The time that a report is about."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo


@dataclass(frozen=True, slots=True)
class Period:
    """What a report is about: from `since` on, and before `until`, both aware.

    `zone` is that of its days; None: the machine's.
    """

    since: datetime
    until: datetime
    zone: tzinfo | None

    @property
    def first_day(self) -> date:
        """The day on which it begins."""
        return self.day_of(self.since)

    @property
    def last_day(self) -> date:
        """The last day of which something belongs to it."""
        return self.day_of(self.until - timedelta(microseconds=1))

    def day_of(self, moment: datetime) -> date:
        """The day that a moment belongs to."""
        return moment.astimezone(self.zone).date()
