"""`rahyab customers add`, `edit`: one customer, by hand."""

from typing import Any

import click
from rich.table import Table
from rich.text import Text

from agi_server.cli.access import Action, note
from agi_server.cli.finding import WHO, Finder, country_option, end_with_findings
from agi_server.cli.listing import json_option
from agi_server.cli.loading import opened_store, settings_for_command
from agi_server.cli.people.fields import changed_fields, field_options, with_fields
from agi_server.cli.people.page import customer_data, customer_lines
from agi_server.cli.printing import as_json, cell, table_console
from crm.ports import EVERYTHING, CustomerKeys, Store
from crm.records import Customer


@click.command("add")
@field_options(name_required=True)
@country_option
@json_option
def add_command(country: str | None, *, for_programs: bool, **given: Any) -> None:  # noqa: ANN401  the options of `field_options`
    """Add a customer; the rules know them from the next call on."""
    settings = settings_for_command()
    finder = Finder(settings, country)
    customer = with_fields(Customer(given["name"]), given, finder.number)
    with opened_store(settings, create=True) as store, store.transaction():
        _check_reference(store, customer)
        store.put_customers([customer])
        added = _added(store, customer)
        note(store, Action.ADDED, added.id)
    _print_customer(added, for_programs=for_programs)


@click.command("edit")
@click.argument("wanted", metavar=WHO)
@field_options(name_required=False)
@country_option
@json_option
def edit_command(wanted: str, country: str | None, *, for_programs: bool, **given: Any) -> None:  # noqa: ANN401  the options of `field_options`
    """Change what is known of a customer; what no option says stays as it is.

    An empty text takes a value away: `--segment ""`. Numbers and contracts that are given take the
    place of all that there were; preferences and ids elsewhere change name by name.
    """
    settings = settings_for_command()
    finder = Finder(settings, country)
    with opened_store(settings) as store, store.transaction():
        customer = finder.one(store, wanted)
        edited = with_fields(customer, given, finder.number)
        changed = changed_fields(customer, edited)
        if "reference" in changed:
            _check_reference(store, edited)
        store.put_customers([edited])
        edited = store.customer(customer.id or 0)
        note(store, Action.CHANGED, edited.id, ", ".join(changed) or "nothing")
    _print_customer(edited, for_programs=for_programs)


def _check_reference(store: Store, customer: Customer) -> None:
    """To put a customer whose reference is there already would change that one."""
    if customer.reference is not None and store.find_customer(customer.reference) is not None:
        end_with_findings(
            f"The reference {customer.reference} belongs to a customer already: choose another, or"
            f" change that one with `rahyab customers edit {customer.reference}`"
        )


def _added(store: Store, customer: Customer) -> Customer:
    """The customer as it is stored: of all who are alike, the one that came last."""
    if customer.numbers:
        alike = store.find_customers(CustomerKeys(numbers=customer.numbers[:1]))
    else:
        alike = store.customers(search=customer.name, limit=EVERYTHING)
    return max(alike, key=lambda each: each.id or 0)


def _print_customer(customer: Customer, *, for_programs: bool) -> None:
    if for_programs:
        click.echo(as_json(customer_data(customer)))
        return
    lines = Table.grid(padding=(0, 2))
    for name, value in customer_lines(customer):
        lines.add_row(Text(name, style="dim"), cell(value))
    table_console().print(lines)
