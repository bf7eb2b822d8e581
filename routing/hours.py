"""Whether something is open at a moment, by the clock on the wall."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import holidays

from routing.rules import Hours, HoursState, OpenSpan


def hours_state(hours: Hours, at: datetime) -> HoursState:
    """How `hours` stand at `at`.

    A holiday is counted by its date, midnight to midnight, and wins over open hours: a span that
    begins on a holiday does not take place, and one that runs over midnight into a holiday ends
    there.

    Hours are read off the clock on the wall: when it is put back in autumn, both passages of the
    repeated hour count alike; when it is put forward, a span may be an hour shorter.

    Args:
        hours: The opening hours.
        at: A moment, in any time zone.
    """
    if at.tzinfo is not hours.timezone:
        at = at.astimezone(hours.timezone)
    today = at.date()
    if closing_reason(hours, today) is not None:
        return HoursState.HOLIDAY
    clock = at.time()
    if any(_began_today(span, clock) for span in hours.week[today.weekday()]):
        return HoursState.OPEN
    return HoursState.OPEN if _still_open(hours, today, clock) else HoursState.CLOSED


def closing_reason(hours: Hours, day: date) -> str | None:
    """Why nothing opens on `day`: the own reason, else the holiday's name; None on other days."""
    for closed in hours.closed:
        if closed.first <= day <= closed.last:
            return closed.reason
    if hours.holidays is None:
        return None
    return public_holidays(hours.holidays, day.year).get(day)


@lru_cache(maxsize=256)
def public_holidays(country: str, year: int) -> Mapping[date, str]:
    """The public holidays of a country (ISO 3166) in a year, by date."""
    return dict(holidays.country_holidays(country, years=year))


def _began_today(span: OpenSpan, clock: time) -> bool:
    return span.start <= clock and (clock < span.end or _over_midnight(span))


def _still_open(hours: Hours, today: date, clock: time) -> bool:
    """Whether a span that began yesterday is still running."""
    if today == date.min:
        return False
    yesterday = today - timedelta(days=1)
    running = any(
        _over_midnight(span) and clock < span.end for span in hours.week[yesterday.weekday()]
    )
    return running and closing_reason(hours, yesterday) is None


def _over_midnight(span: OpenSpan) -> bool:
    return span.end <= span.start
