"""The code of a customer's language, as everybody who brings one in writes it: one rule for all."""

import re
from typing import Final

HOW_TO_WRITE: Final = "write fa, en, lv …"

_CODE: Final = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]{2,8})*")


def language_code(written: str) -> str | None:
    """The language that is meant; None if this is no code of one.

    Of `en-GB` and `pt_BR` (BCP 47, POSIX) the language is kept: rules speak languages, not their
    regions, and whoever is `en-gb` is to be greeted in English.

    >>> language_code(" en-GB ")
    'en'
    """
    code = _CODE.fullmatch(written.strip().lower())
    return None if code is None else code[1]
