"""`rahyab customers restrict`, `hold` and back: data that is kept but not used, or not erased."""

from datetime import UTC, datetime

import click

from agi_server.cli.access import Action, note
from agi_server.cli.finding import (
    WHO,
    Finder,
    country_option,
    end_with_findings,
    told_customer,
)
from agi_server.cli.loading import opened_store, settings_for_command
from agi_server.cli.printing import cell
from crm.people import LegalHold, Restriction

reason_option = click.option(
    "--reason", required=True, metavar="TEXT", help="Why: whoever looks at the page reads it."
)


@click.command("restrict")
@click.argument("wanted", metavar=WHO)
@reason_option
@country_option
def restrict_command(wanted: str, reason: str, country: str | None) -> None:
    """Keep a customer's data but use it no longer (GDPR, article 18).

    No call finds the customer: to the rules they are unknown. Nothing is removed.
    """
    settings = settings_for_command()
    with opened_store(settings) as store, store.transaction():
        customer = Finder(settings, country).one(store, wanted)
        store.restrict(Restriction(customer.id or 0, datetime.now(UTC), reason))
        note(store, Action.RESTRICTED, customer.id)
    _tell(f"{told_customer(customer)} is restricted: the data is kept, and not used.")


@click.command("unrestrict")
@click.argument("wanted", metavar=WHO)
@country_option
def unrestrict_command(wanted: str, country: str | None) -> None:
    """Use a customer's data again."""
    settings = settings_for_command()
    with opened_store(settings) as store, store.transaction():
        customer = Finder(settings, country).one(store, wanted)
        if not store.lift_restriction(customer.id or 0):
            end_with_findings(f"{told_customer(customer)} was not restricted: nothing is changed.")
        note(store, Action.UNRESTRICTED, customer.id)
    _tell(f"{told_customer(customer)} is restricted no longer.")


@click.command("hold")
@click.argument("wanted", metavar=WHO)
@reason_option
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The first day on which it may be erased.  [default: when the hold is lifted]",
)
@country_option
def hold_command(wanted: str, reason: str, until: datetime | None, country: str | None) -> None:
    """Forbid the erasure of a customer's data, as a court or a claim may ask.

    Neither `rahyab customers erase` nor `rahyab db prune` removes anything of theirs meanwhile.
    """
    settings = settings_for_command()
    day = None if until is None else until.date()
    with opened_store(settings) as store, store.transaction():
        customer = Finder(settings, country).one(store, wanted)
        store.hold(LegalHold(customer.id or 0, datetime.now(UTC), reason, day))
        note(store, Action.HELD, customer.id)
    end = "until the hold is lifted" if day is None else f"before {day}"
    _tell(f"{told_customer(customer)} is held: not to be erased {end}.")


@click.command("unhold")
@click.argument("wanted", metavar=WHO)
@country_option
def unhold_command(wanted: str, country: str | None) -> None:
    """Allow the erasure of a customer's data again."""
    settings = settings_for_command()
    with opened_store(settings) as store, store.transaction():
        customer = Finder(settings, country).one(store, wanted)
        if not store.lift_hold(customer.id or 0):
            end_with_findings(f"{told_customer(customer)} was not held: nothing is changed.")
        note(store, Action.UNHELD, customer.id)
    _tell(f"{told_customer(customer)} is held no longer.")


def _tell(sentence: str) -> None:
    click.echo(cell(sentence).plain)
