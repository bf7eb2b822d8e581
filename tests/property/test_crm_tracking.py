"""Tracking numbers: a slip is always noticed, and one number tells nothing about another."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import damm

from crm.tracking import COUNT, KEY_BYTES, is_well_formed, permuted, tracking_number
from ivr.tracking import TRACKING_LENGTH

counters = st.integers(0, COUNT - 1)
keys = st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES)
trackings = st.builds(tracking_number, counters, keys)

KEY = bytes(range(KEY_BYTES))


@given(trackings)
def test_a_number_is_digits_of_the_agreed_length(tracking: str) -> None:
    """Without a leading zero, and valid by its check digit."""
    assert len(tracking) == TRACKING_LENGTH
    assert tracking.isascii()
    assert tracking.isdigit()
    assert tracking[0] != "0"
    assert damm.is_valid(tracking)
    assert is_well_formed(tracking)


@given(trackings)
def test_every_wrong_digit_is_noticed(tracking: str) -> None:
    """Each digit in the place of each."""
    for place, right in enumerate(tracking):
        for wrong in set("0123456789") - {right}:
            assert not is_well_formed(tracking[:place] + wrong + tracking[place + 1 :])


@given(trackings)
def test_every_swap_of_neighbours_is_noticed(tracking: str) -> None:
    """Unless they are the same digit, which is no slip."""
    for place in range(TRACKING_LENGTH - 1):
        first, second = tracking[place], tracking[place + 1]
        if first != second:
            swapped = tracking[:place] + second + first + tracking[place + 2 :]
            assert not damm.is_valid(swapped)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 9, 10, 99, 100, 101, 4096, 10_007])
def test_every_place_is_taken_once(count: int) -> None:
    """A permutation, of squares and of what lies between them."""
    assert sorted(permuted(place, count, KEY) for place in range(count)) == list(range(count))


@given(st.integers(1, 200), keys)
def test_every_place_is_taken_once_whatever_the_key(count: int, key: bytes) -> None:
    """No key brings two counts together."""
    assert {permuted(place, count, key) for place in range(count)} == set(range(count))


@given(counters, counters, keys)
def test_each_count_gives_a_number_of_its_own(first: int, second: int, key: bytes) -> None:
    """Of all ninety million."""
    same = tracking_number(first, key) == tracking_number(second, key)
    assert same == (first == second)


def test_numbers_stay_what_they_are() -> None:
    """A store that goes on counting must not meet the numbers of an earlier version."""
    given_out = [tracking_number(counter, KEY) for counter in (0, 1, 2, COUNT - 1)]
    assert given_out == ["923903670", "199610559", "505970362", "611142298"]


def test_another_key_gives_other_numbers() -> None:
    """Of a thousand counts by chance hardly one gives the same number under two keys."""
    other = bytes(KEY_BYTES)
    same = [
        counter
        for counter in range(1_000)
        if tracking_number(counter, KEY) == tracking_number(counter, other)
    ]
    assert len(same) <= 1


def test_the_next_number_is_not_near_this_one() -> None:
    """Steps between neighbours are spread over the whole range, up as often as down."""
    places = [permuted(counter, COUNT, KEY) for counter in range(2_000)]
    steps = [after - before for before, after in pairwise(places)]
    assert sum(abs(step) < COUNT // 100 for step in steps) < 80
    assert 900 < sum(step > 0 for step in steps) < 1_100
    assert len(set(steps)) == len(steps)


def test_numbers_are_spread_evenly() -> None:
    """Ten thousand of them over the nine first digits and the ten last of the body."""
    numbers = [tracking_number(counter, KEY) for counter in range(10_000)]
    for digits, place in (("123456789", 0), ("0123456789", TRACKING_LENGTH - 2)):
        expected = len(numbers) / len(digits)
        for digit in digits:
            found = sum(number[place] == digit for number in numbers)
            assert abs(found - expected) < expected / 5


@pytest.mark.parametrize("counter", [-1, COUNT, COUNT + 1])
def test_a_count_beyond_all_numbers_is_refused(counter: int) -> None:
    """Nobody is given a number that another has."""
    with pytest.raises(ValueError, match=str(counter)):
        tracking_number(counter, KEY)


def test_an_empty_key_is_refused() -> None:
    """It would be everybody's."""
    with pytest.raises(ValueError, match="key"):
        tracking_number(0, b"")


@pytest.mark.parametrize("mistyped", ["", "12345678", "0123456789", "1234567890", "۱۲۳۴۵۶۷۸۹", "x"])
def test_what_is_no_number_is_not_well_formed(mistyped: str) -> None:
    """Too short, too long, or digits that the dialplan does not send."""
    assert not is_well_formed(mistyped)
