"""Moments that somebody names: for a trial, a test, a question."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

WRITTEN: Final = re.compile(
    "[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:Z|[+-][0-9]{2}:[0-9]{2})?"
)
"""How a moment is written: `2026-11-24 10:00`, `2026-11-24T10:00:00+03:30`."""

YEARS: Final = range(2000, 2101)
"""Years that a named moment may have: 1405 is the Iranian calendar's, and no call of ours."""


_MINUTE: Final = timedelta(minutes=1)


def read_moment(text: str, zone: ZoneInfo) -> datetime:
    """Read a moment such as `2026-11-24 10:00`, or `2026-11-24T10:00+03:30`.

    Args:
        text: Date and time of the Gregorian calendar.
        zone: What it is meant in if it names no offset, and what it is given in.

    Raises:
        ValueError: It is no moment, or in a year that no call of ours has; the message tells what
            to write.
    """
    try:
        moment = datetime.fromisoformat(text) if WRITTEN.fullmatch(text) else None
    except ValueError:
        moment = None
    if moment is None:
        raise ValueError(f"{text!r} is not a moment: write it as 2026-11-24 10:00") from None
    if moment.year not in YEARS:
        raise ValueError(
            f"the year of {text!r} is not in {YEARS[0]} to {YEARS[-1]}: write the Gregorian"
            " year, as in 2026-11-24 10:00"
        )
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)


def after_gap(text: str, zone: ZoneInfo) -> datetime | None:
    """The next moment that there is, if the clock leaves out the one that is written.

    Clocks that are put forward in spring leave out an hour. Written with its offset, every moment
    is there.

    Args:
        text: What `read_moment` can read.
        zone: Whose clock is meant.
    """
    if datetime.fromisoformat(text).tzinfo is not None:
        return None
    meant = read_moment(text, zone)
    there = meant.astimezone(UTC).replace(second=0)
    if there.astimezone(zone).replace(tzinfo=None) == meant.replace(tzinfo=None, second=0):
        return None
    # Read by the offset from before the change, `there` lies beyond the gap, and not far from it.
    summer = there.astimezone(zone).utcoffset()
    while (there - _MINUTE).astimezone(zone).utcoffset() == summer:
        there -= _MINUTE
    return there.astimezone(zone)


def later(at: datetime, seconds: float) -> datetime:
    """The moment so many seconds after another, in its zone, whatever its clocks do meanwhile."""
    if not seconds:
        return at
    return (at.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(at.tzinfo)
