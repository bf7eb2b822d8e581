"""Settings from the environment."""

from pathlib import Path

import pytest

from agi_server.settings import LogFormat, SettingsError, load_settings, parse_address


def test_defaults_suit_a_checkout() -> None:
    """Nothing set: everything lies in `var`."""
    settings = load_settings({})

    assert settings.rules == Path("routing_rules.yaml")
    assert settings.database == Path("var/rahyab.db")
    assert settings.listen == ("127.0.0.1", 4573)
    assert settings.log_format is LogFormat.READABLE


def test_home_moves_everything_that_is_written() -> None:
    """One variable for a folder elsewhere."""
    settings = load_settings({"RAHYAB_HOME": "/srv/rahyab"})

    assert settings.database == Path("/srv/rahyab/rahyab.db")
    assert settings.sounds == Path("/srv/rahyab/sounds")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:4573", ("127.0.0.1", 4573)),
        ("10.0.0.1", ("10.0.0.1", 4573)),
        ("[::1]:4574", ("::1", 4574)),
        ("[::1]", ("::1", 4573)),
        ("localhost:0", ("localhost", 0)),
    ],
)
def test_reads_addresses(text: str, expected: tuple[str, int]) -> None:
    """With a port and without, IPv6 in brackets."""
    assert parse_address(text) == expected


@pytest.mark.parametrize("text", ["", ":4573", "host:", "host:port", "host:70000", "host:-1"])
def test_refuses_what_is_no_address(text: str) -> None:
    """The sentence shows how to write one."""
    with pytest.raises(SettingsError, match=r"127\.0\.0\.1:4573"):
        parse_address(text)


def test_unknown_choice_names_the_allowed_ones() -> None:
    """A typing error in a variable is told with its name."""
    with pytest.raises(SettingsError, match=r"RAHYAB_LOG_FORMAT='xml'.*json, readable"):
        load_settings({"RAHYAB_LOG_FORMAT": "xml"})
