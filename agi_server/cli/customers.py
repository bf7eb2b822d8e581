"""`rahyab customers`: the customer file, and what people may ask of whoever keeps it."""

from collections.abc import Sequence

import click
from rich.table import Table

from agi_server.cli.access import Action, note
from agi_server.cli.listing import json_option, limit_option
from agi_server.cli.loading import opened_store, settings_for_command
from agi_server.cli.people.editing import add_command, edit_command
from agi_server.cli.people.erasing import erase_command, erasures_command
from agi_server.cli.people.exporting import export_command
from agi_server.cli.people.marks import marks
from agi_server.cli.people.numbers import block_command, blocked_command, unblock_command
from agi_server.cli.people.page import customer_data, show_command, told_contract_state
from agi_server.cli.people.pins import pin_command
from agi_server.cli.people.rights import (
    hold_command,
    restrict_command,
    unhold_command,
    unrestrict_command,
)
from agi_server.cli.printing import as_json, cell, table_console
from agi_server.cli.rare_commands import RareCommands
from crm.records import Customer


@click.group("customers", cls=RareCommands)
def customers() -> None:
    """The customer file, and what people may ask of whoever keeps it."""


for _command in (
    show_command,
    add_command,
    edit_command,
    pin_command,
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
