"""`rahyab customers marks`: what people have allowed or forbidden, by telephone number."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, tzinfo
from typing import Final

import click
from rich.table import Table

from agi_server.cli.access import Action, note
from agi_server.cli.finding import Finder, country_option, end_with_findings
from agi_server.cli.listing import (
    ListingGroup,
    json_option,
    limit_option,
    listing_table,
    midnight,
    print_listed,
    told_time,
    zone_of,
)
from agi_server.cli.loading import opened_store, settings_for_command
from agi_server.cli.people.numbers import note_number
from agi_server.cli.printing import as_json, cell
from crm.people import Mark, MarkKind

ANY_PURPOSE: Final = "any"

kind_option = click.option(
    "--kind",
    required=True,
    type=click.Choice([kind.value for kind in MarkKind]),
    help="Allowed, or forbidden.",
)
purpose_option = click.option(
    "--purpose",
    default=ANY_PURPOSE,
    show_default=True,
    metavar="TEXT",
    help="For what: marketing, survey, recording …",
)


@click.group("marks", cls=ListingGroup)
def marks() -> None:
    """What people have allowed or forbidden: consent and do-not-call marks, by number."""


@marks.command("list")
@click.argument("number", required=False)
@country_option
@limit_option()
@json_option
def list_command(
    number: str | None, country: str | None, limit: int, *, for_programs: bool
) -> None:
    """List the marks on NUMBER, or on any; lapsed and withdrawn ones too, the newest first."""
    settings = settings_for_command()
    wanted = None if number is None else Finder(settings, country).number(number)
    with opened_store(settings) as store, store.transaction():
        found = store.marks(number=wanted, limit=limit + 1)
        if wanted is None:
            note(store, Action.LISTED, detail=f"{len(found[:limit])} marks")
        else:
            note_number(store, Action.SHOWN, wanted, "marks")
    shown, zone = found[:limit], zone_of(settings)
    print_listed(
        [_data(mark) for mark in shown],
        lambda: _table(shown, zone),
        for_programs=for_programs,
        cut=len(found) > limit,
        none="There are no marks.",
    )


@marks.command("set")
@click.argument("written", metavar="NUMBER")
@kind_option
@purpose_option
@click.option("--source", required=True, metavar="TEXT", help="How we know: web form 2026-03-21.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The first day on which it holds no longer.  [default: it does not lapse]",
)
@country_option
@json_option
def set_command(
    *,
    written: str,
    kind: str,
    purpose: str,
    source: str,
    until: datetime | None,
    country: str | None,
    for_programs: bool,
) -> None:
    """Keep what the person at NUMBER has allowed or forbidden, since now.

    A new word on the same matter takes the place of the old one.
    """
    settings = settings_for_command()
    wanted, now = Finder(settings, country).number(written), datetime.now(UTC)
    end = None if until is None else midnight(until, zone_of(settings))
    mark = Mark(wanted, MarkKind(kind), purpose, source, now, end)
    with opened_store(settings, create=True) as store, store.transaction():
        store.put_mark(mark)
        note_number(store, Action.MARKED, wanted, f"{kind} for {purpose}")
    if for_programs:
        click.echo(as_json(_data(mark)))
    else:
        click.echo(cell(f"{wanted}: {kind} for {purpose}, from {source}.").plain)


@marks.command("withdraw")
@click.argument("number")
@kind_option
@purpose_option
@country_option
def withdraw_command(number: str, kind: str, purpose: str, country: str | None) -> None:
    """Take back what the person at NUMBER had allowed or forbidden; that it was, stays known."""
    settings = settings_for_command()
    wanted = Finder(settings, country).number(number)
    with opened_store(settings) as store, store.transaction():
        if not store.withdraw_mark(wanted, MarkKind(kind), purpose, datetime.now(UTC)):
            end_with_findings(
                f"{wanted} has no {kind} for {purpose} in force: `rahyab customers marks list"
                f" {wanted}` shows what there is"
            )
        note_number(store, Action.UNMARKED, wanted, f"{kind} for {purpose}")
    click.echo(cell(f"{wanted}: {kind} for {purpose} is withdrawn.").plain)


def _data(mark: Mark) -> dict[str, object]:
    return {**asdict(mark), "in_force": mark.holds(datetime.now(UTC))}


def _table(found: Sequence[Mark], zone: tzinfo | None) -> Table:
    table = listing_table(
        "number", "kind", "purpose", "since", "until", "withdrawn", "source", whole=("number",)
    )
    for mark in found:
        times = (mark.since, mark.until, mark.withdrawn_at)
        since, until, withdrawn = (told_time(each, zone) for each in times)
        words = (mark.number, mark.kind, mark.purpose, since, until, withdrawn, mark.source)
        table.add_row(*map(cell, words))
    return table
