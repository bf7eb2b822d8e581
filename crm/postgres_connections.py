"""Connections to a PostgreSQL server, and the pool of them that the stores of a process share.

A store takes a connection for one transaction. The pool keeps those that are idle, so a process has
as many as its stores use at one moment, and few while it is quiet. What the server or the network
has cut meanwhile is noticed without asking the server, and made anew at once by whoever needs it:
the reason why that fails reaches those who wait, at once. (psycopg_pool connects in threads of its
own: who waits there hears only that time is up.)
"""

import re
import select
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final, TypeAlias

import psycopg
from psycopg import conninfo, pq

from crm import postgres_values
from crm.ports import StoreError
from crm.postgres_errors import connection_error
from crm.sql_session import Row

CONNECT_SECONDS: Final = 3
"""How long the server may take to let us in."""

IDLE_SECONDS: Final = 600.0
"""How long a connection that nobody needs is kept."""

IDLE_IN_TRANSACTION_SECONDS: Final = 60
"""After this the server ends a transaction that stands still: its process or its machine is gone
without a word, and its locks must not outlive it."""

APPLICATION: Final = "rahyab"
"""How our connections are called in pg_stat_activity."""

_WITHOUT_PREPARING: Final = re.compile(r"(?<=[?&])prepare=off&?")
"""A parameter of ours in an address: statements are not prepared, as poolers may want it."""

Records: TypeAlias = psycopg.Connection[Row]


def place_of(address: str) -> str:
    """Which database this is, without the password: `rahyab at db.example:5432`."""
    try:
        given = _read(address)
    except StoreError:
        return "at an address that cannot be read"
    host = given.get("host") or "the local socket"
    return f"{given.get('dbname') or given.get('user') or ''} at {host}:{given.get('port') or 5432}"


def parts_of(address: str) -> str:
    """What other programs of PostgreSQL take as a connection string; without the password."""
    given = {name: value for name, value in _read(address).items() if name != "password"}
    return conninfo.make_conninfo("", **given)


def _read(address: str) -> dict[str, Any]:
    """The parts of an address. Raises StoreError, whose message shows nothing of it."""
    unreadable = StoreError(
        "RAHYAB_STORE cannot be read as an address: write"
        " postgresql://user:password@host:port/database; in a password, write @ as %40, / as %2F,"
        " : as %3A, ? as %3F, # as %23, % as %25"
    )
    try:
        given = conninfo.conninfo_to_dict(_for_libpq(address))
    except psycopg.Error:
        raise unreadable from None  # the driver's words quote parts of the address
    ports = str(given.get("port") or "5432").split(",")
    # A mark that stands for itself in a password makes its rest a host, a port or a database.
    if "@" in f"{given.get('host')}{given.get('dbname')}" or not all(map(str.isdigit, ports)):
        raise unreadable
    return given


def _for_libpq(address: str) -> str:
    return _WITHOUT_PREPARING.sub("", address).rstrip("?&")


def connected(address: str, statement_seconds: float = 0) -> Records:
    """One connection of its own, in autocommit.

    Args:
        address: `postgresql://user:password@host:port/database`, or what else libpq takes.
        statement_seconds: How long one statement may take; 0: any time.

    Raises:
        StoreUnavailableError: The server cannot be reached, or is not ready.
        StoreError: It refuses us.
    """
    _read(address)
    place, prepare = place_of(address), not _WITHOUT_PREPARING.search(address)
    options = _options(prepare=prepare)
    try:
        connection = psycopg.connect(_for_libpq(address), **options)
    except psycopg.Error as error:
        traced = conninfo.make_conninfo(
            _for_libpq(address), connect_timeout=CONNECT_SECONDS, application_name=APPLICATION
        )
        raise connection_error(error, traced, place) from None
    try:
        connection.execute(_settings(statement_seconds))
    except psycopg.Error as error:
        connection.close()
        raise connection_error(error, _for_libpq(address), place) from None
    postgres_values.adapt(connection)
    return connection


def _options(*, prepare: bool) -> dict[str, Any]:
    return {
        "autocommit": True,
        "prepare_threshold": 5 if prepare else None,
        "connect_timeout": CONNECT_SECONDS,
        "application_name": APPLICATION,
        # Who serves calls must notice within seconds that the other machine is gone.
        "tcp_user_timeout": 10_000,
        "keepalives_idle": 10,
        "keepalives_interval": 3,
        "keepalives_count": 3,
    }


def _settings(statement_seconds: float) -> bytes:
    """Set by a statement, not as options of the connection: poolers refuse those."""
    settings = {
        "timezone": "UTC",
        "statement_timeout": round(statement_seconds * 1000),
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_SECONDS * 1000,
        "synchronous_commit": "on",
    }
    return "; ".join(f"SET {name} = '{value}'" for name, value in settings.items()).encode()


class ConnectionPool:
    """Connections to one database that several threads share.

    Args:
        address: As `connected` takes it.
        statement_seconds: As `connected` takes it.
    """

    def __init__(self, address: str, statement_seconds: float) -> None:
        self._address = address
        self._statement_seconds = statement_seconds
        self._idle: list[tuple[float, Records]] = []
        self._lock = threading.Lock()
        self.users = 0

    @contextmanager
    def connection(self) -> Generator[Records]:
        """A connection for this thread alone. Raises what `connected` raises."""
        connection = self._take()
        try:
            yield connection
        finally:
            self._give_back(connection)

    def _take(self) -> Records:
        """The one that was used last, if it is still there; else a new one."""
        while True:
            with self._lock:
                if not self._idle:
                    break
                _, connection = self._idle.pop()
            if _is_alive(connection):
                return connection
            connection.close()
        return connected(self._address, self._statement_seconds)

    def _give_back(self, connection: Records) -> None:
        now = time.monotonic()
        spare = [connection]
        with self._lock:
            if self.users and connection.info.transaction_status == pq.TransactionStatus.IDLE:
                self._idle.append((now, connection))
                spare.clear()
            if self._idle and self._idle[0][0] < now - IDLE_SECONDS:
                spare.append(self._idle.pop(0)[1])
        for each in spare:
            each.close()

    def close_idle(self) -> None:
        """Close those that nobody uses now."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()


def _is_alive(connection: Records) -> bool:
    """Whether an idle connection can still be used, as far as this machine knows.

    A server that goes says so, and its machine closes what it leaves: then there is something to be
    read where nothing was asked. Only then the server is asked.
    """
    try:
        waiting = select.poll()
        waiting.register(connection.fileno(), select.POLLIN)
        if waiting.poll(0):
            connection.execute("")
    except psycopg.Error:
        return False
    return not connection.closed


_pools: Final[dict[tuple[str, float], ConnectionPool]] = {}
_pools_lock: Final = threading.Lock()


@contextmanager
def shared_pool(address: str, statement_seconds: float) -> Generator[ConnectionPool]:
    """The pool of this process for a database; it ends with the last who uses it."""
    key = (address, statement_seconds)
    with _pools_lock:
        pool = _pools.setdefault(key, ConnectionPool(address, statement_seconds))
        pool.users += 1
    try:
        yield pool
    finally:
        with _pools_lock:
            pool.users -= 1
            is_last = not pool.users
            if is_last:
                del _pools[key]
        if is_last:
            pool.close_idle()
