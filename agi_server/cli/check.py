"""`rahyab check`: is a rules file right? Every problem with its line and what to write instead."""

from collections.abc import Iterable
from pathlib import Path

import click

from agi_server.cli.loading import policy_for_command, settings_for_command
from agi_server.cli.problems import plural
from routing.rules import Policy


@click.command("check")
@click.argument("file", required=False, type=click.Path(path_type=Path))
def check_command(file: Path | None) -> None:
    """Check a rules FILE (default: RAHYAB_RULES, else routing_rules.yaml).

    Exit code 0: nothing is wrong. 1: there are findings. 2: the check could not run.
    """
    path = file or settings_for_command().rules
    policy = policy_for_command(path)
    click.echo(f"{path}: nothing wrong (revision {policy.revision})")
    click.echo(f"  {', '.join(_counts(policy))}")


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
