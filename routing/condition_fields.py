"""How the values of conditions are written: words, comparisons, shares, areas."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Final

import phonenumbers
from pydantic import AfterValidator, BeforeValidator

from routing.conditions import NONE, UNAVAILABLE, Allowed, Prefix, Range
from routing.fields import DURATION, complaint, digits_hint, text_of
from routing.sights import WHOLE_SHARE
from routing.written import Kind, Written, pattern

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


COMPARISON: Final = Kind(
    "Comparison",
    "A value (`5`), two with `..` between them, both included (`5..10`), or one after `<`, `<=`,"
    ' `>` or `>=`, in quotes: `">=5"`. Ages and waits have units, `d` for days among them: `">2d"`,'
    ' `"<=90s"`, `5m..1h`.',
)


def _compared(what: str, value: str, example: str, *words: str) -> Written:
    """How a comparison is written; `value` is the pattern of what is compared with."""
    also = f", {' or '.join(f'`{word}`' for word in words)}"
    hint = f'write {what} with <, <=, >, >= or ..: "{example}"'
    wanted = f"a comparison with {what}{also}"
    sides = (f" *[<>] *(?:= *)?{value}", rf" *{value}(?:\. *\. *{value})?")
    return Written(wanted, pattern(hint, *sides, *words), (example,), COMPARISON)


_NUMBER: Final = "[0-9][0-9 ]*"
_TIME: Final = "[0-9][0-9 ]*[smhd] *"


def _or_bare(written: Written) -> Written:
    """A comparison with a number may be that number without quotes."""
    return replace(written, schema={**written.schema, "type": ["string", "integer"], "minimum": 0})


NumberOrWord = Annotated[
    str | Range,
    BeforeValidator(_comparison(_whole, "a number", ">=5", (NONE, UNAVAILABLE))),
    _or_bare(_compared("a number", _NUMBER, ">=5", NONE, UNAVAILABLE)),
]
"""A comparison with a whole number, `none` or `unavailable`."""

Number = Annotated[
    str | Range,
    BeforeValidator(_comparison(_whole, "a number", ">=5", (UNAVAILABLE,))),
    _or_bare(_compared("a number", _NUMBER, ">=5", UNAVAILABLE)),
]
"""A comparison with a whole number, or `unavailable`."""

_LIKE_A_NUMBER: Final = re.compile(r"[<>]|[0-9]+ *(?:\.\.|$)")
_marks = _comparison(_whole, "a mark", "<=4", ())


def _answer(value: object) -> Allowed:
    if isinstance(value, int) and not isinstance(value, bool):
        return _marks(value)
    written = text_of(value, 'an answer such as "<=4"')
    if not written:
        raise complaint("empty-value", "an empty text", "write an answer")
    return _marks(written) if _LIKE_A_NUMBER.match(written) else written


AnswerWanted = Annotated[
    str | Range,
    BeforeValidator(_answer),
    Written(
        "an answer, or a comparison with a mark",
        {"type": ["string", "integer"], "minLength": 1, "minimum": 0},
        ("<=4",),
        COMPARISON,
    ),
]
"""An answer to a question of a survey: a word, or a comparison with a mark."""

AgeOrWord = Annotated[
    str | Range,
    BeforeValidator(_comparison(_seconds, "a time", ">2d", (NONE, UNAVAILABLE))),
    _compared("a time", _TIME, ">2d", NONE, UNAVAILABLE),
]
"""A comparison with a duration (s, m, h, d), `none` or `unavailable`."""

Span = Annotated[
    str | Range,
    BeforeValidator(_comparison(_seconds, "a time", ">2m", (UNAVAILABLE,))),
    _compared("a time", _TIME, ">2m", UNAVAILABLE),
]
"""A comparison with a duration (s, m, h, d), or `unavailable`."""


def _time(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        raise complaint("no-unit", f"`{value}` lacks a unit", f"write {value}s or {value}m")
    written = text_of(value, "a time such as 2m")
    seconds = _seconds(written)
    if seconds is None:
        hint = digits_hint(written, "write a whole number and s, m, h or d: 90s, 2m, 3d")
        raise complaint("bad-duration", f'"{written}" is not a duration', hint)
    return seconds


Time = Annotated[
    int,
    BeforeValidator(_time),
    Written(
        "a duration, in s, m, h or d",
        pattern("write a number and s, m, h or d: 90s, 2m, 3d", _DURATION),
        ("2m",),
        DURATION,
        seconds=True,
    ),
]
"""A duration (s, m, h, d), in seconds."""


def _share(value: object) -> Range:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise complaint("bad-share", f"`{value}` is no share of the calls", f"write {value}%")
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


SHARE: Final = Kind(
    "Share",
    "A part of all calls, in per cent with up to two decimals: `10%`. `10%..30%` is another part of"
    " them, a fifth of all calls that the first does not hold. Which part a call belongs to follows"
    " from the call and the name of the trial: it never changes while the call lasts, and the calls"
    " of one trial's part are spread evenly over the parts of every other trial.",
)
_PER_CENT: Final = _SHARE.pattern

Share = Annotated[
    Range,
    BeforeValidator(_share),
    Written(
        "a share",
        pattern("write a share of all calls: 10%, 10%..30%", rf"{_PER_CENT}(?:\.\.{_PER_CENT})?"),
        ("10%",),
        SHARE,
    ),
]
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


Area = Annotated[
    str,
    AfterValidator(_area),
    Written(
        f"the first digits of numbers, from the + on, or `{NONE}`",
        pattern('write + and the first digits of the numbers: "+9821"', _AREA, NONE),
        ("+9821",),
    ),
]
"""The first digits of telephone numbers, from the + on; or `none`."""
