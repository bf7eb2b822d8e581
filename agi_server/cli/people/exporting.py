"""`rahyab customers export`: all that is held on one person, in one file."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from agi_server.cli.access import Action, note
from agi_server.cli.errors import FINDINGS, CannotRunError
from agi_server.cli.finding import WHO, Finder, country_option, told_customer
from agi_server.cli.listing import json_option
from agi_server.cli.loading import opened_store, settings_for_command
from agi_server.cli.printing import as_json, cell
from crm.exporting import ExportError, export_customer


@click.command("export")
@click.argument("wanted", metavar=WHO)
@click.option(
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The zip file to write; there must be none of this name.",
)
@country_option
@json_option
def export_command(wanted: str, output: Path, country: str | None, *, for_programs: bool) -> None:
    """Write all that is held on a customer to one zip: JSON, tables, recordings.

    A README in it says in plain words what is there. Ends with 0, with 1 if recorded messages could
    not be read, with 2 if nothing was written.
    """
    settings = settings_for_command()
    with opened_store(settings) as store, Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("calls")
        try:
            with store.transaction():
                customer = Finder(settings, country).one(store, wanted)
                exported = export_customer(
                    store,
                    customer.id or 0,
                    output,
                    at=datetime.now(UTC),
                    progress=lambda done, total: progress.update(task, completed=done, total=total),
                )
                note(store, Action.EXPORTED, customer.id)
        except ExportError as error:
            raise CannotRunError(str(error)) from None
    if for_programs:
        click.echo(as_json({"file": output, **asdict(exported)}))
    else:
        told = f"{exported.calls} calls, {exported.recordings} recorded messages"
        click.echo(cell(f"{told_customer(customer)}: {told} in {output}").plain)
    for path in exported.missing:
        click.echo(cell(f"Not in it: {path} cannot be read here").plain, err=True)
    if exported.missing:
        raise click.exceptions.Exit(FINDINGS)
