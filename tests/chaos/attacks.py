"""What is done to a server under load, and what its callers then miss: nothing, one hopes."""

import asyncio
import random
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from crm.postgres_store import PostgresStore
from crm.sqlite_store import SqliteStore
from tests.chaos.calls import Load
from tests.chaos.comparing import Comparison, compare
from tests.chaos.service import Service
from tests.chaos.told import CallNotes
from tests.postgres import PostgresServer, postgres_server

CALLERS: Final = 30
"""Calls at any time."""

LULL_SECONDS: Final = (0.1, 1.5)
"""The shortest and the longest time between two attacks."""

LOCKED_EVERY: Final = 3
"""One attack in so many comes while the store is locked, so that the spool is in use."""

LOCKED_SECONDS: Final = 1.0
"""How long the store has been locked then: two promises have gone to the spool."""


@dataclass(slots=True)
class Report:
    """What came of one kind of attack.

    Attributes:
        name: What was done.
        attacks: How often.
        seconds: How long the load lasted.
        cut: Requests that were cut in their midst.
        refused: Requests that nobody took on, wrongly.
        slowest: Seconds that the slowest request took that was not cut.
        problems: What else is wrong, in words.
        found: How what callers were told compares with the store.
    """

    name: str
    attacks: int
    seconds: float = 0.0
    cut: int = 0
    refused: int = 0
    slowest: float = 0.0
    problems: list[str] = field(default_factory=list)
    found: Comparison = field(default_factory=Comparison)

    @property
    def holds(self) -> bool:
        """Whether nothing was lost and nothing is there twice."""
        found = self.found
        return not (found.lost or found.twice or found.unwritten or self.problems or self.refused)

    def take(self, calls: Sequence[CallNotes]) -> None:
        """Take up what the callers' side of the calls tells."""
        self.cut = sum(len(call.cut) for call in calls)
        self.refused = sum(len(call.wrongly_refused()) for call in calls)
        self.slowest = max((asked.seconds for call in calls for asked in call.asked), default=0.0)

    def add(self, found: Comparison) -> None:
        """Take up one more comparison of the same load."""
        mine = self.found
        mine.calls, mine.requests = found.calls, found.requests
        mine.told = Counter(found.told)
        mine.lost += found.lost
        mine.twice += found.twice
        mine.unwritten += found.unwritten


@asynccontextmanager
async def loaded(load: Load) -> AsyncIterator[None]:
    """Calls come in for as long as the block runs, and each is brought to its end behind it."""
    calling = asyncio.create_task(load.run())
    try:
        yield
    finally:
        load.stop()
    await calling


async def lull() -> None:
    """Let calls go on undisturbed, for a time that nobody can foresee."""
    await asyncio.sleep(random.uniform(*LULL_SECONDS))  # noqa: S311  no secret


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Hold the write lock of an SQLite file."""
    with closing(sqlite3.connect(database, isolation_level=None, timeout=30)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")


async def under_load(
    service: Service, report: Report, attack: Callable[[], Awaitable[None]]
) -> Sequence[CallNotes]:
    """Attack under load; then have the spool emptied and the service ended in good order."""
    load = Load([service.port], CALLERS)
    began = time.monotonic()
    async with loaded(load):
        await attack()
        await lull()
    report.seconds += time.monotonic() - began
    if not await asyncio.to_thread(service.empty_spool):
        report.problems.append(f"the spool {service.spool} is not empty")
    await asyncio.to_thread(service.stop)
    report.problems += [f"the store refused a line: {why}" for why in service.refused()]
    report.take(load.notes)
    return load.notes


async def kill_server(folder: Path, times: int) -> Report:
    """Kill all processes of a server on SQLite again and again, a third of them with a spool."""
    report = Report("server killed (SQLite)", times)
    service = Service(folder / "home")
    service.start()

    async def kill() -> None:
        for number in range(times):
            await lull()
            if number % LOCKED_EVERY == 0:
                with locked(service.database):
                    await asyncio.sleep(LOCKED_SECONDS)
                    await asyncio.to_thread(service.kill)
            else:
                await asyncio.to_thread(service.kill)
            await asyncio.to_thread(service.start)

    calls = await under_load(service, report, kill)
    compare_with_file(report, calls, service.database)
    return report


def compare_with_file(report: Report, calls: Sequence[CallNotes], database: Path) -> None:
    """Compare with an SQLite file that nobody uses any more, and have it checked."""
    with closing(sqlite3.connect(database)) as connection:
        for pragma in ("integrity_check", "foreign_key_check"):
            rows = connection.execute(f"PRAGMA {pragma}").fetchall()
            if rows not in ([], [("ok",)]):
                report.problems.append(f"{pragma}: {rows}")
    with closing(SqliteStore(database, create=False)) as store:
        report.add(compare(calls, store))


async def kill_postgres(folder: Path, times: int) -> Report:
    """Kill all processes of PostgreSQL again and again; the server lives on."""
    report = Report("PostgreSQL killed", times)

    async def kill(postgres: PostgresServer) -> None:
        for _ in range(times):
            await lull()
            await asyncio.to_thread(postgres.kill)
            await lull()
            await asyncio.to_thread(postgres.start)

    await _on_postgres(folder, report, kill)
    return report


async def halt_postgres(folder: Path, seconds: float) -> Report:
    """Have PostgreSQL stand still for a while, its connections open."""
    report = Report(f"PostgreSQL stopped for {seconds:g} s", 1)

    async def halt(postgres: PostgresServer) -> None:
        await lull()
        with postgres.halted():
            await asyncio.sleep(seconds)

    await _on_postgres(folder, report, halt)
    return report


async def _on_postgres(
    folder: Path, report: Report, attack: Callable[[PostgresServer], Awaitable[None]]
) -> None:
    with postgres_server(durable=True) as postgres:
        address = postgres.new_database("rahyab")
        service = Service(folder / "home", store=address)
        service.start()
        calls = await under_load(service, report, lambda: attack(postgres))
        with closing(PostgresStore(address, create=False)) as store:
            report.add(compare(calls, store))
    _demand_no_cut(report)


async def lock_file(folder: Path, seconds: float) -> Report:
    """Have another process hold the write lock of the SQLite file for a while."""
    report = Report(f"SQLite locked for {seconds:g} s", 1)
    service = Service(folder / "home")
    service.start()

    async def lock() -> None:
        await lull()
        with locked(service.database):
            await asyncio.sleep(seconds)

    calls = await under_load(service, report, lock)
    compare_with_file(report, calls, service.database)
    _demand_no_cut(report)
    return report


def _demand_no_cut(report: Report) -> None:
    """A server that lives on serves every caller, whatever becomes of its store."""
    if report.cut:
        report.problems.append(f"{report.cut} requests were cut")
