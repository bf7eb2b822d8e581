"""Numbers, places, durations, times, days and amounts, each as the row of prompts that says it."""

from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Final, Literal, TypeAlias

import jdatetime

from ivr.spoken.grammar import UNITS, Grammar, Nearness, fits
from ivr.spoken.reading import grammar_of
from routing.currencies import CURRENCIES

LARGEST_NUMBER: Final = 999_999_999_999
"""The greatest number that every language says: an amount in rials is soon a milliard."""

LARGEST_ORDINAL: Final = 999
"""The greatest place in a row that every language says."""

FIRST_YEAR: Final = 1700
LAST_YEAR: Final = 2999
"""The years, Gregorian, of the days that every language says."""

GREGORIAN_YEARS: Final = range(1900, 2100)
IRANIAN_YEARS: Final = range(1300, 1500)
"""The years of days that callers key: of births, contracts and appointments."""

Gender: TypeAlias = Literal["masculine", "feminine"]

_SECONDS: Final = (86400, 3600, 60, 1)
_CENTS: Final = 100


def number(value: int, language: str, gender: Gender = "masculine") -> tuple[str, ...]:
    """The prompts that say a whole number.

    Args:
        value: 0 to `LARGEST_NUMBER`.
        language: A language with a grammar (`language_for_values`).
        gender: Of what is counted; languages whose numbers have none pass over it.

    Raises:
        ValueError: The number is too great, or below 0.
        NoGrammarError: The language has no grammar.
    """
    _require("a number", value, 0, LARGEST_NUMBER)
    return _say_in_gender("number", value, language, gender)


def ordinal(value: int, language: str, gender: Gender = "masculine") -> tuple[str, ...]:
    """The prompts that say a place in a row: first, second, third.

    Args:
        value: 1 to `LARGEST_ORDINAL`.
        language: A language with a grammar (`language_for_values`).
        gender: Of what has the place.

    Raises:
        ValueError: The place is too great, or below 1.
        NoGrammarError: The language has no grammar.
    """
    _require("a place in a row", value, 1, LARGEST_ORDINAL)
    return _say_in_gender("ordinal", value, language, gender)


def duration(seconds: int, language: str) -> tuple[str, ...]:
    """The prompts that say how long something takes, in days, hours, minutes and seconds.

    What is 0 is left out, but for nothing at all: "zero seconds". Round what need not be exact.

    Args:
        seconds: Whole seconds, not below 0.
        language: A language with a grammar (`language_for_values`).

    Raises:
        ValueError: The duration is below 0 or beyond all measure.
        NoGrammarError: The language has no grammar.
    """
    _require("a duration in seconds", seconds, 0, LARGEST_NUMBER)
    grammar = grammar_of(language)
    counts, rest = [], seconds
    for length in _SECONDS:
        count, rest = divmod(rest, length)
        counts.append(count)
    told = [(unit, count) for unit, count in zip(UNITS, counts, strict=True) if count]
    return _joined(grammar, told or [("second", 0)])


def clock_time(moment: time, language: str) -> tuple[str, ...]:
    """The prompts that say a time of day to the minute.

    Args:
        moment: The time where the caller is; its seconds are left out.
        language: A language with a grammar (`language_for_values`).

    Raises:
        NoGrammarError: The language has no grammar.
    """
    grammar = grammar_of(language)
    shown = f"{moment.hour:02}:{moment.minute:02}"
    template = next(said for pattern, said in grammar.clock.items() if fits(shown, pattern))
    parts = {"hour": moment.hour, "minute": moment.minute}
    return tuple(grammar.tables.fill(template.with_rest, parts))


def day(when: date, language: str, today: date | None = None) -> tuple[str, ...]:
    """The prompts that say a date, in the calendar that speakers of the language live by.

    Args:
        when: The date, Gregorian; Persian tells it in the Iranian calendar.
        language: A language with a grammar (`language_for_values`).
        today: Where the caller is. With it, the days beside it are "yesterday", "today" and
            "tomorrow", and its own year is left out.

    Raises:
        ValueError: The day is before `FIRST_YEAR` or after `LAST_YEAR`.
        NoGrammarError: The language has no grammar.
    """
    _require("a year", when.year, FIRST_YEAR, LAST_YEAR)
    grammar = grammar_of(language)
    year, month, day_of_month = _in_calendar(grammar, when)
    parts = {"weekday": when.isoweekday(), "day": day_of_month, "month": month, "year": year}
    said = grammar.date[_nearness(grammar, when, today)]
    return tuple(grammar.tables.fill(said.with_rest, parts))


def money(amount: Decimal | int, currency: str, language: str) -> tuple[str, ...]:
    """The prompts that say an amount of money.

    Args:
        amount: In euros, dollars, pounds, rials or tomans; up to two decimals but for the last two.
        currency: One of `CURRENCIES`.
        language: A language with a grammar (`language_for_values`).

    Raises:
        ValueError: The currency is not known, or the amount is below 0, too great or too exact.
        NoGrammarError: The language has no grammar.
    """
    grammar = grammar_of(language)
    if currency not in grammar.money:
        raise ValueError(f"{currency!r} is not a currency of {', '.join(CURRENCIES)}")
    tables = grammar.money[currency]
    smallest = _CENTS if len(tables) > 1 else 1
    exact = Decimal(amount) * smallest
    if not exact.is_finite() or exact != int(exact):
        raise ValueError(f"{amount} {currency} is more exact than the coins are: round it")
    whole, hundredths = divmod(int(exact), smallest)
    _require("an amount", whole, 0, LARGEST_NUMBER)
    counts = zip(tables, (whole, hundredths), strict=False)  # no hundredths: one table
    told = [(table, count) for table, count in counts if count]
    return _joined(grammar, told or [(tables[0], 0)])


def _require(what: str, value: int, least: int, greatest: int) -> None:
    if not least <= value <= greatest:
        raise ValueError(f"{value} cannot be said: {what} is from {least} to {greatest}")


def _say_in_gender(table: str, value: int, language: str, gender: Gender) -> tuple[str, ...]:
    tables = grammar_of(language).tables
    gendered = f"{table}-{gender}"
    return tuple(tables.say(gendered if gendered in tables.rows else table, value))


def _joined(grammar: Grammar, counted: Sequence[tuple[str, int]]) -> tuple[str, ...]:
    """Parts of one value in a row: two hours, five minutes and ten seconds."""
    return tuple(_with_joints(grammar, counted))


def _with_joints(grammar: Grammar, counted: Sequence[tuple[str, int]]) -> Iterator[str]:
    for place, (table, count) in enumerate(counted):
        if place:
            yield from grammar.joint(is_last=place == len(counted) - 1)
        yield from grammar.tables.say(table, count)


def _in_calendar(grammar: Grammar, when: date) -> tuple[int, int, int]:
    if grammar.calendar == "gregorian":
        return when.year, when.month, when.day
    iranian = jdatetime.date.fromgregorian(date=when)
    return iranian.year, iranian.month, iranian.day


def _nearness(grammar: Grammar, when: date, today: date | None) -> Nearness:
    """Which line of a grammar's `date` says this day."""
    if today is None:
        return "another-year"
    beside: dict[int, Nearness] = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    away = (when - today) // timedelta(days=1)
    if away in beside:
        return beside[away]
    same = _in_calendar(grammar, when)[0] == _in_calendar(grammar, today)[0]
    return "this-year" if same else "another-year"


def date_of(year: int, month: int, day_of_month: int, language: str) -> date | None:
    """A day as somebody keys it: in the calendar of their language, or in the Gregorian one.

    The year tells the calendar: the Iranian years of `IRANIAN_YEARS` are long past in the other.

    Args:
        year: Of either calendar.
        month: 1 to 12.
        day_of_month: From 1.
        language: A language with a grammar (`language_for_values`).

    Returns:
        The day, Gregorian; None if there is no such day, or not in `GREGORIAN_YEARS`.

    Raises:
        NoGrammarError: The language has no grammar.
    """
    iranian = grammar_of(language).calendar != "gregorian" and year in IRANIAN_YEARS
    try:
        if iranian:
            when: date = jdatetime.date(year, month, day_of_month).togregorian()
            return when
        return date(year, month, day_of_month) if year in GREGORIAN_YEARS else None
    except ValueError:
        return None
