"""Which files Asterisk plays to say something in English.

Source: main/say.c, `ast_get_character_str`, `ast_get_digit_str`, `ast_get_phonetic_str`,
`get_number_str_en`, `ast_say_date_en`, `ast_say_time_en`.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

_SIGNS: Final = {
    "*": "digits/star",
    "#": "digits/pound",
    "!": "letters/exclaimation-point",
    "@": "letters/at",
    "$": "letters/dollar",
    "-": "letters/dash",
    ".": "letters/dot",
    "=": "letters/equals",
    "+": "letters/plus",
    "/": "letters/slash",
    " ": "letters/space",
}
_GROUPS: Final = ((1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand"))
_TEENS_END: Final = 20
_HUNDRED: Final = 100
_NOON: Final = 12
_LATEST: Final = 253_402_300_799
"""The last second of the year 9999."""


def characters(text: str, case: str = "n") -> Iterator[str]:
    """For SAY ALPHA; `case` is `a`, `l`, `u` or `n`: whose case is told before the letter."""
    for character in text:
        if character.isascii() and character.isdigit():
            yield f"digits/{character}"
        elif character in _SIGNS:
            yield _SIGNS[character]
        else:
            yield from _letter(character, case)


def _letter(character: str, case: str) -> Iterator[str]:
    if "A" <= character <= "Z" and case in "ua":
        yield "uppercase"
    elif "a" <= character <= "z" and case in "la":
        yield "lowercase"
    yield f"letters/{character.lower()}" if character.isascii() else f"letters/{character}"


def digits(text: str) -> Iterator[str]:
    """For SAY DIGITS: what is no digit, star, pound or minus is passed over."""
    signs = {"*": "digits/star", "#": "digits/pound", "-": "digits/minus"}
    for character in text:
        if character.isascii() and character.isdigit():
            yield f"digits/{character}"
        elif character in signs:
            yield signs[character]


def phonetic(text: str) -> Iterator[str]:
    """For SAY PHONETIC; the 9 is said as a letter would be, in every Asterisk."""
    for character in text:
        if character in "012345678":
            yield f"digits/{character}"
        elif character in _SIGNS:
            yield _SIGNS[character]
        else:
            yield f"phonetic/{character.lower() if character.isascii() else character}_p"


def number(value: int) -> Iterator[str]:
    """For SAY NUMBER."""
    if value < 0:
        yield "digits/minus"
        value = -value
    if value == 0:
        yield "digits/0"
    for size, name in _GROUPS:
        if value >= size:
            yield from number(value // size)
            yield f"digits/{name}"
            value %= size
    yield from _below_thousand(value)


def _below_thousand(value: int) -> Iterator[str]:
    if value >= _HUNDRED:
        yield f"digits/{value // _HUNDRED}"
        yield "digits/hundred"
        value %= _HUNDRED
    if value >= _TEENS_END:
        yield f"digits/{value // 10 * 10}"
        value %= 10
    if value:
        yield f"digits/{value}"


def date(epoch: int) -> Iterator[str]:
    """For SAY DATE; the fake Asterisk lives in UTC."""
    moment = _moment(epoch)
    yield f"digits/day-{moment.isoweekday() % 7}"
    yield f"digits/mon-{moment.month - 1}"
    yield from number(moment.day)
    yield from number(moment.year)


def time(epoch: int) -> Iterator[str]:
    """For SAY TIME; the fake Asterisk lives in UTC."""
    moment = _moment(epoch)
    yield from number(moment.hour % _NOON or _NOON)
    if moment.minute == 0:
        yield "digits/oclock"
    else:
        if moment.minute < 10:  # noqa: PLR2004  one digit
            yield "digits/oh"
        yield from number(moment.minute)
    yield "digits/p-m" if moment.hour >= _NOON else "digits/a-m"


def _moment(epoch: int) -> datetime:
    return datetime.fromtimestamp(min(max(epoch, 0), _LATEST), UTC)
