"""Which PINs a customer may have."""

import pytest

from crm.pins import objection


@pytest.mark.parametrize("pin", ["1357", "0042", "1212", "123457", "902134567801"])
def test_most_are_good(pin: str) -> None:
    """Four digits to twelve."""
    assert objection(pin) is None


@pytest.mark.parametrize(
    "pin",
    ["", "123", "1234567890123", "13 57", "13a7", "۱۳۵۷", "²357", "-1357", "1357\n", "\udcff"],
)
def test_what_cannot_be_keyed_in_is_none(pin: str) -> None:
    """Nor what is too short, or too long."""
    assert "4 to 12 digits" in str(objection(pin))


@pytest.mark.parametrize("pin", ["0000", "999999", "1234", "4321", "6789012", "3210987", "23456"])
def test_the_first_that_anybody_would_try_are_refused(pin: str) -> None:
    """One digit again and again, and straight up or down."""
    assert "first that anybody" in str(objection(pin))


def test_the_end_of_the_own_number_is_refused() -> None:
    """Whoever found the telephone would know it."""
    numbers = ("+989121234567", "+982188881357")
    assert "own number" in str(objection("1357", numbers))
    assert objection("8888", numbers) is not None
    assert objection("2188", numbers) is None
