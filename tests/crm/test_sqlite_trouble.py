"""What is said when the SQLite file is in trouble: the whole sentence, and whether it may pass."""

import os
import pickle
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
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
from crm.sqlite_store import SqliteStore

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 1, 1, tzinfo=UTC)
CALL = NewCall("call-1", AT, "", "", None, "1", None, "fa", None, "r", {})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database is."""
    return tmp_path / "rahyab.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    """A database that is open."""
    with closing(SqliteStore(path)) as opened:
        yield opened


def told(raised: pytest.ExceptionInfo[StoreError], kind: type[StoreError], path: Path) -> str:
    """What is said, with the name of the file left out."""
    assert type(raised.value) is kind
    assert str(path) in str(raised.value)
    return str(raised.value).replace(str(path), "FILE")


def test_a_full_disk(store: SqliteStore, path: Path) -> None:
    """SQLite gives the same code when the file must not grow: all of it is undone."""
    store._conn.execute("PRAGMA max_page_count = 1")

    def fill() -> None:
        with store.transaction():
            store.begin_call(CALL)
            store.put_customers(Customer("x" * 500, reference=str(n)) for n in range(500))

    with pytest.raises(StoreError) as raised:
        fill()
    assert told(raised, StoreUnavailableError, path) == (
        "The database FILE cannot be used: the disk is full: free some space, then try again"
    )
    assert store.calls() == []


def test_a_locked_database(store: SqliteStore, path: Path) -> None:
    """It may be free again the next moment."""
    with closing(SqliteStore(path, busy_seconds=0.01)) as hasty, store.transaction():
        with pytest.raises(StoreError) as raised:
            hasty.begin_call(CALL)
        assert told(raised, StoreUnavailableError, path) == (
            "The database FILE cannot be used: another process is writing to it: wait for that to"
            " end, then try again"
        )


def test_a_damaged_file(path: Path) -> None:
    """No waiting mends it."""
    with closing(SqliteStore(path)) as store:
        store.put_customers(Customer("x" * 500, reference=str(n)) for n in range(500))
    content = bytearray(path.read_bytes())
    content[8192:] = b"\xa5" * (len(content) - 8192)
    path.write_bytes(content)
    with pytest.raises(StoreError) as raised, closing(SqliteStore(path)) as store:
        store.customers(limit=1_000)
    assert told(raised, StoreDamagedError, path) == (
        "The database FILE cannot be used: it is damaged: put a backup in its place"
    )


def test_a_newer_database(store: SqliteStore, path: Path) -> None:
    """No waiting mends that either."""
    store._conn.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
        " VALUES ('rahyab', '999-from-the-future', 'then')"
    )
    with pytest.raises(StoreError) as raised:
        SqliteStore(path)
    assert told(raised, SchemaTooNewError, path) == (
        "The database FILE was written by a newer version of rahyab (it has the migration"
        " 999-from-the-future, which this version does not know): update rahyab, or use a backup"
        " that was made before the update"
    )


def test_a_database_of_another_program(path: Path) -> None:
    """A wrong path must not fill somebody else's file with our tables."""
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE notes (text)")
    with pytest.raises(StoreError) as raised:
        SqliteStore(path)
    assert told(raised, StoreDamagedError, path) == (
        "The file FILE is a database of another program: check RAHYAB_DATABASE and RAHYAB_HOME"
    )


GONE = (
    "The database FILE was deleted or replaced while it was in use: put it back, or start again"
    " with the new one"
)


def test_a_file_that_was_deleted(store: SqliteStore, path: Path) -> None:
    """A write outside a transaction would be lost too; put back, the file is used again."""
    aside = path.rename(path.with_name("aside"))
    for write in (store.begin_call, lambda call: in_transaction(store, call)):
        with pytest.raises(StoreError) as raised:
            write(CALL)
        assert told(raised, StoreUnavailableError, path) == GONE
    aside.rename(path)
    store.begin_call(CALL)
    assert len(store.calls()) == 1


def in_transaction(store: SqliteStore, call: NewCall) -> None:
    """Begin a call in a transaction."""
    with store.transaction():
        store.begin_call(call)


def test_a_file_that_was_replaced(store: SqliteStore, path: Path) -> None:
    """By a backup, say, beneath a server that runs."""
    other = path.with_name("other")
    SqliteStore(other).close()
    other.replace(path)
    with pytest.raises(StoreError) as raised:
        store.begin_call(CALL)
    assert told(raised, StoreUnavailableError, path) == GONE


@pytest.fixture
def common() -> Iterator[Path]:
    """A folder that users other than root can reach."""
    folder = Path(tempfile.mkdtemp(prefix="rahyab-ro-"))
    with closing(SqliteStore(folder / "rahyab.db")) as store:
        store.begin_call(CALL)
    yield folder
    folder.chmod(0o700)
    shutil.rmtree(folder)


def as_anybody(path: Path) -> str:
    """What a process hears that writes to a database, with the rights of its files alone."""
    script = (
        "import pickle, sys; from pathlib import Path\n"
        "from crm.ports import StoreError; from crm.sqlite_store import SqliteStore\n"
        "try:\n"
        "    SqliteStore(Path(sys.argv[1])).begin_call(pickle.loads(bytes.fromhex(sys.argv[2])))\n"
        "except StoreError as error:\n"
        "    print(type(error).__name__, str(error).replace(sys.argv[1], 'FILE'), sep=': ')\n"
    )
    call = pickle.dumps(replace(CALL, id="call-2")).hex()
    command = [sys.executable, "-c", script, str(path), call]
    if os.getuid() == 0:
        rights = "-dac_override,-dac_read_search"
        command = ["setpriv", f"--bounding-set={rights}", f"--inh-caps={rights}", *command]
    return subprocess.check_output(command, cwd=ROOT, text=True)


READ_ONLY = (
    "StoreUnavailableError: The database FILE cannot be used: it is read-only: give this user the"
    " right to write to the file and its folder, or mount the disk for writing\n"
)


def test_a_read_only_file(common: Path) -> None:
    """Its owner may have made it so."""
    (common / "rahyab.db").chmod(0o400)
    assert as_anybody(common / "rahyab.db") == READ_ONLY


def test_a_read_only_folder(common: Path) -> None:
    """SQLite must make its log beside the file."""
    common.chmod(0o500)
    assert as_anybody(common / "rahyab.db") == READ_ONLY
    assert as_anybody(common / "new.db") == (
        "StoreUnavailableError: The database FILE cannot be used: it cannot be opened: check that"
        " the file and its folder exist and that this user may read and write in the folder\n"
    )
