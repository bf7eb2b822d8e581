"""How a search term meets names and numbers: without regard to case or way of writing."""

import re
import unicodedata
from typing import Final

_LETTER_FORMS: Final = str.maketrans(
    {
        "ي": "ی",  # Arabic yeh, as Arabic keyboards write it
        "ى": "ی",  # alef maksura, the same shape at the end of a word
        "ك": "ک",  # Arabic kaf
        "ة": "ه",
        "\u200c": "",  # zero-width non-joiner: written or left out at will
        "\u200d": "",
        "\u0640": "",  # tatweel only stretches a word
    }
)

_NUMBER: Final = re.compile(r"\+?[\d\s()./-]+")


_MOST_KEPT: Final = 4096
"""Letters whose form is kept: more than the scripts of a site have."""


class _Forms(dict[int, str | int | None]):
    """What each letter is compared as, found when it is first met; for `str.translate`."""

    def __missing__(self, code: int) -> str | int | None:
        letter = chr(code)
        form: str | int | None = code
        if letter.isdecimal():
            form = str(unicodedata.decimal(letter))
        elif unicodedata.combining(letter):
            form = None
        elif code in _LETTER_FORMS:
            form = _LETTER_FORMS[code]
        if len(self) < _MOST_KEPT:
            self[code] = form
        return form


_FORMS: Final = _Forms()


def fold(text: str) -> str:
    """`text` in the form in which terms are compared: one case, one form of letters and digits.

    Marks above and below letters do not count: who types `Janis` finds `Jānis`.
    """
    if text.isascii():
        return text.casefold()
    apart = unicodedata.normalize("NFKD", text.encode(errors="replace").decode())
    return apart.translate(_FORMS).casefold()


def ascii_digits(text: str) -> str:
    """`text` with the digits of every script (Persian, Arabic and others) as 0 to 9."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in text
    )


def search_text(name: str, reference: str | None) -> str:
    """What a customer is found and sorted by; the name stands first."""
    return fold(f"{name}\n{reference or ''}")


def number_part(term: str) -> str | None:
    """The digits of a term that can be part of a telephone number, else None.

    Leading zeros are dropped: they are prefixes of dialling which E.164 does not write.
    """
    folded = fold(term).strip()
    if not _NUMBER.fullmatch(folded):
        return None
    return re.sub(r"\D", "", folded).lstrip("0") or None
