"""How long a wait will be: the sums against what is known of them, and by trying it out."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.waits import (
    FEWEST_DEPARTURES,
    WINDOW_SECONDS,
    Place,
    WaitRange,
    exact_quantile,
    incomplete_beta,
    place_of,
    quantile,
    wait_range,
)

CHANCES = st.floats(0.001, 0.999)
WHOLE = st.integers(1, 400)


@given(CHANCES, WHOLE)
def test_the_sum_is_what_is_known_of_it(x: float, n: int) -> None:
    """Of one success at least, and of nothing but successes."""
    assert incomplete_beta(x, 1, n) == pytest.approx(1 - (1 - x) ** n)
    assert incomplete_beta(x, n, 1) == pytest.approx(x**n, abs=1e-12)


@given(CHANCES, WHOLE, WHOLE)
def test_the_sum_is_a_chance_and_has_its_mirror_image(x: float, a: int, b: int) -> None:
    """As the binomial coefficients have."""
    there = incomplete_beta(x, a, b)
    assert -1e-9 <= there <= 1 + 1e-9
    assert there + incomplete_beta(1 - x, b, a) == pytest.approx(1)


@given(st.integers(1, 300), st.integers(FEWEST_DEPARTURES, 300))
def test_who_has_more_before_them_waits_longer_and_more_departures_shorten_it(
    place: int, departures: int
) -> None:
    """Whatever the part of callers."""
    for part in (0.1, 0.5, 0.9):
        here = quantile(part, place, departures)
        assert here < quantile(part, place + 1, departures)
        assert here > quantile(part, place, departures + 1)


@given(st.integers(1, 1500), st.integers(FEWEST_DEPARTURES, 1500))
@settings(max_examples=30)
def test_long_sums_are_approximated_well(place: int, departures: int) -> None:
    """To a part in a thousand: a second of a quarter of an hour."""
    for part in (0.1, 0.5, 0.9):
        exact = WINDOW_SECONDS * exact_quantile(part, place, departures)
        assert quantile(part, place, departures) == pytest.approx(exact, rel=0.001)


@pytest.mark.parametrize(("place", "is_summed"), [(20, True), (21, False), (500, False)])
def test_nobody_waits_for_long_sums(place: int, is_summed: bool) -> None:
    """What has some tens of terms is summed up, and nothing longer."""
    for few, many in ((place, 600), (600, place)):
        exact = WINDOW_SECONDS * exact_quantile(0.5, few, many)
        assert (quantile(0.5, few, many) == exact) is is_summed


@pytest.mark.parametrize(("place", "departures"), [(1, 5), (3, 30), (12, 8), (40, 100)])
def test_the_range_is_the_one_that_comes_of_trying_it_out(place: int, departures: int) -> None:
    """Of rates that would show so many departures, and of queues that move at each."""
    luck = Random(1405)  # noqa: S311  repeatable, not secret
    waits = []
    for _ in range(20_000):
        rate = luck.gammavariate(departures, 1 / WINDOW_SECONDS)
        waits.append(luck.gammavariate(place, 1 / rate))
    for part in (0.1, 0.5, 0.9):
        shorter = sum(wait <= quantile(part, place, departures) for wait in waits)
        assert shorter / len(waits) == pytest.approx(part, abs=0.015)


def test_a_range_that_is_too_vague_is_not_told() -> None:
    """Few departures tell nothing, whoever is before; many tell it to some minutes."""
    assert wait_range(2, FEWEST_DEPARTURES - 1) is None
    assert wait_range(2, FEWEST_DEPARTURES) is None
    assert wait_range(2, 30) == WaitRange(33, 81, 169)
    assert wait_range(9, 100) == WaitRange(55, 87, 131)


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_range_is_in_order_and_no_wider_than_is_honest(ahead: int, departures: int) -> None:
    """However long the queue is and however fast it moves."""
    found = wait_range(ahead, departures)
    if found is not None:
        assert 0 <= found.shortest <= found.likely <= found.longest
        assert found.longest <= 4 * found.shortest + 124
        assert departures >= FEWEST_DEPARTURES


def test_nobody_is_behind_more_than_asterisk_counts() -> None:
    """What is written down may be late; what is not known is not made up."""
    assert place_of(7, 3, 30) == place_of(3, 3, 30) == Place(3, wait_range(3, 30))
    assert place_of(2, None, 30) == Place(2, wait_range(2, 30))
    assert place_of(2, 5, None) == Place(2)
    assert place_of(None, 5, 30) == Place()


def test_of_an_empty_queue_no_wait_is_told() -> None:
    """Callers leave it as fast as they come, however fast they could be served."""
    assert place_of(0, 0, 30) == Place(0)
