"""Loads the rules: text in, a policy out, or every problem at once.

There is one loader: what `rahyab check` refuses is never served.
"""

from collections.abc import Iterable, Mapping

from pydantic import ValidationError

from routing.checks import findings
from routing.compiling import compile_policy
from routing.model import FileShape
from routing.names import Names, names_in
from routing.problems import Problem
from routing.rules import Policy
from routing.rules_text import RulesText
from routing.wording import problems_of
from routing.yaml_reading import Document, read_yaml


class RulesError(Exception):
    """The rules cannot be used. `problems` has every reason, in the order of the file."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{len(problems)} problems in the rules, the first: {problems[0]}")
        self.problems = problems


def load_policy(rules: RulesText, *, known_prompts: Mapping[str, Mapping[str, str]]) -> Policy:
    """Make a policy of rules as they are written.

    Args:
        rules: The text of the file and of those that it includes.
        known_prompts: The built-in prompts: id, then language, then text.

    Raises:
        RulesError: With every problem that can be found at once.
    """
    file = rules.file
    reading = read_yaml(rules.text, file)
    if reading.document is None:
        raise RulesError(_in_order(reading.problems))
    names = names_in(reading.document.data, known_prompts)
    shape, wrong = _shape(reading.document, names, file)
    whole = None if reading.problems else shape
    checked = findings(reading.document, names, known_prompts, file, whole)
    problems = _in_order(_one_a_place(reading.problems, wrong, checked))
    if problems or shape is None:
        raise RulesError(problems)
    return compile_policy(shape, reading.document, rules)


def _shape(
    document: Document, names: Names, file: str
) -> tuple[FileShape | None, tuple[Problem, ...]]:
    try:
        return FileShape.model_validate(document.data, context=names), ()
    except ValidationError as error:
        return None, tuple(problems_of(error, document, file))


def _one_a_place(*stages: Iterable[Problem]) -> Iterable[Problem]:
    """The problems of each stage, but for places where an earlier stage has found the cause."""
    taken: set[tuple[int, int]] = set()
    for stage in stages:
        fresh = [each for each in stage if (each.line, each.column) not in taken]
        yield from fresh
        taken.update((each.line, each.column) for each in fresh)


def _in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(set(problems)))
