"""Finding what was kept of calls by whose it is, in SQL."""

from crm.searching import fold, number_part
from crm.sql_session import Row, containing


def search_clause(
    search: str, *, owner: str, number: str, queue: str, call: str
) -> tuple[str, Row]:
    """The condition that number, customer's name or queue contains `search`, and its values.

    Args:
        search: The term; empty for everything.
        owner: The column with the customer's id; that of the call counts where it is NULL.
        number: The column with the number.
        queue: The column with the queue.
        call: The column with the call's id.
    """
    if not search:
        return "1 = 1", ()
    sql = f"""EXISTS (
    SELECT 1 FROM calls LEFT JOIN customers ON customers.id = coalesce({owner}, calls.customer_id)
    WHERE calls.id = {call} AND (customers.search_text LIKE ? ESCAPE '!'
        OR lower({queue}) LIKE ? ESCAPE '!' OR {number} LIKE ? ESCAPE '!'))"""
    term, digits = containing(fold(search)), number_part(search)
    return sql, (term, term, None if digits is None else containing(digits))


def no_trial(table: str) -> str:
    """The condition that what a table has was no trial call's."""
    return f"NOT EXISTS (SELECT 1 FROM calls WHERE calls.id = {table}.call_id AND calls.trial = 1)"
