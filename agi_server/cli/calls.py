"""`rahyab calls`: the journal, as a list and call by call."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from agi_server.cli.errors import FINDINGS, CannotRunError
from agi_server.policy import PolicyError, load_policy_file
from agi_server.settings import Settings, SettingsError, load_settings
from agi_server.telling import tell_event
from crm.ports import Store, StoreError
from crm.records import Call, CallStory
from crm.sqlite_store import SqliteStore


@contextmanager
def opened_store(settings: Settings) -> Iterator[Store]:
    """The database, for one command. Raises CannotRunError."""
    try:
        with closing(SqliteStore(settings.database)) as store:
            yield store
    except StoreError as error:
        raise CannotRunError(str(error)) from None


def settings_for_command() -> Settings:
    """The settings. Raises CannotRunError."""
    try:
        return load_settings()
    except SettingsError as error:
        raise CannotRunError(str(error)) from None


def business_zone(settings: Settings) -> ZoneInfo | None:
    """The zone of the rules file, for showing times; None (the machine's own) if it is broken."""
    try:
        return load_policy_file(settings.rules).business.timezone
    except PolicyError:
        return None


@click.group(invoke_without_command=True)
@click.option("--limit", default=20, show_default=True, help="How many calls to list.")
@click.option("--json", "as_json", is_flag=True, help="For programs: one JSON array.")
@click.pass_context
def calls(context: click.Context, limit: int, as_json: bool) -> None:
    """List the newest calls of the journal."""
    if context.invoked_subcommand is not None:
        return
    settings = settings_for_command()
    with opened_store(settings) as store:
        found = store.calls(limit=limit)
    if as_json:
        click.echo(json.dumps([asdict(call) for call in found], default=str, ensure_ascii=False))
        return
    if not found:
        click.echo("No calls yet. Place one: rahyab try --from +989121234567 --to +982191000000")
        return
    Console().print(_calls_table(found, business_zone(settings)))


@calls.command()
@click.argument("call_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="For programs: one JSON object.")
def show(call_id: str, as_json: bool) -> None:
    """Show one call: who, when, where it went and why, in the order in which it happened."""
    settings = settings_for_command()
    with opened_store(settings) as store:
        story = store.call_story(call_id)
    if story is None:
        click.echo(f"The journal has no call {call_id}: `rahyab calls` lists the newest.", err=True)
        raise click.exceptions.Exit(FINDINGS)
    if as_json:
        click.echo(json.dumps(asdict(story), default=str, ensure_ascii=False))
        return
    print_story(Console(), story, business_zone(settings))


def print_story(console: Console, story: CallStory, zone: ZoneInfo | None) -> None:
    """Print one call with its timeline."""
    call = story.call
    console.print(Text(f"Call {call.id}", style="bold"), Text("(trial)" if call.trial else ""))
    facts = Table.grid(padding=(0, 2))
    for name, value in _headline(story, zone):
        facts.add_row(Text(name, style="dim"), Text(value))
    console.print(facts)
    timeline = Table("time", "what happened", box=None, padding=(0, 2, 0, 0))
    for event in story.timeline:
        moment = event.at.astimezone(zone).strftime("%H:%M:%S")
        timeline.add_row(moment, Text("\n".join(tell_event(event))))
    console.print(timeline)


def _headline(story: CallStory, zone: ZoneInfo | None) -> Iterator[tuple[str, str]]:
    call = story.call
    yield "from", _caller(call)
    yield "to", call.dialled + (f" ({call.source})" if call.source else "")
    yield "when", _moment(call.started_at, zone) + f", {_duration(call.started_at, call.ended_at)}"
    yield "outcome", f"{call.outcome}" + (f" at {call.stage}" if call.stage else "")
    if call.queue is not None:
        waited = _duration(call.queued_at, call.answered_at or call.left_queue_at)
        yield "queue", f"{call.queue}, waited {waited}"
    if call.agent is not None:
        yield "agent", f"{call.agent}, talked {_duration(call.answered_at, call.left_queue_at)}"
    for case in story.cases:
        yield "case", f"{case.tracking} ({case.state}, {case.subject})"
    for answer in story.answers:
        yield "answer", f"{answer.survey}/{answer.question}: {answer.value}"
    for recording in story.recordings:
        yield "message", f"{recording.path} ({recording.seconds:.0f} s)"
    yield "rules", call.revision


def _calls_table(found: Any, zone: ZoneInfo | None) -> Table:  # noqa: ANN401
    table = Table("id", "when", "from", "to", "customer", "outcome", "queue", "agent", "lasted")
    for call in found:
        table.add_row(
            call.id,
            _moment(call.started_at, zone),
            Text(call.caller or call.caller_as_sent[:20] or "withheld"),
            call.dialled,
            Text(call.customer_name or ""),
            f"{call.outcome}" + (" (trial)" if call.trial else ""),
            call.queue or "",
            call.agent or "",
            _duration(call.started_at, call.ended_at),
        )
    return table


def _caller(call: Call) -> str:
    number = call.caller or call.caller_as_sent or "withheld"
    name = call.customer_name or call.name_as_sent
    return f"{number} {name}".strip()


def _moment(moment: datetime, zone: ZoneInfo | None) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def _duration(start: datetime | None, end: datetime | None) -> str:
    return "" if start is None or end is None else f"{(end - start).total_seconds():.0f} s"
