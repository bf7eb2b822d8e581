"""Reads the page of grammar of a language, `grammar.yaml` of its folder, once, and checks it.

docs/adding-a-language.md tells what may stand there.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Annotated, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ivr.prompts import BUILTIN_LANGUAGES, LANGUAGES, words
from ivr.spoken.checks import problems_of
from ivr.spoken.grammar import Calendar, Grammar
from ivr.spoken.plurals import compile_rule
from ivr.spoken.tables import Row, Tables
from ivr.spoken.templates import Template
from routing.names import WORD

_Read = TypeVar("_Read")


class GrammarError(ValueError):
    """A page of grammar is wrong; each line of the message tells a place and what to write."""


class NoGrammarError(LookupError):
    """There is no page of grammar for a language."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Joined(_Strict):
    between: str | None = None
    last: str | None = None


class _Date(_Strict):
    yesterday: str
    today: str
    tomorrow: str
    this_year: str = Field(alias="this-year")
    another_year: str = Field(alias="another-year")


_Counting = Annotated[list[str], Field(min_length=1, max_length=2)]


class _Money(_Strict):
    EUR: _Counting
    GBP: _Counting
    IRR: _Counting
    IRT: _Counting
    USD: _Counting


class _Page(_Strict):
    plural: dict[Literal["zero", "one", "two", "few", "many"], str]
    tables: dict[str, dict[int | str, str]]
    joined: _Joined
    clock: dict[str, str]
    calendar: Calendar
    date: _Date
    money: _Money


@cache
def grammar_of(code: str) -> Grammar:
    """The grammar of a built-in language.

    Raises:
        NoGrammarError: The program does not speak this language.
        GrammarError: Its page is wrong.
    """
    if code not in BUILTIN_LANGUAGES:
        raise NoGrammarError(
            f"no numbers can be said in {code!r}, only in {', '.join(BUILTIN_LANGUAGES)}: "
            "docs/adding-a-language.md tells how to write a page of grammar"
        )
    page = (LANGUAGES / code / "grammar.yaml").read_text(encoding="utf-8")
    return read_grammar(page, words(code), f"ivr/languages/{code}/grammar.yaml")


def language_for_values(wanted: str, languages: tuple[str, ...]) -> str | None:
    """The language to say a value in: the wanted one, else the first that has a grammar.

    The catalogue falls back in the same order, so the row is then heard in one language.

    Args:
        wanted: The language of the call.
        languages: The business's languages in their order.
    """
    return next((code for code in (wanted, *languages) if code in BUILTIN_LANGUAGES), None)


def read_grammar(text: str, vocabulary: Mapping[str, str], name: str) -> Grammar:
    """Read and check a page of grammar.

    Args:
        text: The page.
        vocabulary: The words of the language, with their texts; the digits need not be there.
        name: What messages call the page.

    Raises:
        GrammarError: Every mistake of the page, one a line.
    """
    try:
        page = _Page.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise GrammarError(f"{name}: this is no YAML: {error}") from None
    except ValidationError as error:
        raise GrammarError("\n".join(_shape_problems(name, error))) from None
    unread: list[str] = []
    grammar = _grammar(page, vocabulary, unread)
    if problems := unread or list(problems_of(grammar)):
        raise GrammarError("\n".join(f"{name}: {problem}" for problem in problems))
    return grammar


def _grammar(page: _Page, vocabulary: Mapping[str, str], unread: list[str]) -> Grammar:
    """What can be read of a page; of the rest, `unread` is told."""
    return Grammar(
        tables=Tables(
            rows={table: _rows(table, rows, unread) for table, rows in page.tables.items()},
            plural=_each("plural", page.plural.items(), compile_rule, unread),
            vocabulary={f"digit-{digit}": f"digit-{digit}" for digit in range(10)}
            | {word: f"{WORD}{word}" for word in vocabulary},
        ),
        between=page.joined.between,
        last=page.joined.last,
        clock=_each("clock", page.clock.items(), Template.parse, unread),
        calendar=page.calendar,
        date=_each("date", page.date.model_dump(by_alias=True).items(), Template.parse, unread),
        money={currency: tuple(tables) for currency, tables in page.money},
    )


def _rows(table: str, lines: Mapping[int | str, str], unread: list[str]) -> tuple[Row, ...]:
    rows = []
    for key, text in lines.items():
        try:
            rows.append(Row.parse(key, text))
        except ValueError as error:
            unread.append(f"tables: {table}: {key}: {error}")
    return tuple(sorted(rows, key=lambda row: row.start))


def _each(
    section: str, lines: Iterable[tuple[str, str]], read: Callable[[str], _Read], unread: list[str]
) -> dict[str, _Read]:
    """The lines of a section that can be read."""
    found = {}
    for key, text in lines:
        try:
            found[key] = read(text)
        except ValueError as error:
            unread.append(f"{section}: {key}: {error}")
    return found


def _shape_problems(name: str, error: ValidationError) -> Iterator[str]:
    for problem in error.errors():
        place = ": ".join(str(step) for step in problem["loc"])
        yield f"{name}: {place}: {problem['msg']}"
