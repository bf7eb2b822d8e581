"""Customers put into a database, some hundreds in one go, in SQL.

An import of a million customers must not ask the database a million times for one. So customers
are taken together, as long as no two of them can be the same: those who are there already are read
at once, and what is new is written by few statements.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from crm import sql_rows as rows
from crm.encoding import stored_text
from crm.identity import stored_version
from crm.ports import CustomerKeys, ImportCounts, StoreError, UnknownRecordError
from crm.records import Customer
from crm.sql_known_customers import SqlKnownCustomers
from crm.sql_session import marks

_TOGETHER: Final = 100
"""Customers that are put in one go."""

_COLUMNS: Final = (
    "reference, name, language, segment, lead_score, address, notes, preferences, search_text"
)
_CHANGE: Final = f"""
UPDATE customers SET {", ".join(f"{column} = ?" for column in _COLUMNS.split(", "))} WHERE id = ?
"""
_ADD_NUMBER: Final = "INSERT INTO phone_numbers (number, customer_id, position) VALUES (?, ?, ?)"
_ADD_CONTRACT: Final = (
    "INSERT INTO contracts (customer_id, level, starts, ends, grace_days) VALUES (?, ?, ?, ?, ?)"
)
_ADD_EXTERNAL_ID: Final = (
    "INSERT INTO external_ids (system, external_id, customer_id) VALUES (?, ?, ?)"
    " ON CONFLICT DO NOTHING"
)
_BELONGINGS: Final = ("phone_numbers", "contracts", "external_ids")


class SqlPutting(SqlKnownCustomers):
    """Adds and changes customers."""

    def put_customers(self, customers: Iterable[Customer]) -> ImportCounts:
        """Add or change customers."""
        done: Counter[str] = Counter()
        with self.transaction():
            for batch in _strangers(customers):
                done += self._put_batch(batch)
        return ImportCounts(done["added"], done["changed"], done["unchanged"])

    def _put_batch(self, given: Sequence[Customer]) -> Counter[str]:
        known = _Known(self._stored(given))
        before = [stored_version(known, each) for each in given]
        ids = [each.id for each in before if each is not None]
        if len(set(ids)) < len(ids):
            # One was given by id and by reference: what came later counts.
            middle = len(given) // 2
            return self._put_batch(given[:middle]) + self._put_batch(given[middle:])
        added = [each for each, stored in zip(given, before, strict=True) if stored is None]
        kept = [
            (replace(each, id=stored.id), stored)
            for each, stored in zip(given, before, strict=True)
            if stored is not None
        ]
        changed = [each for each, stored in kept if each != stored]
        self._change(changed)
        self._add(added)
        return Counter(added=len(added), changed=len(changed), unchanged=len(kept) - len(changed))

    def _stored(self, given: Sequence[Customer]) -> Sequence[Customer]:
        references = tuple(each.reference for each in given if each.reference is not None)
        found = self.find_customers(CustomerKeys(references=references))
        there = {each.id for each in found}
        ids = [each.id for each in given if each.id is not None and each.id not in there]
        return [*found, *self._with_ids(ids)]

    def _add(self, customers: Sequence[Customer]) -> None:
        if not customers:
            return
        values = f"({marks(_COLUMNS.split(', '))})"
        sql = (
            f"INSERT INTO customers ({_COLUMNS}) VALUES {', '.join([values] * len(customers))}"
            " RETURNING id, reference"
        )
        row = [value for customer in customers for value in rows.customer_row(customer)]
        # Ids are given in the order of the values, but may come back in any.
        numbered = sorted(self._read(sql, row))
        self._add_belongings(
            {_new_id(each, got): each for each, got in zip(customers, numbered, strict=True)}
        )

    def _change(self, customers: Sequence[Customer]) -> None:
        if not customers:
            return
        by_id = {each.id or 0: each for each in customers}
        self._write_many(_CHANGE, [(*rows.customer_row(each), each.id) for each in customers])
        for table in _BELONGINGS:
            self._write(f"DELETE FROM {table} WHERE customer_id IN ({marks(customers)})", [*by_id])
        self._add_belongings(by_id)

    def _add_belongings(self, customers: Mapping[int, Customer]) -> None:
        everybody = customers.items()
        numbers = [row for key, each in everybody for row in rows.number_rows(key, each)]
        contracts = [row for key, each in everybody for row in rows.contract_rows(key, each)]
        ids = [row for key, each in everybody for row in rows.external_id_rows(key, each)]
        self._write_many(_ADD_NUMBER, numbers)
        self._write_many(_ADD_CONTRACT, contracts)
        if self._write_many(_ADD_EXTERNAL_ID, ids) < len(ids):
            raise self._taken_id(customers)

    def _taken_id(self, customers: Mapping[int, Customer]) -> StoreError:
        """Which of the ids in other systems belongs to somebody else."""
        for key, customer in customers.items():
            for system, external_id in customer.external_ids.items():
                asked = CustomerKeys(external_ids=((system, external_id),))
                if any(owner.id != key for owner in self.find_customers(asked)):
                    return StoreError(
                        f"The id {external_id!r} of {system!r} belongs to another customer than"
                        f" {customer.name!r}: a customer of another system is one of ours"
                    )
        return StoreError("An id of another system is given twice: each customer has their own")


class _Known:
    """Customers of the store who are at hand, as `stored_version` asks for them."""

    def __init__(self, customers: Iterable[Customer]) -> None:
        self._by_id = {each.id: each for each in customers}
        self._by_reference = {each.reference: each for each in self._by_id.values()}

    def customer(self, customer_id: int) -> Customer:
        """One customer."""
        if customer_id not in self._by_id:
            raise UnknownRecordError(f"There is no customer with the id {customer_id}")
        return self._by_id[customer_id]

    def find_customer(self, reference: str) -> Customer | None:
        """The customer with this reference."""
        return self._by_reference.get(reference)


def _strangers(customers: Iterable[Customer]) -> Iterator[list[Customer]]:
    """The customers in order, some together; of two with the same key the second comes later."""
    batch: list[Customer] = []
    seen: set[object] = set()
    for each in customers:
        customer = each
        if len(each.numbers) > 1:
            customer = replace(each, numbers=tuple(dict.fromkeys(each.numbers)))
        keys = {each.id, each.reference, *each.external_ids.items()} - {None}
        if len(batch) == _TOGETHER or not seen.isdisjoint(keys):
            yield batch
            batch, seen = [], set()
        batch.append(customer)
        seen |= keys
    if batch:
        yield batch


def _new_id(customer: Customer, got: tuple[int, object]) -> int:
    """The id that a new customer got; another's numbers must never become theirs."""
    new_id, reference = got
    if reference != stored_text(customer.reference):
        raise StoreError(
            f"The database numbered new customers in an order of its own, at {customer.name!r}:"
            " nothing was written; tell the makers of rahyab"
        )
    return new_id
