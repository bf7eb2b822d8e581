"""`rahyab cases`: requests by their tracking numbers; the state set here is what callers hear."""

from dataclasses import asdict
from datetime import UTC, datetime
from getpass import getuser
from typing import Final, NoReturn

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from agi_server.cli.errors import FINDINGS
from agi_server.cli.loading import business_for_command, opened_store, settings_for_command
from agi_server.cli.printing import as_json, cell
from agi_server.settings import Settings
from crm.ports import Store, UnknownRecordError
from crm.records import Case, CaseNote, CaseState, Customer
from crm.tracking import is_well_formed
from ivr.dialogues import TRACKING_LENGTH

STATES: Final = [state.value for state in CaseState]


@click.group("cases")
def cases() -> None:
    """Callers' requests by tracking number: show one, set how it stands."""


@cases.command("show")
@click.argument("tracking")
@click.option("--json", "for_programs", is_flag=True, help="For programs: one JSON object.")
def show_command(tracking: str, *, for_programs: bool) -> None:
    """Show the request with the number TRACKING: how it stands, whose it is, and its call."""
    settings = settings_for_command()
    digits = _digits(tracking)
    with opened_store(settings) as store:
        case = store.find_case(digits)
        if case is None:
            _end_for_unknown(digits)
        customer = _customer(store, case)
    if for_programs:
        click.echo(as_json({**asdict(case), "customer": customer and customer.name}))
        return
    _print_case(settings, case, customer)


@cases.command("set")
@click.argument("tracking")
@click.argument("state", metavar="STATE", type=click.Choice(STATES))
def set_command(tracking: str, state: str) -> None:
    """Set how the request TRACKING stands: a caller who keys the number in hears it from now on.

    STATE is new, in-progress, waiting (for something from the customer), resolved or closed.
    """
    settings = settings_for_command()
    digits = _digits(tracking)
    with opened_store(settings) as store:
        try:
            case = store.note_on_case(
                CaseNote(digits, datetime.now(UTC), getuser(), CaseState(state))
            )
        except UnknownRecordError:
            _end_for_unknown(digits)
        customer = _customer(store, case)
    _print_case(settings, case, customer)


def _digits(tracking: str) -> str:
    """The number without the gaps with which people write it, in the digits of the store."""
    signs = "".join(tracking.split()).replace("-", "")
    return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in signs)


def _end_for_unknown(tracking: str) -> NoReturn:
    """Say that there is no such request, and whether the number can be one at all."""
    reason = f"No request has the tracking number {tracking}"
    cure = "`rahyab calls show ID` shows the requests of a call"
    if not is_well_formed(tracking):
        reason = f"{tracking} is mistyped: a tracking number has {TRACKING_LENGTH} digits, of which"
        reason += " the last confirms the others"
        cure = "compare it with what the caller wrote down"
    click.echo(cell(f"{reason}: {cure}.").plain, err=True)
    raise click.exceptions.Exit(FINDINGS)


def _customer(store: Store, case: Case) -> Customer | None:
    return None if case.customer_id is None else store.customer(case.customer_id)


def _print_case(settings: Settings, case: Case, customer: Customer | None) -> None:
    business = business_for_command(settings)
    # The machine's own zone while the rules are broken.
    opened = case.opened_at.astimezone(None if business is None else business.timezone)
    facts = Table.grid(padding=(0, 2))
    for name, value in (
        ("request", case.tracking),
        ("state", case.state),
        ("subject", case.subject),
        ("opened", opened.strftime("%Y-%m-%d %H:%M:%S %Z")),
        ("customer", "unknown" if customer is None else _told(customer)),
        ("call", case.call_id),
    ):
        facts.add_row(Text(name, style="dim"), cell(value))
    Console().print(facts)


def _told(customer: Customer) -> str:
    return " ".join(filter(None, (customer.name, customer.reference and f"({customer.reference})")))
