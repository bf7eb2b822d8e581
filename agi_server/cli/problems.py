"""Printing what is wrong with rules, for people."""

import os
from collections.abc import Sequence
from typing import Final

import click

from routing.catalogue import Level
from routing.problems import Problem, render
from routing.rules_text import RulesText

MOST_PRINTED: Final = 300
"""Findings: more than anybody reads before mending the first, which often causes the others."""


def print_problems(rules: RulesText, problems: Sequence[Problem]) -> None:
    """Print each problem with the line it is about and a caret, then how many there are.

    Colours go to a terminal only, and to none if NO_COLOR is set.
    """
    print_rendered(rules, problems[:MOST_PRINTED])
    left = len(problems) - MOST_PRINTED
    if left > 0:
        click.echo(f"{left:,} more: mend these first; `rahyab check --format json` has all")
    click.echo(summary(problems))


def print_rendered(rules: RulesText, problems: Sequence[Problem]) -> None:
    """The same, without the number at the end."""
    lines = {file: text.removeprefix("\ufeff").splitlines() for file, text in rules.texts().items()}
    colours = False if os.environ.get("NO_COLOR") else None
    for problem in problems:
        click.echo(render(problem, lines.get(problem.file, ()), _paint), color=colours)


def _paint(text: str, part: str) -> str:
    match part:
        case "error":
            return click.style(text, fg="red", bold=True)
        case "warning":
            return click.style(text, fg="yellow", bold=True)
        case "caret":
            return click.style(text, fg="green", bold=True)
    return click.style(text, bold=True)


def summary(problems: Sequence[Problem]) -> str:
    """How many errors and warnings there are: `2 errors, 0 warnings`."""
    counts = ((sum(each.level == level for each in problems), level) for level in Level)
    return ", ".join(f"{count} {plural(level.value, count)}" for count, level in counts)


def plural(word: str, count: int) -> str:
    """The word as it stands after this number."""
    if count == 1 or word.endswith("s"):
        return word
    return f"{word}es" if word.endswith("x") else f"{word}s"
