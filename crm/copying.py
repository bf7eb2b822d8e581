"""Moving a whole database from SQLite to PostgreSQL, or back, and proving that all of it is there.

Rows are read from one snapshot and written in one transaction. Before that is committed, what was
written is read again and compared, table by table: the number of rows, and a sum of their hashes
that does not depend on their order, for the two databases sort in different ways.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import blake2b
from typing import Any, Final, Protocol, TypeAlias

from crm.encoding import stored_date, stored_text, stored_time
from crm.ports import StoreError
from crm.sql_session import Row

TABLES: Final = (
    "customers", "phone_numbers", "external_ids", "contracts", "blocked_numbers", "calls",
    "timeline", "cases", "case_calls", "case_notes", "tracking_leases", "answers", "recordings",
    "callbacks", "callback_calls", "outbox", "one_time_codes", "pins", "attempts", "surveys_asked",
    "queue_visits", "revisions", "spools", "marks", "restrictions", "legal_holds", "erasures",
    "audit",
)  # fmt: skip
"""Every table, those that others refer to first."""

LEASES: Final = "tracking_leases"
"""The table that has a row in every new database: where tracking numbers have got to."""

ROWS_TOGETHER: Final = 500
"""Rows between two tellings of how far the copy is."""

_HASH_BYTES: Final = 16

Progress: TypeAlias = Callable[[str, int, int], None]
"""Is told of a table how many of its rows are done, of how many."""


class Copyable(Protocol):
    """One end of a copy: a database that is open, in a transaction."""

    def columns(self, table: str) -> Sequence[str]:
        """The names of a table's columns, in the order of the alphabet."""

    def count(self, table: str) -> int:
        """How many rows a table has."""

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[Row]:
        """All rows, a few at a time."""

    def put(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Add rows as `rows` of the other end gives them. Raises StoreError."""

    def clear(self, table: str) -> None:
        """Remove all rows."""

    def finish(self) -> None:
        """Let ids go on behind those that were put."""


@dataclass(slots=True)
class Digest:
    """What a table holds: how many rows, and the sum of their hashes."""

    rows: int = 0
    total: int = field(default=0)

    def add(self, row: Row) -> None:
        """Take in one row, as `canonical` writes it."""
        text = json.dumps(row, default=_hexadecimal).encode()
        self.total += int.from_bytes(blake2b(text, digest_size=_HASH_BYTES).digest())
        self.total %= 1 << (8 * _HASH_BYTES)
        self.rows += 1

    def __str__(self) -> str:
        return f"{self.total:0{2 * _HASH_BYTES}x}"


@dataclass(frozen=True, slots=True)
class Copied:
    """What became of one table; the digest is that of both databases."""

    table: str
    rows: int
    digest: str


def copy_all(source: Copyable, target: Copyable, progress: Progress) -> Sequence[Copied]:
    """Copy every table, and compare.

    Args:
        source: Where everything is, read from one snapshot.
        target: Where nothing is, in a transaction that is undone if this raises.
        progress: Is told how far each table is.

    Raises:
        StoreError: The target is not empty, refuses a row, or does not hold what it was given.
    """
    _check_empty(target)
    _check_columns(source, target)
    target.clear(LEASES)
    given = {table: _copy_table(source, target, table, progress) for table in TABLES}
    target.finish()
    return [_compared(target, table, digest, progress) for table, digest in given.items()]


def _check_empty(target: Copyable) -> None:
    filled = [table for table in TABLES if table != LEASES and target.count(table)]
    leased = next(target.rows(LEASES, ["next"]), (0,))[0]
    if filled or leased:
        what = f"it has {', '.join(filled)}" if filled else "a server has given numbers from it"
        raise StoreError(f"The target is not empty ({what}): copy into a new database")


def _check_columns(source: Copyable, target: Copyable) -> None:
    for table in TABLES:
        if different := set(source.columns(table)) ^ set(target.columns(table)):
            raise StoreError(
                f"The columns {', '.join(sorted(different))} of {table} are not in both databases:"
                " look with `rahyab db check` which of them is not as this version makes it"
            )


def _copy_table(source: Copyable, target: Copyable, table: str, progress: Progress) -> Digest:
    digest, total, columns = Digest(), source.count(table), source.columns(table)

    def passing() -> Iterator[Row]:
        for row in source.rows(table, columns):
            digest.add(row)
            if digest.rows % ROWS_TOGETHER == 0:
                progress(table, digest.rows, total)
            yield row

    progress(table, 0, total)
    target.put(table, columns, passing())
    progress(table, digest.rows, total)
    return digest


def _compared(target: Copyable, table: str, given: Digest, progress: Progress) -> Copied:
    found = _digest_of(target, table, lambda rows: progress(f"{table} again", rows, given.rows))
    if found != given:
        raise StoreError(
            f"The copy of {table} is not what was read ({given.rows} rows with the sum {given},"
            f" {found.rows} rows with {found}): nothing is kept; tell the makers"
        )
    return Copied(table, found.rows, str(found))


def _digest_of(end: Copyable, table: str, told: Callable[[int], None]) -> Digest:
    digest = Digest()
    for row in end.rows(table, end.columns(table)):
        digest.add(row)
        if digest.rows % ROWS_TOGETHER == 0:
            told(digest.rows)
    told(digest.rows)
    return digest


def canonical(value: Any) -> Any:  # noqa: ANN401  whatever a column holds
    """A value as SQLite's column holds it, whichever database it came from."""
    match value:
        case str():
            return stored_text(value)
        case datetime():
            return stored_time(value)
        case date():
            return stored_date(value)
        case _:
            return value


def _hexadecimal(raw: Any) -> str:  # noqa: ANN401  json hands over what it cannot write
    return f"bytes:{bytes(raw).hex()}"
