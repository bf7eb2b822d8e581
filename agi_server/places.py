"""Where the parts of rules are written."""

from collections.abc import Callable
from typing import TypeAlias

from routing.problems import Path
from routing.rules_text import RulesText
from routing.yaml_reading import read_yaml

Places: TypeAlias = Callable[[Path], str]
"""Tells where something is written, as `file:line`."""


def places_in(rules: RulesText) -> Places:
    """Where things are in rules that load."""
    document = read_yaml(rules.text, rules.file).document

    def place(path: Path) -> str:
        if document is None:
            return rules.file
        return f"{rules.file}:{document.at_key(path).line}"

    return place
