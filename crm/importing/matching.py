"""Who is the same person: lines of a file, and customers of the store."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from crm.importing.mapping import MappingShape, Match
from crm.ports import CustomerKeys, Store
from crm.records import Customer
from crm.searching import fold


def _by_reference(customer: Customer) -> Iterator[str]:
    if customer.reference is not None:
        yield customer.reference


def _by_external_id(customer: Customer) -> Iterator[str]:
    for system, external_id in customer.external_ids.items():
        yield f"{system}\n{external_id}"


def _by_number(customer: Customer) -> Iterator[str]:
    yield from customer.numbers


def _by_number_and_name(customer: Customer) -> Iterator[str]:
    if customer.numbers:
        name = " ".join(fold(customer.name).split())
        for number in customer.numbers:
            yield f"{number}\n{name}"


_KEYS: Final[Mapping[Match, Callable[[Customer], Iterator[str]]]] = {
    Match.REFERENCE: _by_reference,
    Match.EXTERNAL_ID: _by_external_id,
    Match.NUMBER: _by_number,
    Match.NUMBER_AND_NAME: _by_number_and_name,
}


def matches_of(shape: MappingShape) -> Sequence[Match]:
    """By what the same person is found; what is unique in the store always comes first."""
    unique = []
    if shape.columns.reference is not None:
        unique.append(Match.REFERENCE)
    if shape.columns.external_ids:
        unique.append(Match.EXTERNAL_ID)
    implied = [match for match in unique if match not in shape.same_person]
    return (*implied, *shape.same_person)


def keys_of(customer: Customer, matches: Sequence[Match]) -> list[str]:
    """By what a customer is found again: the surest first, as the matches stand.

    The first of them that somebody has tells who it is.
    """
    return [f"{match}\n{key}" for match in matches for key in _KEYS[match](customer)]


def same_in_store(
    store: Store, customers: Sequence[Customer], matches: Sequence[Match]
) -> list[Customer | None]:
    """The customers of the store who are the same persons as these, each at the same place.

    Of several who share a number, the one who came first counts.
    """
    found = store.find_customers(_asked(customers, matches))
    known: dict[str, Customer] = {}
    for stored in sorted(found, key=lambda each: each.id or 0):
        for key in keys_of(stored, matches):
            known.setdefault(key, stored)
    return [
        next((known[key] for key in keys_of(each, matches) if key in known), None)
        for each in customers
    ]


def _asked(customers: Sequence[Customer], matches: Sequence[Match]) -> CustomerKeys:
    references: list[str] = []
    external_ids: list[tuple[str, str]] = []
    numbers: list[str] = []
    for customer in customers:
        if Match.REFERENCE in matches and customer.reference is not None:
            references.append(customer.reference)
        if Match.EXTERNAL_ID in matches:
            external_ids += customer.external_ids.items()
        if Match.NUMBER in matches or Match.NUMBER_AND_NAME in matches:
            numbers += customer.numbers
    return CustomerKeys(tuple(references), tuple(external_ids), tuple(numbers))
