"""What an AGI session costs: our server against others and against the floor.

    agi_bench.py                 one busy comparison: sessions/s, CPU a session, p50 and p99
    agi_bench.py open            memory of sessions that wait, first command of new ones beside them
    agi_bench.py serve --port N  serve that session by our own server until killed

Run by hand; it prints, and nothing is asserted. Every server and the load run in a process of
their own, all on 127.0.0.1. The session is in `agi_session.py`, the servers in `agi_servers/`.
What others wrote is installed by `pip install -e .[bench]`.
"""

import json
import os
import sys
from contextlib import ExitStack
from dataclasses import asdict, dataclass

import click

from agi_measuring import Measured, hold_open, keep_busy
from agi_rivals import OURS, RIVALS, Running, running
from agi_tables import print_comparison, print_opened
from processes import HERE, own_environment

WARM_UP = 300
"""Sessions before the first that counts: imports, caches, the allocator's first pages."""


def chosen(names: str) -> list[str]:
    """The servers named, by comma, if there are such and they are installed."""
    wanted = names.split(",")
    unknown = [name for name in wanted if name not in RIVALS]
    if unknown:
        there_are = ", ".join(RIVALS)
        raise click.ClickException(f"no server {', '.join(unknown)}: there are {there_are}")
    missing = sorted({RIVALS[name].package for name in wanted if not RIVALS[name].is_installed})
    if missing:
        raise click.ClickException(
            f"{', '.join(missing)} not installed: pip install -e .[bench], or leave them out of "
            "--servers"
        )
    return wanted


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")


@dataclass(frozen=True, slots=True)
class Plan:
    """A comparison."""

    sessions: int
    rounds: int
    connections: int
    loads: int


@click.group(invoke_without_command=True)
@click.option("--sessions", default=3000, show_default=True, help="For each server and round.")
@click.option("--rounds", default=5, show_default=True, help="The median of these is taken.")
@click.option("--connections", default=64, show_default=True, help="Kept busy.")
@click.option(
    "--loads",
    default=max(1, min(2, (os.cpu_count() or 1) - 1)),
    show_default=True,
    help="Load processes.",
)
@click.option("--servers", default=",".join(RIVALS), show_default=True, help="By comma.")
@json_option
@click.pass_context
def main(context: click.Context, servers: str, as_json: bool, **numbers: int) -> None:
    """Compare servers under one busy load, in turn, round after round."""
    if context.invoked_subcommand is None:
        plan = Plan(**numbers)
        rounds = compare(chosen(servers), plan)
        print_json(rounds) if as_json else print_comparison(
            rounds,
            f"{plan.sessions} sessions a round, {plan.connections} at once, "
            f"median of {plan.rounds} rounds, {plan.loads} load process(es)",
        )


@main.command("open")
@click.option("--sessions", default=3000, show_default=True, help="That wait in a command.")
@click.option("--rate", default=200, show_default=True, help="New sessions a second.")
@click.option("--seconds", default=20, show_default=True, help="How long they come.")
@click.option("--servers", default=OURS, show_default=True, help="By comma.")
@json_option
def open_command(sessions: int, rate: int, seconds: int, servers: str, as_json: bool) -> None:
    """Weigh sessions that wait, and time the first command of new ones beside them."""
    opened = {}
    for name in chosen(servers):
        with running(RIVALS[name]) as server:
            keep_busy(server, WARM_UP, 64, 1, 0)
            opened[name] = hold_open(server, sessions, rate, seconds)
    if as_json:
        click.echo(json.dumps({name: asdict(one) for name, one in opened.items()}, indent=2))
    else:
        print_opened(opened, f"{rate} new sessions a second for {seconds} s")


@main.command()
@click.option("--port", default=4573, show_default=True, help="0: any free one.")
@click.option("--host", default="127.0.0.1", show_default=True)
def serve(port: int, host: str) -> None:
    """Serve the session (script name `bench`) by our own server; says when it listens."""
    # In place of this process: what is killed is the server, and nothing else is in its memory.
    words = [sys.executable, str(HERE / "agi_servers" / "ours.py"), host, str(port)]
    os.execve(words[0], words, own_environment())  # noqa: S606  no shell is meant


def compare(servers: list[str], plan: Plan) -> dict[str, list[Measured]]:
    """Load each server in turn, and that so many times over."""
    rounds: dict[str, list[Measured]] = {name: [] for name in servers}
    with ExitStack() as stack:
        started = {name: stack.enter_context(running(RIVALS[name])) for name in servers}
        for server in started.values():
            keep_busy(server, WARM_UP, plan.connections, 1, 0)
        for number in range(plan.rounds):
            for name, server in started.items():
                rounds[name].append(one_round(server, plan, number))
    return rounds


def one_round(server: Running, plan: Plan, number: int) -> Measured:
    """One load of the plan; its calls have numbers of their own."""
    first = WARM_UP + number * plan.sessions * plan.loads
    return keep_busy(server, plan.sessions, plan.connections, plan.loads, first)


def print_json(rounds: dict[str, list[Measured]]) -> None:
    """All figures of all rounds."""
    figures = {
        name: {
            "median": asdict(Measured.of_rounds(runs)),
            "rounds": [asdict(run) for run in runs],
        }
        for name, runs in rounds.items()
    }
    click.echo(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
