"""`rahyab voicemail`: the messages that callers have recorded."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import tzinfo
from typing import Final

import click
from rich.table import Table

from agi_server.cli.access import Action, note
from agi_server.cli.finding import Finder, country_option, end_with_findings, owner, told_customer
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
from agi_server.cli.playing import play, player_option
from agi_server.cli.printing import as_json, cell
from crm.ports import Store
from crm.recorded_files import recorded_file
from crm.records import Customer, MessageState, Recording

ANY_STATE: Final = "all"
WITHHELD: Final = "withheld"
STATES: Final = [*(state.value for state in MessageState), ANY_STATE]

mailbox_option = click.option("--mailbox", help="Which one, of a call that left several messages.")


@dataclass(frozen=True, slots=True)
class _Message:
    """A recording, and whose it is.

    Attributes:
        recording: What was recorded.
        number: Of the caller, as far as it is known; empty if it was withheld.
        customer: The customer; None if they are unknown.
    """

    recording: Recording
    number: str
    customer: Customer | None


@click.group("voicemail", cls=ListingGroup)
def voicemail() -> None:
    """Messages that callers have recorded: list, show, play, close."""


@voicemail.command("list")
@click.option(
    "--state",
    default=MessageState.NEW.value,
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
    """List messages that nobody has listened to, the oldest first."""
    check_one_of(search, whose)
    settings = settings_for_command()
    wanted = None if state == ANY_STATE else MessageState(state)
    with opened_store(settings) as store, store.transaction():
        if whose is None:
            # One more than is shown tells whether there are more.
            found = store.recordings(state=wanted, search=search, limit=limit + 1)
            note(store, Action.LISTED, detail=f"{len(found[:limit])} messages")
        else:
            customer = Finder(settings, country).one(store, whose)
            theirs = reversed(store.customer_file(customer.id or 0).recordings)
            found = [each for each in theirs if wanted in {None, each.state}]
            note(store, Action.SHOWN, customer.id, "messages")
        listed = [_with_caller(store, each) for each in found[:limit]]
    zone = zone_of(settings)
    print_listed(
        [_data(each) for each in listed],
        lambda: _table(listed, zone),
        for_programs=for_programs,
        cut=len(found) > limit,
        none="There are no new messages." if state == "new" else "There are none.",
    )


@voicemail.command("show")
@click.argument("call_id", metavar="CALL")
@mailbox_option
@json_option
def show_command(call_id: str, mailbox: str | None, *, for_programs: bool) -> None:
    """Show the message that the call CALL left."""
    with opened_store(settings_for_command()) as store, store.transaction():
        message = _with_caller(store, _found(store, call_id, mailbox))
        note(store, Action.SHOWN, message.recording.customer_id, "message")
    _print(message, for_programs=for_programs)


@voicemail.command("play")
@click.argument("call_id", metavar="CALL")
@mailbox_option
@player_option
def play_command(call_id: str, mailbox: str | None, player: str | None) -> None:
    """Print where the recording of a message is, and play it."""
    with opened_store(settings_for_command()) as store, store.transaction():
        message = _found(store, call_id, mailbox)
        note(store, Action.PLAYED, message.customer_id, "message")
    file = recorded_file(message.path)
    if file is None:
        end_with_findings(
            f"{message.path} cannot be read here: play it on the machine of the Asterisk that"
            " recorded it, as a user who may read its folder"
        )
    click.echo(cell(file).plain)
    play(player, str(file))


@voicemail.command("close")
@click.argument("call_id", metavar="CALL")
@mailbox_option
@json_option
def close_command(call_id: str, mailbox: str | None, *, for_programs: bool) -> None:
    """Mark the message of the call CALL as done: somebody has seen to it."""
    with opened_store(settings_for_command()) as store, store.transaction():
        found = _found(store, call_id, mailbox)
        done = store.set_recording_state(call_id, found.mailbox, MessageState.DONE)
        message = _with_caller(store, done)
        note(store, Action.CHANGED, done.customer_id, "message: done")
    _print(message, for_programs=for_programs)


def _found(store: Store, call_id: str, mailbox: str | None) -> Recording:
    """The message of a call; the command ends with FINDINGS if there is none, or several."""
    story = store.call_story(call_id)
    left = () if story is None else story.recordings
    found = [each for each in left if mailbox in {None, each.mailbox}]
    if not found:
        where = "" if mailbox is None else f" in {mailbox}"
        end_with_findings(
            f"The call {call_id} left no message{where}: `rahyab voicemail list --state all` tells"
            " those that did"
        )
    if len(found) > 1:
        names = ", ".join(each.mailbox for each in found)
        end_with_findings(f"The call {call_id} left several: name one with --mailbox: {names}")
    return found[0]


def _with_caller(store: Store, recording: Recording) -> _Message:
    call = store.call(recording.call_id)
    number = "" if call is None else call.caller or call.caller_as_sent
    return _Message(recording, number, owner(store, recording.customer_id))


def _print(message: _Message, *, for_programs: bool) -> None:
    if for_programs:
        click.echo(as_json(_data(message)))
        return
    kept = message.recording
    about = "" if kept.tracking is None else f", about the request {kept.tracking}"
    told = (
        f"The message of the call {kept.call_id} in {kept.mailbox}, {kept.seconds:.0f} s, from"
        f" {message.number or WITHHELD}, {told_customer(message.customer)}{about}: {kept.state}."
        f" {kept.path}"
    )
    click.echo(cell(told).plain)


def _data(message: _Message) -> dict[str, object]:
    customer = message.customer
    return {
        **asdict(message.recording),
        "number": message.number or None,
        "customer": customer and customer.name,
    }


def _table(listed: Sequence[_Message], zone: tzinfo | None) -> Table:
    columns = ("call", "recorded", "mailbox", "seconds", "number", "customer", "request", "state")
    table = listing_table(*columns, "file", whole=("call", "recorded", "number"))
    for message in listed:
        each, customer = message.recording, told_customer(message.customer)
        when, seconds = told_time(each.recorded_at, zone), f"{each.seconds:.0f}"
        what = (each.call_id, when, each.mailbox, seconds)
        whose = (message.number or WITHHELD, customer, each.tracking)
        table.add_row(*map(cell, (*what, *whose, each.state, each.path)))
    return table
