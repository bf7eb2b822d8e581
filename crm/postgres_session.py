"""A session with a PostgreSQL server, its transactions, and its driver's errors in our words."""

from collections.abc import Collection, Generator, Sequence
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from typing import Any, Final, LiteralString

import psycopg
from psycopg.pq import TransactionStatus

from crm import postgres_schema
from crm.ports import (
    SchemaTooNewError,
    SchemaTooOldError,
    StoreDamagedError,
    StoreError,
    StoreUnavailableError,
    TurnTakenError,
)
from crm.postgres_connections import Records, place_of, shared_pool
from crm.postgres_errors import store_error
from crm.sql_session import Row, SqlSession

STATEMENT_SECONDS: Final = 5.0
"""How long the server may take over one statement of a call, waiting for others' locks included."""

_OLDEST: Final = 13
"""The oldest version of PostgreSQL that we know to work."""


_TURN: Final = "hashtextextended(?, 0)"
"""The number of a turn, whose word is given by `ascii`: not all our text is text to the server."""


class PostgresSession(SqlSession):
    """What the PostgreSQL store stands on; it belongs to the thread that made it.

    Its connections are those of the process (`crm.postgres_connections`): one is taken for each
    transaction, and what was cut meanwhile is made anew.

    Args:
        address: `postgresql://user:password@host:port/database`, or what else libpq takes.
        create: Whether the tables are made where there are none.
        statement_seconds: How long one statement may take; 0: any time.

    Raises:
        StoreUnavailableError: The server cannot be reached, or is not ready.
        StoreDamagedError: The database holds something else.
        SchemaTooNewError: It was written by a newer version.
        SchemaTooOldError: It lacks what this version needs.
        StoreError: The server refuses us.
    """

    _SKIPPING = "FOR UPDATE SKIP LOCKED"

    def __init__(
        self, address: str, *, create: bool = True, statement_seconds: float = STATEMENT_SECONDS
    ) -> None:
        self._place = place_of(address)
        self._connection: Records | None = None
        self._holds_locks = False
        self._is_closed = False
        self._closing = ExitStack()
        self._pool = self._closing.enter_context(shared_pool(address, statement_seconds))
        try:
            with self._told(), self._pool.connection() as first:
                prepare_database(first, self._place, create=create)
        except BaseException:
            self._closing.close()
            raise

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Make the operations inside it durable together; nested, a savepoint."""
        with ExitStack() as stack:
            stack.enter_context(self._told())
            connection = self._connection
            if connection is None:
                connection = stack.enter_context(self._taken())
                self._connection = connection
                stack.callback(self._forget_connection)
            stack.enter_context(connection.transaction())
            yield
            _check_not_undone(connection)

    def _forget_connection(self) -> None:
        self._connection = None
        self._holds_locks = False

    def close(self) -> None:
        """Give up the connections, if no other store of this process uses them."""
        self._is_closed = True
        self._closing.close()

    def _read(self, sql: str, values: Sequence[Any], *, missing: str = "") -> Sequence[Row]:
        if not sql.lstrip().startswith("SELECT"):
            self._note_locks()
        with self._told(missing), self._connected() as connection:
            return connection.execute(_translated(sql), values).fetchall()

    def _write(self, sql: str, values: Sequence[Any] = (), *, missing: str = "") -> int:
        self._note_locks()
        with self._told(missing), self._connected() as connection:
            return connection.execute(_translated(sql), values).rowcount

    def _write_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        if not rows:
            return 0
        self._note_locks()
        with self._told(), self._connected() as connection, connection.cursor() as cursor:
            cursor.executemany(_translated(sql), rows)
            return cursor.rowcount

    def _note_locks(self) -> None:
        """Others may wait for this transaction from now on; one statement alone waits for none."""
        self._holds_locks = self._connection is not None

    def _take_turns(self, *turns: str) -> None:
        if not self._holds_locks:
            self.await_turns(turns)
        elif not all(self._is_free(turn) for turn in turns):
            raise TurnTakenError(frozenset(turns))

    def await_turns(self, turns: Collection[str]) -> None:
        """At the beginning of a transaction: wait for turns, all in one and the same order."""
        for turn in sorted(turns):
            self._read(f"SELECT pg_advisory_xact_lock({_TURN})", (ascii(turn),))
            self._note_locks()

    def _is_free(self, turn: str) -> bool:
        """Take a turn that nobody else has."""
        ((free,),) = self._read(f"SELECT pg_try_advisory_xact_lock({_TURN})", (ascii(turn),))
        return bool(free)

    def _hour_of(self, column: str) -> str:
        return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24')"""

    @contextmanager
    def _connected(self) -> Generator[Records]:
        """The connection of the transaction that is under way, or one for a single statement."""
        if self._connection is not None:
            yield self._connection
        else:
            with self._taken() as connection:
                yield connection

    @contextmanager
    def _taken(self) -> Generator[Records]:
        """A connection of the pool's; whatever keeps us from one may be over the next time."""
        if self._is_closed:
            raise StoreUnavailableError(f"The database {self._place} was closed: open it again")
        with ExitStack() as stack:
            try:
                connection = stack.enter_context(self._pool.connection())
            except StoreError as error:
                raise StoreUnavailableError(str(error)) from None
            yield connection

    @contextmanager
    def _told(self, missing: str = "") -> Generator[None]:
        """Tell the driver's errors in our words."""
        try:
            yield
        except psycopg.Error as error:
            raise store_error(error, self._place, missing) from error


def _check_not_undone(connection: Records) -> None:
    """Raise psycopg.OperationalError if what was done in the transaction cannot be committed.

    Whoever does several things in one transaction may go on after an error of one of them. If that
    was the loss of the connection, the driver leaves the transaction in silence; if the server has
    given the transaction up, it answers COMMIT with a rollback, in silence too.
    """
    if connection.info.transaction_status is not TransactionStatus.INTRANS:
        raise psycopg.OperationalError("the transaction was lost before its end: do it again")


@lru_cache(maxsize=512)
def _translated(sql: str) -> LiteralString:
    """A statement with the driver's mark for values; ours hold no `?` and no `%` otherwise."""
    return sql.replace("?", "%s")


def check_database(connection: Records, place: str) -> None:
    """Refuse a database that this version must not touch, before anything is written to it.

    Raises:
        SchemaTooNewError: It was written by a newer version.
        StoreDamagedError: The database holds something else.
        StoreError: It is of another kind than we need.
    """
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
    if not postgres_schema.applied(connection) and (others := postgres_schema.tables(connection)):
        raise StoreDamagedError(
            f"The database {place} holds tables of another program ({others[0]}): check"
            " RAHYAB_STORE, or make a database for rahyab alone (createdb)"
        )


def prepare_database(connection: Records, place: str, *, create: bool) -> None:
    """See to it that the tables are there.

    Several servers may use the database, of which others are older: a running one must not find the
    tables changed because a newer one was started. Only where there is nothing yet, it is made.

    Args:
        connection: One in autocommit.
        place: Which database it is, to be shown.
        create: Whether the tables are made where there are none.

    Raises:
        StoreError: The database cannot be used, or not as it is.
    """
    check_database(connection, place)
    pending = postgres_schema.pending(connection)
    if not pending:
        return
    if postgres_schema.applied(connection):
        raise SchemaTooOldError(
            f"The database {place} is older than this version of rahyab (it lacks {pending[0]}):"
            " stop all servers that use it, make a backup, and run `rahyab db migrate`"
        )
    if not create:
        raise StoreUnavailableError(
            f"There is nothing of rahyab in the database {place}: check RAHYAB_STORE, or make the"
            " tables with `rahyab db migrate`"
        )
    postgres_schema.apply(connection)
