"""Which customer of a store is meant by one that is to be put into it."""

from typing import Protocol

from crm.ports import StoreError
from crm.records import Customer


class Customers(Protocol):
    """The two operations of a store that tell who is meant."""

    def customer(self, customer_id: int) -> Customer:
        """One customer. Raises UnknownRecordError."""

    def find_customer(self, reference: str) -> Customer | None:
        """The customer with this reference."""


def stored_version(store: Customers, customer: Customer) -> Customer | None:
    """The customer in `store` with the id or the reference of `customer`; None if there is none.

    Raises:
        StoreError: Id and reference belong to two customers.
        UnknownRecordError: There is no customer with the id.
    """
    by_reference = None
    if customer.reference is not None:
        by_reference = store.find_customer(customer.reference)
    if customer.id is None:
        return by_reference
    if by_reference is not None and by_reference.id != customer.id:
        raise StoreError(
            f"The reference {customer.reference!r} belongs to another customer: choose another"
        )
    return store.customer(customer.id)
