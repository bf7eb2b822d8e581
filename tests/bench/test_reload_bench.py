"""Reloads under load: no call fails for them, and none goes by two revisions of the rules."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

BENCH = Path(__file__).parent / "reload_bench.py"
GENTLE = ("--rate", "40", "--seconds", "6", "--reloads", "20")


def test_calls_go_on_while_rules_are_reloaded() -> None:
    """Good rules and bad ones in turn, in both workers; a smaller load than by hand."""
    command = [sys.executable, str(BENCH), "--json", *GENTLE]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["calls"], found["failures"], found["mixtures"]) == (240, 0, 0)
    assert found["surprises"] == []
    assert (found["taken"], found["refused"]) == (10, 10)
    assert min(found["by_file"].values()) > 20, "calls went by either file"
    assert found["across"] > 20, "reloads fell into calls"
    assert len(found["revisions"]) == 2
    assert len(set(found["revisions"])) == 1
