"""`rahyab customers show`: a customer's page, with everything that happened in one timeline."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from agi_server.cli.access import Action, note
from agi_server.cli.finding import OWN_ID, WHO, Finder, country_option
from agi_server.cli.listing import json_option, limit_option, listing_table, told_time, zone_of
from agi_server.cli.loading import opened_store, settings_for_command
from agi_server.cli.printing import as_json, cell, table_console
from agi_server.history import Happening, history
from crm.asking_records import masked
from crm.contracts import contract_state
from crm.people import CustomerFile, Mark
from crm.ports import Store
from crm.records import CaseNote, ContractRecord, Customer


@dataclass(frozen=True, slots=True)
class _Page:
    file: CustomerFile
    happenings: Sequence[Happening]


@click.command("show")
@click.argument("wanted", metavar=WHO)
@country_option
@limit_option("Lines of the history.")
@json_option
def show_command(wanted: str, country: str | None, limit: int, *, for_programs: bool) -> None:
    """Show one customer: everything that is held, and the history in one timeline.

    A number that several customers share shows all of them. A customer without a reference is
    found by a number, or by `id:` and the id that `rahyab customers list --json` tells.
    """
    settings = settings_for_command()
    zone = zone_of(settings)
    with opened_store(settings) as store, store.transaction():
        found = Finder(settings, country).some(store, wanted)
        pages = [_page(store, customer.id or 0, limit, zone) for customer in found]
        for customer in found:
            note(store, Action.SHOWN, customer.id)
    if for_programs:
        click.echo(as_json([_page_data(page) for page in pages]))
        return
    for page in pages:
        _print_page(table_console(), page, limit, zone)


def _page(store: Store, customer_id: int, limit: int, zone: tzinfo | None) -> _Page:
    # Of each kind one more than is shown: the newest lines of all are among them.
    file = store.customer_file(customer_id, limit=limit + 1)
    return _Page(file, history(file, case_notes(store, file), datetime.now(UTC), zone))


def case_notes(store: Store, file: CustomerFile) -> list[CaseNote]:
    """The histories of all cases of a customer."""
    return [line for case in file.cases for line in store.case_file(case.tracking).notes]


def customer_data(customer: Customer) -> dict[str, Any]:
    """A customer for programs; contracts with how they stand today."""
    contracts = [
        {**asdict(each), "state": told_contract_state(each)} for each in customer.contracts
    ]
    return {**asdict(customer), "contracts": contracts}


def told_contract_state(contract: ContractRecord) -> str:
    """How the contract stands today, by the machine's own calendar."""
    return contract_state(contract, datetime.now().astimezone().date())


def _page_data(page: _Page) -> dict[str, Any]:
    file = replace(page.file, messages=tuple(map(masked, page.file.messages)))
    held = asdict(file)
    customer = held.pop("customer")
    happenings = [asdict(each) for each in page.happenings]
    return {**customer, **customer_data(page.file.customer), **held, "history": happenings}


def _print_page(console: Console, page: _Page, limit: int, zone: tzinfo | None) -> None:
    facts = Table.grid(padding=(0, 2))
    for name, value in (*customer_lines(page.file.customer), *_standing(page.file, zone)):
        facts.add_row(Text(name, style="dim"), cell(value))
    console.print(facts)
    if not page.happenings:
        console.print("No calls yet.")
        return
    console.print(_history_table(page.happenings[:limit], zone))
    if len(page.happenings) > limit:
        click.echo(f"These are the newest {limit} lines: see more with --limit.")


def customer_lines(customer: Customer) -> Iterator[tuple[str, object]]:
    """What is known of a customer, line by line; what nobody has said is left out."""
    yield "id", f"{OWN_ID}{customer.id}"
    yield "reference", customer.reference
    yield "name", customer.name
    yield "language", customer.language
    yield "segment", customer.segment
    yield "lead score", "unknown" if customer.lead_score is None else customer.lead_score
    yield "numbers", ", ".join(customer.numbers) or "none"
    for name, words in (("address", customer.address), ("notes", customer.notes)):
        if words:
            yield name, words
    yield from _named("preference", customer.preferences)
    yield from _named("id elsewhere", customer.external_ids)
    for contract in customer.contracts:
        days = f", {contract.grace_days} days of grace" if contract.grace_days else ""
        term = f"{contract.starts} to {contract.ends}{days}"
        yield "contract", f"{contract.level}, {term}: {told_contract_state(contract)}"
    if not customer.contracts:
        yield "contract", "none"


def _named(name: str, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((name, f"{key}: {value}") for key, value in values.items())


def _standing(file: CustomerFile, zone: tzinfo | None) -> Iterator[tuple[str, str]]:
    """What the law says of how this customer's data is used."""
    if file.restriction is not None:
        since = told_time(file.restriction.since, zone)
        yield "restricted", f"kept, not used, since {since}: {file.restriction.reason}"
    if file.hold is not None:
        until = "" if file.hold.until is None else f" before {file.hold.until}"
        yield "held", f"not to be erased{until}: {file.hold.reason}"
    if file.has_pin:
        yield "PIN", "set"
    for blocked in file.blocked:
        since = told_time(blocked.since, zone)
        yield "blocked", f"{blocked.number}, since {since}: {blocked.reason}"
    for mark in in_force(file.marks):
        yield mark.kind, f"{mark.number}, {mark.purpose}, from {mark.source}"


def in_force(marks: Iterable[Mark]) -> list[Mark]:
    """The marks that hold now."""
    now = datetime.now(UTC)
    return [mark for mark in marks if mark.holds(now)]


def _history_table(happenings: Iterable[Happening], zone: tzinfo | None) -> Table:
    table = listing_table("when", "", "what", "what happened", whole=("when", "", "what"))
    for each in happenings:
        when = f"{each.at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
        table.add_row(when, each.kind, cell(each.key), cell(each.words))
    return table
