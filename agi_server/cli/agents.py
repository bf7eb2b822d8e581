"""`rahyab agents`: who has answered calls, and whom they last spoke with."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import tzinfo
from typing import Any

import click
from rich.table import Table

from agi_server.cli.access import Action, note
from agi_server.cli.finding import end_with_findings, told_customer
from agi_server.cli.listing import (
    ListingGroup,
    json_option,
    limit_option,
    listing_table,
    print_listed,
    told_time,
    zone_of,
)
from agi_server.cli.loading import opened_store, settings_for_command
from agi_server.cli.printing import as_json, cell, table_console
from crm.people import AgentRecord
from crm.ports import EVERYTHING, Store
from crm.records import Customer


@click.group("agents", cls=ListingGroup)
def agents() -> None:
    """Who has answered calls, as the journal has it: list, show."""


@agents.command("list")
@click.option("--search", default="", metavar="TEXT", help="In the name.")
@limit_option()
@json_option
def list_command(search: str, limit: int, *, for_programs: bool) -> None:
    """List agents by name."""
    settings = settings_for_command()
    with opened_store(settings) as store:
        found = [
            each
            for each in store.agents(limit=EVERYTHING)
            if search.casefold() in each.name.casefold()
        ]
    zone = zone_of(settings)
    print_listed(
        [asdict(agent) for agent in found[:limit]],
        lambda: _table(found[:limit], zone),
        for_programs=for_programs,
        cut=len(found) > limit,
        none="No agent has answered a call.",
    )


def _table(found: Sequence[AgentRecord], zone: tzinfo | None) -> Table:
    table = listing_table("agent", "calls answered", "last call", whole=("agent", "last call"))
    for each in found:
        last = told_time(each.last_call_at, zone)
        table.add_row(*map(cell, (each.name, each.answered, last)))
    return table


@agents.command("show")
@click.argument("name")
@json_option
def show_command(name: str, *, for_programs: bool) -> None:
    """Show the agent NAME, and the customers with whom they last spoke, the newest first."""
    settings = settings_for_command()
    with opened_store(settings) as store, store.transaction():
        agent = _found(store, name)
        customers = [store.customer(customer_id) for customer_id in agent.last_customers]
        for customer in customers:
            note(store, Action.SHOWN, customer.id, "last agent")
    if for_programs:
        click.echo(as_json(_data(agent, customers)))
        return
    console = table_console()
    console.print(_table([agent], zone_of(settings)))
    for customer in customers:
        console.print(cell(f"  {told_customer(customer)}"))


def _found(store: Store, name: str) -> AgentRecord:
    """The agent; the command ends with FINDINGS if there is none."""
    found = [agent for agent in store.agents(limit=EVERYTHING) if agent.name == name]
    if not found:
        end_with_findings(
            f"No agent {name} has answered a call: `rahyab agents list` names those who have"
        )
    return found[0]


def _data(agent: AgentRecord, customers: Sequence[Customer]) -> dict[str, Any]:
    told = [{"id": each.id, "reference": each.reference, "name": each.name} for each in customers]
    return {**asdict(agent), "last_customers": told}
