"""How good calls fare while strangers wear our server out.

Run by hand: `python tests/bench/attack_bench.py`. It prints; nothing is asserted. For each kind of
attack a server of its own (the session and the limits of `agi_bench.py serve`) gets good calls at
a steady rate, first alone, then beside the attack, then when the attack is over. Latency is from
the connection to the first command. The attackers, the good calls and the server are processes of
their own, all on 127.0.0.0/8.
"""

import json
import resource
import sys
from dataclasses import asdict, dataclass

import click

from agi_attack import ATTACKS
from agi_measuring import Opened, hold_open, keep_busy
from agi_rivals import OURS, RIVALS, Running, running
from agi_tables import show, simple_table
from processes import HERE, child, memory

WARM_UP = 300
LONGEST = 30
"""Seconds that an attack may be asked to last."""
SPARE_FILES = 200
"""What a process opens beside its connections."""


@dataclass(frozen=True, slots=True)
class Phase:
    """Good calls for a while, and what the whole server holds at their end, in KiB (RSS)."""

    calls: Opened
    memory: int


@dataclass(frozen=True, slots=True)
class Siege:
    """One attack and the good calls around it."""

    before: Phase
    during: Phase
    after: Phase
    peers: int
    connections: int
    """That the attackers have made."""


def allow_files(needed: int) -> None:
    """Raise this process's limit of open files, and with it that of those it starts."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise click.ClickException(
            f"{needed} open files are needed, and {hard} allowed: raise `ulimit -Hn`, or have "
            "fewer attackers by --peers"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


def besiege(kind: str, peers: int, rate: int, seconds: int) -> Siege:
    """One attack on a fresh server."""
    attack = (sys.executable, str(HERE / "agi_attack.py"), kind)
    with running(RIVALS[OURS]) as server:
        keep_busy(server, WARM_UP, 64, 1, 0)
        before = good_calls(server, rate, seconds)
        with child(*attack, str(server.port), str(peers)) as swarm:
            swarm.line()
            during = good_calls(server, rate, seconds)
            swarm.say("enough")
            connections = int(swarm.line())
        after = good_calls(server, rate, seconds)
    return Siege(before, during, after, peers, connections)


def good_calls(server: Running, rate: int, seconds: int) -> Phase:
    """Good calls for a while, with nothing held open beside them."""
    return Phase(hold_open(server, 0, rate, seconds), memory(server.pid).rss)


@click.command()
@click.option("--attacks", default=",".join(ATTACKS), show_default=True, help="By comma.")
@click.option("--peers", type=click.IntRange(1), help="Attackers at once, for every attack.")
@click.option("--rate", default=50, show_default=True, help="Good calls a second.")
@click.option(
    "--seconds",
    default=15,
    show_default=True,
    type=click.IntRange(1, LONGEST),
    help="Good calls before, during and after each attack.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def main(attacks: str, peers: int | None, rate: int, seconds: int, as_json: bool) -> None:
    """Attack our server, and see how good calls fare."""
    kinds = attacks.split(",")
    unknown = [kind for kind in kinds if kind not in ATTACKS]
    if unknown:
        there_are = ", ".join(ATTACKS)
        raise click.ClickException(f"no attack {', '.join(unknown)}: there are {there_are}")
    sizes = {kind: peers or ATTACKS[kind].peers for kind in kinds}
    allow_files(max(sizes.values()) + SPARE_FILES)
    sieges = {kind: besiege(kind, size, rate, seconds) for kind, size in sizes.items()}
    if as_json:
        click.echo(json.dumps({kind: asdict(siege) for kind, siege in sieges.items()}, indent=2))
    else:
        print_sieges(sieges, rate, seconds)


def print_sieges(sieges: dict[str, Siege], rate: int, seconds: int) -> None:
    """The table: three rows for an attack."""
    table = simple_table(
        *("attack", "", "good calls", "failed", "p50", "p99", "worst", "server busy", "memory"),
    )
    for kind, siege in sieges.items():
        table.add_row(ATTACKS[kind].title, "before", *row(siege.before))
        numbers = f"{siege.peers} at once, {siege.connections} in all"
        table.add_row(f"  {numbers}", "during", *row(siege.during))
        table.add_row("", "after", *row(siege.after), end_section=True)
    show(f"{rate} good calls a second, {seconds} s each; connection to first command", table)


def row(phase: Phase) -> list[str]:
    """The figures of a phase; no latency where no call got as far as a first command."""
    calls = phase.calls
    latencies = (calls.first_p50, calls.first_p99, calls.first_worst)
    return [
        str(calls.done),
        str(calls.failures),
        *(f"{latency * 1e3:.2f} ms" if calls.new else "-" for latency in latencies),
        f"{calls.server_share:.0%}",
        f"{phase.memory / 1024:.1f} MiB",
    ]


if __name__ == "__main__":
    main()
