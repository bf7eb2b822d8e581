"""Loads the rules: text in, a policy out, or every problem at once.

There is one loader: what `rahyab check` refuses is never served.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from routing.catalogue import Level
from routing.checks import findings
from routing.compiling import compile_policy
from routing.defining import one_a_place, resolve
from routing.documents import Document
from routing.including import read_all
from routing.model import FileShape
from routing.names import Names, names_in
from routing.problems import Problem
from routing.rules import Policy
from routing.rules_text import RulesText
from routing.wording import problems_of

_FOLLOWS_FROM: Final[Mapping[str, frozenset[str]]] = {
    "unused-definition": frozenset({"reference-as-key", "unknown-definition"}),
}
"""Findings that only follow from others, if they are there: what was meant to use the value."""


class RulesError(Exception):
    """The rules cannot be used. `problems` has every finding, in the order of the files."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        errors = [each for each in problems if each.level == Level.ERROR]
        super().__init__(f"{len(errors)} errors in the rules, the first: {errors[0]}")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Examination:
    """What came of reading rules.

    Attributes:
        policy: What they mean; None if there is an error among the problems.
        problems: Every finding, errors and warnings, in the order of the files.
    """

    policy: Policy | None
    problems: tuple[Problem, ...]

    def of_level(self, level: Level) -> tuple[Problem, ...]:
        """The findings of one level."""
        return tuple(each for each in self.problems if each.level == level)


def load_policy(rules: RulesText, *, known_prompts: Mapping[str, Mapping[str, str]]) -> Policy:
    """Make a policy of rules as they are written.

    Args:
        rules: The text of the file and of those that it includes.
        known_prompts: The built-in prompts: id, then language, then text.

    Raises:
        RulesError: There is an error. With every finding.
    """
    examination = examine(rules, known_prompts=known_prompts)
    if examination.policy is None:
        raise RulesError(examination.problems)
    return examination.policy


def examine(
    rules: RulesText,
    *,
    known_prompts: Mapping[str, Mapping[str, str]],
    year: int | None = None,
) -> Examination:
    """Make a policy of rules as they are written, and tell everything that is wrong with them.

    Args:
        rules: The text of the file and of those that it includes.
        known_prompts: The built-in prompts: id, then language, then text.
        year: In which the rules are to be used; without it nobody looks whether holidays are known.
    """
    reading = read_all(rules)
    if reading.document is None:
        return Examination(None, _in_order(reading.problems, rules))
    resolved = resolve(reading.document)
    document = resolved.document
    names = names_in(document.data, known_prompts)
    shape, wrong = _shape(document, names)
    if shape is not None:
        sure = names_in(document.data, known_prompts, guess=False)
        if sure != names:
            names = sure
            shape, wrong = _shape(document, names)
    read = (*reading.problems, *resolved.problems)
    whole = None if any(each.level == Level.ERROR for each in read) else shape
    checked = findings(document, names, known_prompts, whole, year)
    problems = _in_order(one_a_place(resolved, read, wrong, checked), rules)
    if shape is None or any(each.level == Level.ERROR for each in problems):
        return Examination(None, _first_things(problems))
    return Examination(compile_policy(shape, document, rules.revision), problems)


def _shape(document: Document, names: Names) -> tuple[FileShape | None, tuple[Problem, ...]]:
    try:
        return FileShape.model_validate(document.data, context=names), ()
    except ValidationError as error:
        return None, tuple(problems_of(error, document))


def _first_things(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """What is to be told of rules with errors: behind one broken route lies much that is unused."""
    codes = {each.code for each in problems}
    return tuple(
        each
        for each in problems
        if each.code != "unused" and codes.isdisjoint(_FOLLOWS_FROM.get(each.code, ()))
    )


def _in_order(problems: Iterable[Problem], rules: RulesText) -> tuple[Problem, ...]:
    files = list(rules.texts())
    return tuple(sorted(set(problems), key=lambda each: (files.index(each.file), each)))
