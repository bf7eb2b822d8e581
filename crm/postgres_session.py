"""A session with a PostgreSQL server, its transactions, and its driver's errors in our words."""

from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from typing import Any, Final, LiteralString, TypeAlias

import psycopg
from psycopg import conninfo, errors
from psycopg_pool import ConnectionPool, PoolClosed

from crm import postgres_schema, postgres_values
from crm.ports import (
    SchemaTooNewError,
    StoreDamagedError,
    StoreError,
    StoreUnavailableError,
    UnknownRecordError,
)
from crm.sql_session import Row, SqlSession

CONNECT_SECONDS: Final = 3
"""How long the server may take to let us in."""

STATEMENT_SECONDS: Final = 5.0
"""How long the server may take over one statement of a call, waiting for others' locks included."""

Records: TypeAlias = psycopg.Connection[Row]

_CURES: Final = (
    (
        (errors.InvalidPassword, errors.InvalidAuthorizationSpecification),
        StoreError,
        "the user or the password is wrong: check RAHYAB_STORE",
    ),
    (
        (errors.InsufficientPrivilege,),
        StoreError,
        "its user lacks rights: make it the owner of the database",
    ),
    ((errors.DiskFull,), StoreUnavailableError, "its disk is full: free some space"),
    (
        (errors.QueryCanceled, errors.LockNotAvailable),
        StoreUnavailableError,
        "it took too long over a statement, or others hold its locks: look into pg_stat_activity",
    ),
    (
        (errors.ReadOnlySqlTransaction,),
        StoreUnavailableError,
        "it takes no writes now (a standby?): let RAHYAB_STORE name the primary",
    ),
)
"""What the server said, by the class of the driver's error; and whether another try may succeed."""

_REFUSALS: Final = (
    ("password authentication failed", "the user or the password is wrong: check RAHYAB_STORE"),
    ("no password supplied", "it wants a password: write one into RAHYAB_STORE, or into ~/.pgpass"),
    ("no pg_hba.conf entry", "its pg_hba.conf does not let this user in from here"),
    ("does not exist", "there is no such database or user: make it with createdb or createuser"),
)

_DAMAGES: Final = (errors.DataCorrupted, errors.IndexCorrupted)

_OLDEST: Final = 13
"""The oldest version of PostgreSQL that gets mends."""


class PostgresSession(SqlSession):
    """What the PostgreSQL store stands on; it belongs to the thread that made it.

    It holds a pool of one connection: what the server or the network has cut is made anew when it
    is needed next.

    Args:
        address: `postgresql://user:password@host:port/database`, or what else libpq takes.
        create: Whether the schema is made or brought up to date.
        statement_seconds: How long one statement may take; 0: any time.

    Raises:
        StoreUnavailableError: The server cannot be reached, or is not ready.
        StoreDamagedError: The database holds something else.
        SchemaTooNewError: It was written by a newer version.
        StoreError: The server refuses us.
    """

    def __init__(
        self, address: str, *, create: bool = True, statement_seconds: float = STATEMENT_SECONDS
    ) -> None:
        self._place = place_of(address)
        self._connection: Records | None = None
        # The first connection tells why there is none; the pool would only say that time is up.
        with self._told(), connected(address, statement_seconds) as first:
            _prepare(first, self._place, create=create)
        self._pool: ConnectionPool[Records] = ConnectionPool(
            address,
            min_size=0,
            max_size=1,
            timeout=CONNECT_SECONDS,
            kwargs=_options(statement_seconds),
            configure=postgres_values.adapt,
            check=ConnectionPool.check_connection,
            reconnect_timeout=CONNECT_SECONDS,
            open=True,
        )

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Make the operations inside it durable together; nested, a savepoint."""
        with ExitStack() as stack:
            stack.enter_context(self._told())
            connection = self._connection
            if connection is None:
                connection = stack.enter_context(self._pool.connection())
                self._connection = connection
                stack.callback(self._forget_connection)
            stack.enter_context(connection.transaction())
            yield

    def _forget_connection(self) -> None:
        self._connection = None

    def close(self) -> None:
        """Give up the connection."""
        self._pool.close()

    def _read(self, sql: str, values: Sequence[Any], *, missing: str = "") -> Sequence[Row]:
        with self._told(missing), self._connected() as connection:
            return connection.execute(_translated(sql), values).fetchall()

    def _write(self, sql: str, values: Sequence[Any] = (), *, missing: str = "") -> int:
        with self._told(missing), self._connected() as connection:
            return connection.execute(_translated(sql), values).rowcount

    def _write_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        if not rows:
            return 0
        with self._told(), self._connected() as connection, connection.cursor() as cursor:
            cursor.executemany(_translated(sql), rows)
            return cursor.rowcount

    @contextmanager
    def _connected(self) -> Generator[Records]:
        """The connection of the transaction that is under way, or one for a single statement."""
        if self._connection is not None:
            yield self._connection
        else:
            with self._pool.connection() as connection:
                yield connection

    @contextmanager
    def _told(self, missing: str = "") -> Generator[None]:
        """Tell the driver's errors in our words."""
        try:
            yield
        except (psycopg.Error, PoolClosed) as error:
            raise store_error(error, self._place, missing) from error


@lru_cache(maxsize=512)
def _translated(sql: str) -> LiteralString:
    """A statement with the driver's mark for values; ours hold no `?` and no `%` otherwise."""
    return sql.replace("?", "%s")


def _options(statement_seconds: float) -> dict[str, Any]:
    milliseconds = round(statement_seconds * 1000)
    settings = {
        "timezone": "UTC",
        "statement_timeout": milliseconds,
        "idle_in_transaction_session_timeout": 60_000,
        "synchronous_commit": "on",
    }
    return {
        "autocommit": True,
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "rahyab",
        "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
        # Who serves calls must notice within seconds that the other machine is gone.
        "tcp_user_timeout": 10_000,
        "keepalives_idle": 10,
        "keepalives_interval": 3,
        "keepalives_count": 3,
    }


def connected(address: str, statement_seconds: float = 0) -> Records:
    """One connection of its own, in autocommit. Raises psycopg.Error."""
    connection = psycopg.connect(address, **_options(statement_seconds))
    postgres_values.adapt(connection)
    return connection


def place_of(address: str) -> str:
    """Which database this is, without the password: `rahyab at db.example:5432`."""
    try:
        given = conninfo.conninfo_to_dict(address)
    except psycopg.ProgrammingError:
        return "at an address that cannot be read"
    host = given.get("host") or "the local socket"
    return f"{given.get('dbname') or given.get('user') or ''} at {host}:{given.get('port') or 5432}"


def _prepare(connection: Records, place: str, *, create: bool) -> None:
    if connection.info.server_version < _OLDEST * 10_000:
        raise StoreError(
            f"The database {place} is PostgreSQL {connection.info.server_version // 10_000}:"
            f" version {_OLDEST} or later is needed"
        )
    if connection.info.parameter_status("server_encoding") != "UTF8":
        raise StoreError(
            f"The database {place} is not in UTF-8: make one with `createdb --encoding UTF8"
            " --template template0`"
        )
    if newer := postgres_schema.unknown(connection):
        raise SchemaTooNewError(
            f"The database {place} was written by a newer version of rahyab (it has the migration"
            f" {newer[0]}, which this version does not know): update rahyab, or use a backup that"
            " was made before the update"
        )
    if not postgres_schema.applied(connection):
        _check_empty(connection, place, create=create)
    postgres_schema.apply(connection)


def _check_empty(connection: Records, place: str, *, create: bool) -> None:
    if not create:
        raise StoreUnavailableError(
            f"There is nothing of rahyab in the database {place}: check RAHYAB_STORE, or make the"
            " tables with `rahyab db migrate`"
        )
    if connection.execute("SELECT to_regclass('customers') IS NOT NULL").fetchone() == (True,):
        raise StoreDamagedError(
            f"The database {place} has a table of customers that is not ours: check RAHYAB_STORE,"
            " or make a database for rahyab alone"
        )


def store_error(error: Exception, place: str, missing: str = "") -> StoreError:
    """The driver's error as one of ours, told by its class, never by its text.

    Args:
        error: What the driver raised.
        place: Which database it is.
        missing: What does not exist if a foreign key was violated.
    """
    if isinstance(error, errors.ForeignKeyViolation):
        return UnknownRecordError(missing)
    for classes, kind, cure in _CURES:
        if isinstance(error, classes):
            return kind(f"The database {place} cannot be used: {cure}")
    if isinstance(error, _DAMAGES):
        return StoreDamagedError(
            f"The database {place} is damaged ({error}): restore a backup, and check its disk"
        )
    if isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError, PoolClosed)):
        return _connection_trouble(error, place)
    return StoreError(f"The database {place} refused a statement: {error}")


def _connection_trouble(error: Exception, place: str) -> StoreError:
    """What goes wrong on the way to the server.

    libpq hands over what the server said before it let us in without an SQLSTATE: the texts of a
    refused password and of a missing database are all that tells them from a server that is down.
    """
    told = " ".join(str(error).split())
    for text, cure in _REFUSALS:
        if text in told:
            return StoreError(f"The database {place} cannot be used: {cure}")
    return StoreUnavailableError(
        f"The database {place} cannot be used: the server cannot be reached ({told}): check that it"
        " runs, and the network between"
    )
