"""Kills servers and stores under load, and looks whether callers were told anything untrue.

    python -m tests.chaos --kills 50 --copies 20

The callers note down each tracking number, answer and callback at the moment they are told. Then
all of it must be in the store, once. Copies of the disk need root (see `tests.chaos.disk`).
"""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from tests.chaos.attacks import Report, halt_postgres, kill_postgres, kill_server, lock_file
from tests.chaos.disk import cut_power
from tests.chaos.told import Promise

MOST_SHOWN = 10


@click.command(help=__doc__)
@click.option("--kills", default=50, show_default=True, help="Of the server, and of PostgreSQL.")
@click.option("--copies", default=20, show_default=True, help="Of the disk, as a power cut has it.")
@click.option("--outage", default=10.0, show_default=True, help="Seconds without the store.")
def main(kills: int, copies: int, outage: float) -> None:
    """Attack, compare and print."""
    attacks: tuple[Callable[[Path], Awaitable[Report]], ...] = (
        lambda folder: kill_server(folder, kills),
        lambda folder: cut_power(folder, copies),
        lambda folder: kill_postgres(folder, kills),
        lambda folder: lock_file(folder, outage),
        lambda folder: halt_postgres(folder, outage),
    )
    reports = []
    for attack in attacks:
        with tempfile.TemporaryDirectory(prefix="rahyab-chaos-") as folder:
            report = asyncio.run(_attacked(attack, Path(folder)))
        click.echo(f"{report.name}: {report.seconds:.0f} s", err=True)
        reports.append(report)
    show(reports)
    sys.exit(not all(report.holds for report in reports))


async def _attacked(attack: Callable[[Path], Awaitable[Report]], folder: Path) -> Report:
    return await attack(folder)


def show(reports: list[Report]) -> None:
    """Print what came of it: a column for each attack, and then each thing that is wrong."""
    table = Table("", *(report.name for report in reports))
    for title, figure in _ROWS:
        table.add_row(title, *(figure(report) for report in reports))
    Console().print(table)
    for report in reports:
        found = report.found
        for word, wrong in (
            ("lost", found.lost),
            ("twice", found.twice),
            ("not in the journal", found.unwritten),
            ("problem", report.problems),
        ):
            for each in wrong[:MOST_SHOWN]:
                click.echo(f"{report.name}: {word}: {each}")


_ROWS: tuple[tuple[str, Callable[[Report], str]], ...] = (
    ("attacks", lambda report: str(report.attacks)),
    ("seconds", lambda report: f"{report.seconds:.0f}"),
    ("calls", lambda report: str(report.found.calls)),
    ("requests completed", lambda report: str(report.found.requests)),
    ("requests cut", lambda report: str(report.cut)),
    ("requests nobody took", lambda report: str(report.refused)),
    ("slowest request", lambda report: f"{report.slowest:.2f} s"),
    *(
        (f"{promise}s told", lambda report, promise=promise: str(report.found.told[promise]))
        for promise in Promise
    ),
    ("lost", lambda report: str(len(report.found.lost))),
    ("twice", lambda report: str(len(report.found.twice))),
    ("not in the journal", lambda report: str(len(report.found.unwritten))),
    ("other problems", lambda report: str(len(report.problems))),
)


if __name__ == "__main__":
    main()
