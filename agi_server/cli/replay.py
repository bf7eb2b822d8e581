"""`rahyab replay`: past calls through the rules, before a caller meets them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from agi_server.cli.errors import FINDINGS
from agi_server.cli.loading import opened_store, settings_for_command
from agi_server.cli.printing import as_json, cell, table_console
from agi_server.cli.versions import policy_of_version
from crm.ports import Store
from crm.records import RecordedCall
from ivr.rulebook import Rulebook
from rehearsal.recorded import KINDS, read_call
from rehearsal.replay import Report, replay

MOST_SHOWN: Final = 20
"""Rows of a table: the most frequent. `--json` has them all."""

_SINCE = re.compile(r"([0-9]{1,5})([hdw])")
_HOURS_IN: Final = {"h": 1, "d": 24, "w": 168}


def _since(_context: click.Context, _option: click.Parameter, value: str) -> datetime:
    match = _SINCE.fullmatch(value)
    if match is not None:
        return datetime.now(UTC) - timedelta(hours=int(match[1]) * _HOURS_IN[match[2]])
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except ValueError:
        message = f"{value!r} is no time: write 30d, 12h, 2w, or a date such as 2026-11-01"
        raise click.BadParameter(message) from None


@click.command("replay")
@click.option(
    "--since",
    default="30d",
    show_default=True,
    callback=_since,
    help="How far back: 30d, 12h, 2w, or a date such as 2026-11-01.",
)
@click.option(
    "--rules",
    "rules",
    metavar="VERSION",
    help="The rules to try: a file (default: the one that is configured), or a revision.",
)
@click.option("--json", "json_", is_flag=True, help="As JSON, complete.")
def replay_command(since: datetime, rules: str | None, json_: bool) -> None:
    """Send the calls of the journal through a rules file, and tell which would go elsewhere.

    Each call has the caller, the moment, the facts and the keys that it had; trials are left out.
    Followed is its way from its arrival to where it left menus and rules. Exit code 0: no call
    would go elsewhere. 1: some would. 2: it could not run.
    """
    settings = settings_for_command()
    book = Rulebook.of(
        policy_of_version(settings, rules or str(settings.rules), for_programs=json_)
    )
    with opened_store(settings) as store:
        report = _replayed(store, since, book)
    if json_:
        click.echo(as_json(_to_data(report)))
    else:
        _print(report)
    if report.moved:
        raise click.exceptions.Exit(FINDINGS)


def _replayed(store: Store, since: datetime, book: Rulebook) -> Report:
    report = Report()
    for each in _with_progress(store.recorded_calls(since, kinds=KINDS), store.count_calls(since)):
        call = read_call(each.facts, each.events)
        if call is None:
            report.unreadable += 1
        else:
            report.add(call, replay(book, call))
    return report


def _with_progress(calls: Iterator[RecordedCall], total: int) -> Iterator[RecordedCall]:
    columns = (
        TextColumn("replaying"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield from progress.track(calls, total=total)


def _print(report: Report) -> None:
    console = table_console()
    if report.moved:
        console.print(_moves(report))
        console.print(_counts("Calls by where they go", report.ends))
        console.print(_counts("Calls by rule", report.rules))
    if report.asked:
        console.print(_asked(report.asked))
    moved, asked = report.moved.total(), report.asked.total()
    console.print(
        f"{report.calls} calls: {report.same} go the same way, {moved} elsewhere,"
        f" {asked} are asked what they never were"
    )
    if report.unreadable:
        console.print(f"{report.unreadable} more ended in a way that the journal does not tell.")


def _moves(report: Report) -> Table:
    table = Table(
        "Calls", "Before", "Now", "Why, of the first one", title="Calls that go elsewhere"
    )
    for move, count in report.moved.most_common(MOST_SHOWN):
        call_id, why = report.examples[move]
        before = f"{move.before}\n({move.rule_before or 'no rule'})"
        now = f"{move.now}\n({move.rule_now or 'no rule'})"
        table.add_row(
            str(count), cell(before), cell(now), cell("\n".join((*why, call_id))), end_section=True
        )
    return table


def _counts(title: str, counts: Mapping[str, Sequence[int]]) -> Table:
    """Only those of which the number changes, the greatest change first."""
    table = Table("", "Before", "Now", title=title)
    changed = [(name, before, now) for name, (before, now) in counts.items() if before != now]
    changed.sort(key=lambda each: (-abs(each[2] - each[1]), each[0]))
    for name, before, now in changed[:MOST_SHOWN]:
        table.add_row(cell(name), str(before), str(now))
    return table


def _asked(asked: Mapping[str, int]) -> Table:
    table = Table("Calls", "Menu", title="Calls that are asked what they never were")
    for dialogue, count in sorted(asked.items(), key=lambda each: -each[1])[:MOST_SHOWN]:
        table.add_row(str(count), cell(dialogue))
    return table


def _to_data(report: Report) -> dict[str, Any]:
    return {
        "calls": report.calls,
        "same": report.same,
        "unreadable": report.unreadable,
        "moved": [
            {
                "calls": count,
                "before": {"end": move.before, "rule": move.rule_before},
                "now": {"end": move.now, "rule": move.rule_now},
                "example": {"call": report.examples[move][0], "why": report.examples[move][1]},
            }
            for move, count in report.moved.most_common()
        ],
        "asked": dict(report.asked),
        "rules": {rule: {"before": was, "now": now} for rule, (was, now) in report.rules.items()},
        "ends": {end: {"before": was, "now": now} for end, (was, now) in report.ends.items()},
    }
