"""What keys mean wherever a caller is asked."""

import pytest

from ivr.keys import AGAIN, SLOWER, Input

AMBIGUOUS = Input(3, 6.0, 3.0, frozenset({"1", "12", "123", "2"}))
NUMBER = Input(9, 8.0, 4.0)
AMOUNT = Input(9, 8.0, 4.0, has_point=True)


@pytest.mark.parametrize(
    ("keys", "further"), [("1", 2), ("12", 1), ("123", 0), ("2", 0), ("7", 0), ("0", 0), ("*", 0)]
)
def test_only_who_may_mean_a_longer_key_is_waited_for(keys: str, further: int) -> None:
    """1 may be the beginning of 12 and of 123; 2 is clear at once, and so is what is no choice."""
    assert AMBIGUOUS.further(keys) == further


def test_a_number_is_waited_for_to_its_last_digit() -> None:
    """The first key may be any digit, 0 among them."""
    assert [NUMBER.further(keys) for keys in ("0", "09", "123456789")] == [8, 7, 0]


def test_a_star_alone_is_clear_at_once() -> None:
    """Nobody waits to hear it again."""
    assert NUMBER.further(AGAIN) == AMOUNT.further(AGAIN) == AMBIGUOUS.further(AGAIN) == 0


@pytest.mark.parametrize(
    ("keys", "taken"), [("12", "12"), ("12*", ""), ("12*3", "3"), ("1*2*3", "3"), ("12**", "")]
)
def test_a_star_after_digits_begins_anew(keys: str, taken: str) -> None:
    """Only what follows the last one counts, in numbers and in menus."""
    assert NUMBER.taken(keys) == AMBIGUOUS.taken(keys) == taken


def test_who_has_begun_anew_is_listened_to_as_at_first() -> None:
    """A number may have all its digits; a choice is listened to for one key, then as it begins."""
    assert (NUMBER.further(""), AMBIGUOUS.further("")) == (9, 1)


def test_a_star_that_is_a_key_begins_nothing_anew() -> None:
    """The decimal point, and a menu that gives it a meaning."""
    assert AMOUNT.taken("12*50") == "12*50"
    assert Input(2, 6.0, 3.0, frozenset({"1*", "2"})).taken("1*") == "1*"


def test_a_slow_caller_has_twice_the_time() -> None:
    """For the first key and for each further one; what is asked stays the same."""
    slow = AMBIGUOUS.slower()
    assert (slow.first_key_seconds, slow.between_keys_seconds) == (6.0 * SLOWER, 3.0 * SLOWER)
    assert slow.choices == AMBIGUOUS.choices


def test_what_waits_for_no_key_is_optional_at_any_pace() -> None:
    """Nobody has to press a key after hearing a tracking number."""
    assert Input(1, 0.0, 0.0).is_optional
    assert Input(1, 0.0, 0.0).slower().is_optional
    assert not NUMBER.is_optional
