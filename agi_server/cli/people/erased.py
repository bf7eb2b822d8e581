"""Commands on somebody who was erased: there is nobody left to change."""

from agi_server.cli.finding import end_with_findings, told_customer
from crm.ports import Store
from crm.records import Customer


def check_not_erased(store: Store, customer: Customer, done: str = "Nothing is changed") -> None:
    """End the command with FINDINGS where a person was erased.

    Args:
        store: Where they were.
        customer: The row that is left.
        done: What was done nevertheless.
    """
    erasure = store.erasure_of(customer.id or 0)
    if erasure is not None:
        end_with_findings(
            f"{told_customer(customer)} stands for somebody who was erased on"
            f" {erasure.at:%Y-%m-%d}: nobody is left. {done}."
        )
