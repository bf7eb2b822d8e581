"""Who is due to rise in a queue, and in which order."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agi_server.ageing import Rise, Waiting, rises
from routing.destinations import Priority

NOON = datetime(2026, 3, 21, 12, tzinfo=UTC)
RISING = Priority(10, rise=5, every=60, highest=30)


def caller(name: str, waited: float, has: int = 10, priority: Priority = RISING) -> Waiting:
    """One who has waited so many seconds at noon."""
    return Waiting(name, "support", priority, NOON - timedelta(seconds=waited), has)


@pytest.mark.parametrize(
    ("waited", "has", "due"),
    [
        (0.0, 10, []),
        (59.9, 10, []),
        (60.0, 10, [15]),
        (60.0, 15, []),
        (130.0, 10, [20]),
        (9000.0, 25, [30]),
        (9000.0, 30, []),
        (130.0, 25, []),
        (-5.0, 10, []),
    ],
)
def test_a_caller_rises_when_it_is_due_and_never_falls(
    waited: float, has: int, due: list[int]
) -> None:
    """Also one whom somebody else has raised further, or whose clock was set back."""
    assert [each.to for each in rises([caller("a", waited, has)], NOON)] == due


def test_who_has_waited_longest_comes_first() -> None:
    """Of several who are due at a time."""
    due = rises([caller("young", 61), caller("old", 119), caller("new", 5)], NOON)

    assert due == [Rise("old", "support", 15), Rise("young", "support", 15)]


def placed(line: Sequence[Waiting], due: Sequence[Rise]) -> list[Waiting]:
    """The line after Asterisk has raised them in order: each behind those who have as much."""
    after = list(line)
    for rise in due:
        (old,) = (each for each in after if each.caller == rise.caller)
        after.remove(old)
        behind = (place for place, each in enumerate(after) if each.has < rise.to)
        new = Waiting(old.caller, old.queue, old.priority, old.since, rise.to)
        after.insert(next(behind, len(after)), new)
    return after


@given(st.lists(st.integers(0, 400), max_size=8, unique=True), st.integers(0, 3))
def test_nobody_is_overtaken_by_an_equal_who_came_later(waits: list[int], others: int) -> None:
    """Nor where another server has raised some of them a moment before: it began with the same."""
    line = [caller(str(waited), waited) for waited in sorted(waits, reverse=True)]

    due = rises(line, NOON)
    after = placed(placed(line, due[:others]), due)

    assert [each.caller for each in after] == [each.caller for each in line]
    assert rises(after, NOON) == []
