"""Finding what was kept of calls by whose it is, in memory."""

from crm.memory_tables import Owned, Tables, owner_of
from crm.searching import fold, number_part, search_text


def is_found(
    tables: Tables, record: Owned, search: str, number: str | None, queue: str | None
) -> bool:
    """Whether the number, the name of the record's customer or the queue contains `search`."""
    term, digits, owner = fold(search), number_part(search), owner_of(tables, record)
    if not search or (digits is not None and digits in (number or "")):
        return True
    customer = None if owner is None else tables.customers[owner]
    name = "" if customer is None else search_text(customer.name, customer.reference)
    return term in name or term in (queue or "").lower()
