"""What a whole `incoming` request costs, against a bare echo server with as many commands.

Run by hand: `python tests/bench/incoming_bench.py`. It prints; nothing is asserted.

The request: the caller is found among 5,000 customers (each call is another one's), the rules
decide, a case is opened and its number read out, six channel variables are set, the journal is on
disk. Both servers run in a process of their own on uvloop, the load generator in a third; CPU is
the server's own, user and system.
"""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from processes import HERE, ROOT, await_port, free_port, process, service_cpu_seconds

SESSIONS = 3000
AT_ONCE = 16
RATE = 100
SECONDS = 20
DIALLED = "+982191000000"
CUSTOMERS = 5000
FIRST_NUMBER = 989120000000
HEADER = (
    "reference,name,language,segment,phones,contract_level,contract_from,contract_until,grace_days"
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One run. Times are in seconds."""

    sessions: int
    commands: float
    failures: int
    wall: float
    load_cpu: float
    median: float
    p99: float
    server_cpu: float


def load(pid: int, port: int, run: str, *shape: str) -> Measured:
    """One load, measured."""
    before = service_cpu_seconds(pid)
    words = ["incoming", f"{FIRST_NUMBER}:{CUSTOMERS}", DIALLED, run, *shape]
    output = subprocess.run(
        [sys.executable, str(HERE / "load.py"), str(port), *words],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    sessions, commands, failures, *times = output
    measured = (float(number) for number in times)
    return Measured(
        int(sessions), float(commands), int(failures), *measured, service_cpu_seconds(pid) - before
    )


def prepare(home: Path) -> dict[str, str]:
    """A database of customers, and rules that send every call straight to a case."""
    rules = home / "rules.yaml"
    text = (ROOT / "routing_rules.yaml").read_text(encoding="utf-8")
    rules.write_text(text.replace("{rules: arrival}", "{rules: support}"), encoding="utf-8")
    environment = {
        "RAHYAB_HOME": str(home),
        "RAHYAB_RULES": str(rules),
        "RAHYAB_LOG_LEVEL": "warning",
        "RAHYAB_METRICS": "off",
    }
    customers = home / "customers.csv"
    lines = (
        f"B-{n},Customer {n},fa,gold,+{FIRST_NUMBER + n},full,2025-01-01,2030-12-31,0"
        for n in range(CUSTOMERS)
    )
    customers.write_text("\n".join((HEADER, *lines)), encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "agi_server.cli", "customers", "import", str(customers)],
        env={**os.environ, **environment},
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return environment


def main() -> None:
    """Measure and print."""
    closed = ("closed", str(SESSIONS), str(AT_ONCE))
    with tempfile.TemporaryDirectory() as folder:
        environment = prepare(Path(folder))
        port = free_port()
        serve = (sys.executable, "-m", "agi_server.cli", "serve", "--listen", f"127.0.0.1:{port}")
        with process(*serve, environment=environment) as pid:
            await_port(port)
            load(pid, port, "warm-up", "closed", "200", str(AT_ONCE))
            ours = load(pid, port, "busy", *closed)
            paced = load(pid, port, "paced", "open", str(RATE), str(SECONDS))
    port, commands = free_port(), round(ours.commands)
    echo = (sys.executable, str(HERE / "echo_server.py"), str(port), str(commands))
    with process(*echo) as pid:
        await_port(port)
        load(pid, port, "warm-up", "closed", "200", str(AT_ONCE))
        bare = load(pid, port, "busy", *closed)
    report(ours, bare, paced)


def report(ours: Measured, bare: Measured, paced: Measured) -> None:
    """Print the figures."""
    table = Table(
        "server", "sessions/s", "CPU a session", "ratio", "load's CPU a session", "failed"
    )
    floor = bare.server_cpu / bare.sessions
    for name, run in (("bare echo", bare), ("rahyab", ours)):
        cost = run.server_cpu / run.sessions
        table.add_row(
            name,
            f"{run.sessions / run.wall:.0f}",
            f"{cost * 1e6:.0f} µs",
            f"{cost / floor:.2f}",
            f"{run.load_cpu / run.sessions * 1e6:.0f} µs",
            str(run.failures),
        )
    console = Console()
    console.print(
        f"{SESSIONS} `incoming` requests, {AT_ONCE} at once, {ours.commands:.0f} commands"
    )
    console.print(table)
    console.print(
        f"first command after the environment, {RATE} new calls a second for {SECONDS} s:"
        f" median {paced.median * 1e3:.2f} ms, p99 {paced.p99 * 1e3:.2f} ms"
    )


if __name__ == "__main__":
    main()
