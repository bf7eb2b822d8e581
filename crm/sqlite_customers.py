"""The customers of the SQLite database, the blocked numbers, and the look-up of a caller."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Final

from crm import sqlite_rows as rows
from crm.encoding import read_text, read_time, stored_text
from crm.identity import stored_version
from crm.ports import MOST_MATCHES, ImportCounts, UnknownRecordError
from crm.records import BlockedNumber, CallerMatch, CallerRecord, Customer
from crm.searching import fold, number_part
from crm.sqlite_rows import Row
from crm.sqlite_session import SqliteSession, marks

_OPEN_CASES: Final = """
FROM cases WHERE cases.customer_id = c.id AND cases.state NOT IN ('resolved', 'closed')
    AND NOT (SELECT trial FROM calls WHERE calls.id = cases.call_id)
"""

_LAST_AGENT: Final = """
SELECT agent FROM calls WHERE customer_id = c.id AND agent IS NOT NULL AND trial = 0
ORDER BY coalesce(answered_at, started_at) DESC LIMIT 1
"""

LOOK_UP_CALLER: Final = f"""
SELECT EXISTS (SELECT 1 FROM blocked_numbers WHERE number = ?1), (SELECT count(*) {_OPEN_CASES}),
    (SELECT min(opened_at) {_OPEN_CASES}), ({_LAST_AGENT}), {rows.CUSTOMER_COLUMNS}
FROM (SELECT 1) LEFT JOIN (
    SELECT customer_id FROM phone_numbers WHERE number = ?1
    ORDER BY customer_id LIMIT {MOST_MATCHES}
) LEFT JOIN customers AS c ON c.id = customer_id
"""  # noqa: S608  made of constants alone, like the other statements below
"""One row for each customer; for a number that is nobody's, one without a customer. They are sorted
afterwards, as they are few: SQLite would build a table for that."""

_SEARCH_CUSTOMERS: Final = f"""
SELECT {rows.CUSTOMER_COLUMNS} FROM customers AS c WHERE instr(c.search_text, ?1) OR EXISTS (
    SELECT 1 FROM phone_numbers WHERE customer_id = c.id AND instr(number, ?2))
ORDER BY c.search_text, c.id LIMIT ?3
"""  # noqa: S608

_CUSTOMERS: Final = f"SELECT {rows.CUSTOMER_COLUMNS} FROM customers AS c"  # noqa: S608

_BLOCK_NUMBER: Final = f"""
INSERT INTO blocked_numbers ({rows.BLOCKED_COLUMNS}) VALUES (?, ?, ?)
ON CONFLICT (number) DO UPDATE SET reason = excluded.reason RETURNING {rows.BLOCKED_COLUMNS}
"""  # noqa: S608

_CUSTOMERS_TOGETHER: Final = 100
"""Customers whose numbers and contracts are read in one go."""


class SqliteCustomers(SqliteSession):
    """The operations on customers and blocked numbers."""

    def look_up_caller(self, number: str) -> CallerRecord:
        """All that is known of an E.164 number."""
        found = self._read(LOOK_UP_CALLER, (stored_text(number),))
        blocked, customer_id = bool(found[0][0]), found[0][4]
        if customer_id is None:
            return CallerRecord((), blocked)
        found = sorted(found, key=itemgetter(4))
        customers = self._customers_of([row[4:] for row in found])
        matches = (
            CallerMatch(customer, row[1], read_time(row[2]), read_text(row[3]))
            for customer, row in zip(customers, found, strict=True)
        )
        return CallerRecord(tuple(matches), blocked)

    def customers(self, *, search: str = "", limit: int = 50) -> Sequence[Customer]:
        """Customers by name."""
        if not search:
            found = self._read(f"{_CUSTOMERS} ORDER BY c.search_text, c.id LIMIT ?", (limit,))
        else:
            found = self._read(_SEARCH_CUSTOMERS, (fold(search), number_part(search), limit))
        return self._customers_of(found)

    def customer(self, customer_id: int) -> Customer:
        """One customer."""
        found = self._read(f"{_CUSTOMERS} WHERE c.id = ?", (customer_id,))
        for customer in self._customers_of(found):
            return customer
        raise UnknownRecordError(f"There is no customer with the id {customer_id}")

    def find_customer(self, reference: str) -> Customer | None:
        """The customer with this reference."""
        found = self._read(f"{_CUSTOMERS} WHERE c.reference = ?", (stored_text(reference),))
        return next(iter(self._customers_of(found)), None)

    def _customers_of(self, found: Sequence[Row]) -> list[Customer]:
        """The customers of these rows, with all that belongs to them."""
        customers: list[Customer] = []
        for start in range(0, len(found), _CUSTOMERS_TOGETHER):
            some = found[start : start + _CUSTOMERS_TOGETHER]
            ids = [row[0] for row in some]
            numbers = self._belonging(ids, "phone_numbers", "number", "position")
            contracts = self._belonging(ids, "contracts", rows.CONTRACT_COLUMNS, "id")
            customers += (
                rows.read_customer(row, numbers[row[0]], contracts[row[0]]) for row in some
            )
        return customers

    def _belonging(
        self, ids: Sequence[int], table: str, columns: str, order: str
    ) -> Mapping[int, Sequence[Row]]:
        """The rows of a table that belong to these customers, by customer."""
        sql = (
            f"SELECT customer_id, {columns} FROM {table} WHERE customer_id IN ({marks(ids)})"  # noqa: S608
            f" ORDER BY customer_id, {order}"
        )
        belonging: defaultdict[int, list[Row]] = defaultdict(list)
        for customer_id, *values in self._read(sql, ids):
            belonging[customer_id].append(tuple(values))
        return belonging

    def put_customers(self, customers: Iterable[Customer]) -> ImportCounts:
        """Add or change customers."""
        done: Counter[str] = Counter()
        with self.transaction():
            for customer in customers:
                done[self._put_customer(customer)] += 1
        return ImportCounts(done["added"], done["changed"], done["unchanged"])

    def _put_customer(self, given: Customer) -> str:
        """Put one customer; return which of the counts it belongs to."""
        customer = replace(given, numbers=tuple(dict.fromkeys(given.numbers)))
        stored = stored_version(self, customer)
        if stored is None:
            self._add_customer(customer)
            return "added"
        customer = replace(customer, id=stored.id)
        if customer == stored:
            return "unchanged"
        self._change_customer(customer, stored)
        return "changed"

    def _add_customer(self, customer: Customer) -> None:
        cursor = self._write(
            "INSERT INTO customers (reference, name, language, segment, lead_score,"
            " search_text)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            rows.customer_row(customer),
        )
        # An insert that succeeded has a row id.
        self._add_numbers_and_contracts(cursor.lastrowid or 0, customer)

    def _change_customer(self, customer: Customer, stored: Customer) -> None:
        key = (stored.id,)
        self._write(
            "UPDATE customers SET reference = ?, name = ?, language = ?, segment = ?,"
            " lead_score = ?, search_text = ? WHERE id = ?",
            rows.customer_row(customer) + key,
        )
        self._write("DELETE FROM phone_numbers WHERE customer_id = ?", key)
        self._write("DELETE FROM contracts WHERE customer_id = ?", key)
        self._add_numbers_and_contracts(stored.id or 0, customer)

    def _add_numbers_and_contracts(self, customer_id: int, customer: Customer) -> None:
        for row in rows.number_rows(customer_id, customer):
            self._write(
                "INSERT INTO phone_numbers (number, customer_id, position) VALUES (?, ?, ?)", row
            )
        for row in rows.contract_rows(customer_id, customer):
            self._write(
                "INSERT INTO contracts (customer_id, level, starts, ends, grace_days)"
                " VALUES (?, ?, ?, ?, ?)",
                row,
            )

    def block_number(self, blocked: BlockedNumber) -> BlockedNumber:
        """Block a number."""
        (row,) = self._read(_BLOCK_NUMBER, rows.blocked_row(blocked))
        return rows.read_blocked(row)

    def unblock_number(self, number: str) -> bool:
        """Block a number no longer."""
        sql = "DELETE FROM blocked_numbers WHERE number = ?"
        return self._write(sql, (stored_text(number),)).rowcount == 1

    def blocked_numbers(self) -> Sequence[BlockedNumber]:
        """All of them, the newest first."""
        sql = f"SELECT {rows.BLOCKED_COLUMNS} FROM blocked_numbers ORDER BY since DESC, number"  # noqa: S608
        return [rows.read_blocked(row) for row in self._read(sql, ())]
