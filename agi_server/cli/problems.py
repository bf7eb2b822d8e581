"""Printing what is wrong with a rules file."""

from collections.abc import Sequence
from pathlib import Path

import click

from agi_server.cli.errors import CannotRunError
from agi_server.policy import PolicyError, read_rules
from routing.problems import Problem, render


def print_problems(path: Path, problems: Sequence[Problem]) -> None:
    """Print each problem with the line it is about and a caret, then how many there are.

    Raises:
        CannotRunError: The file has become unreadable since it was loaded.
    """
    try:
        text = read_rules(path).text
    except PolicyError as error:
        raise CannotRunError(str(error)) from None
    print_problems_in(text, problems)


def print_problems_in(text: str, problems: Sequence[Problem]) -> None:
    """The same, for a text that is at hand."""
    lines = text.splitlines()
    for problem in problems:
        click.echo(render(problem, lines))
    click.echo(f"{len(problems)} {plural('problem', len(problems))}")


def plural(word: str, count: int) -> str:
    """The word as it stands after this number."""
    if count == 1 or word.endswith("s"):
        return word
    return f"{word}es" if word.endswith("x") else f"{word}s"
