"""Times to choose from, within opening hours."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
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

    Each opening is divided from its beginning on, what is left over at its end is left out; a time
    that has begun is too. Where the clock is changed in between, a time is that much longer or
    shorter than the others.

    Args:
        hours: When it is open.
        now: The moment, in any zone.
        seconds: The length of each.
        days: How many days to look at, today included.
    """
    here = now.astimezone(hours.timezone)
    found = (
        window
        for ahead in range(days)
        for window in _of_day(hours, here.date() + timedelta(days=ahead), seconds)
        if window.start >= here
    )
    return tuple(islice(found, MOST_WINDOWS))


def _of_day(hours: Hours, day: date, seconds: int) -> Iterator[Window]:
    if closing_reason(hours, day) is not None:
        return
    for span in hours.week[day.weekday()]:
        yield from _of_span(hours, day, span, timedelta(seconds=seconds))


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
