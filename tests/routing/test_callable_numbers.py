"""Which telephone numbers may be called, and how people know them, in four countries."""

import pytest

from routing.callable_numbers import groups_as_dialled, is_mobile, refusal
from routing.phone_numbers import to_e164


@pytest.mark.parametrize(
    ("country", "dialled", "number", "refused"),
    [
        ("IR", "02191000000", "+982191000000", None),
        ("IR", "09123456789", "+989123456789", None),
        ("IR", "09601", "+989601", "premium"),
        ("IR", "1818", "+981818", "wrong"),
        ("LV", "63123456", "+37163123456", None),
        ("LV", "21234567", "+37121234567", None),
        ("LV", "80123456", "+37180123456", None),
        ("LV", "90123456", "+37190123456", "premium"),
        ("LV", "81123456", "+37181123456", "premium"),
        ("GB", "02079460958", "+442079460958", None),
        ("GB", "07400123456", "+447400123456", None),
        ("GB", "08001234567", "+448001234567", None),
        ("GB", "09012345678", "+449012345678", "premium"),
        ("GB", "07012345678", "+447012345678", "premium"),
        ("GB", "07640123456", "+447640123456", "premium"),
        ("GB", "05512345678", "+445512345678", "premium"),
        ("US", "2015550123", "+12015550123", None),
        ("US", "8002345678", "+18002345678", None),
        ("US", "9002345678", "+19002345678", "premium"),
        ("US", "5002345678", "+15002345678", "premium"),
    ],
)
def test_numbers_of_the_country(
    country: str, dialled: str, number: str, refused: str | None
) -> None:
    """Ordinary and free ones are called, dear ones are not, nobody's neither."""
    assert to_e164(dialled, country) == number
    assert refusal(number, {country}, premium=False) == refused
    assert refusal(number, {country}, premium=True) == (None if refused == "premium" else refused)
    if refused != "wrong":
        assert "".join(groups_as_dialled(number, country)) == dialled


@pytest.mark.parametrize(
    ("country", "dialled"),
    [("IR", "110"), ("LV", "112"), ("LV", "1188"), ("GB", "999"), ("GB", "118500"), ("US", "911")],
)
def test_short_numbers_are_no_numbers_to_call_back(country: str, dialled: str) -> None:
    """Police, directory enquiries: nobody calls from there."""
    assert to_e164(dialled, country) is None


@pytest.mark.parametrize(
    ("number", "countries", "refused"),
    [
        ("+442079460958", {"IR"}, "foreign"),
        ("+442079460958", {"IR", "GB"}, None),
        ("+449012345678", {"IR"}, "foreign"),
        ("+12015550123", {"CA"}, "foreign"),
        ("+80012345678", {"IR", "GB"}, "foreign"),
        ("+4420", {"GB"}, "wrong"),
        ("nobody", {"GB"}, "wrong"),
        ("", {"GB"}, "wrong"),
    ],
)
def test_numbers_of_other_countries(number: str, countries: set[str], refused: str | None) -> None:
    """Called if the rules allow the country; those of no country belong to none."""
    assert refusal(number, countries, premium=False) == refused


@pytest.mark.parametrize(
    ("number", "gets_messages"),
    [
        ("+989123456789", True),
        ("+982191000000", False),
        ("+37121234567", True),
        ("+37163123456", False),
        ("+447400123456", True),
        ("+442079460958", False),
        ("+12015550123", True),  # in America a number does not tell
        ("+98", False),
        ("nobody", False),
        (None, False),
    ],
)
def test_text_messages_reach_mobile_telephones(number: str | None, gets_messages: bool) -> None:
    """And what may be one."""
    assert is_mobile(number) == gets_messages


@pytest.mark.parametrize(
    ("number", "country", "digits"),
    [
        ("+442079460958", "IR", "0044 20 7946 0958"),
        ("+989123456789", "LV", "0098 912 345 6789"),
        ("+80012345678", "GB", "00800 1234 5678"),
        ("+4420", "GB", "0044 20"),
        ("+989121234567", "IR", "0912 123 4567"),
        ("+982188880000", "IR", "021 8888 0000"),
        ("+37120000001", "LV", "20 000 001"),
    ],
)
def test_numbers_are_read_in_the_groups_of_where_they_belong(
    number: str, country: str, digits: str
) -> None:
    """From elsewhere behind the 00 that everybody understands, also what belongs to no country."""
    assert " ".join(groups_as_dialled(number, country)) == digits
