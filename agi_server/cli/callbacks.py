"""`rahyab callbacks`: who waits to be called back."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import tzinfo
from typing import Final

import click
from rich.table import Table

from agi_server.cli.errors import FINDINGS
from agi_server.cli.loading import business_for_command, opened_store, settings_for_command
from agi_server.cli.printing import as_json, cell, table_console
from crm.ports import Store, UnknownRecordError
from crm.records import Callback, CallbackState, Customer

ANY_STATE: Final = "all"
STATES: Final = [*(state.value for state in CallbackState), ANY_STATE]


@click.group("callbacks", invoke_without_command=True)
@click.option(
    "--state",
    default=CallbackState.OPEN.value,
    show_default=True,
    type=click.Choice(STATES),
    help="Which to list.",
)
@click.option(
    "--limit",
    default=50,
    show_default=True,
    type=click.IntRange(min=1),
    help="How many to list.",
)
@click.option("--json", "for_programs", is_flag=True, help="For programs: one JSON array.")
@click.pass_context
def callbacks(context: click.Context, state: str, limit: int, *, for_programs: bool) -> None:
    """List callers who wait to be called back, the longest waiting first."""
    if context.invoked_subcommand is not None:
        return
    settings = settings_for_command()
    with opened_store(settings) as store:
        wanted = None if state == ANY_STATE else CallbackState(state)
        # One more than is shown tells whether there are more.
        found = store.callbacks(state=wanted, limit=limit + 1)
        customers = [_customer(store, callback) for callback in found[:limit]]
    listed = list(zip(found, customers, strict=False))
    if for_programs:
        click.echo(as_json([_data(callback, customer) for callback, customer in listed]))
        return
    if not listed:
        click.echo("Nobody waits to be called back." if state == "open" else "There are none.")
        return
    business = business_for_command(settings)
    table_console().print(_table(listed, None if business is None else business.timezone))
    if len(found) > limit:
        click.echo(f"These are the first {limit}: see more with --limit.")


@callbacks.command("done")
@click.argument("call_id", metavar="CALL")
def done_command(call_id: str) -> None:
    """Mark as done what the call CALL asked for: the caller has been called back."""
    with opened_store(settings_for_command()) as store:
        try:
            callback = store.finish_callback(call_id)
        except UnknownRecordError:
            told = cell(call_id).plain
            click.echo(
                f"The call {told} asked for no callback: `rahyab callbacks` lists those that did.",
                err=True,
            )
            raise click.exceptions.Exit(FINDINGS) from None
    click.echo(cell(f"Done: {callback.number}, asked for by the call {callback.call_id}.").plain)


def _customer(store: Store, callback: Callback) -> Customer | None:
    return None if callback.customer_id is None else store.customer(callback.customer_id)


def _data(callback: Callback, customer: Customer | None) -> dict[str, object]:
    return {**asdict(callback), "customer": customer and customer.name}


def _table(listed: Sequence[tuple[Callback, Customer | None]], zone: tzinfo | None) -> Table:
    """One row a callback; times in `zone`, or in the machine's own."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("call", "asked", "number", "customer", "language", "queue", "state"):
        table.add_column(column, no_wrap=column in {"call", "asked", "number"})
    for callback, customer in listed:
        table.add_row(
            cell(callback.call_id),
            f"{callback.asked_at.astimezone(zone):%Y-%m-%d %H:%M}",
            cell(callback.number),
            cell(customer and customer.name),
            cell(callback.language),
            cell(callback.queue),
            callback.state,
        )
    return table
