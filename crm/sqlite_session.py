"""One connection to the SQLite database, its transactions, and its driver's errors in our words."""

import sqlite3
from collections.abc import Collection, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crm.ports import StoreUnavailableError
from crm.sql_session import Row, SqlSession
from crm.sqlite_database import BUSY_SECONDS, FileIdentity, open_database, store_error


class SqliteSession(SqlSession):
    """What the SQLite store stands on; it belongs to the thread that made it.

    Args:
        path: The file. If there is none, it is made, unless `create` is false.
        create: Whether a missing file is made.
        busy_seconds: How long to wait for another process's write lock.

    Raises:
        StoreError: See `crm.sqlite_database.open_database`.
    """

    _SKIPPING = ""

    def __init__(
        self, path: Path, *, create: bool = True, busy_seconds: float = BUSY_SECONDS
    ) -> None:
        self._path = path
        identity = FileIdentity.of(path)
        self._database = open_database(path, create=create, busy_seconds=busy_seconds)
        self._conn = self._database.conn
        # A restore may have put another file there while we waited for the lock of this one.
        self._identity = identity or FileIdentity.of(path)
        self._depth = 0

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Make the operations inside it durable together; nested, a savepoint."""
        nested = self._depth > 0
        # Taking the write lock at once waits for other writers; a transaction that began by reading
        # could not wait any more when it comes to write (SQLITE_BUSY_SNAPSHOT).
        self._write("SAVEPOINT nested" if nested else "BEGIN IMMEDIATE")
        self._depth += 1
        try:
            yield
            self._check_not_undone()
            self._write("RELEASE nested" if nested else "COMMIT")
        except BaseException:
            self._undo(nested=nested)
            raise
        finally:
            self._depth -= 1

    def _check_usable(self) -> None:
        """Within a transaction that is gone, a statement would be kept by itself."""
        if self._depth:
            self._check_not_undone()
        else:
            self._check_still_there()

    def _check_not_undone(self) -> None:
        """SQLite undoes the whole transaction by itself when, for one, the disk is full."""
        if not self._conn.in_transaction:
            raise StoreUnavailableError(
                f"The database {self._path} undid the transaction after an error: do it again"
            )

    def _check_still_there(self) -> None:
        """What is written to a file that was deleted or moved away is lost, and nobody is told.

        What is read from it is as it was then.
        """
        if FileIdentity.of(self._path) != self._identity:
            raise StoreUnavailableError(
                f"The database {self._path} was deleted or replaced while it was in use: put it"
                " back, or start again with the new one"
            )

    def _undo(self, *, nested: bool) -> None:
        if not self._conn.in_transaction:
            return
        if nested:
            self._write("ROLLBACK TO nested")
            self._write("RELEASE nested")
        else:
            self._write("ROLLBACK")

    def close(self) -> None:
        """Give up the connection."""
        self._conn.close()

    def _read(self, sql: str, values: Sequence[Any], *, missing: str = "") -> Sequence[Row]:
        self._check_usable()
        try:
            found: Sequence[Row] = self._conn.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise store_error(error, self._path, missing) from error
        return found

    def _write(self, sql: str, values: Sequence[Any] = (), *, missing: str = "") -> int:
        self._check_usable()
        try:
            return self._conn.execute(sql, values).rowcount
        except sqlite3.Error as error:
            raise store_error(error, self._path, missing) from error

    def _take_turns(self, *turns: str) -> None:
        """A transaction holds the write lock of the whole file, whatever the words."""

    def await_turns(self, turns: Collection[str]) -> None:
        """As `_take_turns`."""

    def _hour_of(self, column: str) -> str:
        return f"substr({column}, 1, 13)"

    def _write_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        if not rows:
            return 0
        self._check_usable()
        try:
            return self._conn.executemany(sql, rows).rowcount
        except sqlite3.Error as error:
            raise store_error(error, self._path) from error
