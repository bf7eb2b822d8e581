"""Tracking numbers: a slip is always noticed, and one number tells nothing about another."""

from hypothesis import given
from hypothesis import strategies as st
from stdnum import damm

from crm.tracking import draw_tracking
from ivr.dialogues import TRACKING_LENGTH

COUNT = 9 * 10 ** (TRACKING_LENGTH - 2)

trackings = st.integers(0, COUNT - 1).map(lambda drawn: draw_tracking(lambda _: drawn))


@given(trackings)
def test_a_number_is_digits_of_the_agreed_length(tracking: str) -> None:
    """Without a leading zero, and valid by its check digit."""
    assert len(tracking) == TRACKING_LENGTH
    assert tracking.isascii()
    assert tracking.isdigit()
    assert tracking[0] != "0"
    assert damm.is_valid(tracking)


@given(trackings)
def test_every_wrong_digit_is_noticed(tracking: str) -> None:
    """Each digit in the place of each."""
    for place, right in enumerate(tracking):
        for wrong in set("0123456789") - {right}:
            assert not damm.is_valid(tracking[:place] + wrong + tracking[place + 1 :])


@given(trackings)
def test_every_swap_of_neighbours_is_noticed(tracking: str) -> None:
    """Unless they are the same digit, which is no slip."""
    for place in range(TRACKING_LENGTH - 1):
        first, second = tracking[place], tracking[place + 1]
        if first != second:
            swapped = tracking[:place] + second + first + tracking[place + 2 :]
            assert not damm.is_valid(swapped)


@given(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1))
def test_each_draw_gives_a_number_of_its_own(first: int, second: int) -> None:
    """Different draws never give the same number: all of the randomness is in the number."""
    same = draw_tracking(lambda _: first) == draw_tracking(lambda _: second)
    assert same == (first == second)


def test_the_whole_range_is_asked_of_the_random_source() -> None:
    """One draw, from all numbers there are: nothing depends on the number before."""
    asked: list[int] = []

    def lowest(end: int) -> int:
        asked.append(end)
        return 0

    assert draw_tracking(lowest)[:-1] == "1" + "0" * (TRACKING_LENGTH - 2)
    assert draw_tracking(lambda end: end - 1)[:-1] == "9" * (TRACKING_LENGTH - 1)
    assert asked == [COUNT]


def test_without_a_source_numbers_are_unpredictable() -> None:
    """A thousand draws from ninety million meet by chance less than once in a hundred runs."""
    drawn = {draw_tracking() for _ in range(1_000)}
    assert len(drawn) >= 998
