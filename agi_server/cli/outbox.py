"""`rahyab outbox`: written messages to callers that wait to be sent."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import tzinfo
from typing import Final

import click
from rich.table import Table

from agi_server.cli.access import Action, note
from agi_server.cli.finding import Finder, country_option, owner
from agi_server.cli.listing import (
    ListingGroup,
    check_one_of,
    customer_option,
    json_option,
    limit_option,
    listing_table,
    print_listed,
    search_option,
    told_time,
    zone_of,
)
from agi_server.cli.loading import opened_store, settings_for_command
from agi_server.cli.printing import cell
from crm.asking_records import MessageStatus, OutboxMessage, masked
from crm.records import Customer

ANY_STATUS: Final = "all"
STATUSES: Final = [*(status.value for status in MessageStatus), ANY_STATUS]


@click.group("outbox", cls=ListingGroup)
def outbox() -> None:
    """Written messages to callers that wait to be sent: list."""


@outbox.command("list")
@click.option(
    "--status",
    default=MessageStatus.WAITING.value,
    show_default=True,
    type=click.Choice(STATUSES),
    help="Which to list.",
)
@search_option
@customer_option
@country_option
@limit_option()
@json_option
def list_command(
    status: str,
    search: str,
    whose: str | None,
    country: str | None,
    limit: int,
    *,
    for_programs: bool,
) -> None:
    """List messages that wait to be sent, the oldest first. One-time codes are not shown."""
    check_one_of(search, whose)
    settings = settings_for_command()
    wanted = None if status == ANY_STATUS else MessageStatus(status)
    with opened_store(settings) as store, store.transaction():
        if whose is None:
            # One more than is shown tells whether there are more.
            found = store.messages(status=wanted, search=search, limit=limit + 1)
            note(store, Action.LISTED, detail=f"{len(found[:limit])} messages of the outbox")
        else:
            customer = Finder(settings, country).one(store, whose)
            theirs = reversed(store.customer_file(customer.id or 0).messages)
            found = [each for each in theirs if wanted in {None, each.status}]
            note(store, Action.SHOWN, customer.id, "outbox")
        listed = [(masked(each), owner(store, each.customer_id)) for each in found[:limit]]
    zone = zone_of(settings)
    print_listed(
        [_data(message, customer) for message, customer in listed],
        lambda: _table(listed, zone),
        for_programs=for_programs,
        cut=len(found) > limit,
        none="Nothing waits to be sent." if status == "waiting" else "There are none.",
    )


def _data(message: OutboxMessage, customer: Customer | None) -> dict[str, object]:
    return {**asdict(message), "customer": customer and customer.name}


def _table(listed: Sequence[tuple[OutboxMessage, Customer | None]], zone: tzinfo | None) -> Table:
    """One row a message; times in `zone`, or in the machine's own."""
    columns = ("call", "written", "number", "customer", "kind", "text", "until", "status")
    table = listing_table(*columns, whole=columns[:3])
    for each, customer in listed:
        written, until = told_time(each.written_at, zone), told_time(each.expires_at, zone)
        name = customer and customer.name
        words = (each.call_id, written, each.number, name, each.kind, each.text, until, each.status)
        table.add_row(*map(cell, words))
    return table
