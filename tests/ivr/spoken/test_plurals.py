"""Plural rules, as Unicode CLDR writes them, against the examples that it gives with them."""

import pytest

from ivr.spoken.plurals import compile_rule, form_of
from ivr.spoken.reading import grammar_of

POLISH = {
    "one": "i = 1 and v = 0 @integer 1",
    "few": "v = 0 and i % 10 = 2..4 and i % 100 != 12..14 @integer 2~4, 22~24, 32~34",
    "many": (
        "v = 0 and i != 1 and i % 10 = 0..1 or v = 0 and i % 10 = 5..9 or "
        "v = 0 and i % 100 = 12..14 @integer 0, 5~19, 100"
    ),
}


@pytest.mark.parametrize(
    ("form", "counts"),
    [
        ("zero", [0, *range(10, 21), 30, 40, 50, 60, 100, 1000, 10000, 100000, 1000000]),
        ("one", [1, 21, 31, 41, 51, 61, 71, 81, 101, 1001]),
        ("other", [*range(2, 10), *range(22, 30), 102, 1002]),
    ],
)
def test_latvian(form: str, counts: list[int]):
    """Three forms."""
    rules = grammar_of("lv").tables.plural
    assert {form_of(rules, count) for count in counts} == {form}


@pytest.mark.parametrize(
    ("form", "counts"),
    [("one", [1]), ("other", [0, *range(2, 17), 21, 100, 101, 1000, 1000000])],
)
def test_english(form: str, counts: list[int]):
    """Two."""
    rules = grammar_of("en").tables.plural
    assert {form_of(rules, count) for count in counts} == {form}


@pytest.mark.parametrize(
    ("form", "counts"),
    [
        ("one", [1]),
        ("few", [2, 3, 4, 22, 24, 102, 1002]),
        ("many", [0, *range(5, 20), 21, 25, 100, 112, 1000000]),
    ],
)
def test_a_further_language(form: str, counts: list[int]):
    """Polish, copied from CLDR with its examples: what is said of decimals never holds."""
    rules = {name: compile_rule(rule) for name, rule in POLISH.items()}
    assert {form_of(rules, count) for count in counts} == {form}


@pytest.mark.parametrize("rule", ["", "n", "n = ", "n = x", "n % 0 = 1", "n = 1 and", "1 = n"])
def test_what_is_no_rule_is_refused(rule: str):
    """With the part that cannot be read."""
    with pytest.raises(ValueError, match="is no relation, as n % 10"):
        compile_rule(rule)
