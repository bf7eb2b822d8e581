"""`rahyab check`: is a rules file right? Every problem with its line and what to write instead."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import click

from agi_server.cli.errors import FINDINGS, CannotRunError
from agi_server.cli.loading import policy_for_command, settings_for_command
from agi_server.cli.problems import plural, print_problems_in
from agi_server.policy import PolicyError, load_rules
from routing.rules import Policy
from routing.rules_text import RulesText

STANDARD_INPUT: Final = Path("-")


@click.command("check")
@click.argument("file", required=False, type=click.Path(path_type=Path))
def check_command(file: Path | None) -> None:
    """Check a rules FILE (default: RAHYAB_RULES, else routing_rules.yaml).

    With - for FILE the rules are read from standard input.

    Exit code 0: nothing is wrong. 1: there are findings. 2: the check could not run.
    """
    path = file or settings_for_command().rules
    policy = _piped_policy() if path == STANDARD_INPUT else policy_for_command(path)
    click.echo(f"{path}: nothing wrong (revision {policy.revision})")
    click.echo(f"  {', '.join(_counts(policy))}")


def _piped_policy() -> Policy:
    """The rules from standard input, which can be read only once."""
    try:
        text = sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        raise CannotRunError(
            f"standard input is not UTF-8 text (byte {error.start}): pipe a file in UTF-8"
        ) from None
    try:
        return load_rules(RulesText(str(STANDARD_INPUT), text))
    except PolicyError as error:
        print_problems_in(text, error.problems)
        raise click.exceptions.Exit(FINDINGS) from None


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
    return (f"{count} {plural(word, count)}" for count, word in found)
