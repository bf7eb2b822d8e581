"""What may stand in a command's arguments: the checks that several commands share.

Quoting (`base.quote`) brings any text to Asterisk as it is. These are about what Asterisk then does
with it: the numbers that it reads by `sscanf`, the places where it splits or looks something up.
"""

import re
from typing import Final

from agi_server.commands.base import milliseconds
from agi_server.protocol import LocalProtocolError

LONGEST_SECONDS: Final = 1_000_000
"""The longest time limit, over eleven days: in milliseconds it still fits Asterisk's `int`."""

LARGEST_INT: Final = 2_147_483_647
"""The largest number that Asterisk's `sscanf("%30d")` holds; it wraps around in silence."""

MAX_PLACE_BYTES: Final = 79
"""Bytes of a context's or extension's name (AST_MAX_CONTEXT, AST_MAX_EXTENSION); the rest would be
cut off."""

_PLACE: Final = re.compile(rf"[A-Za-z0-9_*#+.@-]{{1,{MAX_PLACE_BYTES}}}", re.ASCII)
_LABEL: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,78}", re.ASCII)
_UNSAFE_IN_PART: Final = (",", '"', "\\", "${", "$[")


def checked_integer(what: str, value: int, least: int, most: int = LARGEST_INT) -> str:
    """A whole number from `least` to `most`, as Asterisk wants it; `what` names it in the error.

    Raises:
        LocalProtocolError: it is outside, where Asterisk would take it for another number.
    """
    if not least <= value <= most:
        raise LocalProtocolError(f"{what} must be from {least} to {most}, not {value}")
    return str(int(value))


def checked_milliseconds(seconds: float) -> str:
    """A time limit in milliseconds: more than nothing, and no more than Asterisk can hold.

    Raises:
        LocalProtocolError: it is not such a time.
    """
    if not 0 < seconds <= LONGEST_SECONDS:
        raise LocalProtocolError(
            f"a time limit must be more than 0 and at most {LONGEST_SECONDS} s, not {seconds} s"
        )
    return milliseconds(seconds)


def milliseconds_or_endless(seconds: float | None) -> str:
    """A time limit in milliseconds; None is -1, which is for ever (ast_remaining_ms).

    Raises:
        LocalProtocolError: it is no time limit.
    """
    return "-1" if seconds is None else checked_milliseconds(seconds)


def checked_part(command: str, part: str) -> str:
    """One of several parts that are sent joined by commas, if Asterisk keeps it in one.

    A comma ends a part, and an open quote or bracket takes the next one in; `${` and `$[` may be
    evaluated (`__ast_app_separate_args`, and handle_exec under AGIEXECFULL).

    Raises:
        LocalProtocolError: it would be read as something else.
    """
    if any(mark in part for mark in _UNSAFE_IN_PART) or not _is_balanced(part):
        raise LocalProtocolError(f"{command}: Asterisk would misread an argument")
    return part


def _is_balanced(text: str) -> bool:
    """Whether each `(` and `[` is closed again, counted apart, as Asterisk does."""
    for opening, closing in ("()", "[]"):
        depth = 0
        for character in text:
            depth += (character == opening) - (character == closing)
            if depth < 0:
                return False
        if depth:
            return False
    return True


def checked_place(what: str, name: str) -> str:
    """The name of a context or extension: ASCII letters, digits and `_ * # + . @ -`.

    The dialplan goes on there and evaluates `${EXTEN}` inside its applications' options, where
    a comma or an ampersand would be one option more.

    Raises:
        LocalProtocolError: it holds anything else, is empty, or is longer than Asterisk keeps.
    """
    if _PLACE.fullmatch(name) is None:
        raise LocalProtocolError(f"not the name of {what}: {name!r}")
    return name


def checked_priority(priority: int | str) -> str:
    """A priority: a number from 1 on, or a label, which does not begin with a digit.

    Raises:
        LocalProtocolError: it is neither.
    """
    if isinstance(priority, int):
        return checked_integer("a priority", priority, 1)
    if _LABEL.fullmatch(priority) is None:
        raise LocalProtocolError(f"not a priority, and no label either: {priority!r}")
    return priority


def given(name: str | None) -> tuple[str, ...]:
    """The optional word with the name of a channel, music class or engine, where one is named.

    Raises:
        LocalProtocolError: it is empty, which Asterisk would not take for an absent one.
    """
    if name == "":
        raise LocalProtocolError("an empty name: leave it out to mean the channel's own")
    return () if name is None else (name,)


def size(text: str) -> int:
    """The bytes of a text on the wire.

    Raises:
        LocalProtocolError: it holds half a character of UTF-16, which has no bytes.
    """
    try:
        return len(text.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        raise LocalProtocolError("half a character in a text") from None
