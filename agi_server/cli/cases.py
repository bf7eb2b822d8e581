"""`rahyab cases`: requests by their tracking numbers; the state set here is what callers hear."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, tzinfo
from typing import Any, Final, NoReturn

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from agi_server.cli.access import Action, note, whoever
from agi_server.cli.errors import CannotRunError
from agi_server.cli.finding import (
    Finder,
    country_option,
    end_with_findings,
    owner,
    told_customer,
)
from agi_server.cli.listing import (
    ListingGroup,
    json_option,
    limit_option,
    listing_table,
    print_listed,
    told_time,
    zone_of,
)
from agi_server.cli.loading import opened_store, settings_for_command
from agi_server.cli.printing import as_json, cell, table_console
from agi_server.endings import outcome_in_words
from agi_server.settings import Settings
from crm.ports import Store
from crm.records import Case, CaseFile, CaseNote, CaseState, Customer, Recording
from crm.tracking import is_well_formed
from ivr.tracking import TRACKING_LENGTH

STATES: Final = [state.value for state in CaseState]


@click.group("cases", cls=ListingGroup)
def cases() -> None:
    """Callers' requests by tracking number: list, show, add, edit, note, close."""


@cases.command("list")
@click.option("--search", default="", metavar="TEXT", help="In number, subject or customer's name.")
@click.option("--all", "everything", is_flag=True, help="Resolved and closed ones too.")
@limit_option()
@json_option
def list_command(search: str, limit: int, *, everything: bool, for_programs: bool) -> None:
    """List requests that are open, the newest first."""
    settings = settings_for_command()
    with opened_store(settings) as store, store.transaction():
        found = store.cases(search=search, open_only=not everything, limit=limit + 1)
        listed = [(case, owner(store, case.customer_id)) for case in found[:limit]]
        note(store, Action.LISTED, detail=f"{len(listed)} cases")
    zone = zone_of(settings)
    print_listed(
        [_case_data(case, customer) for case, customer in listed],
        lambda: _table(listed, zone),
        for_programs=for_programs,
        cut=len(found) > limit,
        none="There are no such requests." if search else "No request is open.",
    )


def _table(listed: Sequence[tuple[Case, Customer | None]], zone: tzinfo | None) -> Table:
    columns = ("request", "state", "opened", "subject", "customer")
    table = listing_table(*columns, whole=("request", "opened"))
    for case, customer in listed:
        opened, whose = told_time(case.opened_at, zone), told_customer(customer)
        table.add_row(*map(cell, (case.tracking, case.state, opened, case.subject, whose)))
    return table


@cases.command("show")
@click.argument("tracking")
@json_option
def show_command(tracking: str, *, for_programs: bool) -> None:
    """Show the request TRACKING: how it stands, whose it is, its history, calls and recordings."""
    settings = settings_for_command()
    with opened_store(settings) as store, store.transaction():
        case = _found(store, tracking)
        note(store, Action.SHOWN, case.customer_id, f"case {case.tracking}")
        file, customer = store.case_file(case.tracking), owner(store, case.customer_id)
    _print_file(settings, file, customer, for_programs=for_programs)


@cases.command("add")
@click.option("--subject", required=True, metavar="TEXT", help="What it is about.")
@click.option("--customer", "whose", metavar="REFERENCE-OR-NUMBER", help="Whose it is.")
@click.option("--text", default="", metavar="TEXT", help="The first line of its history.")
@country_option
@json_option
def add_command(
    subject: str, whose: str | None, text: str, country: str | None, *, for_programs: bool
) -> None:
    """Open a request by hand; it gets a tracking number, which callers may key in at once."""
    settings = settings_for_command()
    with opened_store(settings, create=True) as store, store.transaction():
        customer = None if whose is None else Finder(settings, country).one(store, whose)
        customer_id, now = None if customer is None else customer.id, datetime.now(UTC)
        case = Case(_new_number(store), CaseState.NEW, subject.strip(), now, customer_id, None)
        store.open_case(case, join=False)
        if text:
            store.note_on_case(CaseNote(case.tracking, now, whoever(), text=text))
        note(store, Action.ADDED, customer_id, f"case {case.tracking}")
        file = store.case_file(case.tracking)
    _print_file(settings, file, customer, for_programs=for_programs)


def _new_number(store: Store) -> str:
    leased = store.lease_tracking(1)
    if not leased:
        raise CannotRunError("All tracking numbers there are have been given away: none is left")
    return leased[0]


@cases.command("edit")
@click.argument("tracking")
@click.option(
    "--state", required=True, type=click.Choice(STATES), help="How it stands from now on."
)
@click.option("--text", default="", metavar="TEXT", help="Why, for its history.")
@json_option
def edit_command(tracking: str, state: str, text: str, *, for_programs: bool) -> None:
    """Set how the request TRACKING stands: a caller who keys the number in hears it from now on.

    `waiting` is for something from the customer.
    """
    _note(tracking, CaseState(state), text, for_programs=for_programs)


@cases.command("close")
@click.argument("tracking")
@click.option("--text", default="", metavar="TEXT", help="Why, for its history.")
@json_option
def close_command(tracking: str, text: str, *, for_programs: bool) -> None:
    """Close the request TRACKING."""
    _note(tracking, CaseState.CLOSED, text, once=True, for_programs=for_programs)


@cases.command("note")
@click.argument("tracking")
@click.argument("text")
@json_option
def note_command(tracking: str, text: str, *, for_programs: bool) -> None:
    """Write a line into the history of the request TRACKING; it stands as it stood."""
    _note(tracking, None, text, for_programs=for_programs)


def _note(
    tracking: str, state: CaseState | None, text: str, *, for_programs: bool, once: bool = False
) -> None:
    """Add a line to the history of a request, `once`: unless it stands so; and print it."""
    settings = settings_for_command()
    with opened_store(settings) as store, store.transaction():
        case = _found(store, tracking)
        if once and case.state is state:
            end_with_findings(
                f"The request {case.tracking} is {case.state} already: nothing is changed. To add a"
                f" line to its history: `rahyab cases note {case.tracking} TEXT`"
            )
        store.note_on_case(CaseNote(case.tracking, datetime.now(UTC), whoever(), state, text))
        note(store, Action.CHANGED, case.customer_id, f"case {case.tracking}")
        file, customer = store.case_file(case.tracking), owner(store, case.customer_id)
    _print_file(settings, file, customer, for_programs=for_programs)


def _found(store: Store, written: str) -> Case:
    """The request; the command ends with FINDINGS if there is none."""
    digits = _digits(written)
    case = store.find_case(digits)
    if case is None:
        _end_for_unknown(digits)
    return case


def _digits(tracking: str) -> str:
    """The number without the gaps with which people write it, in the digits of the store."""
    signs = "".join(tracking.split()).replace("-", "")
    return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in signs)


def _end_for_unknown(tracking: str) -> NoReturn:
    """Say that there is no such request, and whether the number can be one at all."""
    reason = f"No request has the tracking number {tracking}"
    cure = "`rahyab cases list --all --search TEXT` finds by subject and customer"
    if not is_well_formed(tracking):
        reason = f"{tracking} is mistyped: a tracking number has {TRACKING_LENGTH} digits, of which"
        reason += " the last confirms the others"
        cure = "compare it with what the caller wrote down"
    end_with_findings(f"{reason}: {cure}.")


def _case_data(case: Case, customer: Customer | None) -> dict[str, Any]:
    return {**asdict(case), "customer": customer and customer.name}


def _print_file(
    settings: Settings, file: CaseFile, customer: Customer | None, *, for_programs: bool
) -> None:
    if for_programs:
        lists = {name: part for name, part in asdict(file).items() if name != "case"}
        click.echo(as_json({**_case_data(file.case, customer), **lists}))
        return
    zone, case = zone_of(settings), file.case
    facts = Table.grid(padding=(0, 2))
    for name, value in (
        ("request", case.tracking),
        ("state", case.state),
        ("subject", case.subject),
        ("opened", case.opened_at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %Z")),
        ("customer", told_customer(customer)),
        ("call", case.call_id or "none: it was opened by hand"),
    ):
        facts.add_row(Text(name, style="dim"), cell(value))
    console = table_console()
    console.print(facts)
    _print_history(console, file, zone)


def _print_history(console: Console, file: CaseFile, zone: tzinfo | None) -> None:
    if file.notes:
        table = listing_table("when", "by", "state", "text", whole=("when",))
        for line in file.notes:
            when = told_time(line.at, zone)
            table.add_row(*map(cell, (when, line.by, line.state, line.text)))
        console.print(table)
    if file.calls:
        table = listing_table("call", "when", "from", "what became of it", whole=("call", "when"))
        for call in file.calls:
            when, fate = told_time(call.started_at, zone), outcome_in_words(call, datetime.now(UTC))
            table.add_row(*map(cell, (call.id, when, call.caller, fate)))
        console.print(table)
    _print_recordings(console, file.recordings, zone)


def _print_recordings(
    console: Console, recordings: Sequence[Recording], zone: tzinfo | None
) -> None:
    """Notes that callers spoke, and the messages of its calls."""
    if not recordings:
        return
    table = listing_table(
        "recorded", "by the call", "mailbox", "seconds", "state", whole=("recorded",)
    )
    for each in recordings:
        when, seconds = told_time(each.recorded_at, zone), f"{each.seconds:.0f}"
        table.add_row(*map(cell, (when, each.call_id, each.mailbox, seconds, each.state)))
    console.print(table)
    console.print('Hear one: rahyab voicemail play CALL --mailbox "MAILBOX"', markup=False)
