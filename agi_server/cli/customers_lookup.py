"""`rahyab customers lookup`: ask the other program about a number, as a call does."""

import asyncio
import json
from dataclasses import asdict

import click
from rich.table import Table

from agi_server.app import opened_lookup
from agi_server.cli.errors import FINDINGS, CannotRunError
from agi_server.cli.loading import country_for_command, settings_for_command
from agi_server.cli.printing import as_json, cell, table_console
from agi_server.settings import Settings, SettingsError
from crm.http_lookup.asking import Asked, LookupFailedError
from crm.records import Customer
from routing.phone_numbers import to_e164


@click.command("lookup")
@click.argument("number")
@click.option(
    "--country",
    metavar="CODE",
    help="Whose numbers are written without a country code (ISO 3166).  [default: the rules']",
)
@click.option("--json", "for_programs", is_flag=True, help="Print JSON.")
def lookup_command(number: str, country: str | None, *, for_programs: bool) -> None:
    """Ask the program that RAHYAB_LOOKUP declares who NUMBER is, and show what it answers.

    It is asked at once, whatever is remembered, and may take longer than a call would wait.

    Ends with 0, with 1 if it knows nobody, with 2 if it cannot be asked.
    """
    settings = settings_for_command()
    wanted = _number(number, country or country_for_command(settings))
    try:
        asked, budget_ms = asyncio.run(_ask(settings, wanted))
    except (SettingsError, LookupFailedError) as error:
        raise CannotRunError(str(error)) from None
    if for_programs:
        click.echo(as_json({"number": wanted, "budget_ms": budget_ms, **asdict(asked)}))
    else:
        _print(asked, budget_ms)
    if asked.understood.customer is None:
        raise click.exceptions.Exit(FINDINGS)


async def _ask(settings: Settings, number: str) -> tuple[Asked, int]:
    """What came, and how many milliseconds a call would have waited for it."""
    async with opened_lookup(settings) as lookup:
        if lookup is None:
            raise SettingsError(
                "RAHYAB_LOOKUP is not set: write where to ask into a file, as docs/linking-crms.md"
                " shows, and set it to the file's name"
            )
        return await lookup.ask(number), lookup.budget_ms


def _number(written: str, country: str) -> str:
    number = to_e164(written, country)
    if number is None:
        raise CannotRunError(
            f"{cell(written).plain} is no telephone number of {country}: write others with their"
            " country code, as in +37120000001"
        )
    return number


def _print(asked: Asked, budget_ms: int) -> None:
    spent = asked.seconds * 1000
    late = "" if spent <= budget_ms else ": a call would not have waited for it"
    click.echo(f"HTTP {asked.status} after {spent:.0f} ms of {budget_ms}{late}")
    if asked.answer is not None:
        shown = json.dumps(asked.answer, ensure_ascii=False, indent=2)
        click.echo(cell(shown).plain)
    for remark in asked.understood.remarks:
        click.echo(f"Left out: {cell(remark).plain}")
    customer = asked.understood.customer
    if customer is None:
        click.echo("It knows nobody by this number.")
    else:
        table_console().print(_table(customer))


def _table(customer: Customer) -> Table:
    table = Table.grid(padding=(0, 2))
    for name in ("name", "language", "segment", "lead_score"):
        table.add_row(name.replace("_", " "), cell(getattr(customer, name)))
    for contract in customer.contracts:
        grace = f", {contract.grace_days} days of grace" if contract.grace_days else ""
        table.add_row(
            "contract", cell(f"{contract.level}, {contract.starts} to {contract.ends}{grace}")
        )
    return table
