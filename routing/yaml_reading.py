"""Reads YAML text into plain data, remembering where each key and value stands.

What a word without quotes means is told in `routing.bare_words`; nothing is guessed. As a key, a
word that YAML would turn into something but text is a problem at once. A bare number as a key is
its own text: `1:` is the same as `"1":`.

The text is read from the parser's events, not by its composer: an alias is seen before it is
expanded, and no nesting, however deep, can exhaust the stack.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import yaml

from routing.bare_words import Misread, Reference, kind_of, plain
from routing.documents import Document, Position
from routing.problems import Problem
from routing.yaml_building import Builder, GivingUpError
from routing.yaml_traps import MAX_CHARACTERS, refusal, syntax_problem

__all__ = [
    "BEGIN_RULES",
    "MAX_CHARACTERS",
    "Document",
    "Misread",
    "Position",
    "Reading",
    "Reference",
    "kind_of",
    "plain",
    "read_yaml",
]

BEGIN_RULES: Final = "begin with `version: 1`, then `business:` and the other sections"
"""What to do about a main file without any sections."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read. `document` is None when the text cannot be understood at all."""

    document: Document | None
    problems: tuple[Problem, ...]


def read_yaml(text: str, file: str, *, begin: str = BEGIN_RULES) -> Reading:
    """Read the text of one file.

    Args:
        text: The whole file, decoded.
        file: Its name, for the problems.
        begin: What to tell of a file without anything useful: how to begin.

    Returns:
        The data with positions, and every trap that was met on the way.
    """
    text = text.removeprefix("\ufeff")
    refused = refusal(text, file)
    if refused is not None:
        return Reading(None, (refused,))
    builder = Builder(file, begin)
    try:
        for event in _events(text):
            builder.take(event)
    except GivingUpError:
        return Reading(None, tuple(builder.problems))
    except yaml.MarkedYAMLError as error:
        return Reading(None, (*builder.problems, syntax_problem(error, text, file)))
    return Reading(builder.document(), tuple(builder.problems))


def _events(text: str) -> Iterator[yaml.Event]:
    """The parser's events: by libyaml, ten times as fast, where PyYAML was built with it.

    An error is looked for again by PyYAML's own parser, whose messages and positions are the
    better ones, and the same on every machine.
    """
    try:
        yield from yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.MarkedYAMLError:
        for _ in yaml.parse(text, Loader=yaml.SafeLoader):
            pass
        raise
