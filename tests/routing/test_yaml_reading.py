"""YAML text to plain data and positions: nothing is guessed, nothing is converted."""

import pytest

from routing.yaml_reading import (
    BEGIN_RULES,
    MAX_CHARACTERS,
    Misread,
    Position,
    Reference,
    plain,
    read_yaml,
)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("open", "open"),
        ("PJSIP/101", "PJSIP/101"),
        ("1..10", "1..10"),
        ("08:00-17:00", "08:00-17:00"),
        ("20s", "20s"),
        ("+98 21", "+98 21"),
        ("5", 5),
        ("-5", -5),
        ("0", 0),
        ("2.5", 2.5),
        ("true", True),
        ("false", False),
        ("$name", Reference("name")),
        ("$Name_2", Reference("Name_2")),
        ("$5", "$5"),
        ("$a b", "$a b"),
        ("", None),
        ("~", None),
        ("null", None),
    ],
)
def test_a_bare_word_with_one_meaning_has_it(text: str, meaning: object) -> None:
    """Words, whole and decimal numbers, true and false."""
    assert plain(text) == meaning
    assert type(plain(text)) is type(meaning)


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("no", "false"),
        ("NO", "false"),
        ("off", "false"),
        ("False", "false"),
        ("yes", "true"),
        ("on", "true"),
        ("True", "true"),
        ("12:30", "a time of day as a number"),
        ("1:30:15", "a time of day as a number"),
        ("0912", "a number"),
        ("010", "a number"),
        ("0x1", "a number"),
        ("0b1", "a number"),
        ("1_000", "a number"),
        ("+982191000000", "a number"),
        ("1234567890123456", "a number"),
        (".inf", "a number"),
        ("1.5e+3", "a number"),
        ("2026-03-21", "a date"),
        ("2026-03-21 10:00:00", "a date"),
    ],
)
def test_a_bare_word_that_yaml_would_convert_is_misread(text: str, reading: str) -> None:
    """What YAML would make of it is kept, to tell the administrator."""
    assert plain(text) == Misread(text, reading)


def test_quotes_make_text_of_anything() -> None:
    """Both kinds, and both kinds of block."""
    document = read_yaml("a: 'no'\nb: \"0912\"\nc: |\n  12:30\nd: >\n  5\n", "f").document
    assert document is not None
    assert document.data == {"a": "no", "b": "0912", "c": "12:30\n", "d": "5\n"}


def test_positions_count_characters_from_one() -> None:
    """Columns are characters, also after Persian text."""
    document = read_yaml('{"سلام": [x, "دنیا", {k: v}]}', "f").document
    assert document is not None
    assert document.keys == {("سلام",): Position(1, 2, "f"), ("سلام", 2, "k"): Position(1, 23, "f")}
    assert document.values[("سلام", 1)] == Position(1, 14, "f")
    assert document.values[("سلام", 2, "k")] == Position(1, 26, "f")
    assert document.at_value(("سلام", 2, "absent", 7)) == Position(1, 22, "f")
    assert document.at_key(("سلام", 2)) == Position(1, 22, "f")


def test_bare_numbers_are_keys_by_their_text() -> None:
    """A menu's `1:` can only mean the key 1."""
    document = read_yaml("1: a\n0: b\n", "f").document
    assert document is not None
    assert document.data == {"1": "a", "0": "b"}


def test_the_second_value_of_a_key_is_dropped_with_everything_in_it() -> None:
    """One problem is told, whatever the second value holds."""
    reading = read_yaml("a: {x: 1, y: {z: 2}}\na: {x: 3, y: {z: 4}}\n", "f")
    assert [(each.line, each.code) for each in reading.problems] == [(2, "duplicate-key")]
    assert reading.document is not None
    assert reading.document.data == {"a": {"x": 1, "y": {"z": 2}}}


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000])
def test_no_nesting_exhausts_the_stack(text: str) -> None:
    """It is refused at the level where it becomes absurd."""
    (problem,) = read_yaml(text, "f").problems
    assert problem.code == "too-deep"


def test_aliases_are_refused_before_they_are_expanded() -> None:
    """Nine levels of nine aliases would be 387 million strings."""
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 10))
    reading = read_yaml(f"l0: &l0 [x, x, x, x, x, x, x, x, x]\n{levels}", "f")
    assert {problem.code for problem in reading.problems} == {"anchor"}
    assert len(reading.problems) == 10 + 81


@pytest.mark.parametrize(
    ("text", "line", "column", "name"),
    [
        ("a: \x00b", 1, 4, "U+0000"),
        ("a: b\nc: \x1b[2J", 2, 4, "U+001B"),
        ("a: b\r\rc\ud800", 3, 2, "U+D800"),
    ],
)
def test_invisible_characters_are_named(text: str, line: int, column: int, name: str) -> None:
    """A control character or half a pair cannot stand in a rules file."""
    (problem,) = read_yaml(text, "f").problems
    assert (problem.line, problem.column, problem.code) == (line, column, "bad-character")
    assert name in problem.message


def test_a_huge_file_is_not_even_parsed() -> None:
    """It is no rules file."""
    (problem,) = read_yaml("a" * (MAX_CHARACTERS + 1), "f").problems
    assert problem.code == "file-too-large"


@pytest.mark.parametrize("text", ["", "\n\n", "# a comment\n", "---\n", "~", "--- null\n...\n"])
def test_a_file_without_anything_is_told_how_to_begin(text: str) -> None:
    """Empty in each of the ways in which YAML can be empty."""
    (problem,) = read_yaml(text, "f").problems
    assert (problem.code, problem.hint) == ("empty-file", BEGIN_RULES)


def test_a_byte_order_mark_is_passed_over() -> None:
    """Some editors write one."""
    document = read_yaml("\ufeffversion: 1", "f").document
    assert document is not None
    assert document.keys == {("version",): Position(1, 1, "f")}
