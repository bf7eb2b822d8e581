"""`rahyab customers pin`: the PIN by which a caller shows who they are."""

import sys
from datetime import UTC, datetime

import click

from agi_server.cli.access import Action, note
from agi_server.cli.finding import WHO, Finder, country_option, end_with_findings, told_customer
from agi_server.cli.loading import opened_store, settings_for_command
from agi_server.cli.people.erased import check_not_erased
from agi_server.cli.printing import cell
from agi_server.settings import Settings
from crm.asking_records import Pin
from crm.hashed_secrets import digest, new_salt
from crm.pins import objection
from crm.records import Customer

_LONGEST_LINE = 1000
"""Characters that are read from standard input: whatever is longer is no PIN."""


@click.command("pin")
@click.argument("wanted", metavar=WHO)
@click.option("--stdin", "from_stdin", is_flag=True, help="Read it from standard input: one line.")
@click.option("--remove", is_flag=True, help="Take the PIN away.")
@country_option
def pin_command(wanted: str, country: str | None, *, from_stdin: bool, remove: bool) -> None:
    """Set a customer's PIN, which is asked for twice, or take it away.

    It has 4 to 12 digits. Only a digest of it is kept: nobody can look it up.
    """
    if from_stdin and remove:
        raise click.UsageError("--remove needs no PIN: leave --stdin away")
    settings = settings_for_command()
    if remove:
        _remove(settings, country, wanted)
    else:
        _set(settings, country, wanted, from_stdin=from_stdin)


def _set(settings: Settings, country: str | None, wanted: str, *, from_stdin: bool) -> None:
    # Whoever types needs time: not while the database is locked.
    with opened_store(settings) as store:
        customer = Finder(settings, country).one(store, wanted)
        check_not_erased(store, customer)
    pin = _pin_for(customer, _read() if from_stdin else _ask())
    with opened_store(settings) as store, store.transaction():
        check_not_erased(store, customer)
        store.set_pin(pin)
        note(store, Action.CHANGED, customer.id, "pin")
    click.echo(cell(f"{told_customer(customer)} has a new PIN.").plain)


def _pin_for(customer: Customer, typed: str) -> Pin:
    reason = objection(typed, customer.numbers)
    if reason is not None:
        end_with_findings(f"{reason}. Nothing is changed.")
    salt = new_salt()
    return Pin(customer.id or 0, salt, digest(typed, salt), datetime.now(UTC))


def _ask() -> str:
    typed: str = click.prompt("PIN", hide_input=True, confirmation_prompt="The same again")
    return typed


def _read() -> str:
    return sys.stdin.readline(_LONGEST_LINE).rstrip("\r\n")


def _remove(settings: Settings, country: str | None, wanted: str) -> None:
    with opened_store(settings) as store, store.transaction():
        customer = Finder(settings, country).one(store, wanted)
        if not store.remove_pin(customer.id or 0):
            end_with_findings(f"{told_customer(customer)} had no PIN: nothing is changed.")
        note(store, Action.CHANGED, customer.id, "pin: removed")
    click.echo(cell(f"{told_customer(customer)} has no PIN any more.").plain)
