"""The kinds of value that a rules file is made of: how each is written, and what it becomes.

Each is a type for the model, with a validator that speaks the administrator's language. A mention
of a name is checked on the spot against `Names`, the context of the validation, so that one pass
over the file finds everything that can be said of a value by itself.
"""

import re
from collections.abc import Callable
from typing import Annotated, Final, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from routing.conditions import NONE
from routing.names import Names
from routing.written import Kind, OrList, Written, pattern
from routing.yaml_reading import Misread, kind_of

T = TypeVar("T")

RESERVED_VARIABLES: Final = (
    "RAHYAB_",
    "QUEUE",
    "CDR",
    "CHANNEL",
    "CALLERID",
    "EXTEN",
    "AGI",
    "MEMBER",
    "ABANDONED",
    "ARG",
    "ASK_",
    "DIAL",
    "FALLBACK_",
    "QEHOLDTIME",
)
"""How names begin that a site must not use for variables of its own."""

LONGEST_VALUE: Final = 200
"""Characters of a channel variable that rules set: with its command it fits in a line of AGI."""

_DEVICE = re.compile(r"[A-Za-z0-9]+/[A-Za-z0-9][A-Za-z0-9_.@+/-]*")
_EXTENSION = re.compile(r"[0-9A-Za-z*#+_.-]{1,40}")
_MUSIC = re.compile(r"[A-Za-z0-9_-]{1,40}")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,39}")
_KEY = re.compile(r"[0-9*]{1,4}")
_QUEUE_KEY = re.compile(r"[0-9*]")
_ENTERED = re.compile(r"\+?[0-9][0-9.-]{4,31}|[0-9]+\.[0-9]+")
_DURATION = re.compile(r"([0-9]{1,6})(s|m|h)")
_PAUSE = re.compile(r"([0-9]{1,3}(?:\.[0-9]+)?)s")
_SCALE = re.compile(r"([0-9]{1,3})\.\.([0-9]{1,3})")
_SECONDS_IN: Final = {"s": 1, "m": 60, "h": 3600}
_NORMAL_CLEARING: Final = 16
_LAST_CAUSE: Final = 127
_LONGEST_MARK: Final = 10
_SHORTEST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 60


def complaint(code: str, message: str, hint: str = "") -> PydanticCustomError:
    """A finding of a validator, to be raised: its code, and the words for the administrator."""
    return PydanticCustomError(code, "{message}", {"message": message, "hint": hint})


def text_of(value: object, example: str) -> str:
    """`value` if it is text.

    Raises:
        PydanticCustomError: It is not; the hint tells what to write.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, Misread | int | float):
        raise unquoted(value)
    raise complaint("wrong-kind", f"{kind_of(value)} where {example} belongs", f"write {example}")


def digits_hint(value: str, hint: str) -> str:
    """`hint`, which begins with what is wrong if `value` has digits of another script.

    >>> digits_hint("۲۰s", "write 20s")
    'write its digits as 0 to 9; write 20s'
    """
    foreign = any(each.isdecimal() and not each.isascii() for each in value)
    return f"write its digits as 0 to 9; {hint}" if foreign else hint


def unquoted(value: Misread | float | bool) -> PydanticCustomError:
    """The finding that text lacks its quotes."""
    written = value.text if isinstance(value, Misread) else str(value)
    written = written.lower() if isinstance(value, bool) else written
    message = f"`{written}` without quotes is {kind_of(value)} to YAML; text belongs here"
    return complaint("quotes-needed", message, f'write "{written}"')


def _matching(pattern: re.Pattern[str], code: str, what: str, hint: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if pattern.fullmatch(value):
            return value
        raise complaint(code, f'"{value}" is not {what}', hint)

    return check


def _channel_variable(value: str) -> str:
    if not _VARIABLE.fullmatch(value):
        hint = "capital letters, digits and _, beginning with a letter: SITE_REGION"
        raise complaint("bad-variable", f'"{value}" is not a name of a channel variable', hint)
    if value.startswith(RESERVED_VARIABLES):
        hint = "choose another name, such as SITE_…"
        raise complaint("reserved-variable", f'"{value}" means something to Asterisk or us', hint)
    return value


def names(info: ValidationInfo) -> Names:
    """The context that every validation of the model is given."""
    if not isinstance(info.context, Names):
        raise TypeError("the model is validated with the names of the file as its context")
    return info.context


Text = Annotated[str, Field(min_length=1)]
Device = Annotated[
    str,
    AfterValidator(
        _matching(_DEVICE, "bad-device", "a device", "write technology and name: PJSIP/101")
    ),
    Written("a device", pattern("write technology and name: PJSIP/101", _DEVICE), ("PJSIP/101",)),
]
Extension = Annotated[
    str,
    AfterValidator(
        _matching(_EXTENSION, "bad-extension", "an extension", "digits, letters, * # + _ . -")
    ),
    Written("an extension", pattern('write an extension in quotes: "201"', _EXTENSION), ("201",)),
]
Music = Annotated[
    str,
    AfterValidator(
        _matching(_MUSIC, "bad-music", "a music class", "letters, digits, hyphens: default")
    ),
    Written("a music class", pattern("write a music class: default", _MUSIC), ("default",)),
]

ChannelVariable = Annotated[
    str,
    AfterValidator(_channel_variable),
    Written(
        "a channel variable",
        pattern("write capital letters, digits and _: SITE_REGION", _VARIABLE),
        ("SITE_REGION",),
    ),
]
"""The name of a variable of Asterisk's channels that is not one of its own or of ours."""

Level = Annotated[int, Field(ge=1, le=10)]
QueueLength = Annotated[int, Field(ge=1, le=10_000)]
"""How many callers may wait."""
Tries = Annotated[int, Field(ge=1, le=9)]
"""How often a caller may key something in."""


def _menu_key(value: str) -> str:
    if "#" in value:
        message = "`#` ends what a caller keys in, so it cannot be a key"
        raise complaint("hash-key", message, "use a digit or *")
    if not _KEY.fullmatch(value):
        hint = digits_hint(value, "one to four of 0 to 9 and *, in quotes")
        raise complaint("bad-key", f'"{value}" cannot be keyed on a telephone', hint)
    return value


def _keyed_or_none(value: str) -> str:
    return value if value == NONE or _ENTERED.fullmatch(value) else _menu_key(value)


def _variable_value(value: str) -> str:
    if len(value) <= LONGEST_VALUE and value.isprintable() and not {"$", '"'} & set(value):
        return value
    hint = f'one line of at most {LONGEST_VALUE} characters, without $ and "'
    raise complaint("bad-variable-value", "a dialplan cannot take this value as it is", hint)


VariableValue = Annotated[
    str,
    AfterValidator(_variable_value),
    Written(
        'text of one line, without `$` and `"`',
        pattern('write text of one line, without $ and "', f'[^$"]{{0,{LONGEST_VALUE}}}'),
    ),
]
"""What a channel variable may be set to: nothing in it means anything to Asterisk."""

KEY: Final = Kind(
    "Key",
    'What is pressed on a telephone, in quotes: one to four of `0` to `9` and `*`: `"1"`, `"12"`.'
    " `#` ends what is keyed and cannot be a key.",
)


def _queue_key(value: object) -> str:
    written = text_of(value, 'a key such as "1"')
    if not _QUEUE_KEY.fullmatch(written):
        hint = 'write one of 0 to 9 and *, in quotes: "1"; Asterisk takes each key at once'
        raise complaint("bad-key", f'"{written}" is not one key', hint)
    return written


QueueKey = Annotated[
    str,
    BeforeValidator(_queue_key),
    Written("a key", pattern('write one of 0 to 9 and *, in quotes: "1"', _QUEUE_KEY), ("1",), KEY),
]
"""A single key, by which a caller leaves a queue."""

_A_KEY: Final = 'write one to four of 0 to 9 and *, in quotes: "1"'
KeyedOrNone = Annotated[
    str,
    AfterValidator(_keyed_or_none),
    Written(
        f"a key, the value of an entry, or `{NONE}`",
        pattern(_A_KEY, _KEY, _ENTERED, NONE),
        ("1",),
        KEY,
    ),
]
"""What a caller has keyed: a key of a menu, or the value of an entry as it is kept."""
MenuKey = Annotated[
    str,
    AfterValidator(_menu_key),
    # An editor takes a bare `1:` for a number; we take it for a key.
    Written("a key", {**pattern(_A_KEY, _KEY), "type": ["string", "integer"]}, ("1",), KEY),
]


def _seconds(shortest: int, longest: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if isinstance(value, int) and not isinstance(value, bool):
            raise complaint("no-unit", f"`{value}` lacks a unit", f"write {value}s or {value}m")
        match = _DURATION.fullmatch(text_of(value, "a duration such as 20s"))
        if match is None:
            hint = digits_hint(str(value), "write a whole number and s, m or h: 20s, 5m, 1h")
            raise complaint("bad-duration", f'"{value}" is not a duration', hint)
        seconds = int(match[1]) * _SECONDS_IN[match[2]]
        if not shortest <= seconds <= longest:
            hint = f"write {spelt_seconds(shortest)} to {spelt_seconds(longest)}"
            raise complaint("out-of-range", f'"{value}" is too short or too long here', hint)
        return seconds

    return read


def spelt_seconds(seconds: int) -> str:
    """Seconds as the rules file writes them.

    >>> spelt_seconds(90), spelt_seconds(300), spelt_seconds(7200)
    ('90s', '5m', '2h')
    """
    for unit, size in (("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


DURATION: Final = Kind(
    "Duration",
    "A number and a unit without a space: `s` seconds, `m` minutes, `h` hours: `20s`, `5m`, `1h`."
    " How long to wait for a key is told in seconds, which may have a fraction: `2.5s`.",
)


def _lasting(shortest: int, longest: int, example: str) -> Written:
    """How a duration is written."""
    words = f"a duration, {spelt_seconds(shortest)} to {spelt_seconds(longest)}"
    schema = pattern(f"write {words}: {example}", _DURATION)
    return Written(words, schema, (example,), DURATION, seconds=True)


Waiting = Annotated[int, BeforeValidator(_seconds(1, 24 * 3600)), _lasting(1, 24 * 3600, "5m")]
"""How long a caller may wait: 1s to 24h."""
Ringing = Annotated[int, BeforeValidator(_seconds(5, 300)), _lasting(5, 300, "15s")]
"""How long an agent's telephone rings: 5s to 5m."""
Speaking = Annotated[int, BeforeValidator(_seconds(5, 3600)), _lasting(5, 3600, "2m")]
"""How long a message may be: 5s to 1h."""
Quiet = Annotated[int, BeforeValidator(_seconds(2, 60)), _lasting(2, 60, "5s")]
"""How long a silence is that ends a message: 2s to 1m."""
Validity = Annotated[int, BeforeValidator(_seconds(60, 3600)), _lasting(60, 3600, "10m")]
"""How long a one-time code holds: 1m to 1h."""
CallingTime = Annotated[
    int, BeforeValidator(_seconds(900, 12 * 3600)), _lasting(900, 12 * 3600, "2h")
]
"""How long a time is to choose from, for being called back: 15m to 12h."""


def _pause(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise complaint("no-unit", f"`{value}` lacks a unit", f"write {value}s")
    match = _PAUSE.fullmatch(text_of(value, "seconds such as 3s"))
    if match is None:
        hint = digits_hint(str(value), "write seconds: 3s, 2.5s")
        raise complaint("bad-duration", f'"{value}" is not a number of seconds', hint)
    seconds = float(match[1])
    if not _SHORTEST_PAUSE <= seconds <= _LONGEST_PAUSE:
        hint = f"write {_SHORTEST_PAUSE}s to {_LONGEST_PAUSE}s"
        raise complaint("out-of-range", f'"{value}" is too short or too long here', hint)
    return seconds


KeyPause = Annotated[
    float,
    BeforeValidator(_pause),
    Written(
        f"seconds, {_SHORTEST_PAUSE}s to {_LONGEST_PAUSE}s",
        pattern(f"write seconds, {_SHORTEST_PAUSE}s to {_LONGEST_PAUSE}s: 2.5s", _PAUSE),
        ("2.5s",),
        DURATION,
        seconds=True,
    ),
]
"""How long to wait for a key: 0.5s to 60s."""


def _hangup(value: object) -> int:
    if value is True:
        return _NORMAL_CLEARING
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _LAST_CAUSE:
        return value
    hint = "write `hangup: true`, or a cause from 1 to 127: 16 normal, 17 busy, 21 rejected"
    raise complaint("bad-hangup", "neither true nor a hang-up cause", hint)


def just_true(field: str) -> Callable[[object], bool]:
    """A validator of a key that has no other value than `true`."""

    def check(value: object) -> bool:
        if value is True:
            return True
        hint = f"write `{field}: true`"
        raise complaint("not-allowed", "only `true` makes sense here", hint)

    return check


HangupCause = Annotated[
    int,
    BeforeValidator(_hangup),
    Written(
        "`true`, or a cause from 1 to 127",
        {
            "anyOf": [
                {"const": True, "errorMessage": "write true, or a cause from 1 to 127"},
                {"type": "integer", "minimum": 1, "maximum": _LAST_CAUSE},
            ]
        },
        (True, 17),
    ),
]

ONLY_TRUE: Final = Written(
    "`true`", {"const": True, "errorMessage": "only `true` makes sense here"}, (True,)
)
"""How a key is written that has no other value."""
TrackTrue = Annotated[bool, BeforeValidator(just_true("track")), ONLY_TRUE]
CallbackTrue = Annotated[bool, BeforeValidator(just_true("callback")), ONLY_TRUE]
ProveTrue = Annotated[bool, BeforeValidator(just_true("prove")), ONLY_TRUE]
YesNoTrue = Annotated[bool, BeforeValidator(just_true("yes_no")), ONLY_TRUE]


def _scale(value: object) -> tuple[int, int]:
    written = text_of(value, "a scale such as 1..10")
    match = _SCALE.fullmatch(written)
    if match is None:
        hint = digits_hint(written, "write the lowest and the highest mark: 1..5, 1..10")
        raise complaint("bad-scale", f'"{written}" is not a scale', hint)
    low, high = int(match[1]), int(match[2])
    if low >= high:
        raise complaint("bad-scale", f"{low} is not below {high}", "write the lower mark first")
    if low > 1 or high > _LONGEST_MARK:
        message = f"marks from {low} to {high} are no scale that callers know"
        raise complaint(
            "bad-scale", message, f"begin with 0 or 1, end with {_LONGEST_MARK} or less"
        )
    return low, high


Scale = Annotated[
    tuple[int, int],
    BeforeValidator(_scale),
    Written("a scale", pattern("write the lowest and the highest mark: 1..10", _SCALE), ("1..10",)),
]


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else (value,)


OneOrMany = Annotated[tuple[T, ...], BeforeValidator(_as_tuple), Field(min_length=1), OrList()]
"""A value, or a list of them."""
