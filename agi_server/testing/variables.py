"""The variables and functions of the fake Asterisk's channel, and its `${…}` expressions.

Source: main/pbx_variables.c, func_uri.c, func_strings.c.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final
from urllib.parse import quote

from agi_server.challenge import encrypt, is_secret
from agi_server.testing.queues import Queue, Queues

_SUBSTRING: Final = re.compile(r"(-?\d+)(?::(-?\d+))?")
_SETTABLE: Final = ("CALLERID(", "CHANNEL(", "TIMEOUT(")


class Variables:
    """Values by name; a function with its arguments, `CHANNEL(language)`, is a name like others.

    `known` holds what dialplan and Asterisk would have set before. Functions that are neither
    in it nor of CALLERID, CHANNEL and TIMEOUT do not exist, as on an Asterisk without the module;
    but for those below, and for those of app_queue where there are `queues`.
    """

    def __init__(
        self,
        known: Mapping[str, str],
        built_in: Callable[[str], str | None] | None = None,
        queues: Mapping[str, Queue] | None = None,
    ) -> None:
        self._values = dict(known)
        self._built_in = built_in
        self._queues = Queues(queues or {}, self.set)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def get(self, name: str) -> str | None:
        """The value as GET VARIABLE would find it; None when there is none."""
        if name.endswith(")"):
            return self._call(name)
        return self._plain(name)

    def set(self, name: str, value: str) -> None:
        """Set a variable (leading underscores only tell who inherits it), or write a function.

        Writing a function that does not exist has no effect, as in Asterisk.
        """
        if name.endswith(")"):
            if name in self._values or name.startswith(_SETTABLE):
                self._values[name] = value
            return
        self._values[name.removeprefix("_").removeprefix("_")] = value

    def expand(self, text: str) -> str:
        """The text with each `${…}` replaced by its value, innermost first."""
        parts: list[str] = []
        position = 0
        while (start := text.find("${", position)) >= 0:
            parts.append(text[position:start])
            end = _closing_brace(text, start + 2)
            parts.append(self._evaluate(self.expand(text[start + 2 : end])))
            position = end + 1
        parts.append(text[position:])
        return "".join(parts)

    def _evaluate(self, expression: str) -> str:
        """A name with `:offset:length`, which is looked for outside parentheses only.

        The inner values are in their places by now: one with a parenthesis too many moves the
        place where a colon counts.
        """
        depth = 0
        for position, character in enumerate(expression):
            depth += (character == "(") - (character == ")")
            if character == ":" and depth == 0:
                value = self._read(expression[:position])
                return _substring(value, expression[position + 1 :])
        return self._read(expression)

    def _read(self, name: str) -> str:
        return (self._call(name) if "(" in name else self._plain(name)) or ""

    def _plain(self, name: str) -> str | None:
        made_up = None if self._built_in is None else self._built_in(name)
        return self._values.get(name) if made_up is None else made_up

    def _call(self, expression: str) -> str | None:
        function, _, rest = expression.partition("(")
        arguments = rest[: rest.rfind(")")] if ")" in rest else rest
        if function == "URIENCODE":
            return quote(arguments.encode("utf-8", "surrogateescape"), safe="-_.!~*'()") or None
        if function == "STRREPLACE":
            return self._replace(arguments)
        if function == "AES_ENCRYPT":
            return _encrypt(*arguments.partition(",")[::2])
        if function == "IF":
            return _choose(arguments)
        told = self._queues.call(function, _split_arguments(arguments))
        return self._values.get(expression) if told is None else told

    def _replace(self, arguments: str) -> str | None:
        parts = _split_arguments(arguments)
        if len(parts) < 2 or not parts[0] or not parts[1]:  # noqa: PLR2004  name and find-string
            return None
        value = self.expand("${" + parts[0] + "}")
        return value.replace(parts[1], parts[2] if len(parts) > 2 else "")  # noqa: PLR2004


def _encrypt(key: str, text: str) -> str | None:
    """As func_aes: a key has 16 characters, and the last block is filled up with NUL."""
    if not is_secret(key) or not text.isascii():
        return None
    return encrypt(key, text + "\0" * (-len(text) % 16))


def _choose(text: str) -> str:
    """As IF: a condition holds unless it is empty, or a number that is 0 (pbx_checkcondition)."""
    condition, _, either = text.partition("?")
    when_true, _, when_false = either.partition(":")
    digits = re.match(r"[+-]?\d+", condition)
    return when_true if condition and (digits is None or int(digits[0])) else when_false


def _closing_brace(text: str, position: int) -> int:
    depth = 1
    while position < len(text):
        depth += (text[position] == "{") - (text[position] == "}")
        if depth == 0:
            return position
        position += 1
    return position


def _substring(value: str, cut: str) -> str:
    match = _SUBSTRING.match(cut)
    if match is None:
        return value
    offset = int(match[1])
    start = max(0, len(value) + offset) if offset < 0 else offset
    length = int(match[2]) if match[2] is not None else len(value)
    return value[start:][:length]


def _split_arguments(text: str) -> list[str]:
    """At commas outside parentheses (AST_STANDARD_APP_ARGS, for what a checked name can hold)."""
    parts, depth = [""], 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts
