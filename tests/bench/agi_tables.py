"""The tables that `agi_bench.py` prints."""

import sys

from rich import box
from rich.console import Console
from rich.table import Table

from agi_measuring import Measured, Opened
from agi_rivals import FLOOR, RIVALS

PRINTED_WIDTH = 150
"""Columns of text where there is no terminal to ask."""


def print_comparison(rounds: dict[str, list[Measured]], plan: str) -> None:
    """Medians of the rounds for each server, and its CPU against the floor's."""
    table = simple_table(
        *("server", "sessions/s", "CPU a session", "to the floor", "in rounds", "p50", "p99"),
        *("server busy", "load busy", "failed"),
    )
    medians = {name: Measured.of_rounds(runs) for name, runs in rounds.items()}
    for name, run in medians.items():
        table.add_row(
            RIVALS[name].label,
            f"{run.sessions_a_second:.0f}",
            f"{run.cpu * 1e6:.1f} µs",
            *_ratios(rounds[name], rounds.get(FLOOR, [])),
            f"{run.p50 * 1e3:.1f} ms",
            f"{run.p99 * 1e3:.1f} ms",
            f"{run.server_share:.0%}",
            f"{run.load_share:.0%}",
            str(run.failures),
        )
    show(f"Environment, 5 SET VARIABLE, 1 GET VARIABLE, end: {plan}", table)
    if FLOOR in medians:
        show(_about_the_load(medians[FLOOR]))


def print_opened(opened: dict[str, Opened], new: str) -> None:
    """Memory of sessions that wait, and how long new ones wait for their first command."""
    table = simple_table(
        *("server", "waiting", "at the end", "RSS each", "PSS each", "new", "p50", "p99", "worst"),
        *("server busy", "load busy", "load late", "failed"),
    )
    for name, run in opened.items():
        table.add_row(
            RIVALS[name].label,
            str(run.held),
            str(run.held_to_the_end),
            f"{run.rss:.1f} KiB",
            f"{run.pss:.1f} KiB",
            str(run.new),
            f"{run.first_p50 * 1e3:.2f} ms",
            f"{run.first_p99 * 1e3:.2f} ms",
            f"{run.first_worst * 1e3:.2f} ms",
            f"{run.server_share:.0%}",
            f"{run.load_share:.0%}",
            f"{run.lag * 1e3:.2f} ms",
            str(run.failures),
        )
    show(f"Sessions that wait in a command; beside them {new}, connection to first command", table)


def simple_table(first: str, *columns: str) -> Table:
    """A table of figures, each row named in its first column."""
    table = Table(box=box.SIMPLE)
    table.add_column(first, no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _ratios(runs: list[Measured], floors: list[Measured]) -> tuple[str, str]:
    """CPU against the floor: of the medians, and the lowest and highest of the rounds."""
    if not floors:
        return "", ""
    whole = Measured.of_rounds(runs).cpu / Measured.of_rounds(floors).cpu
    each = [run.cpu / floor.cpu for run, floor in zip(runs, floors, strict=True)]
    return f"{whole:.2f}", f"{min(each):.2f}-{max(each):.2f}"


def _about_the_load(floor: Measured) -> str:
    return (
        f"The load spends {floor.load_cpu * 1e6:.0f} µs of its own CPU a session and reaches "
        f"{floor.sessions_a_second:.0f} sessions/s against the floor: a server below that, "
        "beside a load that is not fully busy, is limited by itself."
    )


def show(*what: str | Table) -> None:
    """Print, unsqueezed when the output goes to a file."""
    console = Console(width=None if sys.stdout.isatty() else PRINTED_WIDTH)
    for one in what:
        console.print(one, highlight=False)
