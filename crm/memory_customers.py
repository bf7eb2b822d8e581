"""The customers of the store in memory, the blocked numbers, and the look-up of a caller."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from operator import itemgetter

from crm.identity import stored_version
from crm.memory_session import MemorySession
from crm.memory_tables import Tables, as_stored, is_trial, known_customer, stored_record
from crm.ports import MOST_MATCHES, CustomerKeys, ImportCounts, StoreError
from crm.records import OPEN_STATES, BlockedNumber, CallerMatch, CallerRecord, Customer
from crm.searching import fold, number_part, search_text


class MemoryCustomers(MemorySession):
    """The operations on customers and blocked numbers."""

    def look_up_caller(self, number: str) -> CallerRecord:
        """All that is known of an E.164 number."""
        with self._tables() as tables:
            owners = [
                each
                for each in tables.customers.values()
                if number in each.numbers and each.id not in tables.restrictions
            ]
            matches = tuple(_match_of(tables, owner) for owner in owners[:MOST_MATCHES])
            return CallerRecord(matches, number in tables.blocked)

    def customers(self, *, search: str = "", limit: int = 50) -> Sequence[Customer]:
        """Customers by name."""
        with self._tables() as tables:
            found = [each for each in tables.customers.values() if _is_found_by(each, search)]
        return sorted(found, key=lambda each: search_text(each.name, each.reference))[:limit]

    def customer(self, customer_id: int) -> Customer:
        """One customer."""
        with self._tables() as tables:
            return known_customer(tables, customer_id)

    def find_customer(self, reference: str) -> Customer | None:
        """The customer with this reference."""
        with self._tables() as tables:
            customers = tables.customers.values()
            return next((each for each in customers if each.reference == reference), None)

    def find_external(self, system: str, external_id: str) -> Customer | None:
        """The customer with this id in another system."""
        with self._tables() as tables:
            for customer in tables.customers.values():
                if customer.external_ids.get(system) == external_id:
                    return customer
            return None

    def find_customers(self, keys: CustomerKeys) -> Sequence[Customer]:
        """Everybody who has any of these keys."""
        references, numbers = set(keys.references), set(keys.numbers)
        external_ids = set(keys.external_ids)
        with self._tables() as tables:
            return [
                each
                for _, each in sorted(tables.customers.items(), key=itemgetter(0))
                if each.reference in references
                or not numbers.isdisjoint(each.numbers)
                or not external_ids.isdisjoint(each.external_ids.items())
            ]

    def put_customers(self, customers: Iterable[Customer]) -> ImportCounts:
        """Add or change customers."""
        done: Counter[str] = Counter()
        with self.transaction():
            for customer in customers:
                done[self._put_customer(customer)] += 1
        return ImportCounts(done["added"], done["changed"], done["unchanged"])

    def _put_customer(self, given: Customer) -> str:
        """Put one customer; return which of the counts it belongs to."""
        customers = self._database.tables.customers
        stored = stored_version(self, given)
        customer_id = max(customers, default=0) + 1 if stored is None else stored.id
        customer = _stored_customer(given, customer_id)
        if customer == stored:
            return "unchanged"
        self._check_external_ids(customer)
        customers[customer_id or 0] = customer
        return "added" if stored is None else "changed"

    def _check_external_ids(self, customer: Customer) -> None:
        for system, external_id in customer.external_ids.items():
            owner = self.find_external(system, external_id)
            if owner is not None and owner.id != customer.id:
                raise StoreError(
                    f"The id {external_id!r} in {system!r} belongs to another customer: choose"
                    " another"
                )

    def block_number(self, blocked: BlockedNumber) -> BlockedNumber:
        """Block a number."""
        with self._tables() as tables:
            given = stored_record(blocked)
            stored = tables.blocked.get(blocked.number, given)
            tables.blocked[blocked.number] = replace(stored, reason=given.reason)
            return tables.blocked[blocked.number]

    def unblock_number(self, number: str) -> bool:
        """Block a number no longer."""
        with self._tables() as tables:
            return tables.blocked.pop(number, None) is not None

    def blocked_numbers(self) -> Sequence[BlockedNumber]:
        """All of them, the newest first."""
        with self._tables() as tables:
            by_number = sorted(tables.blocked.values(), key=lambda each: each.number)
        return sorted(by_number, key=lambda each: each.since, reverse=True)


def _stored_customer(given: Customer, customer_id: int | None) -> Customer:
    return replace(
        given,
        id=customer_id,
        numbers=tuple(dict.fromkeys(given.numbers)),
        preferences=as_stored(given.preferences),
        external_ids=as_stored(given.external_ids),
    )


def _is_found_by(customer: Customer, term: str) -> bool:
    """Whether name, reference or a number of the customer contains the term."""
    if fold(term) in search_text(customer.name, customer.reference):
        return True
    digits = number_part(term)
    return digits is not None and any(digits in number for number in customer.numbers)


def _match_of(tables: Tables, customer: Customer) -> CallerMatch:
    """What the look-up of a caller tells of one of the customers whom it finds."""
    opened = [
        case.opened_at
        for case in tables.cases.values()
        if case.customer_id == customer.id
        and case.state in OPEN_STATES
        and not is_trial(tables, case.call_id)
    ]
    talks = [
        (call.answered_at or call.started_at, call.agent)
        for call in tables.calls.values()
        if call.customer_id == customer.id and call.agent is not None and not call.trial
    ]
    agent = max(talks, default=(None, None))[1]
    return CallerMatch(customer, len(opened), min(opened, default=None), agent)
