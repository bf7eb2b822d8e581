"""Where the parts of rules are written."""

from collections.abc import Callable
from typing import TypeAlias

from routing.defining import resolve
from routing.including import read_all
from routing.problems import Path
from routing.rules_text import RulesText

Places: TypeAlias = Callable[[Path], str]
"""Tells where something is written, as `file:line`."""


def places_in(rules: RulesText) -> Places:
    """Where things are in rules that load."""
    document = read_all(rules).document
    followed = None if document is None else resolve(document).document

    def place(path: Path) -> str:
        if followed is None:
            return f"{rules.file}:1"
        position = followed.at_key(path)
        return f"{position.file}:{position.line}"

    return place
