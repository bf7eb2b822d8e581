"""The tables that `decide_bench.py` prints."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agi_tables import show, simple_table

if TYPE_CHECKING:
    from decide_bench import Decided, Loaded, Rivalled


def print_decisions(rows: Sequence["Decided"], plan: str) -> None:
    """How long a decision takes, and how many times as long as on the list in the row before."""
    table = simple_table(
        *("rules", "facts asked for", "p50", "p99", "to the row before", "with reasons"),
        "rules taken (quarters of the list)",
    )
    for before, row in zip([None, *rows], rows, strict=False):
        table.add_row(
            f"{row.rules:,}",
            str(row.facts),
            f"{row.p50:.1f} µs",
            f"{row.p99:.1f} µs",
            "" if before is None else f"{row.p50 / before.p50:.2f}",
            f"{row.told_p50:.0f} µs",
            ", ".join(f"{quarter:.0%}" for quarter in row.quarters),
        )
    show(f"Deciding: {plan}", table)


def print_rivals(rows: Sequence["Rivalled"]) -> None:
    """The other libraries on the same rules and calls."""
    table = simple_table(
        *("rules", "library", "p50", "p99", "to ours", "calls", "agreed", "compiled in"),
    )
    for row in rows:
        table.add_row(
            f"{row.rules:,}",
            row.rival,
            f"{row.p50:,.0f} µs",
            f"{row.p99:,.0f} µs",
            f"{row.ratio:,.1f}",
            str(row.calls),
            str(row.agreed),
            f"{row.compiling:,.0f} ms",
        )
    show("Others, by scanning; what the call shows is worked out for them beforehand", table)


def print_loading(rows: Sequence["Loaded"]) -> None:
    """From the text of a file to its policy."""
    table = simple_table(
        *("rules", "loaded in", "reading", "validating", "checking", "compiling", "indexing"),
        "policy",
    )
    for row in rows:
        parts = (row.reading, row.validating, row.checking, row.compiling, row.indexing)
        table.add_row(
            f"{row.rules:,}",
            f"{row.whole:,.0f} ms",
            *(f"{part / row.whole:.0%}" for part in parts),
            f"{row.memory:.1f} MiB",
        )
    show("Loading", table)
