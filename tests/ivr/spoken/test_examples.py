"""What people would say, written by hand: the edges of each kind in each language."""

from datetime import date, time
from decimal import Decimal

import pytest

from ivr.spoken import clock_time, day, duration, money, number, ordinal
from tests.ivr.spoken.hearing import heard, written

SUNDAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("value", "en", "fa", "lv"),
    [
        (0, "zero", "صفر", "nulle"),
        (1, "one", "یک", "viens"),
        (11, "eleven", "یازده", "vienpadsmit"),
        (21, "twenty one", "بیست و یک", "divdesmit viens"),
        (100, "one hundred", "صد", "simts"),
        (101, "one hundred and one", "صد و یک", "simtu viens"),
        (111, "one hundred and eleven", "صد و یازده", "simts vienpadsmit"),
        (1000, "one thousand", "هزار", "tūkstotis"),
        (1001, "one thousand and one", "هزار و یک", "tūkstotis viens"),
        (2000, "two thousand", "دو هزار", "divi tūkstoši"),
        (11000, "eleven thousand", "یازده هزار", "vienpadsmit tūkstoši"),
        (21000, "twenty one thousand", "بیست و یک هزار", "divdesmit viens tūkstotis"),
        (1000000, "one million", "یک میلیون", "viens miljons"),
        (
            999999999,
            (
                "nine hundred and ninety nine million nine hundred and ninety nine thousand nine "
                "hundred and ninety nine"
            ),
            "نهصد و نود و نه میلیون و نهصد و نود و نه هزار و نهصد و نود و نه",
            (
                "deviņi simti deviņdesmit deviņi miljoni deviņi simti deviņdesmit deviņi tūkstoši "
                "deviņi simti deviņdesmit deviņi"
            ),
        ),
    ],
)
def test_numbers(value: int, en: str, fa: str, lv: str):
    """Where a language changes its way."""
    assert written(number(value, "en"), "en") == en
    assert written(number(value, "fa"), "fa") == fa
    assert written(number(value, "lv"), "lv") == lv


def test_the_persian_and_is_one_breath_with_the_word_before_it():
    """A "va" of its own between two recordings is not how people count."""
    assert number(21, "fa") == ("word-number-20-and", "digit-1")
    assert heard(number(21, "fa"), "fa") == "بیستُ یک"


@pytest.mark.parametrize(
    ("value", "masculine", "feminine"),
    [
        (1, "viens", "viena"),
        (3, "trīs", "trīs"),
        (10, "desmit", "desmit"),
        (21, "divdesmit viens", "divdesmit viena"),
        (2002, "divi tūkstoši divi", "divi tūkstoši divas"),
    ],
)
def test_latvian_numbers_have_a_gender(value: int, masculine: str, feminine: str):
    """Only the last word: thousands are masculine whatever is counted."""
    assert heard(number(value, "lv", "masculine"), "lv") == masculine
    assert heard(number(value, "lv", "feminine"), "lv") == feminine


@pytest.mark.parametrize(
    ("value", "en", "fa", "lv"),
    [
        (1, "first", "یکم", "pirmais"),
        (2, "second", "دوم", "otrais"),
        (3, "third", "سوم", "trešais"),
        (7, "seventh", "هفتم", "septītais"),
        (12, "twelfth", "دوازدهم", "divpadsmitais"),
        (20, "twentieth", "بیستم", "divdesmitais"),
        (21, "twenty first", "بیست و یکم", "divdesmit pirmais"),
        (30, "thirtieth", "سی\u200cام", "trīsdesmitais"),
        (100, "one hundredth", "صدم", "simtais"),
        (101, "one hundred and first", "صد و یکم", "simtu pirmais"),
        (200, "two hundredth", "دویستم", "divsimtais"),
        (
            999,
            "nine hundred and ninety ninth",
            "نهصد و نود و نهم",
            "deviņi simti deviņdesmit devītais",
        ),
    ],
)
def test_ordinals(value: int, en: str, fa: str, lv: str):
    """The place in the queue."""
    assert written(ordinal(value, "en"), "en") == en
    assert written(ordinal(value, "fa"), "fa") == fa
    assert written(ordinal(value, "lv"), "lv") == lv


@pytest.mark.parametrize(
    ("seconds", "en", "fa", "lv"),
    [
        (0, "zero seconds", "صفر ثانیه", "nulle sekunžu"),
        (1, "one second", "یک ثانیه", "viena sekunde"),
        (60, "one minute", "یک دقیقه", "viena minūte"),
        (120, "two minutes", "دو دقیقه", "divas minūtes"),
        (600, "ten minutes", "ده دقیقه", "desmit minūšu"),
        (660, "eleven minutes", "یازده دقیقه", "vienpadsmit minūšu"),
        (1260, "twenty one minutes", "بیست و یک دقیقه", "divdesmit viena minūte"),
        (3600, "one hour", "یک ساعت", "viena stunda"),
        (
            7500,
            "two hours and five minutes",
            "دو ساعت و پنج دقیقه",
            "divas stundas un piecas minūtes",
        ),
        (
            93784,
            "one day two hours three minutes and four seconds",
            "یک روز و دو ساعت و سه دقیقه و چهار ثانیه",
            "viena diena divas stundas trīs minūtes un četras sekundes",
        ),
    ],
)
def test_durations(seconds: int, en: str, fa: str, lv: str):
    """Number and gender agree; nothing is said of what is 0."""
    assert written(duration(seconds, "en"), "en") == en
    assert written(duration(seconds, "fa"), "fa") == fa
    assert written(duration(seconds, "lv"), "lv") == lv


@pytest.mark.parametrize(
    ("moment", "en", "fa", "lv"),
    [
        (time(0, 0), "midnight", "نیمه\u200cشب", "pulksten nulle nulle"),
        (
            time(0, 30),
            "twelve thirty A.M.",
            "ساعتِ دوازده و سی دقیقهٔ بامداد",
            "pulksten nulle trīsdesmit",
        ),
        (time(9, 5), "nine oh five A.M.", "ساعتِ نُه و پنج دقیقهٔ صبح", "pulksten deviņi nulle pieci"),
        (time(12, 0), "noon", "ساعتِ دوازدهِ ظهر", "pulksten divpadsmit"),
        (
            time(12, 1, 59),
            "twelve oh one P.M.",
            "ساعتِ دوازده و یک دقیقهٔ ظهر",
            "pulksten divpadsmit nulle viens",
        ),
        (time(14, 0), "two P.M.", "ساعتِ دویِ بعدازظهر", "pulksten četrpadsmit"),
        (
            time(23, 59),
            "eleven fifty nine P.M.",
            "ساعتِ یازده و پنجاهُ نُه دقیقهٔ شب",
            "pulksten divdesmit trīs piecdesmit deviņi",
        ),
    ],
)
def test_clock_times(moment: time, en: str, fa: str, lv: str):
    """Twelve hours with the part of the day, or twenty-four; the Persian ezafe is heard."""
    assert heard(clock_time(moment, "en"), "en") == en
    assert heard(clock_time(moment, "fa"), "fa") == fa
    assert heard(clock_time(moment, "lv"), "lv") == lv


@pytest.mark.parametrize(
    ("when", "en", "fa", "lv"),
    [
        (SUNDAY, "today", "امروز", "šodien"),
        (date(2026, 11, 21), "yesterday", "دیروز", "vakar"),
        (date(2026, 11, 23), "tomorrow", "فردا", "rīt"),
        (
            date(2026, 12, 1),
            "Tuesday the first of December",
            "سه\u200cشنبه دهمِ آذر",
            "otrdiena pirmais decembris",
        ),
        (
            date(2027, 3, 20),
            "Saturday the twentieth of March twenty twenty seven",
            "شنبه بیستُ نهمِ اسفند",
            "sestdiena divtūkstoš divdesmit septītā gada divdesmitais marts",
        ),
        (
            date(2027, 3, 21),
            "Sunday the twenty first of March twenty twenty seven",
            "یکشنبه یکمِ فروردین ماهِ سالِ هزارُ چهارصدُ شش",
            "svētdiena divtūkstoš divdesmit septītā gada divdesmit pirmais marts",
        ),
    ],
)
def test_days(when: date, en: str, fa: str, lv: str):
    """The year is said where it is another one: the Iranian year begins in March."""
    assert heard(day(when, "en", SUNDAY), "en") == en
    assert heard(day(when, "fa", SUNDAY), "fa") == fa
    assert heard(day(when, "lv", SUNDAY), "lv") == lv


@pytest.mark.parametrize(
    ("when", "en", "lv"),
    [
        (date(1905, 5, 31), "nineteen oh five", "tūkstoš deviņi simti piektā"),
        (date(1900, 5, 31), "nineteen hundred", "tūkstoš deviņsimtā"),
        (date(2000, 5, 31), "two thousand", "divtūkstošā"),
        (date(2009, 5, 31), "two thousand and nine", "divtūkstoš devītā"),
        (date(2010, 5, 31), "twenty ten", "divtūkstoš desmitā"),
    ],
)
def test_years(when: date, en: str, lv: str):
    """Without knowing the day of the call, all of a date is said."""
    assert heard(day(when, "en"), "en").endswith(f"of May {en}")
    assert f" {lv} gada " in heard(day(when, "lv"), "lv")


@pytest.mark.parametrize(
    ("amount", "currency", "en", "fa", "lv"),
    [
        (0, "EUR", "zero euros", "صفر یورو", "nulle eiro"),
        (1, "USD", "one dollar", "یک دلار", "viens dolārs"),
        (Decimal("0.01"), "GBP", "one penny", "یک پنس", "viens penss"),
        (
            Decimal("12.50"),
            "EUR",
            "twelve euros and fifty cents",
            "دوازده یورو و پنجاه سنت",
            "divpadsmit eiro un piecdesmit centu",
        ),
        (
            Decimal("21.21"),
            "GBP",
            "twenty one pounds and twenty one pence",
            "بیست و یک پوند و بیست و یک پنس",
            "divdesmit viena mārciņa un divdesmit viens penss",
        ),
        (
            250_000,
            "IRT",
            "two hundred and fifty thousand tomans",
            "دویست و پنجاه هزار تومان",
            "divi simti piecdesmit tūkstoši tomanu",
        ),
        (
            1_500_000_000,
            "IRR",
            "one billion five hundred million rials",
            "یک میلیارد و پانصد میلیون ریال",
            "viens miljards pieci simti miljoni riālu",
        ),
    ],
)
def test_amounts(amount: Decimal | int, currency: str, en: str, fa: str, lv: str):
    """Whole coins and small ones; what is 0 is left out."""
    assert written(money(amount, currency, "en"), "en") == en
    assert written(money(amount, currency, "fa"), "fa") == fa
    assert written(money(amount, currency, "lv"), "lv") == lv
