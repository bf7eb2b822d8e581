"""Values of entries in conditions: what nobody can have keyed is told."""

import pytest

from routing.checks.entry_values import can_be_keyed
from routing.dialogue_model import EntryShape
from routing.names import names_in

NAMES = names_in({"prompts": {"ask": {}}, "queues": {"all": {}}}, ())
ROUTE = {"queue": "all"}


def entry(**keys: object) -> EntryShape:
    """An entry with these keys."""
    shape = {"say": "ask", "then": ROUTE, "otherwise": ROUTE, **keys}
    return EntryShape.model_validate(shape, context=NAMES)


DIGITS = entry(length="6..8")
DAY = entry(kind="date")
AMOUNT = entry(kind="amount", between="0.50..500")
PHONE = entry(kind="phone")


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        (DIGITS, "123456"),
        (DIGITS, "00000000"),
        (DIGITS, "none"),
        (DAY, "2026-11-24"),
        (DAY, "2028-02-29"),
        (AMOUNT, "0.50"),
        (AMOUNT, "12"),
        (AMOUNT, "500.00"),
        (PHONE, "+982191000000"),
        (PHONE, "none"),
    ],
)
def test_what_is_kept_so_can_be_asked_for(shape: EntryShape, value: str) -> None:
    """In the form in which it is kept; `none` is who keyed in nothing."""
    assert can_be_keyed(shape, value)


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        (DIGITS, "12345"),
        (DIGITS, "123456789"),
        (DIGITS, "12345a"),
        (DAY, "2026-02-29"),
        (DAY, "20261124"),
        (DAY, "24-11-2026"),
        (AMOUNT, "0.49"),
        (AMOUNT, "500.01"),
        (AMOUNT, "012"),
        (AMOUNT, "12.5"),
        (AMOUNT, "12*50"),
        (PHONE, "02191000000"),
        (PHONE, "+12"),
    ],
)
def test_what_is_never_kept_so_cannot(shape: EntryShape, value: str) -> None:
    """A rule that asks for it would never match."""
    assert not can_be_keyed(shape, value)
