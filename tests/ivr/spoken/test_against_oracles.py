"""Ten thousand values of each kind, against what others make of them, where there is an oracle."""

import random
from datetime import date, time
from decimal import Decimal

import pytest

from ivr.prompts import BUILTIN_LANGUAGES
from ivr.spoken import (
    LARGEST_NUMBER,
    LARGEST_ORDINAL,
    clock_time,
    day,
    duration,
    money,
    number,
    ordinal,
)
from tests.ivr.spoken import oracles
from tests.ivr.spoken.hearing import written

MANY = 10_000

pytestmark = pytest.mark.slow  # half a minute for half a million words

in_every_language = pytest.mark.parametrize("code", oracles.LANGUAGES)
"""Every one that has an oracle: others are held to num2words alone, below."""


@pytest.fixture
def draw() -> random.Random:
    """The same values each time."""
    return random.Random(6)  # noqa: S311  values for a test, no secrets


def spread(draw: random.Random, greatest: int) -> int:
    """A number of any length: short ones are as likely as long ones."""
    digits = draw.randint(1, len(str(greatest)))
    return min(draw.randrange(10**digits), greatest)


@in_every_language
@pytest.mark.parametrize("greatest", [LARGEST_NUMBER, 999_999])
def test_numbers(code: str, greatest: int, draw: random.Random):
    """Short and long, as num2words says them."""
    for _ in range(MANY):
        value = spread(draw, greatest)
        assert written(number(value, code), code) == oracles.cardinal(value, code)


@pytest.mark.parametrize("code", oracles.known_to_num2words(BUILTIN_LANGUAGES))
def test_numbers_of_every_language_that_num2words_knows(code: str, draw: random.Random):
    """Letter by letter: how words are parted, and what stands between them, is not heard."""
    for value in (*range(1200), *(spread(draw, 999_999) for _ in range(1000))):
        said = written(number(value, code), code)
        assert oracles.letters(said) == oracles.letters(oracles.cardinal(value, code))


def test_feminine_numbers(draw: random.Random):
    """Only the last word changes, and only in Latvian."""
    for _ in range(MANY):
        value = spread(draw, LARGEST_NUMBER)
        assert written(number(value, "lv", "feminine"), "lv") == oracles.feminine(value)
        for code in ("en", "fa"):
            assert number(value, code, "feminine") == number(value, code)


@in_every_language
def test_every_ordinal(code: str):
    """All that there are."""
    for value in range(1, LARGEST_ORDINAL + 1):
        assert written(ordinal(value, code), code) == oracles.place(value, code)


def test_every_feminine_ordinal():
    """With the ending of the definite adjective."""
    for value in range(1, LARGEST_ORDINAL + 1):
        said = written(ordinal(value, "lv", "feminine"), "lv")
        assert said == oracles.place(value, "lv", "ā")


@in_every_language
def test_durations(code: str, draw: random.Random):
    """From seconds to years; the counted words agree with their numbers."""
    for _ in range(MANY):
        seconds = spread(draw, 10**8)
        assert written(duration(seconds, code), code) == oracles.lasting(seconds, code)


@in_every_language
def test_every_minute_of_the_day(code: str):
    """All 1,440."""
    for minute in range(24 * 60):
        moment = time(*divmod(minute, 60))
        assert written(clock_time(moment, code), code) == oracles.at(moment, code)


@in_every_language
def test_days(code: str, draw: random.Random):
    """From 1700 to 2999, with their years."""
    first, last = date(1700, 1, 1).toordinal(), date(2999, 12, 31).toordinal()
    for _ in range(MANY):
        when = date.fromordinal(draw.randint(first, last))
        assert written(day(when, code), code) == oracles.on(when, code)


@in_every_language
def test_amounts(code: str, draw: random.Random):
    """In every currency; the small coins only where there are any."""
    for _ in range(MANY):
        currency = draw.choice(oracles.CURRENCIES)
        whole = currency in {"IRR", "IRT"}
        value = Decimal(spread(draw, LARGEST_NUMBER))
        value += 0 if whole else Decimal(draw.randrange(100)) / 100
        said = written(money(value, currency, code), code)
        assert said == oracles.amount(value, currency, code)
