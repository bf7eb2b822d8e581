"""What the SQL of the stores stands on: a session that runs statements, whichever the database.

The operations (`crm.sql_customers` and its neighbours) are written once, in the SQL that SQLite and
PostgreSQL have in common, with `?` for values. A session knows the driver: it brings values into
columns and back, and tells errors in our words.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from typing import Any, ClassVar, TypeAlias

Row: TypeAlias = tuple[Any, ...]
"""One row as a session gives or takes it."""


class SqlSession(ABC):
    """One session with a database; it belongs to one thread."""

    _SKIPPING: ClassVar[str]
    """At the end of a selection of rows that are removed on the way: without those that another
    transaction has its hands on, and removes or keeps by itself."""

    @abstractmethod
    def _read(self, sql: str, values: Sequence[Any], *, missing: str = "") -> Sequence[Row]:
        """All rows of a statement.

        Args:
            sql: The statement, with `?` for each value.
            values: The values.
            missing: What does not exist if a foreign key was violated.

        Raises:
            StoreError: What the database refused, and what to do.
        """

    @abstractmethod
    def _write(self, sql: str, values: Sequence[Any] = (), *, missing: str = "") -> int:
        """Run a statement as `_read` does; how many rows it has written."""

    @abstractmethod
    def _write_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        """Run a statement for each row of values; how many rows it has written in all."""

    @abstractmethod
    def _take_turns(self, *turns: str) -> None:
        """Within a transaction: let nobody else with one of these words in until it ends.

        So that what is looked up and then written for a number is not written twice by two servers.
        A transaction that holds nothing yet waits; of two that wait while they hold what the other
        waits for, neither would ever go on.

        Raises:
            TurnTakenError: The transaction holds something, and somebody else has one of the turns.
        """

    @abstractmethod
    def await_turns(self, turns: Collection[str]) -> None:
        """At the beginning of a transaction: wait for turns."""

    @abstractmethod
    def _hour_of(self, column: str) -> str:
        """The expression for the hour of a time, in UTC: `2026-03-21T08`."""

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """Make the operations inside it durable together; nested, a savepoint."""

    @abstractmethod
    def close(self) -> None:
        """Give up the connection. Idempotent."""


def marks(values: Sequence[object]) -> str:
    """As many question marks as there are values, for a list in SQL."""
    return ", ".join("?" * len(values))


def columns_of(table: str, columns: str) -> str:
    """A list of columns, each with the name of its table before it."""
    return ", ".join(f"{table}.{column.strip()}" for column in columns.split(","))


def containing(term: str) -> str:
    """The pattern of LIKE (with `ESCAPE '!'`) for texts that contain `term`."""
    escaped = "".join(f"!{letter}" if letter in "!%_" else letter for letter in term)
    return f"%{escaped}%"
