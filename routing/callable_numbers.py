"""Which telephone numbers may be called, or sent text messages."""

from collections.abc import Collection
from typing import Final, Literal, TypeAlias

from phonenumbers import (
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberType,
    format_number,
    is_valid_number,
    number_type,
    parse,
    region_code_for_number,
)

Refusal: TypeAlias = Literal["wrong", "foreign", "premium"]
"""Why a number is not called: it is nobody's, of another country, or costs more than usual."""

_COSTLY: Final = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
        PhoneNumberType.PERSONAL_NUMBER,
        PhoneNumberType.PAGER,
    }
)
_MOBILE: Final = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})

_EXIT: Final = "00"
"""How most of the world dials abroad, and everybody understands it when it is read out."""


def refusal(number: str, countries: Collection[str], *, premium: bool) -> Refusal | None:
    """Why this number is not called; None: it may be.

    Args:
        number: In E.164.
        countries: The countries (ISO 3166) whose numbers are called.
        premium: Whether numbers are called that cost more than usual.
    """
    read = _read(number)
    if read is None or not is_valid_number(read):
        return "wrong"
    if region_code_for_number(read) not in countries:
        return "foreign"
    return "premium" if number_type(read) in _COSTLY and not premium else None


def is_mobile(number: str | None) -> bool:
    """Whether text messages may reach this number (E.164)."""
    read = None if number is None else _read(number)
    return read is not None and is_valid_number(read) and number_type(read) in _MOBILE


def as_dialled(number: str, country: str) -> str:
    """The digits by which a number (E.164) is dialled in a country, as people there know it.

    >>> as_dialled("+989121234567", "IR"), as_dialled("+37120000001", "IR")
    ('09121234567', '0037120000001')
    """
    read = _read(number)
    if read is None or region_code_for_number(read) != country:
        return _EXIT + number.removeprefix("+")
    national = format_number(read, PhoneNumberFormat.NATIONAL)
    return "".join(sign for sign in national if sign.isdigit())


def _read(number: str) -> PhoneNumber | None:
    try:
        return parse(number)
    except NumberParseException:
        return None
