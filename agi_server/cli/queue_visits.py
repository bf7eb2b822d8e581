"""`rahyab queues visits`: who came to queues, and how each visit ended."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

import click
from rich.table import Table

from agi_server.cli.access import Action, note
from agi_server.cli.listing import (
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
from agi_server.cli.printing import as_json, cell
from agi_server.endings import visit_as_told
from crm.ports import Store
from crm.records import Disposition, QueueVisit
from reports.visits import VisitCounts, count_visits

NO_VISITS: Final = "There are no visits to queues."


@click.command("visits")
@since_option
@search_option
@limit_option()
@json_option
def visits_command(since: datetime | None, search: str, limit: int, *, for_programs: bool) -> None:
    """List the visits to queues, the newest first, and count how they ended.

    Also who was not let in. Whose end was never reported is told as unknown once the call has ended
    or is older than any call.
    """
    settings = settings_for_command()
    zone = zone_of(settings)
    first = None if since is None else midnight(since, zone)
    with opened_store(settings) as store, store.transaction():
        # One more than is shown tells whether there are more.
        found = store.queue_visits(since=first, search=search, limit=limit + 1)
        shown = _as_told(store, found[:limit])
        note(store, Action.LISTED, detail=f"{len(shown)} visits to queues")
    counts, cut = count_visits(shown), len(found) > limit
    if for_programs:
        click.echo(as_json(_data(shown, counts, cut=cut)))
        return
    print_listed(shown, lambda: _table(shown, zone), for_programs=False, cut=cut, none=NO_VISITS)
    if shown:
        click.echo(_counts_in_words(counts))


def _as_told(store: Store, visits: Iterable[QueueVisit]) -> Sequence[QueueVisit]:
    """The visits as they are to be told; only those in progress need their calls for that."""
    now = datetime.now(UTC)
    told = []
    for visit in visits:
        is_open = visit.disposition is Disposition.IN_PROGRESS
        call = store.call(visit.call_id) if is_open else None
        told.append(visit if call is None else visit_as_told(visit, call, now))
    return told


def _data(visits: Sequence[QueueVisit], counts: VisitCounts, *, cut: bool) -> dict[str, Any]:
    return {
        "visits": [asdict(visit) for visit in visits],
        "counts": {
            "attempts": counts.attempts,
            "entered": counts.entered,
            "blocked": counts.blocked,
            **counts.by_disposition,
        },
        "more": cut,
    }


def _table(visits: Sequence[QueueVisit], zone: tzinfo | None) -> Table:
    columns = ("call", "queue", "language", "came in", "waited", "how it ended", "agent")
    table = listing_table(*columns, whole=("call", "came in", "waited"))
    for each in visits:
        came = told_time(each.entered_at, zone)
        words = (_queue(each), each.language, came, waited(each), _ended(each), each.agent)
        table.add_row(cell(each.call_id), *map(cell, words))
    return table


def visits_of_a_call(visits: Sequence[QueueVisit], zone: tzinfo | None) -> Table:
    """The visits of one call as a table, to the second."""
    table = listing_table("queue", "came in", "waited", "how it ended", "agent")
    for each in visits:
        came = f"{each.entered_at.astimezone(zone):%H:%M:%S}"
        table.add_row(*map(cell, (_queue(each), came, waited(each), _ended(each), each.agent)))
    return table


def waited(visit: QueueVisit) -> str:
    """For how long the caller waited in this queue, until answered or gone; empty while they do."""
    end = visit.answered_at or visit.left_at
    return "" if end is None else f"{(end - visit.entered_at).total_seconds():.0f} s"


def _queue(visit: QueueVisit) -> str:
    """As the rules call it; where they do not have it any more, as Asterisk does."""
    return visit.asterisk_queue if visit.queue is None else visit.queue


def _ended(visit: QueueVisit) -> str:
    return visit.disposition if visit.key is None else f"{visit.disposition}: {visit.key}"


def _counts_in_words(counts: VisitCounts) -> str:
    """The identity: `3 attempts = 2 entered + 1 blocked`, and what both are made of."""
    return "\n".join(
        (
            f"{counts.attempts} attempts = {counts.entered} entered + {counts.blocked} blocked",
            f"{counts.entered} entered = {_sum(counts.of_entered())}",
            f"{counts.blocked} blocked = {_sum(counts.of_blocked())}",
        )
    )


def _sum(parts: Mapping[Disposition, int]) -> str:
    return " + ".join(f"{count} {name}" for name, count in parts.items() if count) or "0"
