"""Values that only the world can judge: telephone numbers, countries, time zones, times, dates."""

import re
from collections.abc import Sequence
from datetime import date, time
from functools import cache
from typing import Annotated, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import holidays
import jdatetime
import phonenumbers
from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from routing.conditions import NONE
from routing.fields import complaint, digits_hint, names, text_of
from routing.names import suggestion
from routing.rules import OpenSpan
from routing.written import Kind, Written, pattern

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The days of a week, as the rules file writes them; the index is `date.weekday()`."""

_SPAN = re.compile(r"([0-9]{1,2}):([0-9]{2})-([0-9]{1,2}):([0-9]{2})")
_SHORT_NUMBER = re.compile(r"[0-9*#]{1,6}")
JALALI_YEARS: Final = range(1300, 1600)
"""Years that are read as the Iranian (Solar Hijri) calendar's: 1405 begins in March 2026."""

_END_OF_DAY: Final = 24 * 60


def _phone_number(value: str, info: ValidationInfo) -> str:
    country = names(info).country
    try:
        parsed = phonenumbers.parse(value, country)
    except phonenumbers.NumberParseException:
        hint = "write + and the country code, without spaces: +982191000000"
        raise complaint("bad-number", f'"{value}" is not a telephone number', hint) from None
    written = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if not phonenumbers.is_valid_number(parsed):
        region = phonenumbers.region_code_for_country_code(parsed.country_code or 0)
        where = f" in {region}" if region not in {"ZZ", "001"} else ""
        hint = "no such number is given out there: look for a missing or extra digit"
        raise complaint("bad-number", f'"{value}" is not a valid number{where}', hint)
    if written != value:
        hint = f'write "{written}"'
        raise complaint("not-e164", f'"{value}" is not in the international form', hint)
    return value


PHONE_NUMBER: Final = Kind(
    "Telephone number",
    "In international form and in quotes: +, the code of the country and the number, without spaces"
    ' or hyphens: `"+982191000000"`. It must be one that is given out in its country.',
)
_PHONE: Final = r"\+[1-9][0-9]{2,16}"
PhoneNumber = Annotated[
    str,
    AfterValidator(_phone_number),
    Written(
        "a telephone number",
        pattern('write + and the country code, in quotes: "+982191000000"', _PHONE),
        ("+982191000000",),
        PHONE_NUMBER,
    ),
]


def _dialled(value: str, info: ValidationInfo) -> str:
    return value if _SHORT_NUMBER.fullmatch(value) else _phone_number(value, info)


DialledText = Annotated[
    str,
    AfterValidator(_dialled),
    Written(
        "a telephone number, or up to six bare digits",
        pattern('write a number in quotes: "+982191000000", "201"', _PHONE, _SHORT_NUMBER),
        ("+982191000000", "201"),
        PHONE_NUMBER,
    ),
]
"""A number as a caller may have dialled it: E.164, or up to six bare digits within the site."""


def _country(value: str) -> str:
    if value in phonenumbers.SUPPORTED_REGIONS:
        return value
    hint = suggestion(value.upper(), ()) or "write its two capital letters: IR, LV, GB"
    if value.upper() in phonenumbers.SUPPORTED_REGIONS:
        hint = f"write {value.upper()}"
    raise complaint("unknown-country", f'there is no country "{value}"', hint)


COUNTRY: Final = Kind("Country", "Its two capital letters (ISO 3166): `IR`, `LV`, `GB`.")
_A_COUNTRY: Final = "write the two capital letters of a country: IR"
Country = Annotated[
    str,
    AfterValidator(_country),
    Written("a country", pattern(_A_COUNTRY, "[A-Z]{2}"), ("IR",), COUNTRY),
]


def _country_or_none(value: str) -> str:
    return NONE if value == NONE else _country(value)


CountryOrNone = Annotated[
    str,
    AfterValidator(_country_or_none),
    Written(f"a country or `{NONE}`", pattern(_A_COUNTRY, "[A-Z]{2}", NONE), ("IR",), COUNTRY),
]


@cache
def _holiday_countries() -> Sequence[str]:
    return tuple(holidays.list_supported_countries(include_aliases=False))


def _holiday_country(value: str) -> str:
    if value in _holiday_countries():
        return value
    hint = "write the two capital letters of a country: IR, LV, GB"
    if value.upper() in _holiday_countries():
        hint = f"write {value.upper()}"
    raise complaint("unknown-country", f'the holidays of "{value}" are not known', hint)


HolidayCountry = Annotated[
    str,
    AfterValidator(_holiday_country),
    Written("a country", pattern(_A_COUNTRY, "[A-Z]{2}"), ("IR",), COUNTRY),
]


def _time_zone(value: object) -> ZoneInfo:
    name = text_of(value, "a time zone such as Asia/Tehran")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = suggestion(name, sorted(available_timezones()))
        if "did you mean" not in hint:
            hint = "write region and city: Asia/Tehran, Europe/Riga"
        raise complaint("unknown-time-zone", f'there is no time zone "{name}"', hint) from None


_ZONE: Final = "[A-Za-z0-9_+-]+"
TimeZone = Annotated[
    ZoneInfo,
    BeforeValidator(_time_zone),
    Written(
        "a time zone",
        pattern("write region and city: Asia/Tehran", f"{_ZONE}(?:/{_ZONE})*"),
        ("Asia/Tehran",),
    ),
]


def _open_span(value: object) -> OpenSpan:
    written = text_of(value, 'a range such as "08:00-17:00"')
    match = _SPAN.fullmatch(written)
    if match is None:
        hint = digits_hint(written, 'write two times, in quotes: "08:00-17:00"')
        raise complaint("bad-hours", f'"{written}" is not a range of hours', hint)
    first, last = (_minutes(match[1], match[2]), _minutes(match[3], match[4]))
    if first is None or last is None or first == _END_OF_DAY:
        hint = 'a day goes from 00:00 to 23:59, and may end at 24:00: "00:00-24:00"'
        raise complaint("bad-time", f'"{written}" holds a time that no clock shows', hint)
    if first == last:
        hint = 'for the whole day write "00:00-24:00"'
        raise complaint("bad-hours", f'"{written}" ends when it begins', hint)
    return OpenSpan(_clock(first), _clock(last % _END_OF_DAY))


def _minutes(hours: str, minutes: str) -> int | None:
    total = int(hours) * 60 + int(minutes)
    return total if int(minutes) < 60 and total <= _END_OF_DAY else None  # noqa: PLR2004  an hour


def _clock(minutes: int) -> time:
    return time(*divmod(minutes, 60))


TIMES: Final = Kind(
    "Range of hours",
    'Two times of the 24-hour clock with a hyphen between them, in quotes: `"08:00-17:00"`. The'
    ' whole day is `"00:00-24:00"`. A range may end after midnight: `"22:00-02:00"` belongs to the'
    " day on which it begins.",
)
_CLOCK: Final = "(?:[01]?[0-9]|2[0-4]):[0-5][0-9]"
Span = Annotated[
    OpenSpan,
    BeforeValidator(_open_span),
    Written(
        "a range of hours",
        pattern('write two times, in quotes: "08:00-17:00"', f"{_CLOCK}-{_CLOCK}"),
        ("08:00-17:00",),
        TIMES,
    ),
]


def _weekdays(value: str) -> str:
    first, _, last = value.partition("-")
    for day in (first, last) if "-" in value else (first,):
        if day not in DAYS:
            hint = suggestion(day.lower()[:3], DAYS)
            raise complaint("bad-day", f'"{day}" is not a day', f"{hint}; a range: sat-wed")
    return value


WEEKDAYS: Final = Kind(
    "Weekdays",
    f"{', '.join(f'`{day}`' for day in DAYS)}, or a range of them, which may go over the end of the"
    " week: `sat-wed`.",
)
_DAY: Final = f"(?:{'|'.join(DAYS)})"
Weekdays = Annotated[
    str,
    AfterValidator(_weekdays),
    Written(
        "a day or a range of days",
        pattern("write a day or a range of days: thu, sat-wed", f"{_DAY}(?:-{_DAY})?"),
        ("sat-wed",),
        WEEKDAYS,
    ),
]
"""A day (`thu`) or a range of days (`sat-wed`), which may go over the week's end."""


def weekday_numbers(days: str) -> tuple[int, ...]:
    """The days of a `Weekdays`, Monday being 0.

    >>> weekday_numbers("sat-tue")
    (5, 6, 0, 1)
    """
    first, _, last = days.partition("-")
    begin = DAYS.index(first)
    length = (DAYS.index(last or first) - begin) % len(DAYS)
    return tuple((begin + step) % len(DAYS) for step in range(length + 1))


def _date_range(value: str) -> str:
    first, last = date_range(value)
    if first > last:
        hint = "write the earlier day first"
        raise complaint("bad-date", f'"{value}" ends before it begins', hint)
    return value


def date_range(value: str) -> tuple[date, date]:
    """The first and the last day of a `DateRange`.

    Raises:
        PydanticCustomError: A day is no date.
    """
    first, _, last = value.partition("..")
    return _date(first), _date(last or first)


def _date(text: str) -> date:
    """A day of the Gregorian calendar, or of the Iranian one: their years are centuries apart."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        example = 'write year-month-day: "2026-03-21", or a range: "2026-03-21..2026-04-02"'
        hint = digits_hint(text, example)
        raise complaint("bad-date", f'"{text}" is not a date', hint)
    try:
        year, month, day = (int(part) for part in text.split("-"))
        if year in JALALI_YEARS:
            iranian: date = jdatetime.date(year, month, day).togregorian()
            return iranian
        return date(year, month, day)
    except ValueError:
        hint = "look at the number of the month and of the day"
        raise complaint("bad-date", f'no calendar has the day "{text}"', hint) from None


DATES: Final = Kind(
    "Date",
    'Year, month and day in quotes, `"2026-03-21"`, or two with `..` between them, both included:'
    ' `"2026-03-21..2026-04-02"`. A year from 1300 to 1599 is one of the Iranian (Solar Hijri)'
    ' calendar: `"1405-01-01..1405-01-04"` are the first four days of Nowruz 1405.',
)
_A_DATE: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"


def _single_date(value: object) -> date:
    return _date(text_of(value, 'a day such as "2026-11-24"'))


Day = Annotated[
    date,
    BeforeValidator(_single_date),
    Written(
        "a date", pattern('write year-month-day: "2026-03-21"', _A_DATE), ("2026-03-21",), DATES
    ),
]
"""One day; Gregorian or Jalali."""

DateRange = Annotated[
    str,
    AfterValidator(_date_range),
    Written(
        "a date, or two with `..` between them",
        pattern('write year-month-day: "2026-03-21"', rf"{_A_DATE}(?:\.\.(?:{_A_DATE})?)?"),
        ("2026-03-21..2026-04-02",),
        DATES,
    ),
]
"""A day, or two days with `..` between them, both included; Gregorian or Jalali."""
