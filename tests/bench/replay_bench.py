"""How long a day of calls takes to go through the rules again.

    PYTHONPATH=. python tests/bench/replay_bench.py --calls 50000

Makes a journal of so many calls in a temporary folder, four kinds of them in turn, and replays it
as `rahyab replay` does: reading and deciding are timed apart.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from agi_server.policy import load_policy_file
from crm.ports import Store
from crm.records import NewCall, TimelineEvent
from crm.sqlite_store import SqliteStore
from ivr.rulebook import Rulebook
from rehearsal.memory import NotAsked
from rehearsal.moves import Report
from rehearsal.recorded import KINDS, Recorded, read_call
from rehearsal.replay import replay
from rehearsal.timeline import Arrived, HungUp
from routing.decide import explanation
from routing.decisions_data import destination_to_data, explanation_to_data, route_to_data
from routing.facts import Caller, Contract, CustomerFacts, CustomerStatus, Facts, QueueFacts
from routing.facts_data import facts_to_data

RULES = Path(__file__).parents[2] / "routing_rules.yaml"
BEGIN = datetime(2026, 11, 24, 4, 30, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Tehran")
BATCH = 1_000

CONTRACT = Contract("standard", BEGIN.date(), BEGIN.date() + timedelta(days=365))
CUSTOMERS = (
    CustomerFacts(CustomerStatus.UNKNOWN),
    CustomerFacts(CustomerStatus.KNOWN, 1, "Sara", "fa", "gold", (CONTRACT,), 1),
    CustomerFacts(CustomerStatus.KNOWN, 2, "Ali", "en", None, (CONTRACT,)),
    CustomerFacts(CustomerStatus.WITHHELD),
)
STANDING = QueueFacts(waiting=2, longest_wait=40, agents=3, estimated_wait=60)
KEYS = ("1", "2", None, "1")


def calls(count: int) -> Iterator[Facts]:
    """So many calls over a day, from four kinds of callers."""
    for number, customer in enumerate(islice(cycle(CUSTOMERS), count)):
        withheld = customer.status is CustomerStatus.WITHHELD
        sent = "" if withheld else f"+98912{number:07d}"
        yield Facts(
            call_id=f"{number}.1-1",
            at=(BEGIN + timedelta(days=1) * number / count).astimezone(ZONE),
            caller=Caller(sent, "", sent or None, None if withheld else "IR"),
            dialled="+982191000000",
            source="website",
            language=customer.language or "fa",
            customer=customer,
        )


def events(book: Rulebook, facts: Facts, key: str | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the journal says of a call: its decisions are made by the rules themselves."""
    where = {"dialogue": "welcome", "stage": "menu welcome"}
    pressed = where | ({"keys": key} if key else {})
    kind = "pressed" if key else "silence"
    again = replay(book, _of(book, facts, [key] if key else [None] * 3))
    start, *_ = again.turns
    begun = {
        "start": start.route and route_to_data(start.route),
        "variables": sorted(book.policy.variables),
    }
    yield "came-in", {"caller": facts.caller.number, "dialled": facts.dialled, **begun}
    first, *later = again.decisions
    yield "decided", explanation_to_data(explanation(first, 30))
    yield "heard", {"prompts": ["welcome", "for-support"], "language": facts.language}
    for _ in range(1 if key else 3):
        yield kind, pressed
    for turn in again.turns:
        if turn.place.startswith("menu ") and turn.route is not None:
            yield "left", {**where, "why": turn.way, "then": route_to_data(turn.route)}
    for decision in later:
        if decision.rules.queues:
            yield "queues", dict.fromkeys(decision.rules.queues, asdict(STANDING))
        yield "decided", explanation_to_data(explanation(decision, 30))
    if isinstance(again.end, Arrived):
        yield "arrived", destination_to_data(again.end.to)
    elif isinstance(again.end, HungUp | NotAsked):
        yield "hung-up", {"stage": again.end.stage}
    yield "sent", {"RAHYAB_GO": "queue"}
    yield "ended", {"stage": "queue support"}


def _of(book: Rulebook, facts: Facts, keys: list[str | None]) -> Recorded:
    return Recorded(
        facts=facts,
        keys={("menu welcome", "welcome"): keys},
        looks=dict.fromkeys(book.policy.queues, (STANDING,)),
        places={},
        look_ups=(),
        put_down=(),
        takes=(),
        pins=(),
        drawn=(),
        codes=(),
        variables=frozenset(book.policy.variables),
        turns=(),
        end=HungUp("menu welcome"),
    )


def fill(store: Store, book: Rulebook, count: int) -> None:
    """Write the journal, many calls at a time."""
    drawn = zip(track(calls(count), "writing", count), cycle(KEYS), strict=False)
    while batch := list(islice(drawn, BATCH)):
        with store.transaction():
            for facts, key in batch:
                _write(store, book, facts, key)


def _write(store: Store, book: Rulebook, facts: Facts, key: str | None) -> None:
    at = facts.at.astimezone(UTC)
    call_id, caller = facts.call_id, facts.caller
    revision = book.policy.revision
    stored = facts_to_data(replace(facts, customer=replace(facts.customer, id=None)))
    sent = (caller.number_as_sent, caller.name_as_sent, caller.number)
    line = (facts.dialled, facts.source, facts.language)
    store.begin_call(NewCall(call_id, at, *sent, *line, None, revision, stored))
    told = enumerate(events(book, facts, key))
    store.add_to_timeline(TimelineEvent(call_id, 1, n, at, *event) for n, event in told)


@click.command()
@click.option("--calls", "count", default=50_000, show_default=True)
def main(count: int) -> None:
    """Measure."""
    book = Rulebook.of(load_policy_file(RULES))
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(SqliteStore(Path(folder) / "db")) as store,
    ):
        fill(store, book, count)
        begun = time.perf_counter()
        recorded = list(store.recorded_calls(BEGIN - timedelta(days=1), kinds=KINDS))
        read = time.perf_counter()
        report = Report()
        for each in recorded:
            call = read_call(each.facts, each.events)
            if call is not None:
                report.add(call, replay(book, call))
        done = time.perf_counter()
    table = Table("", "s", "µs a call", title=f"{report.calls} calls, {report.same} the same")
    for name, seconds in (
        ("reading", read - begun),
        ("deciding", done - read),
        ("all", done - begun),
    ):
        table.add_row(name, f"{seconds:.1f}", f"{seconds / count * 1e6:.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
