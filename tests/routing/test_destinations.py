"""What routes are made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.destinations import HIGHEST_PRIORITY, Priority

LEVELS = st.integers(0, HIGHEST_PRIORITY)


@pytest.mark.parametrize(
    ("waited", "expected"),
    [
        (-5, 10),
        (0, 10),
        (59.9, 10),
        (60, 15),
        (119, 15),
        (120, 20),
        (239, 25),
        (240, 30),
        (9e9, 30),
    ],
)
def test_a_priority_rises_at_every_whole_period(waited: float, expected: int) -> None:
    """Up to its highest."""
    assert Priority(10, rise=5, every=60, highest=30).after(waited) == expected


def test_a_priority_that_does_not_rise_stays() -> None:
    """The usual kind."""
    assert Priority(7).after(100_000) == 7


def test_a_priority_never_falls_below_its_start() -> None:
    """Even if its highest was set below."""
    assert Priority(50, rise=5, every=60, highest=10).after(600) == 50


@given(
    st.builds(Priority, LEVELS, LEVELS, st.integers(1, 86_400), LEVELS),
    st.floats(0, 1e6),
    st.floats(0, 1e6),
)
def test_who_has_waited_longer_is_never_behind(
    priority: Priority, waited: float, more: float
) -> None:
    """And none leaves the range of priorities."""
    before, after = priority.after(waited), priority.after(waited + more)
    assert 0 <= before <= after <= HIGHEST_PRIORITY
