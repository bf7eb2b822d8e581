"""Moments that somebody names: for a trial, a test, a question."""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

YEARS: Final = range(2000, 2101)
"""Years that a named moment may have: 1405 is the Iranian calendar's, and no call of ours."""


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
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or ":" not in text:
        raise ValueError(f"{text!r} is not a moment: write it as 2026-11-24 10:00") from None
    if moment.year not in YEARS:
        raise ValueError(
            f"the year of {text!r} is not in {YEARS[0]} to {YEARS[-1]}: write the Gregorian"
            " year, as in 2026-11-24 10:00"
        )
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)


def later(at: datetime, seconds: float) -> datetime:
    """The moment so many seconds after another, in its zone, whatever its clocks do meanwhile."""
    if not seconds:
        return at
    return (at.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(at.tzinfo)
