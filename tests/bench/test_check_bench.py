"""That the benchmarks of `rahyab check` run, and that the rules which they check are in order."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def printed_by(script: str, *words: str) -> str:
    """What a benchmark prints, to its end."""
    command = [sys.executable, str(ROOT / "tests" / "bench" / script), *words]
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "PYTHONPATH": path, "COLUMNS": "200"}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_checking_is_measured_part_by_part() -> None:
    """The whole process, and every check by its name."""
    told = printed_by("check_bench.py", "--rules", "200", "--rounds", "1")
    for part in ("the whole process", "reading", "checking shadows", "compiling"):
        assert part in told


def test_the_corpus_is_counted() -> None:
    """For each tool, a share."""
    told = printed_by("corpus_bench.py")
    assert "the JSON Schema" in told
    assert "(100%)" in told
