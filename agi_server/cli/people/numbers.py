"""`rahyab customers block`, `unblock`, `blocked`: numbers that the rules see as blocked."""

from dataclasses import asdict
from datetime import UTC, datetime

import click
from rich.table import Table

from agi_server.cli.access import Action, note
from agi_server.cli.finding import Finder, country_option, end_with_findings
from agi_server.cli.listing import json_option, listing_table, print_listed, told_time, zone_of
from agi_server.cli.loading import opened_store, settings_for_command
from agi_server.cli.printing import as_json, cell
from crm.ports import CustomerKeys, Store
from crm.records import BlockedNumber


@click.command("block")
@click.argument("number")
@click.option("--reason", required=True, metavar="TEXT", help="Why: whoever lists them reads it.")
@country_option
@json_option
def block_command(number: str, reason: str, country: str | None, *, for_programs: bool) -> None:
    """Block NUMBER: the rules see that a call from it is blocked, and say what becomes of it.

    A number that is blocked already stays so since then, and gets the new reason.
    """
    settings = settings_for_command()
    wanted = Finder(settings, country).number(number)
    with opened_store(settings, create=True) as store, store.transaction():
        blocked = store.block_number(BlockedNumber(wanted, datetime.now(UTC), reason))
        note_number(store, Action.BLOCKED, wanted)
    if for_programs:
        click.echo(as_json(asdict(blocked)))
    else:
        click.echo(cell(f"{blocked.number} is blocked: {blocked.reason}").plain)


@click.command("unblock")
@click.argument("number")
@country_option
def unblock_command(number: str, country: str | None) -> None:
    """Block NUMBER no longer."""
    settings = settings_for_command()
    wanted = Finder(settings, country).number(number)
    with opened_store(settings) as store, store.transaction():
        if not store.unblock_number(wanted):
            end_with_findings(f"{wanted} was not blocked: `rahyab customers blocked` lists them.")
        note_number(store, Action.UNBLOCKED, wanted)
    click.echo(f"{wanted} is blocked no longer.")


def note_number(store: Store, action: Action, number: str, detail: str = "") -> None:
    """Note what is done with a number: for each customer who has it, or for nobody known."""
    owners = [
        customer.id for customer in store.find_customers(CustomerKeys(numbers=(number,)))
    ] or [None]
    for customer_id in owners:
        note(store, action, customer_id, detail)


@click.command("blocked")
@json_option
def blocked_command(*, for_programs: bool) -> None:
    """List the numbers that are blocked, the newest first."""
    settings = settings_for_command()
    with opened_store(settings) as store, store.transaction():
        found = store.blocked_numbers()
        note(store, Action.LISTED, detail=f"{len(found)} blocked numbers")

    def table() -> Table:
        rows, zone = (
            listing_table("number", "since", "reason", whole=("number",)),
            zone_of(settings),
        )
        for each in found:
            rows.add_row(cell(each.number), told_time(each.since, zone), cell(each.reason))
        return rows

    data = [asdict(blocked) for blocked in found]
    print_listed(data, table, for_programs=for_programs, cut=False, none="No number is blocked.")
