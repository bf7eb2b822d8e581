"""Customers read from a database with all that belongs to them, by their keys, in SQL."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from crm import sql_rows as rows
from crm.encoding import stored_text
from crm.ports import CustomerKeys
from crm.records import Customer
from crm.sql_session import Row, SqlSession, marks

CUSTOMERS: Final = f"SELECT {rows.CUSTOMER_COLUMNS} FROM customers AS c"
"""What `_customers_of` takes; a condition follows."""

_OWNERS: Final = "c.id IN (SELECT customer_id FROM {table} WHERE {condition})"

_TOGETHER: Final = 200
"""Customers or keys that are asked for in one go: SQLite takes a thousand terms in a condition."""


class SqlKnownCustomers(SqlSession):
    """Reads customers."""

    def find_customers(self, keys: CustomerKeys) -> Sequence[Customer]:
        """Everybody who has any of these keys."""
        found: dict[int, Row] = {}
        for some in _parts(keys.references):
            values = tuple(map(stored_text, some))
            self._add_found(found, f"c.reference IN ({marks(values)})", values)
        for some in _parts(keys.numbers):
            values = tuple(map(stored_text, some))
            condition = f"number IN ({marks(values)})"
            self._add_found(
                found, _OWNERS.format(table="phone_numbers", condition=condition), values
            )
        for some in _parts(keys.external_ids):
            values = tuple(stored_text(part) for pair in some for part in pair)
            condition = " OR ".join(["system = ? AND external_id = ?"] * len(some))
            self._add_found(
                found, _OWNERS.format(table="external_ids", condition=condition), values
            )
        return self._customers_of([found[customer_id] for customer_id in sorted(found)])

    def _add_found(self, found: dict[int, Row], condition: str, values: Sequence[object]) -> None:
        found.update((row[0], row) for row in self._read(f"{CUSTOMERS} WHERE {condition}", values))

    def _with_ids(self, ids: Sequence[int]) -> Sequence[Customer]:
        """The customers with these ids, of which there are not many."""
        if not ids:
            return ()
        return self._customers_of(self._read(f"{CUSTOMERS} WHERE c.id IN ({marks(ids)})", ids))

    def _customers_of(self, found: Sequence[Row]) -> list[Customer]:
        """The customers of these rows, with all that belongs to them."""
        customers: list[Customer] = []
        for start in range(0, len(found), _TOGETHER):
            some = found[start : start + _TOGETHER]
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


def _parts(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The keys, as many together as one statement asks for."""
    for start in range(0, len(keys), _TOGETHER):
        yield keys[start : start + _TOGETHER]
