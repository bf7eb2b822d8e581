"""Telephone numbers as people and networks write them, to E.164."""

import re
import unicodedata
from typing import Final

from phonenumbers import (
    NumberParseException,
    PhoneNumberFormat,
    ValidationResult,
    format_number,
    is_possible_number_with_reason,
    parse,
    region_code_for_number,
)

from routing import number_plans

LONGEST: Final = 40
"""Characters of the longest text that is taken for a number: fifteen digits (E.164), a prefix, and
a sign between any two. Longer text is not looked at, so that nobody can make us work for it."""

_NO_COUNTRY: Final = "001"
"""How `phonenumbers` names the world, where numbers such as +800 belong."""

_NUMBER: Final = re.compile(r"\+?\d+")

_SEPARATORS: Final = frozenset(" -().[]/")

_USUAL: Final = str.maketrans(
    {
        **dict.fromkeys(_SEPARATORS),
        **{chr(0x06F0 + digit): str(digit) for digit in range(10)},  # Persian
        **{chr(0x0660 + digit): str(digit) for digit in range(10)},  # Arabic
    }
)
"""What most numbers are written with; what is left of them is ASCII."""

_SEPARATOR_KINDS: Final = frozenset({"Zs", "Pd", "Cf"})
"""Other scripts' spaces and dashes, and the invisible marks that come with text copied from a page
written from right to left."""


def to_e164(text: str, country: str) -> str | None:
    """Read a telephone number.

    Digits may be of any script; spaces, dashes, brackets, dots and slashes between them do not
    matter. `00` stands for `+` in every country, besides the country's own international prefix.

    Args:
        text: Anything at all.
        country: ISO 3166 code of the country whose numbers are written without a country code.

    Returns:
        The number in E.164 (`+989121234567`), or None if the text is no possible number: empty, a
        word such as `anonymous`, too short or too long for its country.
    """
    digits = _digits(text)
    if digits is None:
        return None
    country = country.upper()
    if digits[0] == "+":
        return number_plans.international(digits[1:]) or _parsed(digits, country)
    national = number_plans.national(digits, country) or _parsed(digits, country)
    if national is None and digits.startswith("00"):
        return _parsed("+" + digits[2:], country)
    return national


def country_of(number: str) -> str | None:
    """The country (ISO 3166) of a number in E.164; None when it belongs to no single one.

    >>> country_of("+982191000000"), country_of("+80012345678")
    ('IR', None)
    """
    try:
        region = region_code_for_number(parse(number))
    except NumberParseException:
        return None
    return None if region == _NO_COUNTRY else region


def _digits(text: str) -> str | None:
    """The digits of `text` in ASCII, after a `+` if there is one; None if it holds other things."""
    if len(text) > LONGEST:
        return None
    usual = text.translate(_USUAL)
    if usual.isascii():
        return usual if _NUMBER.fullmatch(usual) else None
    plain = "".join(
        letter for letter in unicodedata.normalize("NFKC", text) if not _separates(letter)
    )
    if not _NUMBER.fullmatch(plain):
        return None
    return "".join(
        letter if letter == "+" else str(unicodedata.decimal(letter)) for letter in plain
    )


def _separates(letter: str) -> bool:
    return letter in _SEPARATORS or unicodedata.category(letter) in _SEPARATOR_KINDS


def _parsed(digits: str, country: str) -> str | None:
    try:
        number = parse(digits, country)
    except NumberParseException:
        return None
    if is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return None
    return format_number(number, PhoneNumberFormat.E164)
