"""Tracking numbers: digits that a caller can write down, key in again, and mistype noticeably.

Eight random digits and a check digit by Damm's scheme, which catches every wrong digit and every
swap of neighbours. Each number is drawn afresh, so that none tells anything about another; the
store refuses one that is taken (`Store.open_case`), so that processes need not ask each other.
"""

import secrets
from collections.abc import Callable
from typing import Final

from stdnum import damm

from ivr.dialogues import TRACKING_LENGTH

_LOWEST: Final = 10 ** (TRACKING_LENGTH - 2)
"""The first digit is never 0: spreadsheets and people drop leading zeros."""

_COUNT: Final = 9 * _LOWEST
"""How many numbers there are."""


def draw_tracking(random_below: Callable[[int], int] = secrets.randbelow) -> str:
    """Draw a tracking number.

    Args:
        random_below: Gives a random whole number from 0 up to but without its argument. In service
            it must be one that nobody can predict.

    Returns:
        `TRACKING_LENGTH` digits, the check digit last.
    """
    body = str(_LOWEST + random_below(_COUNT))
    return body + damm.calc_check_digit(body)


def is_well_formed(tracking: str) -> bool:
    """Whether this can be a tracking number: the right length, and the check digit agrees."""
    is_digits = tracking.isascii() and tracking.isdigit()
    return is_digits and len(tracking) == TRACKING_LENGTH and bool(damm.is_valid(tracking))
