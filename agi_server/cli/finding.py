"""Finding the customer that a command names: by reference, by number, or by the store's own id."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

import click

from agi_server.cli.errors import FINDINGS
from agi_server.cli.loading import country_for_command
from agi_server.cli.printing import cell
from agi_server.settings import Settings
from crm.ports import CustomerKeys, Store, UnknownRecordError
from crm.records import Customer
from routing.phone_numbers import to_e164

WHO: Final = "REFERENCE-OR-NUMBER"
"""How commands name the argument."""

OWN_ID: Final = "id:"
"""How an argument begins that is the store's own id: not every customer has a reference."""

country_option: Final = click.option(
    "--country",
    metavar="CODE",
    help="Whose numbers are written without a country code (ISO 3166).  [default: the rules']",
)


def end_with_findings(reason: str) -> NoReturn:
    """Say what is wrong with what the command was given, and end it."""
    click.echo(cell(reason).plain, err=True)
    raise click.exceptions.Exit(FINDINGS)


@dataclass(frozen=True, slots=True)
class Finder:
    """Reads numbers and finds customers; the rules are asked for the country if it is needed.

    Attributes:
        settings: Where the rules are.
        country: The country that the command was given; None: that of the rules.
    """

    settings: Settings
    country: str | None = None

    def number(self, written: str) -> str:
        """The number in E.164; the command ends with FINDINGS if it is none."""
        country = self.country or country_for_command(self.settings)
        number = to_e164(written, country)
        if number is None:
            end_with_findings(
                f"{written} is no telephone number of {country}: write others with their country"
                " code, as in +37120000001"
            )
        return number

    def all(self, store: Store, wanted: str) -> Sequence[Customer]:
        """Who has this reference, id or number, restricted ones too."""
        if wanted.startswith(OWN_ID):
            return _by_id(store, wanted.removeprefix(OWN_ID))
        customer = store.find_customer(wanted)
        if customer is not None:
            return [customer]
        number = to_e164(wanted, self.country or country_for_command(self.settings))
        return [] if number is None else store.find_customers(CustomerKeys(numbers=(number,)))

    def some(self, store: Store, wanted: str) -> Sequence[Customer]:
        """The same, at least one; the command ends with FINDINGS if there is none."""
        found = self.all(store, wanted)
        if not found:
            end_with_findings(
                f"Nobody has the reference or number {wanted}: `rahyab customers list --search"
                " TEXT` finds by a part of the name"
            )
        return found

    def one(self, store: Store, wanted: str) -> Customer:
        """The only one; the command ends with FINDINGS if there is none, or several."""
        found = self.some(store, wanted)
        if len(found) > 1:
            names = ", ".join(f"{_key(each)} ({each.name})" for each in found)
            end_with_findings(f"{wanted} belongs to several customers, name one: {names}")
        return found[0]


def _by_id(store: Store, written: str) -> Sequence[Customer]:
    if not (written.isascii() and written.isdecimal()):
        return []
    try:
        return [store.customer(int(written))]
    except UnknownRecordError:
        return []


def _key(customer: Customer) -> str:
    """What names this customer alone."""
    return customer.reference or f"{OWN_ID}{customer.id}"


def told_customer(customer: Customer | None) -> str:
    """Name and reference, for a line about something of theirs."""
    if customer is None:
        return "unknown"
    return " ".join(filter(None, (customer.name, customer.reference and f"({customer.reference})")))


def owner(store: Store, customer_id: int | None) -> Customer | None:
    """Whose a record is."""
    return None if customer_id is None else store.customer(customer_id)
