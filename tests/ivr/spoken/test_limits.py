"""What cannot be said is refused in a sentence, and nothing else is."""

from datetime import date, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.prompts import BUILTIN_LANGUAGES, Catalogue
from ivr.spoken import (
    CURRENCIES,
    LARGEST_NUMBER,
    LARGEST_ORDINAL,
    NoGrammarError,
    clock_time,
    day,
    duration,
    language_for_values,
    money,
    number,
    ordinal,
)
from tests.ivr.no_language import NO_LANGUAGE

codes = st.sampled_from(BUILTIN_LANGUAGES)
dates = st.dates(date(1700, 1, 1), date(2999, 12, 31))
euros = st.decimals(0, LARGEST_NUMBER, places=2)


@pytest.mark.parametrize("value", [-1, LARGEST_NUMBER + 1])
def test_a_number_out_of_reach_is_refused(value: int):
    """With the limits."""
    with pytest.raises(ValueError, match=f"{value} cannot be said: a number is from 0 to"):
        number(value, "en")


@pytest.mark.parametrize("value", [0, -1, LARGEST_ORDINAL + 1])
def test_a_place_out_of_reach_is_refused(value: int):
    """Nobody is the zeroth in a queue."""
    with pytest.raises(ValueError, match="place in a row is from 1 to 999"):
        ordinal(value, "fa")


def test_a_duration_below_zero_is_refused():
    """A clock that was set back is for the caller to notice."""
    with pytest.raises(ValueError, match="duration in seconds is from 0"):
        duration(-1, "lv")


@pytest.mark.parametrize("when", [date(1699, 12, 31), date(3000, 1, 1)])
def test_a_day_out_of_reach_is_refused(when: date):
    """Such years have no way of being said in every language."""
    with pytest.raises(ValueError, match="year is from 1700 to 2999"):
        day(when, "en")


@pytest.mark.parametrize(
    ("amount", "currency", "message"),
    [
        (Decimal("1.001"), "EUR", "more exact than the coins are"),
        (Decimal("1.5"), "IRR", "more exact than the coins are"),
        (Decimal("NaN"), "EUR", "more exact than the coins are"),
        (Decimal("Infinity"), "EUR", "more exact than the coins are"),
        (Decimal("-0.01"), "EUR", "an amount is from 0"),
        (LARGEST_NUMBER + 1, "IRR", "an amount is from 0"),
        (1, "SEK", "'SEK' is not a currency of EUR, GBP"),
    ],
)
def test_an_amount_that_cannot_be_said_is_refused(
    amount: Decimal | int, currency: str, message: str
):
    """Never a part of an amount."""
    with pytest.raises(ValueError, match=message):
        money(amount, currency, "en")


def test_a_language_without_grammar_is_refused_with_the_way_to_have_one():
    """The caller of these functions chooses another language first."""
    with pytest.raises(NoGrammarError, match=rf"'{NO_LANGUAGE}'.*adding-a-language"):
        number(1, NO_LANGUAGE)


@pytest.mark.parametrize(
    ("wanted", "languages", "chosen"),
    [
        ("lv", ("fa", "en"), "lv"),
        (NO_LANGUAGE, ("fa", "en"), "fa"),
        (NO_LANGUAGE, (NO_LANGUAGE, "en", "fa"), "en"),
        (NO_LANGUAGE, (NO_LANGUAGE, "qab"), None),
    ],
)
def test_values_fall_back_as_prompts_do(
    wanted: str, languages: tuple[str, ...], chosen: str | None
):
    """The words come from the language in whose order they stand."""
    assert language_for_values(wanted, languages) == chosen


def test_a_value_that_falls_back_is_heard_in_one_language():
    """The catalogue finds every word where the grammar is from."""
    catalogue = Catalogue({}, [NO_LANGUAGE, "fa", "en"])
    said = clock_time(
        time(14, 30), language_for_values(NO_LANGUAGE, (NO_LANGUAGE, "fa", "en")) or ""
    )
    assert {catalogue.sound(each, NO_LANGUAGE).split("/")[1] for each in said} == {"fa"}


@given(codes, st.integers(0, LARGEST_NUMBER), st.integers(1, LARGEST_ORDINAL), st.times(), dates)
def test_every_prompt_is_in_the_catalogue(
    code: str, value: int, place: int, moment: time, when: date
):
    """Nothing is said that nobody can hear."""
    catalogue = Catalogue({}, [code])
    rows = (
        number(value, code),
        number(value, code, "feminine"),
        ordinal(place, code),
        ordinal(place, code, "feminine"),
        duration(value, code),
        clock_time(moment, code),
        day(when, code),
        day(when, code, when),
    )
    assert all(row and all(catalogue.text(each, code) for each in row) for row in rows)


@given(codes, euros, st.sampled_from(CURRENCIES))
def test_every_amount_is_in_the_catalogue(code: str, amount: Decimal, currency: str):
    """In every currency of every language."""
    value = int(amount) if currency in {"IRR", "IRT"} else amount
    catalogue = Catalogue({}, [code])
    assert all(catalogue.text(each, code) for each in money(value, currency, code))
