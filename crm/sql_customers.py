"""The customers, the blocked numbers, and the look-up of a caller, in SQL."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Final

from crm import sql_rows as rows
from crm.encoding import read_text, read_time, stored_text
from crm.ports import MOST_MATCHES, UnknownRecordError
from crm.records import BlockedNumber, CallerMatch, CallerRecord, Customer
from crm.searching import fold, number_part
from crm.sql_known_customers import CUSTOMERS
from crm.sql_putting import SqlPutting
from crm.sql_session import containing

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

_FIND_EXTERNAL: Final = (
    f"{CUSTOMERS} JOIN external_ids ON customer_id = c.id WHERE system = ? AND external_id = ?"
)

_BLOCK_NUMBER: Final = f"""
INSERT INTO blocked_numbers ({rows.BLOCKED_COLUMNS}) VALUES (?, ?, ?)
ON CONFLICT (number) DO UPDATE SET reason = excluded.reason RETURNING {rows.BLOCKED_COLUMNS}
"""


class SqlCustomers(SqlPutting):
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
            found = self._read(f"{CUSTOMERS} ORDER BY c.search_text, c.id LIMIT ?", (limit,))
        else:
            number = number_part(search)
            patterns = (containing(fold(search)), None if number is None else containing(number))
            found = self._read(_SEARCH_CUSTOMERS, (*patterns, limit))
        return self._customers_of(found)

    def customer(self, customer_id: int) -> Customer:
        """One customer."""
        found = self._read(f"{CUSTOMERS} WHERE c.id = ?", (customer_id,))
        for customer in self._customers_of(found):
            return customer
        raise UnknownRecordError(f"There is no customer with the id {customer_id}")

    def find_customer(self, reference: str) -> Customer | None:
        """The customer with this reference."""
        found = self._read(f"{CUSTOMERS} WHERE c.reference = ?", (stored_text(reference),))
        return next(iter(self._customers_of(found)), None)

    def find_external(self, system: str, external_id: str) -> Customer | None:
        """The customer with this id in another system."""
        values = (stored_text(system), stored_text(external_id))
        return next(iter(self._customers_of(self._read(_FIND_EXTERNAL, values))), None)

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
