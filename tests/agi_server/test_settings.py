"""Settings from the environment."""

from pathlib import Path

import pytest

from agi_server.challenge import is_secret
from agi_server.server import LOOPBACK
from agi_server.settings import (
    LogFormat,
    SettingsError,
    load_settings,
    parse_address,
    show_address,
)
from ami.access import Access
from crm.stores import SqliteFile


def test_defaults_suit_a_checkout() -> None:
    """Nothing set: everything lies in `var`."""
    settings = load_settings({})

    assert settings.rules == Path("routing_rules.yaml")
    assert settings.store == SqliteFile(Path("var/rahyab.db"))
    assert settings.listen == ("127.0.0.1", 4573)
    assert settings.log_format is LogFormat.READABLE


def test_home_moves_everything_that_is_written() -> None:
    """One variable for a folder elsewhere."""
    settings = load_settings({"RAHYAB_HOME": "/srv/rahyab"})

    assert settings.store == SqliteFile(Path("/srv/rahyab/rahyab.db"))
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


def test_defaults_let_nobody_else_in() -> None:
    """Loopback alone may connect, and read metrics."""
    settings = load_settings({})

    assert settings.peers == tuple(LOOPBACK)
    assert settings.metrics == ("127.0.0.1", 9473)
    assert (settings.workers, settings.secret) == (1, "")


def test_reads_what_the_operation_needs() -> None:
    """Each as the documentation shows it."""
    settings = load_settings(
        {
            "RAHYAB_WORKERS": "4",
            "RAHYAB_PEERS": "127.0.0.1, 192.0.2.0/24,2001:db8::/32",
            "RAHYAB_SECRET": "0123456789abcDEF",
            "RAHYAB_METRICS": "[::1]",
        }
    )

    assert settings.workers == 4
    assert [str(each) for each in settings.peers] == [
        *("127.0.0.1/32", "192.0.2.0/24", "2001:db8::/32")
    ]
    assert settings.secret == "0123456789abcDEF"
    assert settings.secret not in repr(settings)
    assert settings.metrics == ("::1", 9473)
    assert load_settings({"RAHYAB_METRICS": "Off"}).metrics is None


@pytest.mark.parametrize(
    ("variable", "value", "cure"),
    [
        ("WORKERS", "0", "from 1 to 64"),
        ("WORKERS", "65", "from 1 to 64"),
        ("WORKERS", "-1", "from 1 to 64"),
        ("WORKERS", "٤", "from 1 to 64"),
        ("WORKERS", "9" * 5000, "from 1 to 64"),
        ("WORKERS", "two", "from 1 to 64"),
        ("PEERS", "192.0.2.7/24", "write 192.0.2.0/24"),
        ("PEERS", "pbx.example", "'pbx.example' is not an address or a network"),
        ("PEERS", "127.0.0.1,,::1", "'' is not an address or a network"),
        ("PEERS", "192.0.2.0/33", "as in 127.0.0.1,192.0.2.0/24"),
        ("SECRET", "short", "exactly 16"),
        ("SECRET", "0123456789abcde!", "exactly 16"),
        ("SECRET", "0123456789abcdef\n", "exactly 16"),
        ("SECRET", "0123456789abcdé٤", "exactly 16"),
        ("METRICS", ":9473", "as in 127.0.0.1:9473; or off"),
        ("METRICS", "127.0.0.1:99999", "as in 127.0.0.1:9473; or off"),
        ("LISTEN", "127.0.0.1:", "as in 127.0.0.1:4573"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_variable(
    variable: str, value: str, cure: str
) -> None:
    """And with what to write; a secret is never repeated."""
    name = f"RAHYAB_{variable}"
    with pytest.raises(SettingsError) as error:
        load_settings({name: value})
    assert str(error.value).startswith(name)
    assert cure in str(error.value)
    assert variable != "SECRET" or value not in str(error.value)


@pytest.mark.parametrize(
    "text", ["0123456789abcdef", "0123456789abcde", "0123456789abcd-f", "a" * 17]
)
def test_a_secret_is_one_that_a_challenge_can_use(text: str) -> None:
    """The settings, which every command reads, do not import the cryptography for it."""
    try:
        accepted = load_settings({"RAHYAB_SECRET": text}).secret == text
    except SettingsError:
        accepted = False
    assert accepted == is_secret(text)


@pytest.mark.parametrize("address", [("127.0.0.1", 4573), ("::1", 1)])
def test_an_address_is_shown_as_it_is_read(address: tuple[str, int]) -> None:
    """Also one of IPv6."""
    assert parse_address(show_address(address)) == address


def test_the_spool_lies_in_the_home() -> None:
    """Unless it is said to lie elsewhere, on a disk of its own perhaps."""
    assert load_settings({"RAHYAB_HOME": "/srv"}).spool == Path("/srv/spool")
    assert load_settings({"RAHYAB_SPOOL": "/disk"}).spool == Path("/disk")


def test_the_budget_of_the_store_is_in_milliseconds() -> None:
    """A pause that nobody notices, by default."""
    assert load_settings({}).store_budget == pytest.approx(0.15)
    assert load_settings({"RAHYAB_STORE_BUDGET": "300"}).store_budget == pytest.approx(0.3)


@pytest.mark.parametrize("text", ["0", "-1", "0.15", "150ms", "5001", "٥"])
def test_refuses_what_is_no_budget(text: str) -> None:
    """The sentence says what one looks like."""
    with pytest.raises(SettingsError, match=r"RAHYAB_STORE_BUDGET=.*from 1 to 5000"):
        load_settings({"RAHYAB_STORE_BUDGET": text})


def test_voices_are_models_by_language() -> None:
    """Several stand with commas between them; blanks do no harm."""
    read = load_settings({"RAHYAB_VOICES": "fa=/srv/fa.onnx, en = voices/joe.onnx,"}).voices
    assert read == {"fa": Path("/srv/fa.onnx"), "en": Path("voices/joe.onnx")}
    assert load_settings({}).voices == {}


@pytest.mark.parametrize("text", ["fa", "=x.onnx", "fa=x.wav", "fa=", "fa=a.onnx,fa=b.onnx"])
def test_voices_that_cannot_be_meant_are_told(text: str) -> None:
    """With an example of what can."""
    with pytest.raises(SettingsError, match=r"^RAHYAB_VOICES: .* as in fa=/srv"):
        load_settings({"RAHYAB_VOICES": text})


MANAGER = {
    "RAHYAB_AMI": "192.0.2.7",
    "RAHYAB_AMI_USER": "rahyab",
    "RAHYAB_AMI_SECRET": "top-secret",
}


def test_the_manager_interface_is_named_by_three_settings() -> None:
    """The port is Asterisk's own unless another is named; the secret is not shown."""
    settings = load_settings(MANAGER)

    assert settings.manager == Access("192.0.2.7", 5038, "rahyab", "top-secret")
    assert load_settings({**MANAGER, "RAHYAB_AMI": "[::1]:5039"}).manager == Access(
        "::1", 5039, "rahyab", "top-secret"
    )
    assert "top-secret" not in repr(settings)
    assert settings.without_manager().manager is None
    assert load_settings({}).manager is None


@pytest.mark.parametrize("left_out", MANAGER)
def test_a_manager_interface_that_is_named_by_halves_is_refused(left_out: str) -> None:
    """With what is missing."""
    with pytest.raises(SettingsError, match=f"^{left_out} is missing") as error:
        load_settings({name: value for name, value in MANAGER.items() if name != left_out})
    assert "top-secret" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RAHYAB_AMI", "pbx:99999"),
        ("RAHYAB_AMI_USER", "a\r\nAction: Logoff"),
        ("RAHYAB_AMI_SECRET", "top-secret\n"),
    ],
)
def test_a_manager_interface_that_cannot_be_used_is_refused(name: str, value: str) -> None:
    """Told by the name of the setting, and never with the secret."""
    with pytest.raises(SettingsError, match=name) as error:
        load_settings({**MANAGER, name: value})
    assert "top-secret" not in str(error.value)
