"""How C reads a number out of a word: what `sscanf` and `atoi` make of anything at all."""

import re
from typing import Final

_INTEGER: Final = re.compile(r"[ \t\n\v\f\r]*([+-]?\d{1,30})", re.ASCII)
_FRACTION: Final = re.compile(r"[ \t\n\v\f\r]*([+-]?(?:\d+\.?\d*|\.\d+))", re.ASCII)
_LONG: Final = 2**63
_INT: Final = 2**31


def scan_integer(word: str) -> int | None:
    """The int that a word begins with (`%30d`); None when it begins with none.

    What does not fit into a long is cut to its limits, and then to the lower bits of an int.
    """
    match = _INTEGER.match(word)
    if match is None:
        return None
    value = min(max(int(match[1]), -_LONG), _LONG - 1)
    return (value + _INT) % (2 * _INT) - _INT


def read_integer(word: str) -> int:
    """The same, 0 for none (`atoi`)."""
    return scan_integer(word) or 0


def scan_fraction(word: str) -> float | None:
    """The number that a word begins with (`%30lf`); None when it begins with none."""
    match = _FRACTION.match(word)
    return None if match is None else float(match[1][:30])
