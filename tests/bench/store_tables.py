"""The tables that `store_bench.py` prints."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from agi_tables import show, simple_table
from store_databases import OF_CALLS, OF_CUSTOMERS, total
from store_people import Site

AIM = 20
"""Calls journaled with 64 at once, to the disk's single syncs, both a second."""


def print_figure(name: str, figure: Any, site: Site) -> None:  # noqa: ANN401  whatever it is
    """One of those that the benchmark gives, by its name."""
    if name.startswith("load"):
        print_load(figure, site)
    elif name == "filling":
        print_filling(figure, site)
    else:
        printers = {
            "looking": print_looking,
            "disk": print_disk,
            "journaling": print_journaling,
            "lag": print_lag,
        }
        printers[name](figure)


def print_load(load: Sequence[float], site: Site) -> None:
    """How busy the machine is."""
    show(
        f"{site.numbers:,} numbers, {site.customers:,} customers, {site.calls:,} calls; load of the"
        f" machine {load[0]:.1f} on {os.cpu_count()} cores"
    )


def print_filling(rows: Sequence[Mapping[str, Any]], site: Site) -> None:
    """Time and size of a customer, with numbers and contracts, and of a call, with its case."""
    table = simple_table(
        *("database", "a customer", "written in", "a call", "written in", "all", "of it timelines"),
    )
    for row in rows:
        sizes, seconds = row["bytes"], row["seconds"]
        table.add_row(
            row["database"],
            f"{total(sizes, OF_CUSTOMERS) / site.customers:,.0f} B",
            f"{total(seconds, OF_CUSTOMERS) / site.customers * 1e6:.0f} µs",
            f"{total(sizes, OF_CALLS) / site.calls:,.0f} B",
            f"{total(seconds, OF_CALLS) / site.calls * 1e6:.0f} µs",
            f"{row['whole'] / 2**20:,.0f} MiB",
            f"{sizes['timeline'] / row['whole']:.0%}",
        )
    show("Filled in bulk, the making of the rows included", table)


def print_looking(rows: Sequence[Mapping[str, Any]]) -> None:
    """Times of a look-up."""
    table = simple_table(
        *(
            "caller",
            "database",
            "warm p50",
            "p99",
            "max",
            "CPU p50",
            "p99",
            "cold p50",
            "max",
            "opening, cold",
        ),
    )
    for row in rows:
        table.add_row(
            row["kind"],
            row["database"],
            *(f"{row[f'warm_{name}']:.3f} ms" for name in ("p50", "p99", "max")),
            *(f"{row[f'cpu_{name}']:.3f} ms" for name in ("p50", "p99")),
            *(f"{row[f'cold_{name}']:.1f} ms" for name in ("p50", "max")),
            f"{row['opening_p50']:.1f} ms",
        )
    show("A caller looked up", table)


def print_disk(disk: Mapping[str, float]) -> None:
    """The ways to sync."""
    table = simple_table("4 KiB kept by", "a second")
    for way in ("fdatasync", "fsync"):
        table.add_row(f"{way}, appended", f"{disk[way]:,.0f}")
    table.add_row("fdatasync, written over", f"{disk['overwritten']:,.0f}")
    show("The disk, one block after the other", table)


def print_journaling(rows: Sequence[Mapping[str, Any]]) -> None:
    """Calls a second, against the disk."""
    table = simple_table(
        *("database", "writers", "at once", "calls a second", "disk's syncs", "ratio"),
        *("p50", "p99", "writers' CPU a call", "loop's"),
    )
    for row in rows:
        table.add_row(
            row["store"],
            str(row["writers"]),
            str(row["at_once"]),
            f"{row['rate']:,.0f}",
            f"{row['syncs']:,.0f}",
            f"{row['ratio']:.2f}",
            f"{row['p50']:.2f} ms",
            f"{row['p99']:.2f} ms",
            f"{row['writer_cpu']:.0f} µs",
            f"{row['loop_cpu']:.0f} µs",
        )
    show(f"Calls journaled durably; the aim with 64 at once is {AIM} times the syncs", table)


def print_lag(rows: Sequence[Mapping[str, Any]]) -> None:
    """How late timers of the loop came."""
    table = simple_table("64 at once, beside", "writes a second", "p50", "p99", "max", "loop's CPU")
    for row in rows:
        table.add_row(
            row["store"],
            f"{row['rate']:,.0f}",
            *(f"{row[f'lag_{name}']:.2f} ms" for name in ("p50", "p99", "max")),
            f"{row['loop_cpu']:.0f} µs",
        )
    show("How late a timer of 1 ms comes on the event loop meanwhile", table)
