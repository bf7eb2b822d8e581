"""One connection to a database in memory, and its transactions."""

from collections.abc import Collection, Generator
from contextlib import contextmanager

from crm.memory_tables import MemoryDatabase, Tables
from crm.ports import StoreUnavailableError


class MemorySession:
    """What the parts of the store in memory share.

    Args:
        database: Stands for the file; None makes a new one.
    """

    def __init__(self, database: MemoryDatabase | None = None) -> None:
        self._database = database or MemoryDatabase()
        self._closed = False

    @contextmanager
    def _tables(self) -> Generator[Tables]:
        """The records, while nobody else can see or change them."""
        with self._database.lock:
            if self._closed:
                raise StoreUnavailableError("This store was closed: open another one")
            yield self._database.tables

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Make the operations inside it count together; nested, a savepoint."""
        with self._tables() as tables:
            before = tables.copy()
            try:
                yield
            except BaseException:
                self._database.tables = before
                raise

    def await_turns(self, turns: Collection[str]) -> None:
        """A transaction has all records to itself."""

    def close(self) -> None:
        """Give up the connection."""
        self._closed = True
