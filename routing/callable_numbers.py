"""Which telephone numbers may be called, or sent text messages."""

import re
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

_GROUP: Final = re.compile("[0-9]+")

_ONE_BREATH: Final = 5
"""Digits that one remembers until the pause."""

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


def groups_as_dialled(number: str, country: str) -> tuple[str, ...]:
    """The digits by which a number (E.164) is dialled in a country, in the groups of its own.

    A number is grouped as it is written where it belongs, so that whoever hears it knows it again;
    a group too long for one breath is halved.

    >>> groups_as_dialled("+989121234567", "IR"), groups_as_dialled("+447911123456", "IR")
    (('0912', '123', '4567'), ('0044', '7911', '123', '456'))
    """
    read = _read(number)
    if read is None:
        return _in_breaths(_EXIT + number.removeprefix("+"))
    if region_code_for_number(read) == country:
        written = format_number(read, PhoneNumberFormat.NATIONAL)
    else:
        written = _EXIT + format_number(read, PhoneNumberFormat.INTERNATIONAL).removeprefix("+")
    return tuple(breath for group in _GROUP.findall(written) for breath in _in_breaths(group))


def _in_breaths(group: str) -> tuple[str, ...]:
    if len(group) <= _ONE_BREATH:
        return (group,)
    half = (len(group) + 1) // 2
    return (*_in_breaths(group[:half]), *_in_breaths(group[half:]))


def _read(number: str) -> PhoneNumber | None:
    try:
        return parse(number)
    except NumberParseException:
        return None
