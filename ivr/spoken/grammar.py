"""How a language puts words together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from ivr.spoken.tables import Tables
from ivr.spoken.templates import Template

UNITS: Final = ("day", "hour", "minute", "second")
"""The tables that count the parts of a duration, the longest first."""

REQUIRED_TABLES: Final = ("number", "ordinal", *UNITS)
"""The tables that every language has."""

ANY_TIME: Final = "xx:xx"
"""The pattern that every time of day fits."""

Calendar: TypeAlias = Literal["gregorian", "jalali"]

Nearness: TypeAlias = Literal["yesterday", "today", "tomorrow", "this-year", "another-year"]
"""How near a day is: what a language says of it depends on that."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """How a language puts words together.

    Attributes:
        tables: Numbers and counted words.
        between: The word between two parts of a duration or an amount; None for nothing.
        last: The word before the last of these parts.
        clock: Patterns of the time of day (`xx:00`) with what is said; the first that fits holds.
        calendar: In which calendar a day is told.
        date: What is said of a day, by its `Nearness`.
        money: For each currency, the table that counts it and the one of its hundredths, if any.
    """

    tables: Tables
    between: str | None
    last: str | None
    clock: Mapping[str, Template]
    calendar: Calendar
    date: Mapping[str, Template]
    money: Mapping[str, tuple[str, ...]]

    def joint(self, *, is_last: bool) -> tuple[str, ...]:
        """The prompts before a part of a duration that is not the first."""
        word = self.last if is_last else self.between
        return (self.tables.vocabulary[word],) if word else ()


def fits(shown: str, pattern: str) -> bool:
    """Whether a time of day, as `07:30`, fits a pattern of the clock, as `xx:30`."""
    return all(wanted in ("x", digit) for digit, wanted in zip(shown, pattern, strict=True))
