"""What is a customer's, as conditions in SQL; each takes the customer's id for every mark in it."""

from typing import Final

OF_THEIR_CALLS: Final = "call_id IN (SELECT id FROM calls WHERE customer_id = ?)"
"""The condition that something belongs to a call of a customer."""

THEIRS: Final = f"(customer_id = ? OR (customer_id IS NULL AND {OF_THEIR_CALLS}))"
"""The condition that it names a customer, or nobody and belongs to a call of theirs."""

THEIR_CALLBACKS: Final = f"""
(customer_id = ? OR (customer_id IS NULL AND call_id IN (
    SELECT callback FROM callback_calls WHERE {OF_THEIR_CALLS})))
"""
"""The same of a callback, which several calls may belong to."""

OWN_NUMBERS: Final = """
SELECT mine.number FROM phone_numbers AS mine WHERE mine.customer_id = ? AND NOT EXISTS (
    SELECT 1 FROM phone_numbers AS others
    WHERE others.number = mine.number AND others.customer_id <> mine.customer_id)
"""
"""The numbers that a customer has and nobody else."""

THEIR_MESSAGES: Final = f"({THEIRS} OR (customer_id IS NULL AND number IN ({OWN_NUMBERS})))"
"""The condition that a message is to a customer, or to a number of theirs alone."""

THEIR_CODES: Final = f"({OF_THEIR_CALLS} OR number IN ({OWN_NUMBERS}))"

THEIR_ATTEMPTS: Final = f"(subject = CAST(? AS text) OR subject IN ({OWN_NUMBERS}))"
"""Attempts are counted by a number or by a customer's id."""
