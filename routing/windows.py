"""Times to choose from, within opening hours."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Final

from routing.hours import closing_reason
from routing.rules import Hours, OpenSpan

MOST_WINDOWS: Final = 8
"""More nobody remembers while hearing them; and 9 is left for a key of its own."""


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` to `end`, both in the zone of the hours."""

    start: datetime
    end: datetime


def windows(hours: Hours, now: datetime, seconds: int, days: int) -> tuple[Window, ...]:
    """The next times of this length at which it is open, at most `MOST_WINDOWS`.

    Each opening is divided from its beginning on, by the clock on the wall; what is left over at
    its end is left out, and so is a time that has begun. Where the clock is put forward in between,
    a time is that much shorter, and one of which nothing is left is left out; where it is put back,
    a time is that much longer.

    Args:
        hours: When it is open.
        now: The moment, in any zone.
        seconds: The length of each.
        days: How many days to look at, today included.
    """
    today = now.astimezone(hours.timezone).date()
    found = (
        window
        for ahead in range(-1, days)  # an opening of yesterday may last past midnight
        for window in _of_day(hours, today + timedelta(days=ahead), timedelta(seconds=seconds))
        if _lies_ahead(window, now)
    )
    return tuple(islice(found, MOST_WINDOWS))


def _lies_ahead(window: Window, now: datetime) -> bool:
    """In UTC: two moments of one zone are compared by their clocks, which may show a time twice."""
    return now <= window.start.astimezone(UTC) < window.end.astimezone(UTC)


def _of_day(hours: Hours, day: date, length: timedelta) -> Iterator[Window]:
    if closing_reason(hours, day) is not None:
        return
    for span in sorted(hours.week[day.weekday()], key=lambda span: span.start):
        yield from _of_span(hours, day, span, length)


def _of_span(hours: Hours, day: date, span: OpenSpan, length: timedelta) -> Iterator[Window]:
    """The times of one opening; what runs over midnight into a closing day ends there."""
    start = datetime.combine(day, span.start, hours.timezone)
    end = datetime.combine(day, span.end, hours.timezone)
    if span.end <= span.start:
        end += timedelta(days=1)
        if closing_reason(hours, end.date()) is not None:
            end = datetime.combine(end.date(), time(), hours.timezone)
    while start + length <= end:
        yield Window(start, start + length)
        start += length
