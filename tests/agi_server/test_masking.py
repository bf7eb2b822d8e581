"""Numbers in logs."""

from hypothesis import given
from hypothesis import strategies as st

from agi_server.masking import mask_number


def test_keeps_the_country_and_the_end() -> None:
    """Enough to see where a call comes from."""
    assert mask_number("+989121234567") == "+989*******67"


def test_short_number_is_hidden_whole() -> None:
    """An extension has no middle to hide."""
    assert mask_number("101") == "***"


def test_no_number_is_no_number() -> None:
    """A withheld number stays so."""
    assert mask_number(None) is None


@given(st.text("+0123456789", min_size=1, max_size=40))
def test_mask_keeps_the_length_and_shows_at_most_six(number: str) -> None:
    """Whatever the number, its middle is gone."""
    masked = mask_number(number)

    assert masked is not None
    assert len(masked) == len(number)
    assert sum(character != "*" for character in masked) <= 6
