"""`rahyab check`: is a rules file right? Every problem with its line and what to write instead."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from agi_server.cli.errors import FINDINGS, CannotRunError
from agi_server.policy import PolicyError, load_policy_file, read_rules_text
from agi_server.settings import SettingsError, load_settings
from routing.problems import Problem, render
from routing.rules import Policy


@click.command("check")
@click.argument("file", required=False, type=click.Path(path_type=Path))
def check_command(file: Path | None) -> None:
    """Check a rules FILE (default: RAHYAB_RULES, else routing_rules.yaml).

    Exit code 0: nothing is wrong. 1: there are findings. 2: the check could not run.
    """
    try:
        path = file or load_settings().rules
        policy = load_policy_file(path)
    except SettingsError as error:
        raise CannotRunError(str(error)) from None
    except PolicyError as error:
        if not error.problems:
            raise CannotRunError(str(error)) from None
        print_problems(path, error.problems)
        raise click.exceptions.Exit(FINDINGS) from None
    click.echo(f"{path}: nothing wrong (revision {policy.revision})")
    click.echo(f"  {', '.join(_counts(policy))}")


def print_problems(path: Path, problems: Sequence[Problem]) -> None:
    """Print each problem with the line it is about and a caret, then how many there are.

    Raises:
        CannotRunError: The file has become unreadable since it was loaded.
    """
    try:
        lines = read_rules_text(path).splitlines()
    except PolicyError as error:
        raise CannotRunError(str(error)) from None
    for problem in problems:
        click.echo(render(problem, lines))
    click.echo(f"{len(problems)} {_plural('problem', len(problems))}")


def _counts(policy: Policy) -> Iterable[str]:
    """What was found: it shows a file that loads and is emptier than it should be."""
    rules = sum(len(each.rules) for each in policy.rules.values())
    found = (
        (len(policy.numbers), "number"),
        (len(policy.hours), "hours"),
        (len(policy.skills), "skill"),
        (len(policy.agents), "agent"),
        (len(policy.queues), "queue"),
        (len(policy.menus), "menu"),
        (rules, "rule"),
        (len(policy.surveys), "survey"),
        (len(policy.mailboxes), "mailbox"),
        (len(policy.prompts), "prompt"),
    )
    return (f"{count} {_plural(word, count)}" for count, word in found)


def _plural(word: str, count: int) -> str:
    if count == 1 or word.endswith("s"):
        return word
    return f"{word}es" if word.endswith("x") else f"{word}s"
