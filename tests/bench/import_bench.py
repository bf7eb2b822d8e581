"""What importing a customer file costs: time by stage, CPU, memory, and how long all is locked.

    import_bench.py                      a million lines of CSV into a new database, and once more
    import_bench.py --lines 50000 --xlsx the same as a workbook

Run by hand; it prints, and nothing is asserted. The customers are made up from a fixed seed. Each
import runs in a process of its own, whose highest resident memory is read from the kernel.
"""

import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from random import Random

import click
from openpyxl import Workbook

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from crm.importing import COLUMNS, import_customers  # noqa: E402  the path comes first
from crm.sqlite_store import SqliteStore  # noqa: E402

SEED = 20260321
GIVEN = ("سارا", "رضا", "علی", "مریم", "زهرا", "حسین", "نرگس", "امیر", "Jānis", "Emma")
FAMILY = ("احمدی", "کریمی", "حسینی", "رضایی", "محمدی", "جعفری", "نظری", "Bērziņš", "Taylor")
SEGMENTS = ("gold", "silver", "standard")
TO_KIB = 1024


def lines(count: int) -> Iterator[list[str]]:
    """Customers, half of them with a contract, a tenth with a second number."""
    draw = Random(SEED)  # noqa: S311  the same customers each time are the purpose
    for number in range(count):
        phones = f"0912{number:07d}"
        if draw.random() < 0.1:
            phones += f"; 021 {draw.randrange(10**7, 10**8)}"
        segment = draw.choice(SEGMENTS)
        starts = date(2024, 1, 1) + timedelta(days=draw.randrange(700))
        ends = starts + timedelta(days=364)
        contract = [segment, starts.isoformat(), ends.isoformat(), "14"]
        yield [
            f"C-{number:07d}",
            f"{draw.choice(GIVEN)} {draw.choice(FAMILY)}",
            draw.choice(("fa", "lv", "en")),
            segment,
            phones,
            *(contract if draw.random() < 0.5 else ["", "", "", ""]),
            str(draw.randrange(101)),
        ]


def write_csv(path: Path, count: int) -> None:
    """Write a file of so many customers."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(lines(count))


def write_xlsx(path: Path, count: int) -> None:
    """The same as a workbook."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("customers")
    sheet.append(COLUMNS)
    for line in lines(count):
        sheet.append(line)
    book.save(path)


def run(path: Path, database: Path) -> None:
    """Import one file and print what it took; the process that does this is nobody else's."""
    begun = time.perf_counter()
    first: dict[str, float] = {}

    def note(stage: str, done: int, total: int) -> None:
        del done, total
        first.setdefault(stage, time.perf_counter())

    with closing(SqliteStore(database)) as store:
        opened = time.perf_counter()
        report = import_customers(store, path, country="IR", progress=note)
        ended = time.perf_counter()
    used = resource.getrusage(resource.RUSAGE_SELF)
    told = {
        "added": report.counts.added,
        "changed": report.counts.changed,
        "unchanged": report.counts.unchanged,
        "rejected": report.rejected,
        "reading_s": round(first["storing"] - opened, 1),
        "locked_s": round(ended - first["storing"], 1),
        "whole_s": round(ended - begun, 1),
        "cpu_s": round(used.ru_utime + used.ru_stime, 1),
        "peak_mib": round(used.ru_maxrss / TO_KIB),
        "database_mib": round(database.stat().st_size / TO_KIB**2),
    }
    click.echo(json.dumps(told))


@click.command()
@click.option("--lines", "count", default=1_000_000, show_default=True)
@click.option("--xlsx", is_flag=True, help="As a workbook instead of CSV.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where; else a temporary one.")
@click.option("--run", "target", type=(Path, Path), hidden=True)
def main(count: int, folder: Path | None, target: tuple[Path, Path] | None, *, xlsx: bool) -> None:
    """Measure importing a customer file, first into a new database, then once more."""
    if target is not None:
        run(*target)
        return
    with tempfile.TemporaryDirectory(dir=folder) as made:
        path = Path(made) / ("customers.xlsx" if xlsx else "customers.csv")
        (write_xlsx if xlsx else write_csv)(path, count)
        click.echo(f"{count} lines, {path.stat().st_size / TO_KIB**2:.0f} MiB")
        database = Path(made) / "rahyab.db"
        for what in ("new", "again"):
            command = [sys.executable, __file__, "--run", str(path), str(database)]
            click.echo(f"{what}: {subprocess.check_output(command, text=True).strip()}")


if __name__ == "__main__":
    main()
