"""What the commands for a running server share: asking it, and printing what it refused."""

from typing import Any, Final

import click

from agi_server.cli.errors import FINDINGS, CannotRunError
from agi_server.cli.loading import settings_for_command
from agi_server.cli.printing import as_json, cell
from agi_server.cli.problems import print_problems_in
from agi_server.control import Answer, Failed, NotTaken, Request
from agi_server.control_socket import NoServerError, ask
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


def end_refused(answer: NotTaken, *, for_programs: bool) -> click.exceptions.Exit:
    """Print why nothing has changed; what to raise then."""
    if for_programs:
        click.echo(as_json(_refused_for_programs(answer)))
    else:
        if answer.problems:
            print_problems_in(RulesText.unbundled(answer.rules).text, answer.problems)
        reason = cell(answer.reason).plain
        click.echo(f"Nothing is changed, revision {answer.revision} stays in force: {reason}.")
    return click.exceptions.Exit(FINDINGS)


def _refused_for_programs(answer: NotTaken) -> dict[str, Any]:
    problems = [
        {
            "file": each.file,
            "line": each.line,
            "column": each.column,
            "level": each.level,
            "code": each.code,
            "path": each.path,
            "message": each.message,
            "hint": each.hint,
        }
        for each in answer.problems
    ]
    told = {"revision": answer.revision, "reason": answer.reason, "problems": problems}
    return {"taken": False, **told}
