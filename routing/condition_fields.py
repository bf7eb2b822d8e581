"""How the values of conditions are written: words, comparisons, shares, areas."""

import re
from collections.abc import Callable
from typing import Annotated, Final

import phonenumbers
from pydantic import AfterValidator, BeforeValidator

from routing.conditions import NONE, UNAVAILABLE, Allowed, Prefix, Range
from routing.fields import complaint, digits_hint, text_of
from routing.sights import WHOLE_SHARE

_AREA = re.compile(r"\+[1-9][0-9]{0,14}")
_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,2})?)%")
_COMPARISON = re.compile(r"(<=|>=|<|>)(.+)|(.+?)\.\.(.+)|(.+)")
_WHOLE = re.compile(r"[0-9]{1,9}")
_DURATION = re.compile(r"([0-9]{1,6})(s|m|h|d)")
_SECONDS_IN: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_LONGEST_CODE: Final = 3


def _comparison(
    read: Callable[[str], int | None], what: str, example: str, words: tuple[str, ...]
) -> Callable[[object], Allowed]:
    """A validator of comparisons with a number that `read` understands, or one of `words`."""

    def parse(value: object) -> Allowed:
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        written = text_of(value, f"a comparison such as {example}")
        if written in words:
            return written
        match = _COMPARISON.fullmatch(written.replace(" ", ""))
        limits = None if match is None else _limits(match, read)
        if limits is None:
            also = f", or {' or '.join(words)}" if words else ""
            hint = digits_hint(written, f'write {what} with <, <=, >, >= or ..: "{example}"{also}')
            raise complaint("bad-comparison", f'"{written}" compares with nothing', hint)
        low, high = limits
        if high is not None and high < 0:
            message = f'"{written}" holds nothing: none is below zero'
            raise complaint("bad-comparison", message, "write a larger value")
        if low is not None and high is not None and low > high:
            message = f'"{written}" holds nothing: its end is below its beginning'
            raise complaint("bad-comparison", message, "write the smaller value first")
        return Range(low, high, written)

    return parse


def _limits(
    match: re.Match[str], read: Callable[[str], int | None]
) -> tuple[int | None, int | None] | None:
    """The lowest and the highest number that a comparison allows; None if it is none."""
    sign, one, first, last, exact = match.groups()
    if sign is not None:
        value = read(one)
        return None if value is None else _beside(sign, value)
    low, high = (read(first), read(last)) if exact is None else (read(exact), read(exact))
    return None if low is None or high is None else (low, high)


def _beside(sign: str, value: int) -> tuple[int | None, int | None]:
    return {
        "<": (None, value - 1),
        "<=": (None, value),
        ">": (value + 1, None),
        ">=": (value, None),
    }[sign]


def _whole(text: str) -> int | None:
    return int(text) if _WHOLE.fullmatch(text) else None


def _seconds(text: str) -> int | None:
    match = _DURATION.fullmatch(text)
    return None if match is None else int(match[1]) * _SECONDS_IN[match[2]]


NumberOrWord = Annotated[
    str | Range, BeforeValidator(_comparison(_whole, "a number", ">=5", (NONE, UNAVAILABLE)))
]
"""A comparison with a whole number, `none` or `unavailable`."""

Number = Annotated[
    str | Range, BeforeValidator(_comparison(_whole, "a number", ">=5", (UNAVAILABLE,)))
]
"""A comparison with a whole number, or `unavailable`."""

AgeOrWord = Annotated[
    str | Range, BeforeValidator(_comparison(_seconds, "a time", ">2d", (NONE, UNAVAILABLE)))
]
"""A comparison with a duration (s, m, h, d), `none` or `unavailable`."""

Span = Annotated[
    str | Range, BeforeValidator(_comparison(_seconds, "a time", ">2m", (UNAVAILABLE,)))
]
"""A comparison with a duration (s, m, h, d), or `unavailable`."""


def _share(value: object) -> Range:
    written = text_of(value, "a share such as 10%")
    first, between, last = written.partition("..")
    low, high = (_part(first), _part(last)) if between else (0, _part(first))
    if low is None or high is None or not low < high <= WHOLE_SHARE:
        hint = digits_hint(written, "write a share of all calls: 10%, or another part: 10%..20%")
        raise complaint("bad-share", f'"{written}" is no share of the calls', hint)
    return Range(low, high - 1, written)


def _part(text: str) -> int | None:
    match = _SHARE.fullmatch(text)
    return None if match is None else round(float(match[1]) * WHOLE_SHARE / 100)


Share = Annotated[Range, BeforeValidator(_share)]
"""A share of all calls: `10%`, or a further part of them: `10%..30%`."""


def _area(value: str) -> str | Prefix:
    if value == NONE:
        return NONE
    codes = phonenumbers.COUNTRY_CODE_TO_REGION_CODE
    digits = value.removeprefix("+")
    known = any(
        str(code).startswith(digits[:_LONGEST_CODE]) or digits.startswith(str(code))
        for code in codes
    )
    if not _AREA.fullmatch(value) or not known:
        hint = digits_hint(value, 'write + and the first digits of the numbers: "+9821", or none')
        raise complaint("bad-area", f'no telephone number begins with "{value}"', hint)
    return Prefix(value)


Area = Annotated[str, AfterValidator(_area)]
"""The first digits of telephone numbers, from the + on; or `none`."""
