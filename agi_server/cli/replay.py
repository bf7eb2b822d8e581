"""`rahyab replay`: past calls through the rules, before a caller meets them."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

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
from rehearsal.moves import Move, Report
from rehearsal.recorded import KINDS, read_call
from rehearsal.replay import replay
from routing.moments import read_moment

MOST_SHOWN: Final = 40
"""Rows of a table: the most frequent. `--json` has them all."""

_SINCE: Final = re.compile(r"([0-9]{1,5})([hdw])")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HOURS_IN: Final = {"h": 1, "d": 24, "w": 168}


def _since(value: str, zone: ZoneInfo) -> datetime:
    """How far back to go, in UTC. Raises UsageError.

    Args:
        value: A span until now, a date or a moment.
        zone: The business's, in which a date or a moment is meant.
    """
    match = _SINCE.fullmatch(value)
    if match is not None:
        return datetime.now(UTC) - timedelta(hours=int(match[1]) * _HOURS_IN[match[2]])
    moment = f"{value} 00:00" if _DATE.fullmatch(value) else value
    try:
        return read_moment(moment, zone).astimezone(UTC)
    except ValueError:
        message = f"{value!r} is no time: write 30d, 12h, 2w, or a date such as 2026-11-01"
        raise click.BadParameter(message, param_hint="--since") from None


@click.command("replay")
@click.option(
    "--since",
    default="30d",
    show_default=True,
    help="How far back: 30d, 12h, 2w, or a date such as 2026-11-01, by the business's clock.",
)
@click.option(
    "--rules",
    "rules",
    metavar="VERSION",
    help="The rules to try: a file (default: the one that is configured), or a revision.",
)
@click.option("--json", "json_", is_flag=True, help="As JSON, complete.")
def replay_command(since: str, rules: str | None, json_: bool) -> None:
    """Send the calls of the journal through a rules file, and tell which would go elsewhere.

    Each call has the caller, the moment, the facts and the keys that it had; trials are left out.
    Followed is its way from its arrival to where it left menus and rules. Counted apart are calls
    that go where they went with another priority, language, music, other prompts or variables, or
    with or without a request; and those of which nobody can say where they would go, as their
    callers were never asked what they are asked now, or as what the rules ask was not recorded.

    Exit code 0: no call would go elsewhere. 1: some would. 2: it could not run.
    """
    settings = settings_for_command()
    book = Rulebook.of(
        policy_of_version(settings, rules or str(settings.rules), for_programs=json_)
    )
    begin = _since(since, book.policy.business.timezone)
    with opened_store(settings) as store:
        report = _replayed(store, begin, book)
    if json_:
        click.echo(as_json(_to_data(report)))
    else:
        _print(report)
    if report.moved:
        raise click.exceptions.Exit(FINDINGS)


def _replayed(store: Store, since: datetime, book: Rulebook) -> Report:
    report = Report.about(book.policy)
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
        console.print(_moves("Calls that go elsewhere", report.moved, report))
    if report.otherwise:
        console.print(_moves("Calls that are treated otherwise", report.otherwise, report))
    if report.calls:
        console.print(_counts("Calls by where they go", report.ends))
        console.print(_counts("Calls by rule", report.rules))
    if report.asked:
        console.print(_unknown("Calls that are asked what they never were", "By", report.asked))
    if report.unknown:
        title = "Calls of which it was not recorded what the rules ask"
        console.print(_unknown(title, "Asked for", report.unknown))
    for line in _summary(report):
        console.print(line)


def _summary(report: Report) -> Iterator[str]:
    otherwise = report.otherwise.total()
    treated = f" ({otherwise} of them treated otherwise)" if otherwise else ""
    yield (
        f"{report.calls} calls: {report.same + otherwise} go the same way{treated},"
        f" {report.moved.total()} elsewhere, {report.asked.total()} are asked what they never were,"
        f" of {report.unknown.total()} it was not recorded what the rules ask"
    )
    yield "Each is followed until it leaves menus and rules for the first time, not beyond a queue."
    if report.unreadable:
        yield f"{report.unreadable} more ended in a way that the journal does not tell."


def _moves(title: str, moves: Counter[Move], report: Report) -> Table:
    table = Table("Calls", "Before", "Now", "Why, of the first one", title=title)
    for move, count in moves.most_common(MOST_SHOWN):
        call_id, why = report.examples[move]
        before = f"{move.before}\n({move.rule_before or 'no rule'})"
        now = f"{move.now}\n({move.rule_now or 'no rule'})"
        table.add_row(
            str(count), cell(before), cell(now), cell("\n".join((*why, call_id))), end_section=True
        )
    return _with_rest(table, len(moves))


def _counts(title: str, counts: Mapping[str, Sequence[int]]) -> Table:
    """The greatest change first, then the greatest number."""
    table = Table("", "Before", "Now", title=title)
    rows = [(name, before, now) for name, (before, now) in counts.items()]
    rows.sort(key=lambda each: (-abs(each[2] - each[1]), -each[1], each[0]))
    for name, before, now in rows[:MOST_SHOWN]:
        table.add_row(cell(name), str(before), str(now))
    return _with_rest(table, len(rows))


def _unknown(title: str, heading: str, counts: Counter[str]) -> Table:
    table = Table("Calls", heading, title=title)
    for name, count in counts.most_common(MOST_SHOWN):
        table.add_row(str(count), cell(name))
    return _with_rest(table, len(counts))


def _with_rest(table: Table, rows: int) -> Table:
    """Say how many rows are left out."""
    if rows > MOST_SHOWN:
        table.caption = f"and {rows - MOST_SHOWN} more: --json has them all"
    return table


def _to_data(report: Report) -> dict[str, Any]:
    return {
        "calls": report.calls,
        "same": report.same,
        "unreadable": report.unreadable,
        "moved": _moves_to_data(report.moved, report),
        "otherwise": _moves_to_data(report.otherwise, report),
        "asked": dict(report.asked),
        "unknown": dict(report.unknown),
        "rules": {rule: {"before": was, "now": now} for rule, (was, now) in report.rules.items()},
        "ends": {end: {"before": was, "now": now} for end, (was, now) in report.ends.items()},
    }


def _moves_to_data(moves: Counter[Move], report: Report) -> list[dict[str, Any]]:
    return [
        {
            "calls": count,
            "before": {"end": move.before, "rule": move.rule_before},
            "now": {"end": move.now, "rule": move.rule_now},
            "example": {"call": report.examples[move][0], "why": report.examples[move][1]},
        }
        for move, count in moves.most_common()
    ]
