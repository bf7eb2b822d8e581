"""Minutes of an ordinary week: at which hours are open, and how two of them stand to each other.

Holidays are left out of the week: they hit everybody alike. Zones are compared as they are in
winter, since how far two are apart hardly changes over a year.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from routing.checks.hours import stretches
from routing.rules import ClosedRange, Hours, HoursState

Minutes: TypeAlias = int
"""A set of minutes of the week, as a number whose bit `n` stands for minute `n` since Monday."""

_WEEK: Final = 7 * 24 * 60
WHOLE_WEEK: Final[Minutes] = (1 << _WEEK) - 1
_SOME_WINTER_DAY: Final = datetime(2026, 1, 5)  # noqa: DTZ001  a moment on the wall of each zone
_HOLIDAY: Final = HoursState.HOLIDAY


def union(sets: Iterable[Minutes]) -> Minutes:
    """The minutes that are in any of these."""
    united = 0
    for each in sets:
        united |= each
    return united


def opened(hours: Hours, zone: ZoneInfo) -> Minutes:
    """The minutes at which hours are open, by the clock of `zone`."""
    ahead = _offset(zone) - _offset(hours.timezone)
    found = 0
    for stretch in stretches(hours.week):
        found |= ((1 << (stretch.end - stretch.start)) - 1) << ((stretch.start + ahead) % _WEEK)
    return (found | found >> _WEEK) & WHOLE_WEEK


@lru_cache(maxsize=64)
def _offset(zone: ZoneInfo) -> int:
    ahead = _SOME_WINTER_DAY.replace(tzinfo=zone).utcoffset()
    return 0 if ahead is None else round(ahead.total_seconds() / 60)


def first_span(minutes: Minutes) -> tuple[int, int]:
    """The first and the last minute, excluded, of the first run of these; it may end a week later.

    >>> first_span(0b1100)
    (2, 4)
    """
    begins = minutes & ~((minutes << 1 | minutes >> (_WEEK - 1)) & WHOLE_WEEK)
    if not begins:
        return 0, _WEEK
    start = (begins & -begins).bit_length() - 1
    ahead = (minutes | minutes << _WEEK) >> start
    return start, start + (~ahead & (ahead + 1)).bit_length() - 1


def in_hours(minutes: Minutes) -> str:
    """How many hours a week these are.

    >>> in_hours((1 << 90) - 1)
    '1.5 hours'
    """
    hours = f"{minutes.bit_count() / 60:.1f}".removesuffix(".0")
    return f"{hours} hour{'' if hours == '1' else 's'}"


def at_once(one: Hours, in_one: HoursState, other: Hours, in_other: HoursState) -> bool:
    """Whether one can stand so while the other stands so; in doubt, it can."""
    if _HOLIDAY in {in_one, in_other}:
        if in_one == in_other:
            return True
        kept, open_or_not = (one, other) if in_one == _HOLIDAY else (other, one)
        return not _keeps_all(open_or_not, kept)
    if HoursState.CLOSED in {in_one, in_other} and (_cut_short(one) or _cut_short(other)):
        return True
    if one.timezone != other.timezone:
        return True
    shown = zip((one, other), (in_one, in_other), strict=True)
    both = WHOLE_WEEK
    for hours, state in shown:
        week = opened(hours, one.timezone)
        both &= week if state == HoursState.OPEN else WHOLE_WEEK & ~week
    return bool(both)


def _cut_short(hours: Hours) -> bool:
    """Whether a holiday can close these hours on the day after it, or the night before."""
    overnight = any(span.end <= span.start for spans in hours.week for span in spans)
    return overnight and bool(hours.holidays or hours.closed)


def _keeps_all(hours: Hours, kept: Hours) -> bool:
    """Whether every holiday of `kept` is one of `hours` too."""
    same = hours.timezone == kept.timezone and kept.holidays in {None, hours.holidays}
    return same and all(_within(each, hours) for each in kept.closed)


def _within(days: ClosedRange, hours: Hours) -> bool:
    return any(each.first <= days.first and days.last <= each.last for each in hours.closed)
