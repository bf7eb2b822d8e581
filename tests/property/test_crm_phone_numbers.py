"""Telephone numbers: any text at all gives a number in E.164 or None."""

import re
import time

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from routing import number_plans
from routing.phone_numbers import to_e164

COUNTRIES = st.sampled_from(["IR", "LV", "GB", "US", "IT", "AU", "ir", "", "XX", "ZZZ"])

any_text = st.text(st.characters(), max_size=400)  # lone surrogates among them
number_like = st.text("+0123456789 -().۰۱۲۳۴۵۶۷۸۹٠١٢٣\u200e\u00a0", max_size=45)

DIGITS = ("0123456789", "۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩", "０１２３４５６７８９")

national = st.sampled_from(["IR", "LV", "GB"]).map(
    lambda country: phonenumbers.example_number_for_type(
        country, phonenumbers.PhoneNumberType.MOBILE
    )
)


@given(any_text | number_like, COUNTRIES)
@example("\udcff+98\x00", "IR")
@example("²³⁴⁵⁶⁷⁸⁹²³", "IR")
def test_any_text_gives_a_number_or_none(text: str, country: str) -> None:
    """And never an error."""
    number = to_e164(text, country)
    assert number is None or re.fullmatch(r"\+[1-9][0-9]{3,16}", number)


@given(number_like, COUNTRIES)
def test_a_number_that_was_read_is_read_again_as_itself(text: str, country: str) -> None:
    """What is stored can be looked up, whatever the country is then."""
    number = to_e164(text, country)
    if number is not None:
        assert to_e164(number, "LV") == number


@given(national, st.sampled_from(DIGITS), st.sampled_from(["", " ", "-", "‑", "\u200e", "."]))
def test_every_way_of_writing_gives_the_same(
    number: phonenumbers.PhoneNumber, digits: str, separator: str
) -> None:
    """National and international form, digits of any script, separators between all of them."""
    formats = phonenumbers.PhoneNumberFormat
    expected = phonenumbers.format_number(number, formats.E164)
    country = phonenumbers.region_code_for_number(number)
    assert country is not None
    for written in (
        expected,
        "00" + expected[1:],
        phonenumbers.format_number(number, formats.NATIONAL),
        phonenumbers.format_number(number, formats.INTERNATIONAL),
    ):
        spaced = separator.join(re.sub(r"\D", "", written))
        plus = "+" if written.startswith("+") else ""
        text = plus + spaced.translate(str.maketrans(DIGITS[0], digits))
        assert to_e164(text, country) == expected


@given(st.text("0123456789+ -()۰x", min_size=300, max_size=300))
def test_long_garbage_costs_nothing(text: str) -> None:
    """It is turned away by its length alone; two hundred times within a tenth of a second."""
    begun = time.process_time()
    for _ in range(200):
        assert to_e164(text, "IR") is None
    assert time.process_time() - begun < 0.1


REGIONS = st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS))
CODES = st.sampled_from(sorted(map(str, phonenumbers.COUNTRY_CODE_TO_REGION_CODE)))


def read_by_the_library(digits: str, country: str) -> str | None:
    """What `phonenumbers` makes of digits, asked without any shortcut."""
    try:
        number = phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return None
    if (
        phonenumbers.is_possible_number_with_reason(number)
        != phonenumbers.ValidationResult.IS_POSSIBLE
    ):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@given(
    st.text("0123456789", min_size=1, max_size=18), REGIONS, st.sampled_from(["", "0", "1", "8"])
)
@settings(max_examples=1500)
def test_the_short_way_within_a_country_is_the_librarys(
    rest: str, country: str, prefix: str
) -> None:
    """For the plan of every country there is."""
    digits = prefix + rest
    shortcut = number_plans.national(digits, country)
    assert shortcut in (None, read_by_the_library(digits, country))


@given(CODES, st.text("0123456789", max_size=14))
@settings(max_examples=1500)
def test_the_short_way_between_countries_is_the_librarys(code: str, rest: str) -> None:
    """For every country code there is."""
    shortcut = number_plans.international(code + rest)
    assert shortcut in (None, read_by_the_library(f"+{code}{rest}", "ZZ"))


@pytest.mark.parametrize("country", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_an_example_of_each_country_is_read_as_the_library_does(country: str) -> None:
    """Mobile and fixed, in both forms; most of them the short way."""
    for kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE):
        number = phonenumbers.example_number_for_type(country, kind)
        if number is None:
            continue
        for form in (phonenumbers.PhoneNumberFormat.NATIONAL, phonenumbers.PhoneNumberFormat.E164):
            written = re.sub(r"[^\d+]", "", phonenumbers.format_number(number, form))
            assert to_e164(written, country) == read_by_the_library(written, country)


@pytest.mark.parametrize("country", ["IR", "LV", "GB", "DE", "AE"])
def test_usual_numbers_take_the_short_way(country: str) -> None:
    """Else the shortcut would be right and useless."""
    number = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    assert number is not None
    form = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    national_form = re.sub(r"\D", "", form)
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    assert number_plans.national(national_form, country) == e164
    assert number_plans.international(e164[1:]) == e164
