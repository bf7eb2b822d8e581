"""`rahyab reload`: have the running server load the rules file again."""

import click

from agi_server.cli.finding_formats import finding
from agi_server.cli.operating import ask_server, end_refused, print_findings, unexpected
from agi_server.cli.printing import as_json, cell
from agi_server.control import NotTaken, Reload, Taken


@click.command("reload")
@click.option("--json", "for_programs", is_flag=True, help="For programs: one JSON object.")
def reload_command(for_programs: bool) -> None:
    """Have the running server load the rules file again.

    All its workers take the new rules up together, or none does. Calls keep the rules with which
    they began their request.

    Exit code 0: the rules of the file are in force. 1: they were refused, and the old ones stay.
    2: no server runs.
    """
    match ask_server(Reload()):
        case Taken() as taken:
            _tell(taken, for_programs=for_programs)
        case NotTaken() as refused:
            raise end_refused(refused, for_programs=for_programs)
        case other:
            raise unexpected(other)


def _tell(taken: Taken, *, for_programs: bool) -> None:
    if for_programs:
        told = {"taken": True, "revision": taken.revision, "before": taken.before}
        findings = [finding(each) for each in taken.warnings]
        click.echo(as_json({**told, "file": taken.file, "findings": findings}))
        return
    print_findings(taken.warnings, taken.rules)
    file = cell(taken.file).plain
    if taken.revision == taken.before:
        click.echo(f"{file}: revision {taken.revision} was in force already")
    else:
        click.echo(f"{file}: revision {taken.revision} is in force (before: {taken.before})")
