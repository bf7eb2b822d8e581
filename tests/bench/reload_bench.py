"""Do calls suffer while rules are reloaded under them, good ones and bad ones in turn?

Run by hand: `python tests/bench/reload_bench.py`. It prints; nothing is asserted. The server is
`rahyab serve --workers 2`; calls and reloads come from one other process. The two good rules files
differ in every name that a call can meet, so that a call which saw both would show it; the journal
is compared too.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from processes import HERE, ROOT, child, free_port, own_environment
from reload_rules import MARKS, good_rules


@contextmanager
def served(home: Path, port: int, workers: int) -> Iterator[None]:
    """A server of this home; its log is kept there."""
    (home / "rules.yaml").write_text(good_rules(MARKS[0]), encoding="utf-8")
    environment = {
        **own_environment(),
        "RAHYAB_HOME": str(home),
        "RAHYAB_RULES": str(home / "rules.yaml"),
        "RAHYAB_METRICS": "off",
        "RAHYAB_LOG_LEVEL": "warning",
    }
    for name in ("RAHYAB_DATABASE", "RAHYAB_SECRET", "RAHYAB_SCRIPTS", "RAHYAB_PEERS"):
        environment.pop(name, None)
    command = [sys.executable, "-m", "agi_server.cli", "serve", "--listen", f"127.0.0.1:{port}"]
    with (home / "server.log").open("w") as log:
        server = subprocess.Popen(
            [*command, "--workers", str(workers)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
        )
        try:
            # The port listens before the workers serve; the first words come when they do.
            if server.stdout is None or not server.stdout.readline():
                raise SystemExit((home / "server.log").read_text(encoding="utf-8"))
            yield
        finally:
            server.terminate()
            server.communicate(timeout=30)


def measure(workers: int, rate: float, seconds: float, reloads: int) -> dict[str, Any]:
    """One run: what `reload_load.py` says."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        with served(Path(folder), port, workers):
            words = (folder, str(port), str(rate), str(seconds), str(reloads))
            with child(sys.executable, str(HERE / "reload_load.py"), *words) as load:
                found: dict[str, Any] = json.loads(load.line())
        return found


def quantile(values: Sequence[float], part: float) -> float:
    """The value that this part of all is not above; 0 if there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0.0


def report(found: dict[str, Any]) -> None:
    """Print the figures."""
    table = Table("what", "figure", show_header=False)
    table.add_row("calls", f"{found['calls']} in {found['wall']:.1f} s")
    table.add_row("calls that failed", str(found["failures"]))
    table.add_row("calls that saw two revisions", str(found["mixtures"]))
    table.add_row("calls by each file", " and ".join(map(str, found["by_file"].values())))
    table.add_row("calls that a reload fell into", str(found["across"]))
    table.add_row("reloads taken, refused, neither", _three(found))
    table.add_row("a reload takes", _times(found["reloads"]))
    table.add_row("a request without a caller takes", _times(found["requests"]))
    table.add_row("load behind its plan, at worst", f"{found['lag'] * 1e3:.0f} ms")
    table.add_row("revisions of the workers at the end", ", ".join(found["revisions"]))
    Console().print(table)


def _three(found: dict[str, Any]) -> str:
    return f"{found['taken']}, {found['refused']}, {len(found['surprises'])}"


def _times(seconds: Sequence[float]) -> str:
    median, high = (quantile(seconds, part) * 1e3 for part in (0.5, 0.99))
    return f"{median:.1f} ms (median), {high:.1f} ms (99th percentile)"


@click.command(help=__doc__)
@click.option("--workers", default=2, show_default=True)
@click.option("--rate", default=200.0, show_default=True, help="Calls a second.")
@click.option("--seconds", default=40.0, show_default=True)
@click.option("--reloads", default=100, show_default=True)
@click.option("--json", "for_programs", is_flag=True, help="One JSON object.")
def main(workers: int, rate: float, seconds: float, reloads: int, for_programs: bool) -> None:
    """Measure and print."""
    found = measure(workers, rate, seconds, reloads)
    if for_programs:
        click.echo(json.dumps(found))
    else:
        report(found)


if __name__ == "__main__":
    main()
