"""`rahyab callbacks`: who waits to be called back."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, tzinfo
from typing import Final

import click
from rich.table import Table

from agi_server.cli.access import Action, note
from agi_server.cli.finding import Finder, country_option, end_with_findings, owner
from agi_server.cli.listing import (
    ListingGroup,
    check_one_of,
    customer_option,
    json_option,
    limit_option,
    listing_table,
    print_listed,
    search_option,
    told_time,
    zone_of,
)
from agi_server.cli.loading import opened_store, settings_for_command
from agi_server.cli.printing import as_json, cell
from crm.ports import Store
from crm.records import Callback, CallbackState, Customer
from crm.wishes import waiting_since

ANY_STATE: Final = "all"
STATES: Final = [*(state.value for state in CallbackState), ANY_STATE]


@click.group("callbacks", cls=ListingGroup)
def callbacks() -> None:
    """Callers who wait to be called back: list, show, add, edit, close."""


@callbacks.command("list")
@click.option(
    "--state",
    default=CallbackState.OPEN.value,
    show_default=True,
    type=click.Choice(STATES),
    help="Which to list.",
)
@search_option
@customer_option
@country_option
@limit_option()
@json_option
def list_command(
    state: str,
    search: str,
    whose: str | None,
    country: str | None,
    limit: int,
    *,
    for_programs: bool,
) -> None:
    """List callers who wait to be called back, the longest waiting first."""
    check_one_of(search, whose)
    settings = settings_for_command()
    wanted = None if state == ANY_STATE else CallbackState(state)
    with opened_store(settings) as store, store.transaction():
        if whose is None:
            # One more than is shown tells whether there are more.
            found = store.callbacks(state=wanted, search=search, limit=limit + 1)
            note(store, Action.LISTED, detail=f"{len(found[:limit])} callbacks")
        else:
            customer = Finder(settings, country).one(store, whose)
            found = _of_customer(store, customer, wanted)
            note(store, Action.SHOWN, customer.id, "callbacks")
        listed = [(each, owner(store, each.customer_id)) for each in found[:limit]]
    zone = zone_of(settings)
    print_listed(
        [_data(callback, customer) for callback, customer in listed],
        lambda: _table(listed, zone),
        for_programs=for_programs,
        cut=len(found) > limit,
        none="Nobody waits to be called back." if state == "open" else "There are none.",
    )


def _of_customer(
    store: Store, customer: Customer, state: CallbackState | None
) -> Sequence[Callback]:
    """A customer's, the oldest first."""
    found = reversed(store.customer_file(customer.id or 0).callbacks)
    return [each for each in found if state in {None, each.state}]


@callbacks.command("show")
@click.argument("call_id", metavar="CALL")
@json_option
def show_command(call_id: str, *, for_programs: bool) -> None:
    """Show what the call CALL asked for."""
    settings = settings_for_command()
    with opened_store(settings) as store, store.transaction():
        callback = _found(store, call_id)
        customer = owner(store, callback.customer_id)
        note(store, Action.SHOWN, callback.customer_id, "callback")
    _print(callback, customer, zone_of(settings), for_programs=for_programs)


@callbacks.command("add")
@click.argument("call_id", metavar="CALL")
@click.argument("number")
@country_option
@json_option
def add_command(call_id: str, number: str, country: str | None, *, for_programs: bool) -> None:
    """Put down that the caller of CALL, a call of the journal, is to be called back at NUMBER."""
    settings = settings_for_command()
    wanted = Finder(settings, country).number(number)
    with opened_store(settings) as store, store.transaction():
        story = store.call_story(call_id)
        if story is None:
            end_with_findings(f"The journal has no call {call_id}: `rahyab calls` lists them.")
        if story.callback is not None:
            end_with_findings(
                f"The call {call_id} asked for a callback already: change its number with"
                f" `rahyab callbacks edit {call_id} {wanted}`"
            )
        call, now = story.call, datetime.now(UTC)
        asked = Callback(call_id, wanted, now, call.customer_id, call.queue, call.language)
        callback = store.ask_callback(asked)
        customer = owner(store, callback.customer_id)
        note(store, Action.ADDED, callback.customer_id, "callback")
    _print(callback, customer, zone_of(settings), for_programs=for_programs)


@callbacks.command("edit")
@click.argument("call_id", metavar="CALL")
@click.argument("number")
@country_option
@json_option
def edit_command(call_id: str, number: str, country: str | None, *, for_programs: bool) -> None:
    """Call back at NUMBER instead; one that was done is open again if the number is another."""
    settings = settings_for_command()
    wanted = Finder(settings, country).number(number)
    with opened_store(settings) as store, store.transaction():
        callback = store.ask_callback(_wish(store, call_id, wanted))
        customer = owner(store, callback.customer_id)
        note(store, Action.CHANGED, callback.customer_id, "callback: number")
    _print(callback, customer, zone_of(settings), for_programs=for_programs)


def _wish(store: Store, call_id: str, number: str) -> Callback:
    """What a call asked for, at another number, now; it keeps its place, and others theirs."""
    before, call = _found(store, call_id), store.call(call_id)
    whose = before.customer_id if call is None or call.id == before.call_id else call.customer_id
    return replace(
        before,
        call_id=call_id,
        number=number,
        customer_id=whose,
        asked_at=datetime.now(UTC),
        since=waiting_since(before),
        state=CallbackState.OPEN,
    )


@callbacks.command("close")
@click.argument("call_id", metavar="CALL")
@json_option
def close_command(call_id: str, *, for_programs: bool) -> None:
    """Mark as done what the call CALL asked for: the caller has been called back."""
    settings = settings_for_command()
    with opened_store(settings) as store, store.transaction():
        _found(store, call_id)
        callback = store.finish_callback(call_id)
        customer = owner(store, callback.customer_id)
        note(store, Action.CHANGED, callback.customer_id, "callback: done")
    _print(callback, customer, zone_of(settings), for_programs=for_programs)


callbacks.add_command(close_command, "done")  # as it was called at first, and scripts call it


def _found(store: Store, call_id: str) -> Callback:
    """What a call asked for; the command ends with FINDINGS if it is nothing."""
    story = store.call_story(call_id)
    if story is None or story.callback is None:
        end_with_findings(
            f"The call {call_id} asked for no callback: `rahyab callbacks list` tells those that"
            " did."
        )
    return story.callback


def _print(
    callback: Callback, customer: Customer | None, zone: tzinfo | None, *, for_programs: bool
) -> None:
    if for_programs:
        click.echo(as_json(_data(callback, customer)))
        return
    whose = "" if customer is None else f" ({customer.name})"
    when = _window(callback, zone)
    told = (
        f"{callback.state}: {callback.number}{whose}{when and f', {when}'}, asked for by the call"
        f" {callback.call_id}."
    )
    click.echo(cell(told[0].upper() + told[1:]).plain)


def _data(callback: Callback, customer: Customer | None) -> dict[str, object]:
    return {**asdict(callback), "customer": customer and customer.name}


def _table(listed: Sequence[tuple[Callback, Customer | None]], zone: tzinfo | None) -> Table:
    """One row a callback; times in `zone`, or in the machine's own."""
    columns = ("call", "since", "number", "customer", "language", "queue", "when", "state")
    table = listing_table(*columns, whole=columns[:3])
    for each, customer in listed:
        since, name = told_time(waiting_since(each), zone), customer and customer.name
        window = _window(each, zone)
        words = (each.call_id, since, each.number, name, each.language, each.queue, window)
        table.add_row(*map(cell, (*words, each.state)))
    return table


def _window(callback: Callback, zone: tzinfo | None) -> str:
    """When to call; empty for as soon as possible."""
    ends = (("from", callback.earliest), ("until", callback.latest))
    return " ".join(f"{word} {told_time(at, zone)}" for word, at in ends if at is not None)
