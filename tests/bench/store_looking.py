"""How long it takes to find a caller: warm and cold, of every kind of caller."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import cycle, islice
from random import Random
from time import perf_counter, thread_time
from typing import Final

from rich.console import Console
from rich.progress import track

from agi_measuring import percentile
from crm.ports import MOST_MATCHES, Store
from store_databases import Database
from store_people import AT_THE_SWITCHBOARD, BUSY, SWITCHBOARD, Site, number

SEED: Final = 5


@dataclass(frozen=True, slots=True)
class LookUps:
    """Times in seconds. `opening` is that of the connection, with a first look at the schema."""

    database: str
    kind: str
    warm: Sequence[float]
    cpu: Sequence[float]
    """Of our own thread, warm: all there is to SQLite, whatever else the machine does."""
    cold: Sequence[float]
    opening: Sequence[float]

    def figures(self) -> dict[str, object]:
        """What is printed; times in ms."""
        return {
            "database": self.database,
            "kind": self.kind,
            **{f"warm_{name}": value for name, value in _spread(self.warm).items()},
            **{f"cpu_{name}": value for name, value in _spread(self.cpu).items()},
            **{f"cold_{name}": value for name, value in _spread(self.cold).items()},
            "opening_p50": percentile(list(self.opening), 0.5) * 1000,
        }


def _spread(times: Sequence[float]) -> dict[str, float]:
    shares = {"p50": 0.5, "p99": 0.99, "max": 1.0}
    return {name: percentile(list(times), share) * 1000 for name, share in shares.items()}


def callers(site: Site, count: int) -> Mapping[str, Sequence[str]]:
    """So many numbers of each kind, by chance, the same ones every time."""
    chance = Random(SEED)  # noqa: S311  a draw, no secret
    usual = range(site.busy_calls * BUSY, site.calls)
    sharing = site.sharing()
    busy = [number(site.numbers_of(customer_id)[0]) for customer_id in range(1, BUSY + 1)]
    return {
        "known, has called": [site.called_from(chance.choice(usual)) for _ in range(count)],
        "known, any": [number(chance.randrange(site.numbers)) for _ in range(count)],
        "unknown": [number(site.numbers + 1 + chance.randrange(10**7)) for _ in range(count)],
        "of two customers": [site.shared_by(chance.choice(sharing)) for _ in range(count)],
        f"of {AT_THE_SWITCHBOARD:,} customers": [SWITCHBOARD] * count,
        f"busy, {site.busy_calls:,} calls": list(islice(cycle(busy), count)),
    }


def measure_looking(
    databases: Sequence[Database], site: Site, count: int, cold: int
) -> list[LookUps]:
    """Each kind of caller in each database, `cold` of them with nothing in memory."""
    drawn = callers(site, count)
    return [
        LookUps(
            database.name,
            kind,
            *warm(database, numbers),
            *cold_ones(
                database,
                f"{database.name}, cold: {kind}",
                numbers[: max(1, cold // database.cold_share)],
            ),
        )
        for database in databases
        for kind, numbers in drawn.items()
    ]


def warm(database: Database, numbers: Sequence[str]) -> tuple[Sequence[float], Sequence[float]]:
    """One connection, all that is needed in the kernel's memory: each is looked up twice."""
    wall, cpu = [], []
    with closing(database.open()) as store:
        for each in numbers:
            store.look_up_caller(each)
        for each in numbers:
            begin = thread_time()
            wall.append(_timed(store, each))
            cpu.append(thread_time() - begin)
    return wall, cpu


def cold_ones(
    database: Database, plan: str, numbers: Sequence[str]
) -> tuple[Sequence[float], Sequence[float]]:
    """Each with a new connection and nothing in memory; and how long opening that took."""
    times, opening = [], []
    for each in track(numbers, plan, console=Console(stderr=True)):
        database.make_cold()
        begin = perf_counter()
        with closing(database.open()) as store:
            opening.append(perf_counter() - begin)
            times.append(_timed(store, each))
    return times, opening


def _timed(store: Store, number: str) -> float:
    begin = perf_counter()
    store.look_up_caller(number)
    return perf_counter() - begin


def check_found(store: Store, site: Site) -> None:
    """That the callers are what they are called: otherwise the figures would tell nothing."""
    found = {
        kind: store.look_up_caller(numbers[0]).matches for kind, numbers in callers(site, 1).items()
    }
    called, _, unknown, two, many, busy = found.values()
    assert [len(each) for each in (called, unknown, two, busy)] == [1, 0, 2, 1]
    assert len(many) == min(MOST_MATCHES, site.customers)
    assert busy[0].last_agent is not None
    assert busy[0].open_cases
