"""How the values of entries, and of what callers are asked else, are written."""

import re
from decimal import Decimal
from typing import Annotated, Final

from pydantic import BeforeValidator

from routing.fields import complaint, digits_hint, text_of
from routing.written import Written, pattern

MOST_DIGITS: Final = 20
"""That anybody keys in without a mistake: an IBAN without its letters has no more."""

MOST_DAYS: Final = 3650
"""For which a caller is left in peace: ten years."""

_LENGTH = re.compile(r"([0-9]{1,2})(?:\.\.([0-9]{1,2}))?")
_AMOUNT: Final = r"[0-9]{1,12}(?:\.[0-9]{1,2})?"
_BETWEEN = re.compile(rf"({_AMOUNT})\.\.({_AMOUNT})")
_DAYS = re.compile(r"([0-9]{1,4})d")


def _length(value: object) -> tuple[int, int]:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    written = text_of(value, "a number of digits such as 6..10")
    match = _LENGTH.fullmatch(written)
    if match is None:
        hint = digits_hint(written, "write how many digits there are: 8, or 6..10")
        raise complaint("bad-length", f'"{written}" is not a number of digits', hint)
    low, high = int(match[1]), int(match[2] or match[1])
    if low > high:
        raise complaint("bad-length", f"{low} is not below {high}", "write the lower number first")
    if not 1 <= low <= high <= MOST_DIGITS:
        hint = f"write numbers from 1 to {MOST_DIGITS}"
        raise complaint("bad-length", f"nobody keys in {written} digits", hint)
    return low, high


Length = Annotated[
    tuple[int, int],
    BeforeValidator(_length),
    Written(
        f"a number of digits, 1 to {MOST_DIGITS}, or two with `..` between them",
        {
            **pattern("write how many digits there are: 8, or 6..10", _LENGTH),
            "type": ["string", "integer"],
        }
        | {"minimum": 1, "maximum": MOST_DIGITS},
        ("6..10",),
    ),
]
"""The fewest and the most digits."""


def _between(value: object) -> tuple[Decimal, Decimal]:
    written = text_of(value, "two amounts such as 1..500")
    match = _BETWEEN.fullmatch(written)
    if match is None:
        hint = digits_hint(written, "write the smallest and the largest amount: 1..500, 0.50..20")
        raise complaint("bad-amounts", f'"{written}" is not a range of amounts', hint)
    least, most = Decimal(match[1]), Decimal(match[2])
    if least >= most:
        raise complaint(
            "bad-amounts", f"{least} is not below {most}", "write the smaller one first"
        )
    return least, most


Between = Annotated[
    tuple[Decimal, Decimal],
    BeforeValidator(_between),
    Written(
        "two amounts with `..` between them",
        pattern("write the smallest and the largest amount: 1..500", _BETWEEN),
        ("1..500",),
    ),
]
"""The smallest and the largest amount."""


def _days(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        raise complaint("no-unit", f"`{value}` lacks a unit", f"write {value}d")
    written = text_of(value, "days such as 30d")
    match = _DAYS.fullmatch(written)
    if match is None:
        hint = digits_hint(written, "write a number of days: 30d")
        raise complaint("bad-duration", f'"{written}" is not a number of days', hint)
    days = int(match[1])
    if not 1 <= days <= MOST_DAYS:
        hint = f"write 1d to {MOST_DAYS}d"
        raise complaint("out-of-range", f'"{written}" is too short or too long here', hint)
    return days


DayCount = Annotated[
    int,
    BeforeValidator(_days),
    Written(f"days, 1d to {MOST_DAYS}d", pattern("write a number of days: 30d", _DAYS), ("30d",)),
]
"""A number of days."""
