"""The customers, the blocked numbers, and the look-up of a caller, in SQL."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Final

from crm import sql_rows as rows
from crm.encoding import read_text, read_time, stored_text
from crm.identity import stored_version
from crm.ports import MOST_MATCHES, ImportCounts, StoreError, UnknownRecordError
from crm.records import BlockedNumber, CallerMatch, CallerRecord, Customer
from crm.searching import fold, number_part
from crm.sql_session import Row, SqlSession, containing, marks

_OPEN_CASES: Final = """
FROM cases WHERE cases.customer_id = c.id AND cases.state IN ('new', 'in-progress', 'waiting')
    AND NOT EXISTS (SELECT 1 FROM calls WHERE calls.id = cases.call_id AND calls.trial = 1)
"""

_LAST_AGENT: Final = """
SELECT agent FROM calls WHERE customer_id = c.id AND agent IS NOT NULL AND trial = 0
ORDER BY coalesce(answered_at, started_at) DESC LIMIT 1
"""

LOOK_UP_CALLER: Final = f"""
SELECT EXISTS (SELECT 1 FROM blocked_numbers WHERE number = ?), (SELECT count(*) {_OPEN_CASES}),
    (SELECT min(opened_at) {_OPEN_CASES}), ({_LAST_AGENT}), {rows.CUSTOMER_COLUMNS}
FROM (SELECT 1 AS asked) AS one LEFT JOIN (
    SELECT customer_id FROM phone_numbers WHERE number = ? AND NOT EXISTS (
        SELECT 1 FROM restrictions WHERE restrictions.customer_id = phone_numbers.customer_id)
    ORDER BY customer_id LIMIT {MOST_MATCHES}
) AS owners ON true LEFT JOIN customers AS c ON c.id = owners.customer_id
"""
"""One row for each customer; for a number that is nobody's, one without a customer. They are sorted
afterwards, as they are few: SQLite would build a table for that."""

_SEARCH_CUSTOMERS: Final = f"""
SELECT {rows.CUSTOMER_COLUMNS} FROM customers AS c WHERE c.search_text LIKE ? ESCAPE '!' OR EXISTS (
    SELECT 1 FROM phone_numbers WHERE customer_id = c.id AND number LIKE ? ESCAPE '!')
ORDER BY c.search_text, c.id LIMIT ?
"""

_CUSTOMERS: Final = f"SELECT {rows.CUSTOMER_COLUMNS} FROM customers AS c"

_FIND_EXTERNAL: Final = (
    f"{_CUSTOMERS} JOIN external_ids ON customer_id = c.id WHERE system = ? AND external_id = ?"
)

_WITH_NUMBER: Final = (
    f"{_CUSTOMERS} JOIN phone_numbers ON customer_id = c.id WHERE number = ? ORDER BY c.id"
)

_WRITTEN: Final = (
    "reference, name, language, segment, lead_score, address, notes, preferences, search_text"
)
_ADD_CUSTOMER: Final = f"""
INSERT INTO customers ({_WRITTEN}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
"""
_CHANGE_CUSTOMER: Final = f"""
UPDATE customers SET {", ".join(f"{column} = ?" for column in _WRITTEN.split(", "))} WHERE id = ?
"""

_BLOCK_NUMBER: Final = f"""
INSERT INTO blocked_numbers ({rows.BLOCKED_COLUMNS}) VALUES (?, ?, ?)
ON CONFLICT (number) DO UPDATE SET reason = excluded.reason RETURNING {rows.BLOCKED_COLUMNS}
"""

_CUSTOMERS_TOGETHER: Final = 100
"""Customers whose numbers and contracts are read in one go."""


class SqlCustomers(SqlSession):
    """The operations on customers and blocked numbers."""

    def look_up_caller(self, number: str) -> CallerRecord:
        """All that is known of an E.164 number."""
        found = self._read(LOOK_UP_CALLER, (stored_text(number), stored_text(number)))
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
            number = number_part(search)
            patterns = (containing(fold(search)), None if number is None else containing(number))
            found = self._read(_SEARCH_CUSTOMERS, (*patterns, limit))
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

    def find_external(self, system: str, external_id: str) -> Customer | None:
        """The customer with this id in another system."""
        values = (stored_text(system), stored_text(external_id))
        return next(iter(self._customers_of(self._read(_FIND_EXTERNAL, values))), None)

    def customers_with_number(self, number: str) -> Sequence[Customer]:
        """All who have this E.164 number, restricted ones too."""
        return self._customers_of(self._read(_WITH_NUMBER, (stored_text(number),)))

    def _customers_of(self, found: Sequence[Row]) -> list[Customer]:
        """The customers of these rows, with all that belongs to them."""
        customers: list[Customer] = []
        for start in range(0, len(found), _CUSTOMERS_TOGETHER):
            some = found[start : start + _CUSTOMERS_TOGETHER]
            ids = [row[0] for row in some]
            numbers = self._belonging(ids, "phone_numbers", "number", "position")
            contracts = self._belonging(ids, "contracts", rows.CONTRACT_COLUMNS, "id")
            externals = self._belonging(ids, "external_ids", "system, external_id", "system")
            customers += (
                rows.read_customer(row, *(each[row[0]] for each in (numbers, contracts, externals)))
                for row in some
            )
        return customers

    def _belonging(
        self, ids: Sequence[int], table: str, columns: str, order: str
    ) -> Mapping[int, Sequence[Row]]:
        """The rows of a table that belong to these customers, by customer."""
        sql = (
            f"SELECT customer_id, {columns} FROM {table} WHERE customer_id IN ({marks(ids)})"
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
        ((customer_id,),) = self._read(_ADD_CUSTOMER, rows.customer_row(customer))
        self._add_belongings(customer_id, customer)

    def _change_customer(self, customer: Customer, stored: Customer) -> None:
        key = (stored.id,)
        self._write(_CHANGE_CUSTOMER, rows.customer_row(customer) + key)
        for table in ("phone_numbers", "contracts", "external_ids"):
            self._write(f"DELETE FROM {table} WHERE customer_id = ?", key)
        self._add_belongings(stored.id or 0, customer)

    def _add_belongings(self, customer_id: int, customer: Customer) -> None:
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
        for row in rows.external_id_rows(customer_id, customer):
            sql = (
                "INSERT INTO external_ids (system, external_id, customer_id) VALUES (?, ?, ?)"
                " ON CONFLICT DO NOTHING"
            )
            if self._write(sql, row) == 0:
                raise StoreError(
                    f"The id {row[1]!r} of {row[0]!r} belongs to another customer than"
                    f" {customer.name!r}: a customer of another system is one of ours"
                )

    def block_number(self, blocked: BlockedNumber) -> BlockedNumber:
        """Block a number."""
        (row,) = self._read(_BLOCK_NUMBER, rows.blocked_row(blocked))
        return rows.read_blocked(row)

    def unblock_number(self, number: str) -> bool:
        """Block a number no longer."""
        sql = "DELETE FROM blocked_numbers WHERE number = ?"
        return self._write(sql, (stored_text(number),)) == 1

    def blocked_numbers(self) -> Sequence[BlockedNumber]:
        """All of them, the newest first."""
        sql = f"SELECT {rows.BLOCKED_COLUMNS} FROM blocked_numbers ORDER BY since DESC, number"
        return [rows.read_blocked(row) for row in self._read(sql, ())]
