"""Hiding what a log line must not tell whole."""

from typing import Final

SHOWN_AT_THE_END: Final = 2
SHOWN_AT_THE_START: Final = 4
"""Country code and a digit or two: enough to see where a call comes from, not from whom."""


def mask_number(number: str | None) -> str | None:
    """A telephone number with its middle hidden: `+9891******67`; None stays None."""
    if number is None:
        return None
    if len(number) <= SHOWN_AT_THE_START + SHOWN_AT_THE_END:
        return "*" * len(number)
    hidden = len(number) - SHOWN_AT_THE_START - SHOWN_AT_THE_END
    return number[:SHOWN_AT_THE_START] + "*" * hidden + number[-SHOWN_AT_THE_END:]
