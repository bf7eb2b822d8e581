"""What a word without quotes means.

YAML 1.1 guesses: `no` is false, `12:30` is 750, `+98…` is an integer. A guess is never taken here.
What can be read in one way only (`5`, `true`) becomes plain data, everything else that YAML would
turn into something but text becomes a `Misread`, which no field accepts, so that the place where it
stands decides what to tell the administrator. `$name` is a `Reference` to a value under `define`.

Of the bare words, `true` and `false` alone mean true and false; of the bare digits, those without
a sign, a leading zero or a base mean a number.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

import yaml

MAX_DIGITS: Final = 15
"""Of a bare number. A longer one is a phone or card number whose quotes were forgotten."""

_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")
_REFERENCE = re.compile(r"\$[A-Za-z][A-Za-z0-9_-]*")
_READINGS: Final = {
    "tag:yaml.org,2002:float": "a number",
    "tag:yaml.org,2002:timestamp": "a date",
    "tag:yaml.org,2002:merge": "a merge of another mapping",
}


@dataclass(frozen=True, slots=True)
class Misread:
    """A bare word that YAML takes for something but text: what was written, and what YAML sees."""

    text: str
    reading: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A bare `$name`: stands for the value of that name under `define`."""

    name: str


Plain: TypeAlias = str | int | float | bool | Misread | Reference | None
"""What a bare word can be."""


@lru_cache(maxsize=65_536)
def plain(text: str) -> Plain:
    """What a bare word means, when it can mean one thing only.

    >>> plain("5"), plain("true"), plain("no"), plain("open")
    (5, True, Misread(text='no', reading='false'), 'open')
    >>> plain("$office-hours")
    Reference(name='office-hours')
    """
    if _REFERENCE.fullmatch(text):
        return Reference(text[1:])
    tag = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    if tag == "tag:yaml.org,2002:null":
        return None
    if tag == "tag:yaml.org,2002:bool":
        return _truth(text)
    if tag == "tag:yaml.org,2002:int" or _LEADING_ZERO.fullmatch(text):
        return _number(text)
    if tag == "tag:yaml.org,2002:float" and _DECIMAL.fullmatch(text):
        return float(text)
    return Misread(text, _READINGS[tag]) if tag in _READINGS else text


_RESOLVER = yaml.resolver.Resolver()


def _truth(text: str) -> bool | Misread:
    if text in {"true", "false"}:
        return text == "true"
    return Misread(text, "true" if text.lower() in {"yes", "on", "true"} else "false")


def _number(text: str) -> int | Misread:
    if _WHOLE.fullmatch(text) and len(text) <= MAX_DIGITS:
        return int(text)
    return Misread(text, "a time of day as a number" if ":" in text else "a number")


def kind_of(value: object) -> str:
    """What a piece of data is, in the administrator's words."""
    if isinstance(value, Misread):
        return value.reading
    return _KINDS.get(type(value), "nothing")


_KINDS: Final[Mapping[type, str]] = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    dict: "a mapping",
    list: "a list",
    str: "text",
    Reference: "a `$name`",
}
