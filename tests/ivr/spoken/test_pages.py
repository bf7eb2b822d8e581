"""The pages of grammar: those that ship, a further one, and what a wrong one is told."""

from collections.abc import Iterator

import pytest

from ivr.prompts import BUILTIN_LANGUAGES, LANGUAGES, words
from ivr.spoken.grammar import Grammar
from ivr.spoken.reading import GrammarError, grammar_of, read_grammar
from ivr.spoken.templates import Part, Template, Word
from tests.ivr.spoken import german

in_every_language = pytest.mark.parametrize("code", BUILTIN_LANGUAGES)


def templates_of(grammar: Grammar) -> Iterator[Template]:
    """Every template of a page."""
    for rows in grammar.tables.rows.values():
        yield from (row.template for row in rows)
    yield from grammar.clock.values()
    yield from grammar.date.values()


def all_that_is_said(code: str) -> set[str]:
    """The prompts of every value that can change a row: small numbers, round ones, dates."""
    tables = grammar_of(code).tables
    round_ones = {round_one * 10**power for round_one in range(1, 10) for power in range(12)}
    said: set[str] = set()
    for name, rows in tables.rows.items():
        least = rows[0].start
        greatest = 999 if name.startswith("ordinal") else 10**12
        for value in {*range(least, least + 2000), *round_ones, *(one + 1 for one in round_ones)}:
            if least <= value <= greatest:
                said.update(_if_sayable(grammar_of(code), name, value))
    for template in (*grammar_of(code).clock.values(), *grammar_of(code).date.values()):
        for token in template.tokens:
            if isinstance(token, Word):
                said.add(tables.vocabulary[token.id])
            elif isinstance(token, Part) and not token.table:
                greatest = {"weekday": 7, "month": 12}[token.name]
                said.update(f"word-{token.name}-{value}" for value in range(1, greatest + 1))
    return said | set(grammar_of(code).joint(is_last=False) + grammar_of(code).joint(is_last=True))


def _if_sayable(grammar: Grammar, table: str, value: int) -> set[str]:
    """A table may be for some values alone, as hours are up to 23; those it cannot say are none."""
    try:
        return set(grammar.tables.say(table, value))
    except (KeyError, ValueError):
        return set()


@in_every_language
def test_every_word_is_said_some_time(code: str):
    """A speaker records nothing in vain."""
    assert {f"word-{word}" for word in words(code)} <= all_that_is_said(code)


@in_every_language
def test_every_table_is_used(code: str):
    """By another table, or by the program."""
    grammar = grammar_of(code)
    named = {
        token.table
        for template in templates_of(grammar)
        for token in template.tokens
        if isinstance(token, Part)
    }
    counted = {table for tables in grammar.money.values() for table in tables}
    asked = {"number", "number-feminine", "ordinal", "ordinal-feminine"}
    assert set(grammar.tables.rows) - named - counted - asked == {"day", "hour", "minute", "second"}


def test_every_language_is_a_folder_with_three_pages():
    """Nothing else names the languages."""
    for code in BUILTIN_LANGUAGES:
        pages = {page.name for page in (LANGUAGES / code).iterdir()}
        assert pages == {"prompts.yaml", "words.yaml", "grammar.yaml"}


def said_in_german(table: str, value: int) -> str:
    """The words of a value by the page of the test."""
    grammar = read_grammar(german.PAGE, german.VOCABULARY, "de/grammar.yaml")
    texts = {f"word-{word}": text for word, text in german.VOCABULARY.items()}
    return " ".join(texts.get(each, each) for each in grammar.tables.say(table, value))


@pytest.mark.parametrize(
    ("table", "value", "said"),
    [
        ("number", 7, "digit-7"),
        ("number", 21, "ein und 20"),
        ("number", 1985, "ein tausend digit-9 hundert digit-5 und 80"),
        ("hour", 1, "eine stunde-one"),
        ("hour", 2, "digit-2 stunde-other"),
        ("euro", 1, "ein euro"),
        ("ordinal", 31, "ein und 30te"),
    ],
)
def test_a_further_language_is_a_page(table: str, value: int, said: str):
    """Ones before tens, and three kinds of "one", without a line of code."""
    assert said_in_german(table, value) == said


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("one: i = 1 and v = 0", "one: i is 1", "plural: one: 'i is 1' is no relation"),
        ("one: i = 1", "single: i = 1", "plural: single"),
        ("hundert [{rest}]", "hundert [{rest}", "tables: number: 100: .* opens a \\["),
        ("hundert [{rest}]", "hundert {rest}]", "tables: number: 100: .* has a \\] out of place"),
        ("hundert [{rest}]", "Hundert!", "tables: number: 100: 'Hundert!' cannot be read from"),
        ("hundert [{rest}]", "houndert [{rest}]", "number: 100: the language has no word houndert"),
        ("stunde-@", "stund-@", "tables: hour: 0: the language has no word stund-other"),
        ("1: eine\n", "eine: eine\n", "tables: feminine: eine: a row begins with its least value"),
        ("{rest:before} und", "{rest:vor} und", "number: 20: there is no table vor"),
        (
            "hundert [{rest}]",
            "hundert [{ones}]",
            "no \\{ones\\} here, only \\{value\\}, \\{count\\}",
        ),
        ("1: ein\n", '1: "{value:before}"\n', "tables: before: 1: {value} would come back"),
        ('"xx:xx":', '"12:xx":', "clock: the last line is for every other time: xx:xx"),
        ('"00:00"', '"0:00"', "clock: 0:00 is no time: write 00:00, with x for any digit"),
        ('{hour:before} uhr"', '{hour} uhr"', "name a table for it: \\{hour:number\\}"),
        ("{weekday} {day:ordinal}", "{weekday} {day}", "date: .* has no word day-1"),
        ("calendar: gregorian", "calendar: lunar", "calendar: .*'gregorian' or 'jalali'"),
        ("  today: heute\n", "", "date: today: Field required"),
        ("USD: [euro, cent]", "USD: [dollar, cent]", "money: USD: there is no table dollar"),
        ("USD: [euro, cent]", "USD: []", "money: USD: List should have at least 1 item"),
        (
            "last: und",
            "last: plus",
            "joined: the language has no word plus: write it in words.yaml",
        ),
        ("  second: {0: ", "  sekunde: {0: ", "tables: second is missing"),
        ("joined:", "gemeinsam: 1\njoined:", "gemeinsam: Extra inputs are not permitted"),
        ("joined: {", "joined: {{", "this is no YAML"),
    ],
)
def test_a_mistake_is_told_with_its_place(right: str, wrong: str, message: str):
    """In words that somebody who does not program can act on; the page is named."""
    assert german.PAGE.count(right) >= 1
    page = german.PAGE.replace(right, wrong, 1)
    with pytest.raises(GrammarError, match=f"de/grammar.yaml: .*{message}"):
        read_grammar(page, german.VOCABULARY, "de/grammar.yaml")


def test_every_mistake_is_told_at_once():
    """One a line."""
    page = german.PAGE.replace("hundert", "houndert").replace("mitternacht", "nachts")
    with pytest.raises(GrammarError) as told:
        read_grammar(page, german.VOCABULARY, "de/grammar.yaml")
    assert len(str(told.value).splitlines()) == 3


def test_a_table_says_nothing_below_its_first_row():
    """A page that forgets the 0 is found at the first value that needs it."""
    with pytest.raises(ValueError, match="the table ordinal says nothing below 1"):
        said_in_german("ordinal", 0)
