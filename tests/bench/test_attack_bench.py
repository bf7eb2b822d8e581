"""That the attacks of `attack_bench.py` are made, and good calls counted; no time is asserted."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

BENCH = Path(__file__).parent / "attack_bench.py"
GENTLE = ("--seconds", "1", "--rate", "20")


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """The benchmark, to its end."""
    command = [sys.executable, str(BENCH), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_good_calls_go_on_beside_attacks() -> None:
    """Fifty strangers are there, and every good call before, beside and after them is served."""
    kinds = ["slow-reply", "deaf", "usage", "reset"]
    done = run("--attacks", ",".join(kinds), "--peers", "50", "--json", *GENTLE)
    assert done.returncode == 0, done.stderr
    sieges = json.loads(done.stdout)
    assert list(sieges) == kinds
    for siege in sieges.values():
        assert siege["connections"] >= 50
        calls = [siege[phase]["calls"] for phase in ("before", "during", "after")]
        assert [(one["done"], one["failures"]) for one in calls] == [(20, 0)] * 3


def test_the_table_tells_each_phase() -> None:
    """Three rows for an attack, with the good calls done and failed."""
    done = run("--attacks", "silent", "--peers", "5", *GENTLE)
    assert done.returncode == 0, done.stderr
    rows = [line for line in done.stdout.splitlines() if " MiB" in line]
    for phase, line in zip(("before", "during", "after"), rows, strict=True):
        assert line.partition(phase)[2].split()[:2] == ["20", "0"]


def test_an_unknown_attack_is_named_with_those_there_are() -> None:
    """So that the right name need not be looked up."""
    done = run("--attacks", "siege")
    assert done.returncode == 1
    assert done.stderr == (
        "Error: no attack siege: there are silent, slow, slow-reply, deaf, hangups, empty, trying, "
        "usage, line, environment, unknown, storm, reset\n"
    )


def test_too_few_open_files_are_told_with_the_cure() -> None:
    """Before anything is started."""
    done = run("--attacks", "silent", "--peers", "100000000")
    assert done.returncode == 1
    assert "open files are needed" in done.stderr
    assert "ulimit -Hn" in done.stderr
