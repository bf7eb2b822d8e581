"""Digits read out in groups."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.prompts import BUILTIN_LANGUAGES, PAUSE, builtin_prompts
from ivr.spoken import digits

digit_texts = st.text("0123456789", max_size=40)
codes = st.sampled_from(BUILTIN_LANGUAGES)


def groups_of(prompts: tuple[str, ...]) -> list[str]:
    """The groups of digits between the pauses."""
    spelt = "".join("," if prompt == PAUSE else prompt.removeprefix("digit-") for prompt in prompts)
    return spelt.split(",")


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("123456789", ["123", "456", "789"]),
        ("12345678", ["123", "456", "78"]),
        ("1234567", ["123", "4567"]),
        ("1234", ["1234"]),
        ("123", ["123"]),
        ("7", ["7"]),
        ("000", ["000"]),
    ],
)
def test_digits_are_read_three_by_three(text: str, groups: list[str]):
    """As people read them, with no digit left alone at the end."""
    assert groups_of(digits(text)) == groups


def test_no_digits_are_no_prompts():
    """Nothing to say, and no pause either."""
    assert digits("") == ()


@given(digit_texts, codes)
def test_every_digit_is_said_once_and_in_order(text: str, code: str):
    """Grouping loses nothing and adds nothing but pauses."""
    said = [prompt for prompt in digits(text, code) if prompt != PAUSE]
    assert said == [f"digit-{digit}" for digit in text]


@given(digit_texts.filter(lambda text: len(text) > 1), codes)
def test_groups_are_short_and_no_digit_stands_alone(text: str, code: str):
    """Two to four digits in one breath, whatever the length."""
    assert all(2 <= len(group) <= 4 for group in groups_of(digits(text, code)))


@given(digit_texts, codes)
def test_only_prompts_of_the_catalogue_are_said(text: str, code: str):
    """Every language has the sounds that its numbers need."""
    assert all(code in builtin_prompts()[prompt] for prompt in digits(text, code))


@given(st.text(min_size=1, max_size=12))
def test_anything_but_digits_is_refused(text: str):
    """Never a number with a hole in it."""
    if set(text) <= set("0123456789"):
        assert len(digits(text)) >= len(text)
    else:
        with pytest.raises(ValueError, match="not digits alone"):
            digits(text)


@pytest.mark.parametrize("text", ["۱۲۳", "١٢٣", "12²", "1 2", "+12", "12\n"])
def test_what_only_looks_like_a_digit_is_refused(text: str):
    """Python's isdigit() would let these through to sounds that do not exist."""
    with pytest.raises(ValueError, match="not digits alone"):
        digits(text)
