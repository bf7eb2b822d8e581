"""`rahyab answers`: what callers have answered in surveys, one by one and together."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, tzinfo

import click
from rich.table import Table

from agi_server.cli.access import Action, note
from agi_server.cli.answers_report import report_command
from agi_server.cli.finding import Finder, country_option, end_with_findings
from agi_server.cli.listing import (
    ListingGroup,
    check_one_of,
    customer_option,
    json_option,
    limit_option,
    listing_table,
    midnight,
    print_listed,
    search_option,
    since_option,
    told_time,
    zone_of,
)
from agi_server.cli.loading import opened_store, settings_for_command
from agi_server.cli.printing import cell
from crm.ports import Store
from crm.records import Answer, Customer


@click.group("answers", cls=ListingGroup)
def answers() -> None:
    """What callers have answered in surveys: list, show, report."""


answers.add_command(report_command)


@answers.command("list")
@click.option("--survey", metavar="NAME", help="Only those to this survey.")
@since_option
@search_option
@customer_option
@country_option
@limit_option()
@json_option
def list_command(  # noqa: PLR0917  one for each option
    survey: str | None,
    since: datetime | None,
    search: str,
    whose: str | None,
    country: str | None,
    limit: int,
    *,
    for_programs: bool,
) -> None:
    """List answers, the newest first."""
    check_one_of(search, whose)
    settings = settings_for_command()
    zone = zone_of(settings)
    first = None if since is None else midnight(since, zone)
    with opened_store(settings) as store, store.transaction():
        if whose is None:
            # One more than is shown tells whether there are more.
            found = store.answers(since=first, survey=survey, search=search, limit=limit + 1)
            note(store, Action.LISTED, detail=f"{len(found[:limit])} answers")
        else:
            customer = Finder(settings, country).one(store, whose)
            found = _of_customer(store, customer, survey, first)
            note(store, Action.SHOWN, customer.id, "answers")
    _print(found[:limit], zone, for_programs=for_programs, cut=len(found) > limit)


def _of_customer(
    store: Store, customer: Customer, survey: str | None, since: datetime | None
) -> Sequence[Answer]:
    return [
        each
        for each in store.customer_file(customer.id or 0).answers
        if survey in {None, each.survey} and (since is None or each.given_at >= since)
    ]


@answers.command("show")
@click.argument("call_id", metavar="CALL")
@json_option
def show_command(call_id: str, *, for_programs: bool) -> None:
    """Show what the caller of CALL has answered."""
    settings = settings_for_command()
    with opened_store(settings) as store, store.transaction():
        story = store.call_story(call_id)
        if story is None or not story.answers:
            end_with_findings(
                f"The call {call_id} has answered nothing: `rahyab answers list` tells those that"
                " did"
            )
        note(store, Action.SHOWN, story.call.customer_id, "answers")
    _print(story.answers, zone_of(settings), for_programs=for_programs, cut=False)


def _print(found: Sequence[Answer], zone: tzinfo | None, *, for_programs: bool, cut: bool) -> None:
    print_listed(
        [asdict(answer) for answer in found],
        lambda: _table(found, zone),
        for_programs=for_programs,
        cut=cut,
        none="There are no answers.",
    )


def _table(found: Sequence[Answer], zone: tzinfo | None) -> Table:
    columns = ("call", "when", "survey", "question", "answer", "agent", "queue", "request")
    table = listing_table(*columns, whole=columns[:2])
    for each in found:
        when, survey = told_time(each.given_at, zone), each.survey
        words = (each.call_id, when, survey, each.question, each.value)
        table.add_row(*map(cell, (*words, each.agent, each.queue, each.tracking)))
    return table
