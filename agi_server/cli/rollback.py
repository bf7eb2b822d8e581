"""`rahyab rollback`: have the running server return to the rules before the present ones."""

from dataclasses import asdict

import click

from agi_server.cli.operating import ask_server, end_refused, unexpected
from agi_server.cli.printing import as_json, cell
from agi_server.control import NotTaken, Rollback, RolledBack


@click.command("rollback")
@click.option("--json", "for_programs", is_flag=True, help="For programs: one JSON object.")
def rollback_command(for_programs: bool) -> None:
    """Have the running server return to the rules before the present ones.

    Once more goes back once more, through the last 10 revisions that this server has had in force.
    The rules file is not touched.

    Exit code 0: the earlier rules are in force. 1: there are none, or they were refused. 2: no
    server runs.
    """
    match ask_server(Rollback()):
        case RolledBack() as back:
            _tell(back, for_programs=for_programs)
        case NotTaken() as refused:
            raise end_refused(refused, for_programs=for_programs)
        case other:
            raise unexpected(other)


def _tell(back: RolledBack, *, for_programs: bool) -> None:
    if for_programs:
        told = {key: value for key, value in asdict(back).items() if key != "kind"}
        click.echo(as_json({"taken": True, **told}))
        return
    click.echo(f"revision {back.revision} is in force again (before: {back.before})")
    file = cell(back.file.file).plain
    if back.file.trouble:
        click.echo(f"The rules file cannot be read: {cell(back.file.trouble).plain}.")
    elif back.file.differs:
        click.echo(
            f"{file} still holds revision {back.file.revision}: the next reload, and the next start"
            " of the server, load it again. Mend it before that."
        )
    click.echo(f"Earlier revisions to go back to: {back.earlier}")
