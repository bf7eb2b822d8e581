"""What a page of grammar gets wrong though every line of it can be read.

Words, tables and parts that there are not. Each problem is a line: the place, and what to write.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ivr.spoken.grammar import ANY_TIME, REQUIRED_TABLES, Grammar
from ivr.spoken.plurals import OTHER
from ivr.spoken.templates import Part, Template, Word

_TIME: Final = re.compile(r"[0-2x][0-9x]:[0-5x][0-9x]")
_OF_A_ROW: Final = ("value", "count", "rest")
_OF_A_TIME: Final = ("hour", "minute")
_OF_A_DATE: Final[Mapping[str, int]] = {"weekday": 7, "day": 31, "month": 12, "year": 0}


def problems_of(grammar: Grammar) -> Iterator[str]:
    """Every problem of a grammar that has been read."""
    yield from _of_tables(grammar)
    yield from _of_clock(grammar)
    for when, template in grammar.date.items():
        yield from _of_gaps(f"date: {when}", template, tuple(_OF_A_DATE), grammar)
    yield from _of_money(grammar)
    for word in (grammar.between, grammar.last):
        if word is not None and word not in grammar.tables.vocabulary:
            yield f"joined: {_no_word(word)}"


def _of_tables(grammar: Grammar) -> Iterator[str]:
    tables = grammar.tables.rows
    yield from (f"tables: {each} is missing" for each in REQUIRED_TABLES if not tables.get(each))
    for table, rows in tables.items():
        for row in rows:
            place = f"tables: {table}: {row.start}"
            yield from _of_gaps(place, row.template, _OF_A_ROW, grammar)
            if row.template.tokens & {Part("value", None), Part("value", table)}:
                yield f"{place}: {{value}} would come back here for ever: name another table"


def _of_clock(grammar: Grammar) -> Iterator[str]:
    if list(grammar.clock)[-1:] != [ANY_TIME]:
        yield f"clock: the last line is for every other time: {ANY_TIME}"
    for pattern, template in grammar.clock.items():
        if not _TIME.fullmatch(pattern):
            yield f"clock: {pattern} is no time: write 00:00, with x for any digit"
        yield from _of_gaps(f"clock: {pattern}", template, _OF_A_TIME, grammar)


def _of_money(grammar: Grammar) -> Iterator[str]:
    for currency, counted in grammar.money.items():
        for table in counted:
            if not grammar.tables.rows.get(table):
                yield f"money: {currency}: there is no table {table}"


def _of_gaps(
    place: str, template: Template, parts: tuple[str, ...], grammar: Grammar
) -> Iterator[str]:
    """The problems of the words and gaps of a template, in which `parts` may be named."""
    for token in sorted(template.tokens, key=str):
        if isinstance(token, Word):
            if not _is_sayable(token.id, grammar):
                yield f"{place}: {_no_word(token.id)}"
        elif token.name not in parts:
            known = ", ".join(f"{{{part}}}" for part in parts)
            yield f"{place}: there is no {{{token.name}}} here, only {known}"
        elif token.table and not grammar.tables.rows.get(token.table):
            yield f"{place}: there is no table {token.table}"
        elif not token.table and parts is not _OF_A_ROW:
            yield from _of_names(place, token, grammar)


def _of_names(place: str, part: Part, grammar: Grammar) -> Iterator[str]:
    """The problems of a gap without a table: each of its values is a word of its own."""
    greatest = _OF_A_DATE.get(part.name, 0)
    if not greatest:
        yield f"{place}: name a table for it: {{{part.name}:number}}"
    for value in range(1, greatest + 1):
        if f"{part.name}-{value}" not in grammar.tables.vocabulary:
            yield f"{place}: {_no_word(f'{part.name}-{value}')}"


def _is_sayable(word: str, grammar: Grammar) -> bool:
    """Whether some word of the language is meant, where # is a number and @ a plural form."""
    pattern = re.escape(word.replace("@", OTHER)).replace(r"\#", r"\d+")
    return any(re.fullmatch(pattern, each) for each in grammar.tables.vocabulary)


def _no_word(word: str) -> str:
    return f"the language has no word {word.replace('@', OTHER)}: write it in words.yaml"
