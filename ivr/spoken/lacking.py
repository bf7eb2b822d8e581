"""What a language has no word for, found by saying values of every kind before a caller hears them.

That a page of grammar can be read does not tell: `number-#` is a word for each number that comes.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Final

from ivr.spoken.grammar import UNITS, Grammar, fits
from ivr.spoken.reading import grammar_of
from ivr.spoken.values import LARGEST_ORDINAL

_ROUND: Final = frozenset(
    digit * 10**power + more for digit in range(1, 10) for power in range(2, 12) for more in (0, 1)
)
_NUMBERS: Final = sorted({*range(200), *range(1000, 2000, 100), *_ROUND})
"""Below 200 every number has a name of its own; above, names change at the round numbers."""

_PLACES: Final = sorted({*range(1, 200), *(value for value in _ROUND if value <= LARGEST_ORDINAL)})

_LONGEST_COUNTS: Final[Mapping[str, Iterable[int]]] = {
    "day": _NUMBERS[1:],
    "hour": range(1, 24),
    "minute": range(1, 60),
    "second": range(60),
}
"""Parts of a duration that are 0 are left out, but for no seconds at all."""

_CENTS: Final = range(1, 100)
_YEARS: Final[Mapping[str, Iterable[int]]] = {
    "gregorian": range(1700, 3000),
    "jalali": range(1078, 2379),
}
"""The years of `ivr.spoken.day`, in either calendar."""


def lacking_words(language: str) -> tuple[str, ...]:
    """The words that some number, time, date or amount needs, and the language does not have.

    Args:
        language: A language with a grammar.

    Raises:
        NoGrammarError: The language has no grammar.
        GrammarError: Its page cannot be used at all.
    """
    return lacking_in(grammar_of(language))


def lacking_in(grammar: Grammar) -> tuple[str, ...]:
    """The words that a page of grammar needs, and `words.yaml` beside it does not have."""
    lacking: set[str] = set()
    for saying in _sayings(grammar):
        try:
            for _ in saying:
                pass
        except KeyError as error:
            lacking.add(str(error.args[0]))
        except ValueError as error:
            lacking.add(str(error))
    return tuple(sorted(lacking))


def _sayings(grammar: Grammar) -> Iterator[Iterator[str]]:
    """Values of every kind that calls may come to, each about to be said."""
    for table, values in _counted(grammar):
        if table in grammar.tables.rows:
            yield from (grammar.tables.say(table, value) for value in values)
    yield from _clock(grammar)
    yield from _dates(grammar)


def _counted(grammar: Grammar) -> Iterator[tuple[str, Iterable[int]]]:
    for gender in ("", "-feminine"):
        yield f"number{gender}", _NUMBERS
        yield f"ordinal{gender}", _PLACES
    for unit in UNITS:
        yield unit, _LONGEST_COUNTS[unit]
    for tables in grammar.money.values():
        yield from zip(tables, (_NUMBERS, _CENTS), strict=False)  # no hundredths: one table


def _clock(grammar: Grammar) -> Iterator[Iterator[str]]:
    for hour, minute in product(range(24), range(60)):
        shown = f"{hour:02}:{minute:02}"
        template = next(said for pattern, said in grammar.clock.items() if fits(shown, pattern))
        yield grammar.tables.fill(template.with_rest, {"hour": hour, "minute": minute})


def _dates(grammar: Grammar) -> Iterator[Iterator[str]]:
    """Every year, weekday, day and month comes, though not with every other."""
    for template in grammar.date.values():
        for year in _YEARS[grammar.calendar]:
            parts = {"weekday": year % 7 + 1, "day": year % 31 + 1, "month": year % 12 + 1}
            yield grammar.tables.fill(template.with_rest, {**parts, "year": year})
