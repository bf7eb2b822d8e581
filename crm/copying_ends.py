"""The two kinds of databases that a copy goes between."""

import sqlite3
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final, LiteralString

import psycopg
from psycopg import sql

from crm.copying import ROWS_TOGETHER, TABLES, canonical
from crm.ports import StoreUnavailableError
from crm.postgres_connections import APPLICATION, Records, connected, place_of
from crm.postgres_errors import store_error as postgres_error
from crm.postgres_session import prepare_database
from crm.sql_session import Row
from crm.sqlite_database import raw_connection
from crm.sqlite_database import store_error as sqlite_error
from crm.sqlite_lock import check_unused
from crm.sqlite_store import SqliteStore

LEAVING_SECONDS: Final = 1.0
"""PostgreSQL counts a connection for a moment after it was closed: that of the command before."""

_LOOK_AGAIN_SECONDS: Final = 0.05

_OTHERS: Final = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = %s AND pid <> pg_backend_pid()
"""


class SqliteEnd:
    """An SQLite database at one end of a copy."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def columns(self, table: str) -> Sequence[str]:
        """The names of a table's columns."""
        found = self._connection.execute("SELECT name FROM pragma_table_info(?)", (table,))
        return sorted(name for (name,) in found)

    def count(self, table: str) -> int:
        """How many rows a table has."""
        found = self._connection.execute(f"SELECT count(*) FROM {table}")  # noqa: S608  our own table
        return int(found.fetchone()[0])

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[Row]:
        """All rows."""
        names = ", ".join(columns)
        yield from self._connection.execute(f"SELECT {names} FROM {table}")  # noqa: S608  our own names

    def put(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Add rows."""
        names, values = ", ".join(columns), ", ".join("?" * len(columns))
        self._connection.executemany(
            f"INSERT INTO {table} ({names}) VALUES ({values})",  # noqa: S608  our own names
            rows,
        )

    def clear(self, table: str) -> None:
        """Remove all rows."""
        self._connection.execute(f"DELETE FROM {table}")  # noqa: S608  our own table

    def finish(self) -> None:
        """Ids go on behind the highest by themselves."""


class PostgresEnd:
    """A PostgreSQL database at one end of a copy."""

    def __init__(self, connection: Records) -> None:
        self._connection = connection

    def columns(self, table: str) -> Sequence[str]:
        """The names of a table's columns."""
        found = self._connection.execute(
            "SELECT attname FROM pg_attribute"
            " WHERE attrelid = %s::text::regclass AND attnum > 0 AND NOT attisdropped",
            (table,),
        )
        return sorted(name for (name,) in found)

    def count(self, table: str) -> int:
        """How many rows a table has."""
        found = self._connection.execute(_composed("SELECT count(*) FROM {}", table)).fetchone()
        return 0 if found is None else int(found[0])

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[Row]:
        """All rows, by a cursor of the server's: memory does not grow with them."""
        with self._connection.cursor(name="copying") as cursor:
            cursor.itersize = ROWS_TOGETHER
            cursor.execute(_composed("SELECT {} FROM {}", columns, table))
            for row in cursor:
                yield tuple(map(canonical, row))

    def put(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Add rows, by COPY."""
        statement = _composed("COPY {} ({}) FROM STDIN", table, columns)
        with self._connection.cursor() as cursor, cursor.copy(statement) as copying:
            for row in rows:
                copying.write_row(row)

    def clear(self, table: str) -> None:
        """Remove all rows."""
        self._connection.execute(_composed("DELETE FROM {}", table))

    def finish(self) -> None:
        """Set each counter of ids behind the highest there is; gather what plans are made by."""
        for table in TABLES:
            found = self._connection.execute(
                "SELECT attname FROM pg_attribute"
                " WHERE attrelid = %s::text::regclass AND attidentity <> ''",
                (table,),
            )
            for (column,) in found.fetchall():
                self._connection.execute(
                    _composed(
                        "SELECT setval(pg_get_serial_sequence(%s, %s),"
                        " (SELECT coalesce(max({}), 0) + 1 FROM {}), false)",
                        column,
                        table,
                    ),
                    (table, column),
                )
            self._connection.execute(_composed("ANALYZE {}", table))


def _composed(statement: LiteralString, *names: str | Sequence[str]) -> sql.Composed:
    """A statement with names of ours, a list of them with commas between."""
    parts: list[sql.Composable] = []
    for name in names:
        if isinstance(name, str):
            parts.append(sql.Identifier(name))
        else:
            parts.append(sql.SQL(", ").join(map(sql.Identifier, name)))
    return sql.SQL(statement).format(*parts)


@contextmanager
def sqlite_source(path: Path) -> Generator[SqliteEnd]:
    """A database that nobody uses, in one snapshot. Raises StoreError."""
    if path.exists():
        check_unused(path)
    SqliteStore(path, create=False).close()  # which brings it up to date
    with _sqlite_transaction(path, "BEGIN") as connection:
        before = _version(connection)
        yield SqliteEnd(connection)
        connection.execute("COMMIT")
        if _version(connection) != before:
            raise StoreUnavailableError(
                f"Somebody wrote to {path} while it was copied: stop every server, and copy again"
            )
        connection.execute("BEGIN")


def _version(connection: sqlite3.Connection) -> int:
    """Another number when another connection has written."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


@contextmanager
def sqlite_target(path: Path) -> Generator[SqliteEnd]:
    """A database, made if there is none, in a transaction. Raises StoreError."""
    SqliteStore(path).close()
    check_unused(path)
    with _sqlite_transaction(path, "BEGIN IMMEDIATE") as connection:
        yield SqliteEnd(connection)


@contextmanager
def _sqlite_transaction(path: Path, begin: str) -> Generator[sqlite3.Connection]:
    try:
        with closing(raw_connection(path)) as connection:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute(begin)
            yield connection
            connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise sqlite_error(error, path, "A row names another one that does not exist") from error


@contextmanager
def postgres_source(address: str) -> Generator[PostgresEnd]:
    """A database that nobody uses, in one snapshot. Raises StoreError."""
    with _postgres_transaction(address, create=False) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield PostgresEnd(connection)
        _check_unused(connection, place_of(address))


@contextmanager
def postgres_target(address: str) -> Generator[PostgresEnd]:
    """A database, with tables made if there are none, in a transaction. Raises StoreError."""
    with _postgres_transaction(address, create=True) as connection:
        yield PostgresEnd(connection)


@contextmanager
def _postgres_transaction(address: str, *, create: bool) -> Generator[Records]:
    place = place_of(address)
    with closing(connected(address)) as connection:
        try:
            _check_unused(connection, place)
            prepare_database(connection, place, create=create)
            with connection.transaction():
                yield connection
        except psycopg.Error as error:
            raise postgres_error(
                error, place, "A row names another one that does not exist"
            ) from error


def _check_unused(connection: Records, place: str) -> None:
    """Refuse a database that others use, but not for those who are just leaving it."""
    until = monotonic() + LEAVING_SECONDS
    while others := _others(connection):
        if monotonic() > until:
            raise StoreUnavailableError(
                f"The database {place} is in use by {others} connections of rahyab: stop every"
                " server and command that uses it, then try again"
            )
        sleep(_LOOK_AGAIN_SECONDS)


def _others(connection: Records) -> int:
    found: Any = connection.execute(_OTHERS, (APPLICATION,)).fetchone()
    return int(found[0])
