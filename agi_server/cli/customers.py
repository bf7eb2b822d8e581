"""`rahyab customers`: the customer file, and the numbers that are blocked."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, Self

import click
from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table

from agi_server.cli.errors import FINDINGS, CannotRunError
from agi_server.cli.loading import business_for_command, opened_store, settings_for_command
from agi_server.cli.printing import as_json, cell, table_console
from agi_server.cli.rare_commands import RareCommands
from agi_server.endings import outcome_in_words
from agi_server.settings import Settings
from crm.contracts import contract_state
from crm.importing import CustomerFileError, ImportReport, import_customers
from crm.ports import Store
from crm.records import BlockedNumber, Call, ContractRecord, Customer
from routing.phone_numbers import to_e164

country_option = click.option(
    "--country",
    metavar="CODE",
    help="Whose numbers are written without a country code (ISO 3166).  [default: the rules']",
)
json_option = click.option("--json", "for_programs", is_flag=True, help="Print JSON.")


@click.group("customers", cls=RareCommands)
def customers() -> None:
    """The customer file: import, list, show; and the numbers that are blocked."""


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
    country = country or _country(settings)
    try:
        with opened_store(settings, create=True) as store, _Bar() as bar:
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


def _country(settings: Settings) -> str:
    business = business_for_command(settings)
    if business is None:
        raise CannotRunError(
            f"{settings.rules} does not tell the country: mend it (`rahyab check`) or say --country"
        )
    return business.country


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
@click.option("--limit", default=50, show_default=True, type=click.IntRange(min=1))
@json_option
def list_command(search: str, limit: int, *, for_programs: bool) -> None:
    """List customers by name."""
    with opened_store(settings_for_command()) as store:
        # One more than is shown tells whether there are more.
        found = store.customers(search=search, limit=limit + 1)
    if for_programs:
        click.echo(as_json([_customer_data(customer) for customer in found[:limit]]))
        return
    table_console().print(_customers_table(found[:limit]))
    if len(found) > limit:
        click.echo(f"These are the first {limit}: see more with --limit, or fewer with --search.")


def _customers_table(found: Sequence[Customer]) -> Table:
    table = Table("reference", "name", "language", "segment", "lead score", "numbers", "contract")
    table.columns[5].no_wrap = True
    for customer in found:
        states = (f"{each.level}: {_state(each)}" for each in customer.contracts)
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


@customers.command("show")
@click.argument("wanted", metavar="REFERENCE-OR-NUMBER")
@country_option
@click.option("--limit", default=50, show_default=True, type=click.IntRange(min=1), help="Calls.")
@json_option
def show_command(wanted: str, country: str | None, limit: int, *, for_programs: bool) -> None:
    """Show one customer: contracts as they stand today, numbers, and the history of calls.

    A number that several customers share shows all of them.
    """
    settings = settings_for_command()
    with opened_store(settings) as store:
        found = [
            (customer, store.calls_of_customer(customer.id or 0, limit=limit))
            for customer in _find(store, wanted, country or _country(settings))
        ]
    if not found:
        click.echo(
            f"Nobody has the reference or number {wanted}: `rahyab customers list --search TEXT`"
            " finds by a part of the name",
            err=True,
        )
        raise click.exceptions.Exit(FINDINGS)
    if for_programs:
        click.echo(as_json([_page_data(customer, calls) for customer, calls in found]))
        return
    business = business_for_command(settings)
    zone = None if business is None else business.timezone
    for customer, calls in found:
        _print_page(table_console(), customer, calls, zone)


def _find(store: Store, wanted: str, country: str) -> Sequence[Customer]:
    customer = store.find_customer(wanted)
    if customer is not None:
        return [customer]
    number = to_e164(wanted, country)
    return (
        [] if number is None else [match.customer for match in store.look_up_caller(number).matches]
    )


def _customer_data(customer: Customer) -> dict[str, Any]:
    contracts = [{**asdict(each), "state": _state(each)} for each in customer.contracts]
    return {**asdict(customer), "contracts": contracts}


def _page_data(customer: Customer, calls: Sequence[Call]) -> dict[str, Any]:
    return {**_customer_data(customer), "calls": [asdict(call) for call in calls]}


def _print_page(
    console: Console, customer: Customer, calls: Sequence[Call], zone: tzinfo | None
) -> None:
    page = Table.grid(padding=(0, 2))
    for name, value in (
        ("reference", customer.reference),
        ("name", customer.name),
        ("language", customer.language),
        ("segment", customer.segment),
        ("lead score", "unknown" if customer.lead_score is None else customer.lead_score),
        ("numbers", ", ".join(customer.numbers) or "none"),
    ):
        page.add_row(name, cell(value))
    for contract in customer.contracts:
        days = f", {contract.grace_days} days of grace" if contract.grace_days else ""
        term = f"{contract.starts} to {contract.ends}{days}"
        page.add_row("contract", cell(f"{contract.level}, {term}: {_state(contract)}"))
    if not customer.contracts:
        page.add_row("contract", "none")
    console.print(page)
    console.print(_history_table(calls, zone) if calls else "No calls yet.")


def _history_table(calls: Sequence[Call], zone: tzinfo | None) -> Table:
    """The calls as rows; times in `zone`, or in the machine's own."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("id", "when", "lasted", "dialled", "what became of it"):
        table.add_column(column, no_wrap=column in ("id", "when"))
    for call in calls:
        fate = (
            "trial" if call.trial else "",
            outcome_in_words(call, datetime.now(UTC)),
            call.queue,
            call.agent,
        )
        table.add_row(
            cell(call.id),
            f"{call.started_at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
            _lasted(call.started_at, call.ended_at),
            cell(" ".join(filter(None, (call.dialled, call.source)))),
            cell(", ".join(filter(None, fate))),
        )
    return table


def _lasted(start: datetime, end: datetime | None) -> str:
    """Minutes and seconds."""
    if end is None:
        return ""
    minutes, seconds = divmod(round((end - start).total_seconds()), 60)
    return f"{minutes}:{seconds:02}"


@customers.command("block")
@click.argument("number")
@click.option("--reason", required=True, metavar="TEXT", help="Why: whoever lists them reads it.")
@country_option
def block_command(number: str, reason: str, country: str | None) -> None:
    """Block NUMBER: the rules see that a call from it is blocked, and say what becomes of it.

    A number that is blocked already stays so since then, and gets the new reason.
    """
    settings = settings_for_command()
    wanted = _number(number, country or _country(settings))
    with opened_store(settings, create=True) as store:
        blocked = store.block_number(BlockedNumber(wanted, datetime.now(UTC), reason))
    click.echo(cell(f"{blocked.number} is blocked: {blocked.reason}").plain)


@customers.command("unblock")
@click.argument("number")
@country_option
def unblock_command(number: str, country: str | None) -> None:
    """Block NUMBER no longer."""
    settings = settings_for_command()
    wanted = _number(number, country or _country(settings))
    with opened_store(settings) as store:
        was_blocked = store.unblock_number(wanted)
    if not was_blocked:
        click.echo(f"{wanted} was not blocked: `rahyab customers blocked` lists them.", err=True)
        raise click.exceptions.Exit(FINDINGS)
    click.echo(f"{wanted} is blocked no longer.")


def _number(written: str, country: str) -> str:
    """The number in E.164; the command ends with FINDINGS if it is none."""
    number = to_e164(written, country)
    if number is None:
        click.echo(
            f"{cell(written).plain} is no telephone number of {country}: write others with their"
            " country code, as in +37120000001",
            err=True,
        )
        raise click.exceptions.Exit(FINDINGS)
    return number


@customers.command("blocked")
@json_option
def blocked_command(*, for_programs: bool) -> None:
    """List the numbers that are blocked, the newest first."""
    settings = settings_for_command()
    with opened_store(settings) as store:
        found = store.blocked_numbers()
    if for_programs:
        click.echo(as_json([asdict(blocked) for blocked in found]))
        return
    if not found:
        click.echo("No number is blocked.")
        return
    business = business_for_command(settings)
    zone = None if business is None else business.timezone
    table = Table("number", "since", "reason")
    for blocked in found:
        since = f"{blocked.since.astimezone(zone):%Y-%m-%d %H:%M}"
        table.add_row(cell(blocked.number), since, cell(blocked.reason))
    table_console().print(table)


def _state(contract: ContractRecord) -> str:
    """How the contract stands today, by the machine's own calendar."""
    return contract_state(contract, datetime.now().astimezone().date())
