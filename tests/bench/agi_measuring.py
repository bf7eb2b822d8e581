"""One load against one running server, measured from outside."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields
from statistics import median
from typing import Any, Self

from agi_rivals import Running
from processes import HERE, Child, child, cpu_seconds, memory


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of all do not exceed; 0 when there is none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """One load against one server. CPU and latencies are in seconds, shares are of one core."""

    sessions_a_second: float
    cpu: float
    """The server's, user and system, for a session."""
    p50: float
    """A whole session, from the connection to the server's end."""
    p99: float
    server_share: float
    load_share: float
    """Of the busiest load process: near 1, the load is what limits."""
    load_cpu: float
    """The load's, for a session."""
    failures: int

    @classmethod
    def of_rounds(cls, rounds: list[Self]) -> Self:
        """The median of each figure, but all failures."""
        figures: dict[str, Any] = {
            figure.name: median(getattr(one, figure.name) for one in rounds)
            for figure in fields(cls)
        }
        return cls(**{**figures, "failures": sum(one.failures for one in rounds)})


@dataclass(frozen=True, slots=True)
class Opened:
    """Many sessions that wait, and new ones beside them. Times are in seconds."""

    held: int
    """How many waited in a command; `held_to_the_end` of them still did after the new ones."""
    held_to_the_end: int
    rss: float
    """KiB a waiting session, resident."""
    pss: float
    new: int
    """Sessions that got their first command; `done` of them came to a good end."""
    done: int
    first_p50: float
    """From the connection to the first command."""
    first_p99: float
    first_worst: float
    server_share: float
    load_share: float
    lag: float
    """How late the load began a session, at worst."""
    failures: int


@contextmanager
def _loads(commands: Iterable[tuple[object, ...]]) -> Iterator[list[Child]]:
    """Load processes."""
    with ExitStack() as stack:
        script = str(HERE / "agi_load.py")
        yield [
            stack.enter_context(child(sys.executable, script, *map(str, words)))
            for words in commands
        ]


def _results(loads: list[Child]) -> list[dict[str, Any]]:
    """Let loads go that are ready, and hear what came of them."""
    for load in loads:
        load.say("go")
    return [json.loads(load.line()) for load in loads]


def keep_busy(server: Running, sessions: int, at_once: int, loads: int, first: int) -> Measured:
    """Have `at_once` sessions open until `sessions` are done, by so many load processes."""
    shares = [
        (server.port, _part(sessions, loads, n), _part(at_once, loads, n), first + n * sessions)
        for n in range(loads)
    ]
    with _loads(("busy", *share) for share in shares) as children:
        for load in children:
            load.line()
        before = cpu_seconds(server.pid)
        results = _results(children)
        cpu = cpu_seconds(server.pid) - before
    return _measured(results, cpu)


def _part(whole: int, parts: int, number: int) -> int:
    return whole // parts + (number < whole % parts)


def _measured(results: list[dict[str, Any]], cpu: float) -> Measured:
    durations = [duration for result in results for duration in result["sessions"]]
    wall = max(result["ended"] for result in results) - min(result["began"] for result in results)
    done = max(1, len(durations))
    return Measured(
        sessions_a_second=len(durations) / wall,
        cpu=cpu / done,
        p50=percentile(durations, 0.5),
        p99=percentile(durations, 0.99),
        server_share=cpu / wall,
        load_share=max(result["cpu"] for result in results) / wall,
        load_cpu=sum(result["cpu"] for result in results) / done,
        failures=sum(result["failures"] for result in results),
    )


def hold_open(server: Running, held: int, rate: int, seconds: int) -> Opened:
    """Hold sessions open, weigh them, and begin `rate` new ones a second beside them."""
    before = memory(server.pid)
    with _loads([("open", server.port, held, rate, seconds)]) as children:
        waiting = int(children[0].line().split()[1])
        after = memory(server.pid)
        cpu = cpu_seconds(server.pid)
        (result,) = _results(children)
        cpu = cpu_seconds(server.pid) - cpu
    wall = result["ended"] - result["began"]
    first = result["first_commands"]
    return Opened(
        held=waiting,
        held_to_the_end=result["held"],
        rss=(after.rss - before.rss) / max(1, waiting),
        pss=(after.pss - before.pss) / max(1, waiting),
        new=len(first),
        done=len(result["sessions"]),
        first_p50=percentile(first, 0.5),
        first_p99=percentile(first, 0.99),
        first_worst=max(first, default=0.0),
        server_share=cpu / wall,
        load_share=result["cpu"] / wall,
        lag=result["lag"],
        failures=result["failures"] + held - waiting,
    )
