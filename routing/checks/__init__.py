"""Checks that span several fields or entries: what the model, value by value, cannot see.

One module a subject; each is a generator of problems over a `Scene`, and passes over what is
malformed, so that a mistake in one entry hides nothing in another.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from routing.checks import (
    actions,
    agents,
    callbacks,
    contradictions,
    entries,
    hours,
    ladders,
    languages,
    letters,
    loops,
    menus,
    messages,
    rule_lists,
    shadows,
    shifts,
    speech,
    surveys,
    trials,
    unused,
    waiting,
)
from routing.checks.scene import Scene
from routing.documents import Document
from routing.model import FileShape
from routing.names import Names
from routing.problems import Problem

CHECKS: Final = (
    letters.problems,
    languages.problems,
    speech.problems,
    hours.problems,
    agents.problems,
    ladders.problems,
    shifts.problems,
    menus.problems,
    entries.problems,
    callbacks.problems,
    messages.problems,
    rule_lists.problems,
    contradictions.problems,
    shadows.problems,
    trials.problems,
    surveys.problems,
    actions.problems,
    loops.problems,
    unused.problems,
    waiting.problems,
)
"""Every check; the order does not matter."""


def findings(
    document: Document,
    names: Names,
    builtin: Mapping[str, Mapping[str, str]],
    whole: FileShape | None,
    year: int | None = None,
) -> Iterator[Problem]:
    """Every finding, in no particular order.

    Args:
        document: The plain data of the rules, with the place of each part.
        names: What they define.
        builtin: The built-in prompts: id, then language, then text.
        whole: The model of the file; None if anything in it is malformed.
        year: In which the rules are to be used; None if nobody says.
    """
    scene = Scene(document, names, builtin, whole, year)
    for check in CHECKS:
        yield from check(scene)
