"""What the commands for a running server share: asking it, and printing what it refused."""

from collections.abc import Sequence
from typing import Final

import click

from agi_server.cli.errors import FINDINGS, CannotRunError
from agi_server.cli.finding_formats import finding
from agi_server.cli.loading import settings_for_command
from agi_server.cli.printing import as_json, cell
from agi_server.cli.problems import print_problems
from agi_server.control import Answer, Failed, NotTaken, Request
from agi_server.control_socket import NoServerError, ask
from routing.problems import Problem
from routing.rules_text import RulesText

ANSWER_SECONDS: Final = 60.0
"""How long to wait for an answer: workers may take ten seconds to load rules and five to take them
up, and another change may be under way."""


def ask_server(request: Request) -> Answer:
    """What the server of RAHYAB_HOME answers. Raises CannotRunError."""
    home = settings_for_command().home
    try:
        answer = ask(home, request, ANSWER_SECONDS)
    except NoServerError as error:
        raise CannotRunError(str(error)) from None
    if isinstance(answer, Failed):
        raise CannotRunError(f"the server could not answer: {answer.reason}")
    return answer


def unexpected(answer: Answer) -> CannotRunError:
    """For an answer to another question."""
    return CannotRunError(
        f"the server answers {answer.kind!r}: restart it if the program was changed beneath it"
    )


def print_findings(problems: Sequence[Problem], bundle: str) -> None:
    """Print what is wrong with rules as `rahyab check` does, from the text that the server read."""
    if problems:
        print_problems(RulesText.unbundled(bundle), problems)


def end_refused(answer: NotTaken, *, for_programs: bool) -> click.exceptions.Exit:
    """Print why nothing has changed; what to raise then."""
    if for_programs:
        told = {"taken": False, "revision": answer.revision, "reason": answer.reason}
        click.echo(as_json({**told, "findings": [finding(each) for each in answer.problems]}))
    else:
        print_findings(answer.problems, answer.rules)
        reason = cell(answer.reason).plain
        click.echo(f"Nothing is changed, revision {answer.revision} stays in force: {reason}.")
    return click.exceptions.Exit(FINDINGS)
