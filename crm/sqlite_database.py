"""Opening the SQLite file, its guards, and its driver's errors in our words."""

import os
import sqlite3
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from crm import migrations
from crm.ports import (
    SchemaTooNewError,
    StoreDamagedError,
    StoreError,
    StoreUnavailableError,
    UnknownRecordError,
)

BUSY_SECONDS: Final = 5.0
"""How long to wait for another process's write lock: an import of some ten thousand customers."""

_PRIMARY_CODE: Final = 0xFF
"""The low byte of an extended result code is its primary code (sqlite.org/rescode.html)."""

_LOG_BYTES: Final = 64 * 1024 * 1024
"""What a write-ahead log keeps of its size once it is emptied: a long backup makes it grow."""

_RETRY_SECONDS: Final = 0.01

_PRIVATE: Final = 0o600
"""The rights of a new file: it tells who called and with what number, so its owner alone reads it.
SQLite gives the same rights to the files beside it, `-wal` and `-shm`."""

_STATEMENTS: Final = 256
"""Prepared statements that a connection keeps: more than the store has, so none is made twice."""

_CURES: Final = {
    sqlite3.SQLITE_BUSY: "another process is writing to it: wait for that to end, then try again",
    sqlite3.SQLITE_LOCKED: "another process is using it: wait for that to end, then try again",
    sqlite3.SQLITE_CANTOPEN: (
        "it cannot be opened: check that the file and its folder exist and that this user may read"
        " and write in the folder"
    ),
    sqlite3.SQLITE_READONLY: (
        "it is read-only: give this user the right to write to the file and its folder, or mount"
        " the disk for writing"
    ),
    sqlite3.SQLITE_FULL: "the disk is full: free some space, then try again",
    sqlite3.SQLITE_IOERR: "the disk gave an error: look into the system's log (dmesg)",
    sqlite3.SQLITE_PERM: "this user may not use it: check the owner and rights of the file",
}
"""What the environment can do to us: another try may succeed once the cure is done."""

_DAMAGES: Final = {
    sqlite3.SQLITE_CORRUPT: "it is damaged: put a backup in its place",
    sqlite3.SQLITE_NOTADB: (
        "it is not an SQLite database: check the path, or put a backup in its place"
    ),
}


@dataclass(frozen=True, slots=True)
class FileIdentity:
    """Which file a path names: another one, or none, has taken its place if this changes."""

    device: int
    inode: int

    @classmethod
    def of(cls, path: Path) -> "FileIdentity | None":
        """That of a file; None if there is none, or none to be seen."""
        try:
            status = path.stat()
        except OSError:
            return None
        return cls(status.st_dev, status.st_ino)


def open_database(
    path: Path,
    *,
    create: bool,
    busy_seconds: float,
    told: Callable[[str], None] = lambda _: None,
) -> Database:
    """Open the file, refuse what is not ours or too new, and apply pending migrations.

    Args:
        path: The database file.
        create: Make the file if there is none. Its folder must exist.
        busy_seconds: How long any statement waits for another process's lock.
        told: Is told the name of each migration when it is done.

    Raises:
        StoreUnavailableError: It cannot be opened, or is locked.
        StoreDamagedError: It is damaged, or no database of ours.
        SchemaTooNewError: It was written by a newer version.
    """
    if not create and not path.exists():
        raise StoreUnavailableError(
            f"There is no database {path}: check RAHYAB_HOME and RAHYAB_DATABASE, or make one with"
            " `rahyab customers import FILE.csv`"
        )
    if not path.parent.is_dir():
        raise StoreUnavailableError(
            f"The folder of the database {path} does not exist: make it (mkdir -p {path.parent}),"
            " or check RAHYAB_HOME and RAHYAB_DATABASE"
        )
    deadline = time.monotonic() + busy_seconds
    while True:
        try:
            connection = _connect(path, create=create, busy_seconds=busy_seconds)
            return _prepared(connection, path, told)
        except sqlite3.Error as error:
            if not _is_busy(error) or time.monotonic() >= deadline:
                raise store_error(error, path) from error
        # SQLite itself does not wait while another process that opens the file at the same moment
        # turns the write-ahead log on.
        time.sleep(_RETRY_SECONDS)


def _is_busy(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE == sqlite3.SQLITE_BUSY


@contextmanager
def inspecting(path: Path) -> Generator[Database]:
    """A database of ours as it is, of whatever version: it is neither made nor migrated.

    Raises:
        StoreUnavailableError: There is none, or it cannot be opened.
        StoreDamagedError: It is no database of ours.
    """
    if not path.is_file():
        raise StoreUnavailableError(
            f"There is no database {path}: check the path, RAHYAB_HOME and RAHYAB_DATABASE"
        )
    connection = raw_connection(path)
    try:
        database = Database(connection, recursive_triggers=False, execute_plugins=False)
        _check_ours(database, path)
        yield database
    except sqlite3.Error as error:
        raise store_error(error, path) from error
    finally:
        connection.close()


def raw_connection(path: Path) -> sqlite3.Connection:
    """A connection to a file that is there, with none of our guards. Raises sqlite3.Error."""
    return _connect(path, create=False, busy_seconds=BUSY_SECONDS)


def _prepared(connection: sqlite3.Connection, path: Path, told: Callable[[str], None]) -> Database:
    """The connection as we need it; closed if that cannot be."""
    try:
        return _prepare(connection, path, told)
    except BaseException:
        connection.close()
        raise


def _connect(path: Path, *, create: bool, busy_seconds: float) -> sqlite3.Connection:
    if create:
        _make_private(path)
    mode = "rwc" if create else "rw"
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=busy_seconds,
        isolation_level=None,  # transactions begin and end where we say, never by the driver
        cached_statements=_STATEMENTS,
    )


def _make_private(path: Path) -> None:
    """Make the file if there is none, before SQLite makes it for everybody to read.

    A file that is there is never opened here: closing it would drop the locks that SQLite keeps on
    it for this process (sqlite.org/howtocorrupt.html, 2.2). What goes wrong, SQLite tells.
    """
    with suppress(OSError):
        os.close(os.open(path.resolve(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE))


def _prepare(connection: sqlite3.Connection, path: Path, told: Callable[[str], None]) -> Database:
    # Plugins of sqlite-utils that happen to be installed have no business in our connection.
    database = Database(connection, recursive_triggers=False, execute_plugins=False)
    guard(database, path)
    _set_durability(connection, path)
    migrations.apply(database, told)
    # Not before: a step that makes a table anew must drop the old one without following its keys.
    connection.execute("PRAGMA foreign_keys = ON")
    return database


def guard(database: Database, path: Path) -> None:
    """Refuse a database that this version must not touch, before anything is written to it.

    Raises:
        SchemaTooNewError: It was written by a newer version.
        StoreDamagedError: It is another program's.
    """
    if newer := migrations.unknown(database):
        raise SchemaTooNewError(
            f"The database {path} was written by a newer version of rahyab (it has the migration"
            f" {newer[0]}, which this version does not know): update rahyab, or use a backup that"
            " was made before the update"
        )
    _check_ours(database, path)


def _check_ours(database: Database, path: Path) -> None:
    application = database.execute("PRAGMA application_id").fetchone()[0]
    if application != migrations.APPLICATION_ID and database.table_names():
        raise StoreDamagedError(
            f"The file {path} is a database of another program: check RAHYAB_DATABASE and"
            " RAHYAB_HOME"
        )


def _set_durability(connection: sqlite3.Connection, path: Path) -> None:
    """What has been told to a caller must survive a power cut: WAL, synced at each commit."""
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise StoreUnavailableError(
            f"The database {path} cannot use a write-ahead log (it is in mode {mode}): put it on a"
            " local disk, not on a network share"
        )
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA journal_size_limit = {_LOG_BYTES}")
    connection.execute("PRAGMA secure_delete = ON")  # who was erased must not lie about in the file


def store_error(error: sqlite3.Error, path: Path, missing: str = "") -> StoreError:
    """The driver's error as one of ours, told by its result code, never by its text.

    Args:
        error: What the driver raised.
        path: The database file.
        missing: What does not exist if a foreign key was violated.
    """
    extended = getattr(error, "sqlite_errorcode", None)  # absent from the driver's own errors
    if extended is None:
        return StoreError(f"The database {path} cannot be used here: {error}")
    if extended == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
        return UnknownRecordError(missing)
    primary = extended & _PRIMARY_CODE
    if primary in _CURES:
        return StoreUnavailableError(f"The database {path} cannot be used: {_CURES[primary]}")
    if primary in _DAMAGES:
        return StoreDamagedError(f"The database {path} cannot be used: {_DAMAGES[primary]}")
    return StoreError(f"The database {path} refused a statement: {error}")
