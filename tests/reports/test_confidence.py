"""Means, medians and intervals, against tables and sums done by hand."""

import pytest

from reports.confidence import (
    mean_interval,
    mean_of,
    median_of,
    share_interval,
    student_t,
)


@pytest.mark.parametrize(
    ("degrees", "expected"), [(9, 2.262), (10, 2.228), (29, 2.045), (99, 1.984), (10**6, 1.960)]
)
def test_student_t_is_that_of_the_tables(degrees: int, expected: float) -> None:
    """Two-sided, 95 per cent."""
    assert student_t(degrees) == pytest.approx(expected, abs=0.0006)


def test_mean_and_median() -> None:
    """Three ones, a four and two tens: 27 / 6, and the middle between one and four."""
    counts = {1: 3, 4: 1, 5: 0, 10: 2}
    assert mean_of(counts) == 4.5
    assert median_of(counts) == 2.5
    assert median_of({7: 1}) == 7
    assert median_of({2: 1, 3: 1, 9: 1}) == 3


def test_an_interval_of_the_mean() -> None:
    """Five fours and five sixes: s² = 10/9, the standard error a third, times 2.262."""
    low, high = mean_interval({4: 5, 5: 0, 6: 5}) or (0, 0)
    assert (low, high) == (pytest.approx(5 - 0.754, abs=0.001), pytest.approx(5.754, abs=0.001))


def test_an_interval_stays_on_the_scale() -> None:
    """However wide it is: the ends of the scale are given with how often they were marked."""
    assert mean_interval({1: 0, 2: 1, 10: 9}) == (pytest.approx(7.39, abs=0.01), 10)


@pytest.mark.parametrize("counts", [{}, {9: 12}, {8: 0, 9: 12}])
def test_marks_that_are_all_alike_have_no_interval(counts: dict[int, int]) -> None:
    """It would have no width, as if the next caller could only mark the same."""
    assert mean_interval(counts) is None


@pytest.mark.parametrize(
    ("part", "n", "expected"),
    [(0, 10, (0, 0.2775)), (8, 10, (0.4902, 0.9433)), (10, 10, (0.7225, 1))],
)
def test_an_interval_of_a_share(part: int, n: int, expected: tuple[float, float]) -> None:
    """As published for Wilson's score."""
    assert share_interval(part, n) == pytest.approx(expected, abs=0.0001)
