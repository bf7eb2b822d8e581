"""That the benchmark of decisions runs, and that all libraries decide as we do."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
HIDING = """
import importlib.metadata as metadata

known = metadata.version

def version(package):
    if package == "rule-engine":
        raise metadata.PackageNotFoundError(package)
    return known(package)

metadata.version = version
"""


def run(*words: str, path: str = "") -> subprocess.CompletedProcess[str]:
    """The benchmark in its smallest form, to its end."""
    command = [sys.executable, str(ROOT / "tests" / "bench" / "decide_bench.py"), *words]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (path, str(ROOT))))}
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env=environment
    )


def tables(*words: str) -> dict[str, list[dict[str, Any]]]:
    """What the benchmark measured."""
    done = run(*words, "--rounds", "1", "--json")
    assert done.returncode == 0, done.stderr
    measured: dict[str, list[dict[str, Any]]] = json.loads(done.stdout)
    return measured


def test_every_list_is_measured_and_the_rules_taken_are_spread_over_it() -> None:
    """A list of which the first rule takes every call would be decided fast by anyone."""
    measured = tables("--rules", "10,60", "--calls", "100", "--rivals", "")
    assert [row["rules"] for row in measured["deciding"]] == [10, 60]
    assert all(0 < row["p50"] <= row["p99"] for row in measured["deciding"])
    assert all(row["whole"] > 0 and row["memory"] > 0 for row in measured["loading"])
    first, middle, last = measured["deciding"][1]["quarters"]
    assert 0 < first < middle < last < 1


@pytest.mark.parametrize("rival", ["rule-engine", "json-logic"])
def test_other_libraries_take_the_same_rule_for_every_call(rival: str) -> None:
    """A comparison with what decides otherwise would compare nothing."""
    (row,) = tables("--rules", "60", "--calls", "80", "--rivals", rival)["rivals"]
    assert row["agreed"] == row["calls"] == 80


def test_the_tables_name_what_was_measured() -> None:
    """Each with its own head."""
    done = run("--rules", "10", "--calls", "20", "--rounds", "1", "--rivals", "")
    assert done.returncode == 0, done.stderr
    assert "Deciding: 20 calls" in done.stdout
    assert "Loading" in done.stdout


def test_what_is_not_there_is_named_with_the_cure(tmp_path: Path) -> None:
    """A library that we do not know, and one that is not installed."""
    assert "no library jess: there are rule-engine, json-logic" in run("--rivals", "jess").stderr
    (tmp_path / "sitecustomize.py").write_text(HIDING, encoding="utf-8")
    missing = run("--rivals", "rule-engine", path=str(tmp_path))
    assert missing.returncode == 1
    assert "rule-engine not installed: pip install -e .[test]" in missing.stderr
