"""The form in which text from files is stored: one code for what is one letter to the reader.

What is stored is what a person reads; what a search compares is folded further
(`crm.searching.fold`). So signs that nobody sees go, letters that look the same become one, and
the zero-width non-joiner stays where Persian spelling has it: between two letters of a word.
Digits in prose stay as they are written.
"""

import re
import unicodedata
from typing import Final

_UNSEEN: Final = dict.fromkeys(
    [
        *range(0x200D, 0x2010),  # joiner, marks of direction
        *range(0x202A, 0x202F),  # embeddings and overrides of direction
        *range(0x2060, 0x2070),  # word joiner, isolates of direction
        0x00AD,  # soft hyphen
        0x061C,  # Arabic letter mark
        0x0640,  # tatweel, which only stretches a word
        0xFEFF,  # byte order mark
    ]
)
"""What comes along when text is copied from a page, and what a name is never told apart by."""

_SPACES: Final = dict.fromkeys([0x00A0, 0x2007, 0x202F], " ")

_COMMON: Final = {**_UNSEEN, **_SPACES}

_PERSIAN: Final = {
    **_COMMON,
    0x064A: "ی",  # Arabic yeh, as Windows-1256 and Arabic keyboards write it
    0x0649: "ی",  # alef maksura, the same shape at the end of a word
    0x0643: "ک",  # Arabic kaf
}

_NON_JOINER: Final = "\u200c"
_NON_JOINERS: Final = re.compile("\u200c{2,}")
_STRAY_NON_JOINERS: Final = re.compile(r"(?<!\w)\u200c|\u200c(?!\w)")

_SHAPES: Final = re.compile("[\ufb50-\ufdff\ufe70-\ufefe]")
"""Letters of Arabic script as old programs store them: a code for each shape."""

PERSIAN_COUNTRIES: Final = frozenset({"IR", "AF"})
"""Where a word in Arabic script is taken for Persian."""


def stored_form(text: str, *, persian: bool) -> str:
    """`text` as it is stored.

    Args:
        text: As it is written.
        persian: Whether Arabic yeh and kaf are slips of the keyboard for the Persian letters.
    """
    if text.isascii():
        return text
    if _SHAPES.search(text):
        text = unicodedata.normalize("NFKC", text)
    elif not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    text = text.translate(_PERSIAN if persian else _COMMON)
    if _NON_JOINER not in text:
        return text
    return _STRAY_NON_JOINERS.sub("", _NON_JOINERS.sub(_NON_JOINER, text))
