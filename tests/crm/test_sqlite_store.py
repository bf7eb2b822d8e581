"""What the SQLite store does with its file, and says when the file is in trouble."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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
from crm.sql_customers import LOOK_UP_CALLER
from crm.sqlite_store import SqliteStore

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 1, 1, tzinfo=UTC)
CALL = NewCall("call-1", AT, "", "", None, "1", None, "fa", None, "r", {})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a database may be."""
    return tmp_path / "a folder #1?" / "store.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    """A new database."""
    path.parent.mkdir()
    with closing(SqliteStore(path)) as opened:
        yield opened


def fill(store: SqliteStore, count: int) -> None:
    """Put customers until the file has many pages."""
    store.put_customers(Customer(name="x" * 200, reference=str(n)) for n in range(count))


def test_a_call_is_on_disk_when_it_has_been_begun(store: SqliteStore, path: Path) -> None:
    """Another process that opens the file, without our closing it, sees the call."""
    store.begin_call(CALL)
    script = (
        "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchall())"
    )
    command = [sys.executable, "-c", script, str(path), "SELECT id FROM calls"]
    assert subprocess.check_output(command, text=True).strip() == "[('call-1',)]"


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 5000)],
)
def test_durability_is_set_on_every_connection(
    store: SqliteStore, pragma: str, value: object
) -> None:
    """SQLite's own defaults would lose the last commits in a power cut, and ignore references."""
    assert store._conn.execute(f"PRAGMA {pragma}").fetchone()[0] == value


def test_nobody_else_can_read_a_new_database(store: SqliteStore, path: Path) -> None:
    """It tells who called; the files that SQLite puts beside it are as private as it is."""
    store.begin_call(CALL)
    rights = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    assert rights == dict.fromkeys(("store.db", "store.db-wal", "store.db-shm"), 0o600)


def test_a_database_behind_a_link_that_leads_nowhere_yet_is_private_too(tmp_path: Path) -> None:
    """SQLite makes the file that the link names, and so must we."""
    (tmp_path / "link.db").symlink_to(tmp_path / "real.db")
    SqliteStore(tmp_path / "link.db").close()
    assert (tmp_path / "real.db").stat().st_mode & 0o777 == 0o600


def test_rights_that_the_administrator_gave_are_kept(tmp_path: Path) -> None:
    """A group may have been let in to make backups."""
    (tmp_path / "store.db").touch(0o640)
    SqliteStore(tmp_path / "store.db").close()
    assert (tmp_path / "store.db").stat().st_mode & 0o777 == 0o640


def test_every_table_is_strict_and_every_reference_has_an_index(store: SqliteStore) -> None:
    """Without the index, removing a row would read the whole table that refers to it."""
    ours = [
        (name, strict)
        for _, name, _, _, _, strict in store._conn.execute("PRAGMA table_list")
        if not name.startswith(("sqlite_", "_sqlite"))
    ]
    assert len(ours) == 28
    assert all(strict for _, strict in ours)
    for table, _ in ours:
        keys = {row[3] for row in store._conn.execute(f"PRAGMA foreign_key_list({table})")}
        indexes = [row[1] for row in store._conn.execute(f"PRAGMA index_list({table})")]
        led = {store._conn.execute(f"PRAGMA index_info({name})").fetchone()[2] for name in indexes}
        columns = store._conn.execute(f"PRAGMA table_info({table})")
        led |= {row[1] for row in columns if (row[2], row[5]) == ("INTEGER", 1)}  # the rowid
        assert keys <= led, table


def test_what_the_schema_does_not_know_is_refused(store: SqliteStore) -> None:
    """No column appears because somebody misspelt one."""
    with pytest.raises(sqlite3.OperationalError, match="no column"):
        store._conn.execute("INSERT INTO customers (name, serach_text) VALUES ('a', 'b')")
    with pytest.raises(sqlite3.IntegrityError):
        store._conn.execute("INSERT INTO contracts VALUES (1, 1, 'gold', '2026', '2027', 'many')")


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("SELECT customer_id FROM phone_numbers WHERE number = ?", ("+98",)),
        ("SELECT number FROM phone_numbers WHERE customer_id = ? ORDER BY position", (1,)),
        ("SELECT id FROM calls WHERE customer_id = ? ORDER BY started_at DESC", (1,)),
        ("SELECT id FROM calls WHERE started_at >= ? ORDER BY started_at DESC", ("",)),
        (
            "SELECT 1 FROM cases WHERE customer_id = ? AND state IN ('new', 'in-progress')",
            (1,),
        ),
        ("SELECT count(*) FROM calls WHERE started_at >= ? AND trial = 0", ("",)),
        (
            (
                "SELECT call_id FROM callbacks WHERE state = ?"
                " ORDER BY coalesce(since, asked_at), call_id"
            ),
            ("open",),
        ),
        ("SELECT call_id FROM callbacks WHERE number = ? AND state = 'open'", ("+98",)),
        ("SELECT id FROM outbox WHERE status = ? ORDER BY written_at, id", ("waiting",)),
        ("SELECT id FROM outbox WHERE status = 'waiting' AND expires_at <= ?", ("",)),
        ("SELECT number FROM one_time_codes WHERE expires_at <= ? ORDER BY expires_at", ("",)),
        ("SELECT count(*) FROM attempts WHERE kind = ? AND at > ? AND at <= ?", ("pin", "", "")),
        (
            "SELECT count(*) FROM attempts WHERE kind = ? AND at > ? AND at <= ? AND subject = ?",
            ("pin", "", "", "+98"),
        ),
        ("SELECT id FROM attempts WHERE at <= ? ORDER BY at, id", ("",)),
        (
            (
                "SELECT number FROM queue_visits WHERE asterisk_queue = ? AND entered_at >= ?"
                " AND disposition = 'in-progress' AND answered_at IS NULL"
            ),
            ("rahyab-support-fa", ""),
        ),
        (
            (
                "SELECT count(*) FROM queue_visits"
                " WHERE asterisk_queue = ? AND coalesce(answered_at, left_at) >= ?"
            ),
            ("rahyab-support-fa", ""),
        ),
        (
            (
                "SELECT number FROM queue_visits WHERE entered_at >= ?"
                " ORDER BY entered_at DESC, call_id DESC, number DESC"
            ),
            ("",),
        ),
        (
            (
                "SELECT at FROM surveys_asked WHERE number = ? AND survey = ? AND at < ?"
                " ORDER BY at DESC"
            ),
            ("+98", "s", ""),
        ),
        (
            (
                "SELECT at FROM surveys_asked WHERE customer_id = ? AND survey = ? AND at < ?"
                " ORDER BY at DESC"
            ),
            (1, "s", ""),
        ),
        (
            (
                "SELECT survey FROM surveys_asked WHERE (at, call_id, survey) > (?, ?, ?)"
                " AND at < ? ORDER BY at, call_id, survey"
            ),
            ("", "", "", ""),
        ),
        (
            (
                "SELECT value FROM answers"
                " WHERE (given_at, call_id, survey, question) > (?, ?, ?, ?) AND given_at < ?"
                " ORDER BY given_at, call_id, survey, question"
            ),
            ("", "", "", "", ""),
        ),
    ],
)
def test_lookups_use_an_index(store: SqliteStore, query: str, values: tuple[object, ...]) -> None:
    """A look-up takes as long with five million customers as with five."""
    plan = [row[3] for row in store._conn.execute(f"EXPLAIN QUERY PLAN {query}", values)]
    assert all(step.startswith("SEARCH") for step in plan), plan


def test_the_look_up_of_a_caller_uses_indexes_alone(store: SqliteStore) -> None:
    """Each step but the reading of what the steps before it found."""
    plan = store._conn.execute(f"EXPLAIN QUERY PLAN {LOOK_UP_CALLER}", ("+98",) * 3)
    found = ("SCAN CONSTANT", "SCAN one", "SCAN owners")  # by the steps before
    steps = [row[3] for row in plan if not row[3].startswith(found)]
    assert all("SCAN" not in step and "TEMP" not in step for step in steps), steps
    assert any("talks_by_customer" in step for step in steps)
    assert sum("cases_by_customer (customer_id=? AND state=?)" in step for step in steps) == 2


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) FROM calls WHERE started_at >= '' AND trial = 0",
        "SELECT name, loaded_at FROM revisions ORDER BY loaded_at DESC, name DESC LIMIT 20",
    ],
)
def test_some_are_answered_from_the_index_alone(store: SqliteStore, query: str) -> None:
    """No call and no bundle of rules is read for them."""
    plan = [row[3] for row in store._conn.execute(f"EXPLAIN QUERY PLAN {query}")]
    assert all("USING COVERING INDEX" in step for step in plan), plan


def test_a_second_opening_changes_nothing(store: SqliteStore, path: Path) -> None:
    """The schema is made once."""
    before = list(store._conn.execute("SELECT sql FROM sqlite_master ORDER BY name"))
    with closing(SqliteStore(path)) as again:
        after = list(again._conn.execute("SELECT sql FROM sqlite_master ORDER BY name"))
    assert after == before


def test_a_newer_database_is_refused_untouched(store: SqliteStore, path: Path) -> None:
    """With the cure; writing to it with old code could destroy what new code relies on."""
    store._conn.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
        " VALUES ('rahyab', '999-from-the-future', 'then')"
    )
    with pytest.raises(SchemaTooNewError, match=r"999-from-the-future.*update rahyab"):
        SqliteStore(path)


def test_a_database_of_another_program_is_refused_untouched(tmp_path: Path) -> None:
    """A wrong path must not fill somebody else's file with our tables."""
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE notes (text)")
    before = path.read_bytes()
    with pytest.raises(StoreDamagedError, match="another program"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """By what it holds, whatever its name."""
    path = tmp_path / "store.db"
    path.write_text("reference,name\nC-1,Sara\n" * 100)
    with pytest.raises(StoreDamagedError, match="not an SQLite database"):
        SqliteStore(path)


def test_a_damaged_file_is_told(store: SqliteStore, path: Path) -> None:
    """With the cure: a backup."""
    fill(store, 2_000)
    store.close()
    content = bytearray(path.read_bytes())
    content[8192:-8192] = b"\xa5" * (len(content) - 16384)
    path.write_bytes(content)
    with pytest.raises(StoreDamagedError, match="backup"):
        read_everything(path)


def read_everything(path: Path) -> None:
    """Open the database and read all customers."""
    with closing(SqliteStore(path)) as store:
        store.customers(limit=10_000)


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    """With the command that makes it."""
    with pytest.raises(StoreUnavailableError, match=r"mkdir -p .*nowhere"):
        SqliteStore(tmp_path / "nowhere" / "store.db")


def test_a_missing_file_is_told_where_none_must_be_made(tmp_path: Path) -> None:
    """Who only reads must not be shown an empty database in the wrong place."""
    path = tmp_path / "store.db"
    with pytest.raises(StoreUnavailableError, match="There is no database"):
        SqliteStore(path, create=False)
    assert not path.exists()


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    """The sentence speaks of opening, not of SQL."""
    with pytest.raises(StoreUnavailableError, match="cannot be opened"):
        SqliteStore(tmp_path)


def test_a_locked_database_is_told_after_the_wait(store: SqliteStore, path: Path) -> None:
    """And can be used once the other has finished."""
    with closing(SqliteStore(path, busy_seconds=0.01)) as hasty:
        with store.transaction(), pytest.raises(StoreUnavailableError, match="another process"):
            hasty.begin_call(CALL)
        hasty.begin_call(CALL)
    assert store.call("call-1") is not None


def test_a_read_only_database_is_told(store: SqliteStore) -> None:
    """The pragma gives the same result code as a file without the right to write."""
    store._conn.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreUnavailableError, match="read-only"):
        store.begin_call(CALL)
    assert store.call("call-1") is None


def limit_size(store: SqliteStore) -> None:
    """Let the file not grow any more, as on a full disk: SQLite gives the same result code."""
    pages = store._conn.execute("PRAGMA page_count").fetchone()[0]
    store._conn.execute(f"PRAGMA max_page_count = {pages}")


def test_a_full_disk_is_told_and_nothing_is_half_there(store: SqliteStore) -> None:
    """What was there stays, and writing goes on when there is room again."""
    store.begin_call(CALL)
    limit_size(store)
    with pytest.raises(StoreUnavailableError, match="disk is full"):
        fill(store, 2_000)
    assert store.customers() == []
    assert store.call("call-1") is not None
    store._conn.execute("PRAGMA max_page_count = 100000")
    fill(store, 2_000)
    assert len(store.customers(limit=3_000)) == 2_000


def test_a_transaction_that_sqlite_undid_is_not_taken_for_done(store: SqliteStore) -> None:
    """On some errors SQLite undoes the whole transaction, the outer one too."""

    def undone() -> None:
        with store.transaction():
            store.begin_call(CALL)
            store._conn.execute("ROLLBACK")

    def undone_in_between() -> None:
        with store.transaction():
            store._conn.execute("ROLLBACK")
            with store.transaction():
                store.begin_call(CALL)

    for misled in (undone, undone_in_between):
        with pytest.raises(StoreUnavailableError, match="undid"):
            misled()
        assert store.call("call-1") is None
    store.begin_call(CALL)
    assert store.call("call-1") is not None


def test_a_store_belongs_to_its_thread(store: SqliteStore) -> None:
    """Using it elsewhere is an error, not a race."""
    raised: list[StoreError] = []

    def use() -> None:
        try:
            store.calls()
        except StoreError as error:
            raised.append(error)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert "thread" in str(raised[0])


def test_reading_does_not_wait_for_writing(store: SqliteStore, path: Path) -> None:
    """A long import must not keep callers from being recognised."""
    with closing(SqliteStore(path, busy_seconds=0)) as reader:
        store.begin_call(CALL)
        with store.transaction():
            store.begin_call(replace(CALL, id="call-2"))
            assert [call.id for call in reader.calls()] == ["call-1"]
        assert [call.id for call in reader.calls()] == ["call-2", "call-1"]


def test_processes_that_open_a_new_database_at_once_share_it(path: Path) -> None:
    """One of them migrates; none fails; and no two cases get the same number."""
    path.parent.mkdir()
    script = ROOT / "tests" / "contracts" / "open_cases.py"
    processes = [
        subprocess.Popen(
            [sys.executable, str(script), str(path), name, "40"],
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("a", "b", "c")
    ]
    printed = [process.communicate(timeout=60)[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    trackings = [tracking for numbers in printed for tracking in numbers]
    assert len(trackings) == len(set(trackings)) == 120
    with closing(SqliteStore(path)) as store:
        assert all(store.find_case(tracking) for tracking in trackings)


def test_many_may_open_a_new_database_at_the_same_moment(tmp_path: Path) -> None:
    """While one turns the write-ahead log on, SQLite gives the others no chance to wait."""
    together = threading.Barrier(6)

    def open_one(folder: int) -> None:
        together.wait(timeout=30)
        SqliteStore(tmp_path / f"{folder}.db").close()

    with ThreadPoolExecutor(6) as threads:
        for folder in range(20):
            assert list(threads.map(open_one, [folder] * 6)) == [None] * 6
