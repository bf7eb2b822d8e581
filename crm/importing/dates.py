"""Dates as files write them: year-month-day, or as a mapping declares, Gregorian or Jalali."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, TypeAlias

import jdatetime

YEARS: Final = range(1970, 2200)
_HIJRI_YEARS: Final = range(1300, 1500)
"""Years of the Solar Hijri calendar that somebody may mean: 1921 to 2121."""

_JALALI: Final = "jalali "

_PLACES: Final = {
    "%Y": r"(?P<year>\d{4})",
    "%m": r"(?P<month>\d{1,2})",
    "%d": r"(?P<day>\d{1,2})",
}

_MIDNIGHT: Final = r"(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?"
"""What databases write after a date that has no time."""

_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}")

_MOST_KEPT: Final = 1 << 14
"""Different dates of a file that are kept: contracts begin on some thousand days."""

DateReader: TypeAlias = Callable[[str], date]


class DateError(ValueError):
    """A text is no date; the message says what it is instead."""


@dataclass(frozen=True, slots=True)
class DateFormat:
    """One way of writing a date."""

    written: re.Pattern[str]
    jalali: bool

    def date(self, text: str) -> date | None:
        """The Gregorian date; None if it is not written so, or there is no such day."""
        found = self.written.fullmatch(text)
        if found is None:
            return None
        year, month, day = (int(found[part]) for part in ("year", "month", "day"))
        try:
            if self.jalali:
                converted: date = jdatetime.date(year, month, day).togregorian()
                return converted
            return date(year, month, day)
        except ValueError:
            return None


def date_format(text: str) -> DateFormat:
    """The format that a mapping declares: `%d.%m.%Y`, `jalali %Y/%m/%d`.

    Raises:
        ValueError: It is none.
    """
    jalali = text.startswith(_JALALI)
    written = text.removeprefix(_JALALI).strip()
    if any(written.count(place) != 1 for place in _PLACES):
        raise ValueError("write it with %Y, %m and %d once each, as in %d.%m.%Y or jalali %Y/%m/%d")
    pattern = re.escape(written)
    for place, part in _PLACES.items():
        pattern = pattern.replace(re.escape(place), part)
    return DateFormat(re.compile(pattern + _MIDNIGHT), jalali)


def date_reader(formats: Sequence[DateFormat]) -> DateReader:
    """What reads dates in one of these formats, or as year-month-day; digits are ASCII.

    The first format in which a text is a date of our time counts. Year-month-day is always
    understood, since a year of our time is not one of the Solar Hijri calendar.
    """

    @lru_cache(maxsize=_MOST_KEPT)
    def read(text: str) -> date:
        plausible: date | None = None
        for each in formats:
            day = each.date(text)
            if day is not None and day.year in YEARS:
                return day
            plausible = plausible or day
        return _iso(text, plausible)

    return read


def _iso(text: str, otherwise: date | None) -> date:
    """Year-month-day. `otherwise` is what a declared format made of it, outside our time."""
    try:
        day = date.fromisoformat(text) if _ISO.fullmatch(text) else otherwise
    except ValueError:
        day = None
    if day is None:
        raise DateError("is no date: write year-month-day, as in 2026-03-21")
    if day.year in _HIJRI_YEARS:
        raise DateError(
            "looks like a Solar Hijri date: write the Gregorian one, or declare"
            " `dates: [jalali %Y-%m-%d]` in a mapping"
        )
    if day.year not in YEARS:
        raise DateError(f"is not between {YEARS[0]} and {YEARS[-1]}")
    return day
