"""`rahyab check`: is a rules file right? Every problem with its line and what to write instead."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import click

from agi_server.cli.errors import FINDINGS, CannotRunError
from agi_server.cli.finding_formats import (
    Report,
    as_github,
    as_json,
    as_sarif,
    error_as_github,
    error_as_json,
    error_as_sarif,
)
from agi_server.cli.loading import settings_for_command
from agi_server.cli.problems import plural, print_problems
from agi_server.policy import PolicyError, examine_rules, read_rules, with_included
from agi_server.rules_files import TEST_FILE, UnreadableError, read_stream
from routing.problems import Problem
from routing.rules import Policy
from routing.rules_text import RulesText

STANDARD_INPUT: Final = Path("-")
_STANDARD_INPUTS: Final = frozenset({STANDARD_INPUT, Path("/dev/stdin")})
_DESCRIPTORS: Final = frozenset({Path("/dev/fd"), Path("/proc/self/fd")})
"""Where the system shows what a process has open."""

_FOR_PROGRAMS: Final[Mapping[str, Callable[[Report], str]]] = {
    "json": as_json,
    "sarif": as_sarif,
    "github": as_github,
}
_WITHOUT_RULES: Final[Mapping[str, Callable[[str, str], str]]] = {
    "json": error_as_json,
    "sarif": error_as_sarif,
    "github": error_as_github,
}
"""The same for rules that cannot be read: the file and the reason."""


@click.command("check")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", *_FOR_PROGRAMS]),
    default="text",
    show_default=True,
    help="For people, or for programs: JSON, SARIF 2.1.0, workflow commands of GitHub.",
)
def check_command(file: Path | None, form: str) -> None:
    """Check a rules FILE (default: RAHYAB_RULES, else routing_rules.yaml).

    With - for FILE the rules are read from standard input; the files that they include are looked
    for in the working folder. The same holds for /dev/stdin, and for what a shell writes for
    <(command). `rahyab help CODE` explains the code in brackets after a finding.

    Exit code 0: the rules can be used, though there may be warnings. 1: there are errors. 2: the
    check could not run.
    """
    path = file or settings_for_command().rules
    if path.name.endswith(TEST_FILE):
        raise CannotRunError(
            f"{path} holds tests of rules: `rahyab test {path}` checks and runs them"
        )
    try:
        rules = _piped_rules(path) if _is_piped(path) else read_rules(path)
    except PolicyError as error:
        if form != "text":
            click.echo(_WITHOUT_RULES[form](str(path), str(error)))
        raise CannotRunError(str(error)) from None
    examination = examine_rules(rules)
    policy = examination.policy
    if form == "text":
        _print(rules, examination.problems, policy)
    else:
        counts = {} if policy is None else _counts(policy)
        report = Report(rules, examination.problems, counts, Path.cwd())
        click.echo(_FOR_PROGRAMS[form](report))
    if policy is None:
        raise click.exceptions.Exit(FINDINGS)


def _is_piped(path: Path) -> bool:
    """Whether this is what somebody pipes to us, and no pipe that lies in a folder."""
    return path in _STANDARD_INPUTS or path.parent in _DESCRIPTORS


def _piped_rules(path: Path) -> RulesText:
    """The rules from a pipe, which can be read only once. Raises PolicyError."""
    try:
        if path in _STANDARD_INPUTS:
            text = read_stream(sys.stdin.buffer)
        else:
            with path.open("rb") as pipe:
                text = read_stream(pipe)
    except UnreadableError as error:
        raise PolicyError(f"{path} {error}") from None
    except OSError as error:
        raise PolicyError(f"{path} cannot be read: {error.strerror}") from None
    return with_included(str(STANDARD_INPUT), text, Path())


def _print(rules: RulesText, problems: tuple[Problem, ...], policy: Policy | None) -> None:
    if problems:
        print_problems(rules, problems)
    if policy is None:
        return
    verdict = "can be used" if problems else "nothing wrong"
    click.echo(f"{rules.file}: {verdict} (revision {policy.revision})")
    found = (f"{count} {plural(word, count)}" for word, count in _counts(policy).items())
    click.echo(f"  {', '.join(found)}")


def _counts(policy: Policy) -> Mapping[str, int]:
    """What was found: it shows a file that loads and is emptier than it should be."""
    return {
        "number": len(policy.numbers),
        "hours": len(policy.hours),
        "skill": len(policy.skills),
        "agent": len(policy.agents),
        "queue": len(policy.queues),
        "menu": len(policy.menus),
        "rule": sum(len(each.rules) for each in policy.rules.values()),
        "survey": len(policy.surveys),
        "mailbox": len(policy.mailboxes),
        "prompt": len(policy.prompts),
    }
