"""The circuit breaker, moment by moment."""

import pytest

from crm.http_lookup.breaker import Breaker


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        """What it shows."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock."""
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    """Opens after three failures, for ten seconds."""
    return Breaker(3, 10, clock)


def fail(breaker: Breaker, times: int) -> list[bool]:
    """Ask and fail."""
    assert all(breaker.allows() for _ in range(times))
    return [breaker.failed() for _ in range(times)]


def test_opens_after_failures_in_a_row(breaker: Breaker) -> None:
    """A success between them begins the count anew."""
    assert fail(breaker, 2) == [False, False]
    assert not breaker.succeeded()
    assert fail(breaker, 3) == [False, False, True]
    assert breaker.is_open
    assert not breaker.allows()


def test_lets_one_through_after_the_pause(breaker: Breaker, clock: Clock) -> None:
    """And no second one while nobody knows what came of it."""
    fail(breaker, 3)
    clock.now += 9.9
    assert not breaker.allows()
    clock.now += 0.1
    assert breaker.allows()
    assert not breaker.allows()


def test_closes_when_that_one_succeeds(breaker: Breaker, clock: Clock) -> None:
    """From then on all may ask."""
    fail(breaker, 3)
    clock.now += 10
    breaker.allows()
    assert breaker.succeeded()
    assert not breaker.is_open
    assert fail(breaker, 2) == [False, False]


def test_stays_open_when_that_one_fails(breaker: Breaker, clock: Clock) -> None:
    """For as long again."""
    fail(breaker, 3)
    clock.now += 10
    breaker.allows()
    assert breaker.failed()
    clock.now += 9
    assert not breaker.allows()
    clock.now += 1
    assert breaker.allows()


def test_late_failures_do_not_make_the_pause_longer(breaker: Breaker, clock: Clock) -> None:
    """Those that were asked before it opened."""
    assert all(breaker.allows() for _ in range(5))
    assert [breaker.failed() for _ in range(3)] == [False, False, True]
    clock.now += 9
    assert [breaker.failed() for _ in range(2)] == [False, False]
    clock.now += 1
    assert breaker.allows()
