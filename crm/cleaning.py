"""Text of other programs as we keep it: on one line, not endless, and bearable for everybody."""

from typing import Final
from unicodedata import category

_UNBEARABLE: Final = frozenset({"Cc", "Cs"})
"""Categories: control characters, which PostgreSQL and terminals do not bear, and surrogates, which
are no characters."""


def on_one_line(text: str, longest: int) -> str:
    r"""The text with single spaces, at most `longest` characters of it.

    >>> on_one_line("  Riga,\n LV-1010\x00 ", 100)
    'Riga, LV-1010'
    """
    bearable = (each for each in text if each.isspace() or category(each) not in _UNBEARABLE)
    return " ".join("".join(bearable).split())[:longest]
