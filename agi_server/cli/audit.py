"""`rahyab audit`: who read or changed a person's data."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, tzinfo

import click
from rich.table import Table

from agi_server.cli.finding import Finder, country_option
from agi_server.cli.listing import (
    customer_option,
    json_option,
    limit_option,
    listing_table,
    midnight,
    print_listed,
    since_option,
    told_time,
    zone_of,
)
from agi_server.cli.loading import opened_store, settings_for_command
from agi_server.cli.printing import cell
from crm.people import AuditEntry


@click.command("audit")
@customer_option
@since_option
@country_option
@limit_option()
@json_option
def audit_command(
    whose: str | None,
    since: datetime | None,
    country: str | None,
    limit: int,
    *,
    for_programs: bool,
) -> None:
    """List who read or changed people's data, the newest first.

    The log holds no data of people itself: it tells names of fields, not what is in them.
    """
    settings = settings_for_command()
    zone = zone_of(settings)
    first = None if since is None else midnight(since, zone)
    with opened_store(settings) as store:
        customer_id = None if whose is None else Finder(settings, country).one(store, whose).id
        found = store.audit_log(customer_id=customer_id, since=first, limit=limit + 1)
    shown = found[:limit]
    print_listed(
        [asdict(entry) for entry in shown],
        lambda: _table(shown, zone),
        for_programs=for_programs,
        cut=len(found) > limit,
        none="The audit log has no such entry.",
    )


def _table(found: Sequence[AuditEntry], zone: tzinfo | None) -> Table:
    table = listing_table("when", "by", "what", "customer", "detail", whole=("when",))
    for each in found:
        when, whose = told_time(each.at, zone), each.customer_id and f"id:{each.customer_id}"
        table.add_row(*map(cell, (when, each.by, each.action, whose, each.detail)))
    return table
