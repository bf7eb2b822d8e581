"""An import that is killed: a real process, and SIGKILL, which nobody can catch."""

import os
import signal
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from crm.importing import PROGRESS_EVERY, import_customers
from crm.sample import SAMPLE_FILE
from crm.sqlite_store import SqliteStore

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
HEADER = SAMPLE_FILE.read_text(encoding="utf-8").splitlines()[0].removesuffix(",lead_score")
LINES = 20_000
LONGEST_WAIT = 120.0
"""Seconds until a process that says nothing is killed, so that the test fails, not hangs."""

IMPORTING = """
import sys
from pathlib import Path
from crm.importing import import_customers
from crm.sqlite_store import SqliteStore

def tell(stage, done, total):
    print(stage, done, flush=True)

path, database = map(Path, sys.argv[1:])
import_customers(SqliteStore(database), path, country="IR", progress=tell)
print("imported", flush=True)
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database that had one customer before."""
    path = tmp_path / "rahyab.db"
    first = tmp_path / "first.csv"
    first.write_text(f"{HEADER}\nC-0,before,fa,,09120000000,,,,\n", encoding="utf-8")
    with closing(SqliteStore(path)) as store:
        import_customers(store, first, country="IR")
    return path


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A file of customers, which changes the first one too, and a line that is rejected."""
    lines = (
        f"C-{number},after {number},fa,gold,0912{number:07d},gold,2025-01-01,2030-12-31,14"
        for number in range(LINES)
    )
    path = tmp_path / "many.csv"
    path.write_text("\n".join((HEADER, *lines, ",nobody,,,,,,,", "")), encoding="utf-8")
    return path


def kill_at(line: str, many: Path, database: Path) -> None:
    """Import in a process of its own, which is killed once it has printed this line."""
    command = (sys.executable, "-c", IMPORTING, str(many), str(database))
    with subprocess.Popen(
        command, cwd=ROOT, env=dict(os.environ), text=True, stdout=subprocess.PIPE
    ) as process:
        watchdog = threading.Timer(LONGEST_WAIT, process.kill)
        watchdog.start()
        assert process.stdout is not None
        reached = any(told.strip() == line for told in process.stdout)
        process.kill()
        watchdog.cancel()
    assert reached
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("done", [PROGRESS_EVERY, LINES // 2])
def test_killed_import_leaves_the_database_as_it_was(many: Path, database: Path, done: int) -> None:
    """None of the new customers, and the old one unchanged; done again, it is whole."""
    kill_at(f"storing {done}", many, database)
    with closing(SqliteStore(database)) as store:
        assert [(each.reference, each.name) for each in store.customers()] == [("C-0", "before")]
        assert store._conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        report = import_customers(store, many, country="IR")
        assert (report.counts.added, report.counts.changed) == (LINES - 1, 1)
        assert len(store.customers(limit=2 * LINES)) == LINES


def test_import_killed_at_its_very_end_is_whole_or_nothing(many: Path, database: Path) -> None:
    """The last customer is handed over and the commit begins: which of the two it is, is open."""
    kill_at(f"storing {LINES}", many, database)
    with closing(SqliteStore(database)) as store:
        names = {each.name for each in store.customers(limit=2 * LINES)}
    assert names in ({"before"}, {f"after {number}" for number in range(LINES)})
