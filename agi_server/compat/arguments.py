"""What scripts hand to pyst2's methods, as the typed commands want it.

pyst2 turns whatever it is given into text and writes that; what Asterisk would have made of the
text is what these functions return. Where it would have made nothing of it they raise
`AGIUsageError`, the exception for the usage text that Asterisk answers then.
"""

import re
from typing import Final

from agi_server.commands.base import checked_variable
from agi_server.compat.pyst2 import AGIUsageError
from agi_server.protocol import LocalProtocolError

_SEPARATORS: Final = re.compile(r"[ ,]+")
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_EXPRESSION: Final = re.compile(r"\$\{([^${}]*)\}")
_CALLERS_NUMBER: Final = re.compile(r"[0-9*#+]*")
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_DROPPED: Final = re.compile(r"[ ().-]")
"""What Asterisk drops from a caller's number (ast_shrink_phone_number)."""


def written(value: object) -> str:
    """The text of what pyst2 puts between quotes.

    Raises:
        TypeError: it is neither text nor a number; so does pyst2.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return str(value)
    raise TypeError(f"text or a number is wanted, not {type(value).__name__}")


def lines(value: object) -> list[str]:
    """The lines of a text, at least one: a command holds one line."""
    return _LINE_END.split(written(value))


def word(value: object) -> str:
    """The text of what pyst2 writes without quotes: scripts that know that bring their own."""
    bare = str(value).strip()
    if len(bare) > 1 and bare[0] == bare[-1] == '"':
        return _ESCAPED.sub(r"\1", bare[1:-1])
    return bare


def channel_name(value: object) -> str | None:
    """The name of a channel; None when it is left out, as this one's own."""
    return word(value) or None


def joined(value: object) -> str:
    """Digits or characters: a text, a number, or a list of either."""
    if isinstance(value, list | tuple):
        return "".join(map(str, value))
    return written(value)


def keys(value: object) -> str:
    """Keys, without the blanks and commas between them, which are no keys to Asterisk."""
    return _SEPARATORS.sub("", joined(value))


def integer(what: str, value: object) -> int:
    """A whole number; of a fraction its whole part, which is all that Asterisk reads.

    Raises:
        AGIUsageError: it is no number; `what` names it.
    """
    bare = word(value)
    try:
        return int(bare)
    except ValueError:
        return int(number(what, bare))


def number(what: str, value: object) -> float:
    """A number.

    Raises:
        AGIUsageError: it is none, or not a finite one; `what` names it.
    """
    try:
        read = float(word(value))
    except ValueError:
        raise AGIUsageError(f"{what} must be a number, not {value!r}") from None
    if not abs(read) < float("inf"):
        raise AGIUsageError(f"{what} must be a number, not {value!r}")
    return read


def priority_of(value: object) -> int | str:
    """A priority: a number, or a label."""
    bare = word(value)
    return int(bare) if bare.isdecimal() else bare


def place_in_database(family: object, key: object) -> tuple[str, str]:
    """Family and key; what stands before a slash in the key is a part of the family."""
    path = f"{written(family)}/{written(key)}"
    upper, _, last = path.rpartition("/")
    return upper, last


def caller(value: object) -> tuple[str, str]:
    """Number and name of a caller, written as `number`, `name`, `name <number>`, `"name" <number>`.

    Source: ast_callerid_parse, ast_isphonenumber.
    """
    bare = str(value).strip()
    name, bracket, number = bare.removesuffix(">").rpartition("<")
    if bracket and bare.endswith(">"):
        return _DROPPED.sub("", number), word(name)
    bare = word(bare)
    number = _DROPPED.sub("", bare)
    return (number, "") if _CALLERS_NUMBER.fullmatch(number) else ("", bare)


def variable_of(expression: str) -> str | None:
    """The one variable or function that an expression is about: `X` of `${X}`, or of `X`.

    None: it is more than that.
    """
    plain = _EXPRESSION.fullmatch(expression)
    try:
        return checked_variable(expression if plain is None else plain[1])
    except LocalProtocolError:
        return None
