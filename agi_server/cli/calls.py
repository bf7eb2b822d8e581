"""`rahyab calls`: the journal, as a list and call by call."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from agi_server.cli.access import Action, note
from agi_server.cli.errors import FINDINGS
from agi_server.cli.loading import business_for_command, opened_store, settings_for_command
from agi_server.cli.printing import as_json, cell, table_console
from agi_server.cli.queue_visits import visits_of_a_call
from agi_server.endings import outcome_in_words, visit_as_told
from agi_server.settings import Settings
from agi_server.telling import tell_event
from crm.asking_records import masked
from crm.records import Call, Callback, CallStory

SAME_MOMENT = timedelta(minutes=1)
"""Between a call's beginning and its facts; a named moment is to the minute."""


@click.group(invoke_without_command=True)
@click.option(
    "--limit",
    default=20,
    show_default=True,
    type=click.IntRange(min=1),
    help="How many calls to list.",
)
@click.option("--json", "for_programs", is_flag=True, help="For programs: one JSON array.")
@click.pass_context
def calls(context: click.Context, limit: int, for_programs: bool) -> None:
    """List the newest calls of the journal."""
    if context.invoked_subcommand is not None:
        return
    settings = settings_for_command()
    with opened_store(settings) as store, store.transaction():
        found = store.calls(limit=limit)
        note(store, Action.LISTED, detail=f"{len(found)} calls")
    if for_programs:
        click.echo(as_json([asdict(call) for call in found]))
        return
    if not found:
        click.echo("No calls yet. Place one: rahyab try --from +989121234567 --to +982191000000")
        return
    table_console().print(_calls_table(found, _zone(settings)))


@calls.command()
@click.argument("call_id", metavar="ID")
@click.option("--json", "for_programs", is_flag=True, help="For programs: one JSON object.")
def show(call_id: str, for_programs: bool) -> None:
    """Show one call: who, when, where it went and why, in the order in which it happened."""
    settings = settings_for_command()
    with opened_store(settings) as store, store.transaction():
        story = store.call_story(call_id)
        if story is not None:
            note(store, Action.SHOWN, story.call.customer_id, "call")
    if story is None:
        known = "`rahyab calls` lists the newest"
        click.echo(f"The journal has no call {cell(call_id).plain}: {known}.", err=True)
        raise click.exceptions.Exit(FINDINGS)
    story = _as_told(story)
    if for_programs:
        click.echo(as_json(asdict(story)))
        return
    print_story(table_console(), story, _zone(settings))


def _as_told(story: CallStory) -> CallStory:
    """Without codes that wait to be sent; nobody waits in a queue when the call is over."""
    now = datetime.now(UTC)
    visits = tuple(visit_as_told(each, story.call, now) for each in story.queue_visits)
    return replace(story, messages=tuple(map(masked, story.messages)), queue_visits=visits)


def _zone(settings: Settings) -> ZoneInfo | None:
    """For showing times: the business's, or the machine's own while the rules are broken."""
    business = business_for_command(settings)
    return None if business is None else business.timezone


def print_story(console: Console, story: CallStory, zone: ZoneInfo | None) -> None:
    """Print one call with its visits to queues and its timeline."""
    print_headline(console, story, zone)
    if story.queue_visits:
        console.print(visits_of_a_call(story.queue_visits, zone))
    timeline = Table("time", "what happened", box=None, padding=(0, 2, 0, 0))
    for event in story.timeline:
        moment = event.at.astimezone(zone).strftime("%H:%M:%S")
        timeline.add_row(moment, cell("\n".join(tell_event(event))))
    console.print(timeline)


def print_headline(console: Console, story: CallStory, zone: ZoneInfo | None) -> None:
    """Print who called whom, and what became of it."""
    call = story.call
    console.print(Text(f"Call {call.id}", style="bold"), Text("(trial)" if call.trial else ""))
    facts = Table.grid(padding=(0, 2))
    for name, value in _headline(story, zone):
        facts.add_row(Text(name, style="dim"), cell(value))
    console.print(facts)


def _headline(story: CallStory, zone: ZoneInfo | None) -> Iterator[tuple[str, str]]:
    call = story.call
    yield "from", _caller(call)
    yield "to", call.dialled + (f" ({call.source})" if call.source else "")
    yield "when", _moment(call.started_at, zone) + f", {_duration(call.started_at, call.ended_at)}"
    if (at := _as_if(call)) is not None:
        yield "as if", _moment(at, zone)
    outcome = outcome_in_words(call, datetime.now(UTC))
    yield "outcome", outcome + (f" at {call.stage}" if call.stage else "")
    if call.queue is not None:
        waited = _duration(call.queued_at, call.answered_at or call.left_queue_at)
        yield "queue", f"{call.queue}, waited {waited}"
    if call.agent is not None:
        yield "agent", f"{call.agent}, talked {_duration(call.answered_at, call.left_queue_at)}"
    for case in story.cases:
        yield "case", f"{case.tracking} ({case.state}, {case.subject})"
    if story.callback is not None:
        yield "callback", _callback(story.callback, call)
    for asked in story.surveys:
        yield "survey", f"{asked.survey}: {asked.outcome}"
    for answer in story.answers:
        yield "answer", f"{answer.survey}/{answer.question}: {answer.value}"
    for recording in story.recordings:
        yield "message", f"{recording.path} ({recording.seconds:.0f} s)"
    for written in map(masked, story.messages):
        yield "sms", f"{written.number}: {written.text} ({written.status})"
    yield "rules", call.revision


def _callback(callback: Callback, call: Call) -> str:
    """Where and how it stands; a call may have joined that of another."""
    joined = "" if callback.call_id == call.id else f", with the call {callback.call_id}"
    return f"{callback.number} ({callback.state}){joined}"


def _as_if(call: Call) -> datetime | None:
    """The moment that the rules were asked about, when it was not the call's own."""
    at = datetime.fromisoformat(call.facts["at"]) if "at" in call.facts else call.started_at
    return at if abs(at - call.started_at) > SAME_MOMENT else None


def _calls_table(found: Iterable[Call], zone: ZoneInfo | None) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("id", "when", "from", "to", "what became of it"):
        table.add_column(column, no_wrap=column in ("id", "when"))
    for call in found:
        table.add_row(
            call.id,
            call.started_at.astimezone(zone).strftime("%m-%d %H:%M"),
            cell(_one_line(call.caller or call.caller_as_sent[:20] or "withheld")),
            cell(call.source or call.dialled),
            cell(", ".join(filter(None, _fate(call)))),
        )
    return table


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _fate(call: Call) -> Iterator[str]:
    yield "trial" if call.trial else ""
    yield outcome_in_words(call, datetime.now(UTC))
    yield call.queue or ""
    yield call.agent or ""
    yield _duration(call.started_at, call.ended_at)


def _caller(call: Call) -> str:
    number = call.caller or call.caller_as_sent or "withheld"
    name = call.customer_name or call.name_as_sent
    return f"{number} {name}".strip()


def _moment(moment: datetime, zone: ZoneInfo | None) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def _duration(start: datetime | None, end: datetime | None) -> str:
    return "" if start is None or end is None else f"{(end - start).total_seconds():.0f} s"
