"""`rahyab customers`: the customer file, and what people may ask of whoever keeps it."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Self

import click
from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table

from agi_server.cli.access import Action, note
from agi_server.cli.errors import FINDINGS, CannotRunError
from agi_server.cli.finding import country_option
from agi_server.cli.listing import json_option, limit_option
from agi_server.cli.loading import country_for_command, opened_store, settings_for_command
from agi_server.cli.people.editing import add_command, edit_command
from agi_server.cli.people.erasing import erase_command, erasures_command
from agi_server.cli.people.exporting import export_command
from agi_server.cli.people.marks import marks
from agi_server.cli.people.numbers import block_command, blocked_command, unblock_command
from agi_server.cli.people.page import customer_data, show_command, told_contract_state
from agi_server.cli.people.rights import (
    hold_command,
    restrict_command,
    unhold_command,
    unrestrict_command,
)
from agi_server.cli.printing import as_json, cell, table_console
from agi_server.cli.rare_commands import RareCommands
from crm.importing import CustomerFileError, ImportReport, import_customers
from crm.records import Customer


@click.group("customers", cls=RareCommands)
def customers() -> None:
    """The customer file, and what people may ask of whoever keeps it."""


for _command in (
    show_command,
    add_command,
    edit_command,
    block_command,
    unblock_command,
    blocked_command,
    marks,
    restrict_command,
    unrestrict_command,
    hold_command,
    unhold_command,
    export_command,
    erase_command,
    erasures_command,
):
    customers.add_command(_command)


@customers.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@country_option
def import_command(file: Path, country: str | None) -> None:
    """Import customers from FILE (CSV in UTF-8), all of it or nothing.

    The first line names the columns: reference, name, language, segment, phones (several with ;
    between them), contract_level, contract_from, contract_until, grace_days, and lead_score (0 to
    100), which may be left out. A reference that is there already is changed. Lines that cannot be
    used go to FILE.rejected.csv with the reason.

    Ends with 0, with 1 if lines were rejected, with 2 if nothing could be imported.
    """
    settings = settings_for_command()
    country = country or country_for_command(settings)
    try:
        with opened_store(settings, create=True) as store, _Bar() as bar:
            # Before the change, which has a transaction of its own: none goes without an entry.
            note(store, Action.IMPORTED, detail=f"from {file.name}")
            report = import_customers(store, file, country=country, progress=bar.show)
    except CustomerFileError as error:
        raise CannotRunError(str(error)) from None
    except KeyboardInterrupt:
        raise CannotRunError(
            "Interrupted. An import is whole or not at all: run it again"
        ) from None
    _print_report(report)
    if report.rejected:
        raise click.exceptions.Exit(FINDINGS)


class _Bar:
    """A progress bar with a line for each stage of an import."""

    def __init__(self) -> None:
        self._progress = Progress(console=Console(stderr=True))
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def show(self, stage: str, done: int, total: int) -> None:
        """Show that `done` of `total` are done in this stage."""
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(stage)
        self._progress.update(self._tasks[stage], completed=done, total=total)


def _print_report(report: ImportReport) -> None:
    table = Table("lines", "", show_header=False)
    for name, count in (*asdict(report.counts).items(), ("rejected", report.rejected)):
        table.add_row(name, str(count))
    Console().print(table)
    if report.rejected_file is not None:
        click.echo(f"Rejected lines, with the reasons: {report.rejected_file}")


@customers.command("list")
@click.option("--search", default="", metavar="TEXT", help="In name, reference or number.")
@limit_option()
@json_option
def list_command(search: str, limit: int, *, for_programs: bool) -> None:
    """List customers by name."""
    with opened_store(settings_for_command()) as store, store.transaction():
        # One more than is shown tells whether there are more.
        found = store.customers(search=search, limit=limit + 1)
        note(store, Action.LISTED, detail=f"{len(found[:limit])} customers")
    if for_programs:
        click.echo(as_json([customer_data(customer) for customer in found[:limit]]))
        return
    table_console().print(_customers_table(found[:limit]))
    if len(found) > limit:
        click.echo(f"These are the first {limit}: see more with --limit, or fewer with --search.")


def _customers_table(found: Sequence[Customer]) -> Table:
    table = Table("reference", "name", "language", "segment", "lead score", "numbers", "contract")
    table.columns[5].no_wrap = True
    for customer in found:
        states = (f"{each.level}: {told_contract_state(each)}" for each in customer.contracts)
        table.add_row(
            cell(customer.reference),
            cell(customer.name),
            cell(customer.language),
            cell(customer.segment),
            cell(customer.lead_score),
            cell("\n".join(customer.numbers)),
            cell("\n".join(states)),
        )
    return table
