"""What `rahyab check` costs on the rules of a big site, from the start of the process to its end.

    check_bench.py [--rules 2000] [--rounds 5]

Run by hand; it prints, and nothing is asserted but that the rules are in order. They are made by
`check_rules.py`, the same ones every time. The parts are CPU time within one process; the shortest
of all rounds is shown, as longer ones were disturbed by others.
"""

import gc
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter, thread_time
from typing import Final

import click

from agi_tables import show, simple_table
from check_rules import rules_text
from ivr.prompts import builtin_prompts
from routing.checks import CHECKS
from routing.checks.scene import Scene
from routing.compiling import compile_policy
from routing.defining import resolve
from routing.including import read_all
from routing.loading import examine
from routing.model import FileShape
from routing.names import names_in
from routing.rules_text import RulesText

ROOT: Final = Path(__file__).parents[2]


@click.command()
@click.option("--rules", default=2000, show_default=True, help="In twenty lists.")
@click.option("--rounds", default=5, show_default=True)
def main(*, rules: int, rounds: int) -> None:
    """Measure."""
    text = rules_text(rules)
    wall, cpu = (
        min(each) for each in zip(*(process_seconds(text) for _ in range(rounds)), strict=True)
    )
    table = simple_table("rahyab check", "ms")
    table.add_row("the whole process, on the wall", f"{wall * 1000:,.0f}")
    table.add_row("the whole process, of the processor", f"{cpu * 1000:,.0f}")
    for part, work in parts(text):
        table.add_row(part, f"{min(cpu_seconds(work) for _ in range(rounds)) * 1000:,.1f}")
    show(f"{rules:,} rules, {len(text.splitlines()):,} lines", table)


def process_seconds(text: str) -> tuple[float, float]:
    """How long the command takes: by the clock on the wall, and of the processor."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        begin, used = perf_counter(), _children_seconds()
        done = subprocess.run(
            [sys.executable, "-m", "agi_server.cli", "check", file.name],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = perf_counter() - begin, _children_seconds() - used
    if done.returncode or "nothing wrong" not in done.stdout:
        raise click.ClickException(done.stdout + done.stderr)
    return seconds


def _children_seconds() -> float:
    usage = getrusage(RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def cpu_seconds(work: Callable[[], object]) -> float:
    """How long this takes, once."""
    gc.collect()
    begin = thread_time()
    work()
    return thread_time() - begin


def parts(text: str) -> Iterator[tuple[str, Callable[[], object]]]:
    """What the command does, and each check by itself."""
    builtin, rules = builtin_prompts(), RulesText("rules.yaml", text)
    yield "examining, all of it", lambda: examine(rules, known_prompts=builtin)
    yield "  reading", lambda: read_all(rules)
    read = read_all(rules).document
    if read is None:
        raise click.ClickException("the rules that were made cannot be read")
    document = resolve(read).document
    names = names_in(document.data, builtin)
    yield "  validating", lambda: FileShape.model_validate(document.data, context=names)
    shape = FileShape.model_validate(document.data, context=names)
    for check in CHECKS:
        name = check.__module__.rpartition(".")[2].replace("_", " ")
        yield (
            f"  checking {name}",
            lambda check=check: list(check(Scene(document, names, builtin, shape))),
        )
    yield "  compiling", lambda: compile_policy(shape, document, rules.revision)


if __name__ == "__main__":
    main()
