"""Backups while the database is used, and putting them in its place."""

import pickle
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crm.ports import (
    SchemaTooNewError,
    StoreDamagedError,
    StoreError,
    StoreUnavailableError,
)
from crm.records import Customer, NewCall
from crm.sqlite_backup import back_up, restore
from crm.sqlite_lock import check_unused
from crm.sqlite_store import SqliteStore

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 1, 1, tzinfo=UTC)
CALL = NewCall("call-1", AT, "", "", None, "1", None, "fa", None, "r", {})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with a call, which nobody has open."""
    path = tmp_path / "rahyab.db"
    with closing(SqliteStore(path)) as store:
        store.begin_call(CALL)
    return path


def unheard(done: int, pages: int) -> None:
    """For progress that nobody looks at."""
    assert 0 <= done <= pages


def calls(path: Path) -> list[str]:
    """The calls of a database."""
    with closing(SqliteStore(path, create=False)) as store:
        return sorted(call.id for call in store.calls())


@contextmanager
def another_process(path: Path, *, then: str = "sys.stdin.read()") -> Iterator[subprocess.Popen]:
    """Somebody else who has the database open, as a server would."""
    script = (
        "import sys; from pathlib import Path; from crm.sqlite_store import SqliteStore\n"
        "store = SqliteStore(Path(sys.argv[1]))\n"
        f"print('open', flush=True)\n{then}"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, path],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process
        process.kill()


def names(folder: Path) -> list[str]:
    """The files in a folder."""
    return sorted(file.name for file in folder.iterdir())


def test_a_backup_holds_what_was_committed_while_others_write(path: Path, tmp_path: Path) -> None:
    """It is one file, its owner's alone, and does not begin anew because somebody writes."""
    target = tmp_path / "backups" / "monday.db"
    target.parent.mkdir()
    with closing(SqliteStore(path)) as store:
        store.put_customers(Customer("x" * 500, reference=str(n)) for n in range(20_000))
        told: list[tuple[int, int]] = []

        def busy(done: int, pages: int) -> None:
            told.append((done, pages))
            store.begin_call(replace(CALL, id=f"late-{len(told)}"))

        back_up(path, target, force=False, progress=busy)
        assert len(store.calls(limit=1_000)) == len(told) + 1
    assert len(told) > 3
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]
    assert names(target.parent) == ["monday.db"]
    assert target.stat().st_mode & 0o777 == 0o600
    assert calls(target) == ["call-1"]


def test_a_backup_is_never_over_another_file(path: Path, tmp_path: Path) -> None:
    """Unless that is wanted."""
    target = tmp_path / "kept"
    target.write_text("precious")
    with pytest.raises(StoreError) as raised:
        back_up(path, target, force=False, progress=unheard)
    assert str(raised.value) == f"{target} is there already: name another file, or add --force"
    assert target.read_text() == "precious"
    back_up(path, target, force=True, progress=unheard)
    assert calls(target) == ["call-1"]
    assert target.stat().st_mode & 0o777 == 0o600


def test_an_interrupted_backup_leaves_nothing(path: Path, tmp_path: Path) -> None:
    """Neither under its name nor under another."""

    def interrupt(done: int, pages: int) -> None:
        raise KeyboardInterrupt(done, pages)

    before = names(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        back_up(path, tmp_path / "backup.db", force=False, progress=interrupt)
    assert names(tmp_path) == before


def test_what_a_killed_backup_left_is_in_nobodys_way(path: Path, tmp_path: Path) -> None:
    """A nightly backup goes on the night after."""
    (tmp_path / "backup.db.partial").write_text("half")
    back_up(path, tmp_path / "backup.db", force=False, progress=unheard)
    assert calls(tmp_path / "backup.db") == ["call-1"]
    assert "backup.db.partial" not in names(tmp_path)


def test_a_backup_into_no_folder_is_told(path: Path, tmp_path: Path) -> None:
    """With what to look at."""
    target = tmp_path / "nowhere" / "backup.db"
    with pytest.raises(StoreUnavailableError) as raised:
        back_up(path, target, force=False, progress=unheard)
    assert str(raised.value) == (
        f"{target} cannot be written (No such file or directory): check the folder, its rights and"
        " the space on its disk"
    )


def damage(path: Path) -> None:
    """Let the middle of a file be what a failing disk makes of it."""
    content = bytearray(path.read_bytes())
    content[8192:-4096] = b"\xa5" * (len(content) - 12288)
    path.write_bytes(content)


def test_a_damaged_database_makes_no_backup(path: Path, tmp_path: Path) -> None:
    """It would be noticed when it is needed."""
    damage(path)
    with pytest.raises(StoreDamagedError, match="damaged"):
        back_up(path, tmp_path / "backup.db", force=False, progress=unheard)
    assert names(tmp_path) == ["rahyab.db"]


@pytest.fixture
def backup(path: Path, tmp_path: Path) -> Path:
    """A backup, since which there was another call."""
    backup = tmp_path / "backup.db"
    back_up(path, backup, force=False, progress=unheard)
    with closing(SqliteStore(path)) as store:
        store.begin_call(replace(CALL, id="call-2"))
    return backup


def test_a_restored_database_is_what_the_backup_was(path: Path, backup: Path) -> None:
    """What was there is kept beside it, and the backup stays as it is."""
    path.chmod(0o640)
    before = backup.read_bytes()
    done = restore(path, backup, progress=unheard)
    assert calls(path) == ["call-1"]
    assert path.stat().st_mode & 0o777 == 0o640
    assert done.kept is not None
    assert calls(done.kept) == ["call-1", "call-2"]
    assert done.steps == ()
    assert backup.read_bytes() == before


def test_what_a_killed_server_left_in_the_log_is_kept_too(path: Path, backup: Path) -> None:
    """The newest part of what was there is in the log beside the file."""
    write = "store.begin_call(__import__('pickle').loads(bytes.fromhex(sys.stdin.readline())))"
    with another_process(path, then=f"{write}\nprint('done', flush=True)\nsys.stdin.read()") as it:
        assert it.stdin is not None
        assert it.stdout is not None
        it.stdin.write(pickle.dumps(replace(CALL, id="call-3")).hex() + "\n")
        it.stdin.flush()
        assert it.stdout.readline() == "done\n"
    assert path.with_name("rahyab.db-wal").stat().st_size > 0
    done = restore(path, backup, progress=unheard)
    assert calls(path) == ["call-1"]
    assert done.kept is not None
    assert calls(done.kept) == ["call-1", "call-2", "call-3"]


def test_nothing_is_restored_beneath_a_server(path: Path, backup: Path) -> None:
    """Whoever has the database open would go on with the old one. A dead one does not count."""
    with another_process(path):
        with pytest.raises(StoreUnavailableError) as raised:
            restore(path, backup, progress=unheard)
        assert str(raised.value) == (
            f"The database {path} is in use: stop the server and every other command that uses it"
            f" (`fuser {path}` names them), then try again"
        )
    assert "call-2" in calls(path)
    restore(path, backup, progress=unheard)
    assert calls(path) == ["call-1"]


def test_our_own_connections_count_as_use(path: Path) -> None:
    """A command must not restore beneath itself."""
    with closing(SqliteStore(path)), pytest.raises(StoreUnavailableError, match="is in use"):
        check_unused(path)
    check_unused(path)


def test_a_database_that_was_deleted_or_damaged_is_restored(path: Path, backup: Path) -> None:
    """That is what backups are for. The log of the old one must not get into the new one."""
    path.unlink()
    path.with_name("rahyab.db-wal").write_bytes(b"of another file")
    assert restore(path, backup, progress=unheard).kept is None
    assert calls(path) == ["call-1"]
    damage(path)
    done = restore(path, backup, progress=unheard)
    assert done.kept is not None
    assert calls(path) == ["call-1"]


def test_a_backup_of_an_earlier_version_is_brought_up_to_date(path: Path, tmp_path: Path) -> None:
    """The file itself is left as it is."""
    old = tmp_path / "old.db"
    script = (ROOT / "tests/crm/old_databases/001.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(old)) as connection:
        connection.executescript(script)
    before = old.read_bytes()
    done = restore(path, old, progress=unheard)
    assert done.steps[0] == "002-lead-scores"
    assert calls(path) == ["call-1", "call-2"]
    assert old.read_bytes() == before


def make_newer(path: Path) -> None:
    """Let a database be of a version to come."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('rahyab', '999-from-the-future', 'then')"
        )


def make_anothers(path: Path) -> None:
    """Let it be a database of another program."""
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE notes (text)")


@pytest.mark.parametrize(
    ("spoil", "kind", "told"),
    [
        (damage, StoreDamagedError, "damaged"),
        (make_newer, SchemaTooNewError, "999-from-the-future"),
        (make_anothers, StoreDamagedError, "another program"),
        (lambda path: path.write_text("no database" * 999), StoreDamagedError, "not an SQLite"),
    ],
    ids=["damaged", "newer", "anothers", "text"],
)
def test_a_backup_that_cannot_be_used_changes_nothing(
    path: Path, backup: Path, spoil: object, kind: type[StoreError], told: str
) -> None:
    """It is looked at first."""
    assert callable(spoil)
    spoil(backup)
    with pytest.raises(kind, match=told):
        restore(path, backup, progress=unheard)
    assert calls(path) == ["call-1", "call-2"]
    assert names(path.parent) == ["backup.db", "rahyab.db"]


def test_the_database_is_no_backup_of_itself(path: Path) -> None:
    """It would be lost."""
    with pytest.raises(StoreError, match="the database itself"):
        restore(path, path, progress=unheard)


def test_numbers_given_since_the_backup_are_not_given_again(path: Path, backup: Path) -> None:
    """A caller may hold one whose case is lost: it must not lead to somebody else's."""
    with closing(SqliteStore(path)) as store:
        given = set(store.lease_tracking(200))
    restore(path, backup, progress=unheard)
    with closing(SqliteStore(path)) as store:
        again = store.lease_tracking(200)
    assert given.isdisjoint(again)
    path.unlink()
    restore(path, backup, progress=unheard)
    with closing(SqliteStore(path)) as store:
        assert {*given, *again}.isdisjoint(store.lease_tracking(200))
