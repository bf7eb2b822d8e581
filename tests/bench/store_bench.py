"""What the store does at five million phone numbers: look-ups, journaled calls, size.

    PYTHONPATH=. python tests/bench/store_bench.py [--numbers 5000000] [--stores sqlite,postgresql]

Run by hand; it prints, and nothing is asserted. It fills an SQLite file and a private PostgreSQL
server in a temporary folder (`TMPDIR` says on which disk; both together take up to 10 GB), measures
in turn, and removes them. Times are those of the clock on the wall: read them with the ratios,
which come from one run.
"""

import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from itertools import repeat
from pathlib import Path

import click

from agi_server.policy import load_policy_file
from ivr.rulebook import Rulebook
from replay_bench import RULES
from store_databases import Database, PostgresDatabase, SqliteDatabase
from store_disk import measure_disk
from store_journaling import Journaled, Plan, measure_calls
from store_lag import WaitingStore, busy, rounds_a_second
from store_looking import check_found, measure_looking
from store_people import Said, Site
from store_tables import print_figure
from tests.postgres import postgres_server

AT_ONCE = (1, 16, 64)
WRITERS = (2, 4, 8)
DISK_SECONDS = 2.0
STORES = ("sqlite", "postgresql")


@click.command()
@click.option("--numbers", default=5_000_000, show_default=True, help="Phone numbers.")
@click.option("--look-ups", default=5_000, show_default=True, help="Of each kind of caller, warm.")
@click.option("--cold", default=50, show_default=True, help="Of them, cold.")
@click.option("--seconds", default=8.0, show_default=True, help="For each run of journaled calls.")
@click.option("--stores", default=",".join(STORES), show_default=True, help="By comma.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
def main(  # noqa: PLR0913  the options of a command
    *,
    numbers: int,
    look_ups: int,
    cold: int,
    seconds: float,
    stores: str,
    as_json: bool,
) -> None:
    """Measure, and print."""
    site = Site(numbers, Said.by(Rulebook.of(load_policy_file(RULES))))
    figures: dict[str, object] = {}
    with databases(chosen(stores)) as (folder, filled):
        for name, figure in measured(site, filled, folder, look_ups, cold, seconds):
            figures[name] = figure
            if not as_json:
                print_figure(name, figure, site)
    if as_json:
        click.echo(json.dumps(figures, indent=2))


def measured(  # noqa: PLR0913, PLR0917  the options of the command
    site: Site,
    filled: Sequence[Database],
    folder: Path,
    look_ups: int,
    cold: int,
    seconds: float,
) -> Iterator[tuple[str, object]]:
    """Each figure by its name, as soon as it is there: all together take an hour."""
    yield "load_before", os.getloadavg()
    yield "filling", [fill(database, site) for database in filled]
    looking = measure_looking(filled, site, look_ups, cold)
    yield "looking", [each.figures() for each in looking]
    yield "disk", measure_disk(folder, min(seconds, DISK_SECONDS)).figures()
    plans = [
        (database, Plan(database.name, database.open, AT_ONCE[-1], seconds, folder))
        for database in filled
    ]
    runs = [run.figures() for database, plan in plans for run in journaling(database, site, plan)]
    yield "journaling", runs
    yield "lag", [run.figures() for database, plan in plans for run in lag(database, site, plan)]
    yield "load_after", os.getloadavg()


def chosen(names: str) -> Sequence[str]:
    """The databases named, by comma."""
    wanted = names.split(",")
    if unknown := [name for name in wanted if name not in STORES]:
        raise click.ClickException(f"no database {unknown[0]}: there are {', '.join(STORES)}")
    return wanted


@contextmanager
def databases(names: Sequence[str]) -> Iterator[tuple[Path, Sequence[Database]]]:
    """Empty ones, and a folder on their disk."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rahyab-bench-")))
        made: list[Database] = []
        if "sqlite" in names:
            made.append(SqliteDatabase(folder / "rahyab.db"))
        if "postgresql" in names:
            made.append(PostgresDatabase(stack.enter_context(postgres_server(durable=True))))
        yield folder, made


def fill(database: Database, site: Site) -> Mapping[str, object]:
    """Fill one; the seconds and bytes of each table."""
    seconds = database.fill(site)
    with closing(database.open()) as store:
        check_found(store, site)
    sizes = database.sizes()
    return {
        "database": database.name,
        "seconds": seconds,
        "bytes": {table: sizes[table] for table in seconds},
        "whole": sum(sizes.values()),
    }


def journaling(database: Database, site: Site, plan: Plan) -> Iterator[Journaled]:
    """Calls by one writer, and by several where the database takes them."""
    for at_once in AT_ONCE:
        yield measure_calls(database, site, replace(plan, at_once=at_once))
    if isinstance(database, PostgresDatabase):
        for writers in WRITERS:
            yield measure_calls(database, site, replace(plan, writers=writers))


def lag(database: Database, site: Site, plan: Plan) -> Iterator[Journaled]:
    """The loop beside the real store, and beside two that keep nothing."""
    real = measure_calls(database, site, plan)
    rounds = round(real.writer_cpu * rounds_a_second())
    waits = replace(plan, store=f"{plan.store}: only waiting", open_store=WaitingStore)
    works = replace(plan, store=f"{plan.store}: as busy, no lock", open_store=WaitingStore)
    yield waits.run(repeat(lambda _: None))
    yield works.run(repeat(lambda _: busy(rounds)))
    yield real


if __name__ == "__main__":
    main()
