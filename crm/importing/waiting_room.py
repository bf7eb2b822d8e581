"""Where the customers of a file wait on disk until all of it has been judged.

A million of them do not fit into the memory that an import may take. The room is a temporary
database of SQLite, which has no name, is nobody else's to read, and is gone when it is closed or
the process dies.
"""

import marshal
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from crm.importing.judging import Judged, Said
from crm.importing.tables import CustomerFileError
from crm.records import ContractRecord, Customer

_CACHE_KIB: Final = 32 * 1024
"""Memory of the room; what does not fit goes to disk."""

_DISK: Final = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
"""What the disk can do to the room (sqlite.org/rescode.html)."""

TOGETHER: Final = 500
"""Customers who are read back at once."""

_NEXT: Final = "SELECT place, customer FROM waiting WHERE place > ? ORDER BY place LIMIT ?"

_TABLES: Final = """
CREATE TABLE waiting (place INTEGER PRIMARY KEY, line INTEGER, customer BLOB);
CREATE TABLE keys (key TEXT PRIMARY KEY, holder INTEGER) WITHOUT ROWID;
"""


class WaitingRoom:
    """Customers in the order of their lines, found again by keys."""

    def __init__(self) -> None:
        self._conn = sqlite3.connect("", isolation_level=None)
        self._conn.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._conn.executescript(_TABLES)
        self._conn.execute("BEGIN")
        self._said: dict[Said, int] = {}
        self._places = 0
        self.count = 0

    def close(self) -> None:
        """Forget everybody."""
        self._conn.close()

    def holder(self, key: str) -> tuple[int, int] | None:
        """Who has this key: the customer's place, and the first line that told of them."""
        found: tuple[int, int] | None = self._execute(
            "SELECT place, line FROM keys JOIN waiting ON place = holder WHERE key = ?", (key,)
        ).fetchone()
        return found

    def claim(self, keys: Iterable[str], place: int) -> None:
        """Have these keys lead to a customer; one that leads to another stays as it is."""
        for key in keys:
            self._execute("INSERT INTO keys VALUES (?, ?) ON CONFLICT DO NOTHING", (key, place))

    def claim_next(self, key: str) -> bool:
        """Have a key lead to the customer who comes next; whether it was free."""
        done = self._execute(
            "INSERT INTO keys VALUES (?, ?) ON CONFLICT DO NOTHING", (key, self._places + 1)
        )
        return done.rowcount == 1

    def add(self, judged: Judged, line: int) -> int:
        """One more customer; returns their place."""
        self.count += 1
        self._places += 1
        self._execute(
            "INSERT INTO waiting VALUES (?, ?, ?)", (self._places, line, self._written(judged))
        )
        return self._places

    def at(self, place: int) -> Judged:
        """The customer at a place."""
        (written,) = self._execute(
            "SELECT customer FROM waiting WHERE place = ?", (place,)
        ).fetchone()
        return _read(written, list(self._said))

    def change(self, place: int, judged: Judged) -> None:
        """Put another record of the same customer in their place."""
        self._execute(
            "UPDATE waiting SET customer = ? WHERE place = ?", (self._written(judged), place)
        )

    def batches(self) -> Iterator[Mapping[int, Judged]]:
        """All customers by their places, in order, some at once.

        Those of a batch may leave before the next is asked for.
        """
        said = list(self._said)
        last = 0
        while found := self._execute(_NEXT, (last, TOGETHER)).fetchall():
            yield {place: _read(written, said) for place, written in found}
            last = found[-1][0]

    def leave(self, places: Iterable[int]) -> None:
        """These customers need not wait any longer."""
        for place in places:
            self._execute("DELETE FROM waiting WHERE place = ?", (place,))
            self.count -= 1

    def _execute(self, sql: str, values: tuple[object, ...]) -> sqlite3.Cursor:
        try:
            return self._conn.execute(sql, values)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in _DISK:
                raise
            raise CustomerFileError(
                f"the customers that were read cannot be kept on disk meanwhile ({error}): free"
                " some space in the folder for temporary files, or name another in SQLITE_TMPDIR"
            ) from None

    def _written(self, judged: Judged) -> bytes:
        said = self._said.setdefault(judged.said, len(self._said))
        customer = judged.customer
        return marshal.dumps(
            (
                said,
                customer.name,
                customer.reference,
                customer.language,
                customer.segment,
                customer.numbers,
                tuple(map(_contract_row, customer.contracts)),
                customer.lead_score,
                customer.address,
                customer.notes,
                dict(customer.preferences),
                dict(customer.external_ids),
            )
        )


def _contract_row(contract: ContractRecord) -> tuple[str, int, int, int]:
    return (
        contract.level,
        contract.starts.toordinal(),
        contract.ends.toordinal(),
        contract.grace_days,
    )


def _read(written: bytes, said: list[Said]) -> Judged:
    """What `_written` wrote; nobody else ever writes into the room."""
    row: tuple[Any, ...] = marshal.loads(written)  # noqa: S302  our own bytes
    index, name, reference, language, segment, numbers, contracts, *rest = row
    lead_score, address, notes, preferences, external_ids = rest
    customer = Customer(
        name=name,
        reference=reference,
        language=language,
        segment=segment,
        numbers=numbers,
        contracts=tuple(
            ContractRecord(level, date.fromordinal(starts), date.fromordinal(ends), grace)
            for level, starts, ends, grace in contracts
        ),
        lead_score=lead_score,
        address=address,
        notes=notes,
        preferences=preferences,
        external_ids=external_ids,
    )
    return Judged(customer, said[index])
