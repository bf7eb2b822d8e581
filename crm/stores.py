"""Which store there is, told from settings: the SQLite file, or the PostgreSQL server."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from crm.ports import Store
from crm.postgres_connections import place_of
from crm.postgres_session import STATEMENT_SECONDS
from crm.postgres_store import PostgresStore
from crm.sqlite_database import BUSY_SECONDS
from crm.sqlite_store import SqliteStore

POSTGRES: Final = ("postgresql://", "postgres://")
"""How the address of a PostgreSQL database begins (libpq's connection URIs)."""


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """A store in one file of this machine."""

    path: Path

    def is_missing(self) -> bool:
        """Whether there is none yet, so that nothing was ever kept."""
        return not self.path.exists()

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A store that several machines share.

    `address` may hold a password: never show it. As text this is the place without it.
    """

    address: str

    def is_missing(self) -> bool:
        """Never: whether the server has our tables, it tells when it is asked."""
        return False

    def __str__(self) -> str:
        return place_of(self.address)

    def __repr__(self) -> str:
        return f"PostgresServer({self})"


StorePlace: TypeAlias = SqliteFile | PostgresServer


def place_named(text: str) -> StorePlace:
    """The place that somebody names: the address of a PostgreSQL database, or an SQLite file."""
    return PostgresServer(text) if text.startswith(POSTGRES) else SqliteFile(Path(text))


def open_store(
    place: StorePlace, *, create: bool = True, patience_seconds: float | None = None
) -> Store:
    """Open the store; it belongs to the thread that opens it.

    Args:
        place: Where it is.
        create: Whether a database that is not there is made.
        patience_seconds: How long a statement may take and wait for others; None: as calls do.

    Raises:
        StoreError: It cannot be opened; the message says why and what to do.
    """
    match place:
        case SqliteFile(path):
            seconds = BUSY_SECONDS if patience_seconds is None else patience_seconds
            return SqliteStore(path, create=create, busy_seconds=seconds)
        case PostgresServer(address):
            seconds = STATEMENT_SECONDS if patience_seconds is None else patience_seconds
            return PostgresStore(address, create=create, statement_seconds=seconds)
