"""Which PINs a customer may have. Pure."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from routing.dialogues import PIN_LENGTHS

_STEPS: Final = (0, 1, 9)
"""From each digit to the next, where a PIN is trivial: the same, one more, one less."""


def objection(pin: str, numbers: Sequence[str] = ()) -> str | None:
    """Why this cannot be a customer's PIN; None: it can.

    Args:
        pin: As it was typed.
        numbers: The customer's telephone numbers: whoever has their telephone knows these.
    """
    if not (pin.isascii() and pin.isdigit() and len(pin) in PIN_LENGTHS):
        return f"A PIN has {PIN_LENGTHS[0]} to {PIN_LENGTHS[-1]} digits, and nothing else"
    steps = {(int(second) - int(first)) % 10 for first, second in pairwise(pin)}
    if len(steps) == 1 and steps & {*_STEPS}:
        return "This PIN is the first that anybody would try: choose another"
    if any(number.endswith(pin) for number in numbers):
        return "This PIN is the end of the customer's own number: choose another"
    return None
