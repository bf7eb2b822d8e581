"""That the benchmark of the store runs and counts right, on a site of two thousand numbers."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SMALL = ("--numbers", "2000", "--look-ups", "5", "--cold", "1", "--seconds", "0.1")


def run(*words: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The benchmark in its smallest form, to its end."""
    command = [sys.executable, str(ROOT / "tests" / "bench" / "store_bench.py"), *SMALL, *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    if folder is not None:
        environment["TMPDIR"] = str(folder)
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, env=environment
    )


def figures(*words: str) -> dict[str, Any]:
    """What it measured."""
    done = run(*words, "--json")
    assert done.returncode == 0, done.stderr
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


@pytest.mark.parametrize(("store", "runs"), [("sqlite", 3), ("postgresql", 6)])
def test_every_caller_is_found_and_every_call_written(store: str, runs: int) -> None:
    """The benchmark itself checks that callers are what they are called, before it measures."""
    measured = figures("--stores", store)
    (filled,) = measured["filling"]
    assert all(size > 0 for size in filled["bytes"].values())
    assert sum(filled["bytes"].values()) <= filled["whole"]
    assert len(measured["looking"]) == 6
    assert all(0 < row["warm_p50"] <= row["warm_p99"] for row in measured["looking"])
    assert all(row["cold_p50"] > 0 < row["opening_p50"] for row in measured["looking"])
    assert [row["at_once"] for row in measured["journaling"]] == [1, 16, *[64] * (runs - 2)]
    assert all(row["calls"] > 0 for row in measured["journaling"])
    assert [row["lag_p50"] <= row["lag_max"] for row in measured["lag"]] == [True] * 3


def test_the_tables_name_what_was_measured(tmp_path: Path) -> None:
    """Each with its own head; and nothing is left behind."""
    done = run("--stores", "sqlite", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "2,000 numbers, 1,000 customers, 480 calls" in done.stdout
    for head in ("Filled in bulk", "A caller looked up", "The disk", "Calls journaled", "How late"):
        assert head in done.stdout
    assert not list(tmp_path.iterdir())


def test_a_database_that_we_do_not_know_is_named() -> None:
    """With those that there are."""
    done = run("--stores", "oracle")
    assert done.returncode == 1
    assert "no database oracle: there are sqlite, postgresql" in done.stderr
