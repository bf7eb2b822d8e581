"""`rahyab lab` where there is no lab: one sentence with the cure, exit 2, no traceback."""

import os
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agi_server.cli import main
from agi_server.cli.lab import _warn_if_silent

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, with the rules of the example, on a machine without programs."""
    monkeypatch.setenv("RAHYAB_HOME", str(tmp_path))
    monkeypatch.setenv("RAHYAB_RULES", str(ROOT / "routing_rules.yaml"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def _lab(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["lab", *arguments])


def test_a_call_without_a_lab_says_how_to_get_one(home: Path):
    """`up` first."""
    result = _lab("call", "--to", "+982191000000")

    assert result.exit_code == 2
    assert "rahyab lab up" in result.output
    assert not list(home.iterdir())


@pytest.mark.parametrize(
    ("moment", "cure"),
    [("nonsense", "write it as 2026-11-24 10:00"), ("1405-09-03 10:00", "Gregorian")],
)
def test_a_call_at_no_moment_is_refused(home: Path, moment: str, cure: str):
    """Before anything is looked for: a call would have been placed at the present time instead."""
    result = _lab("call", "--to", "+982191000000", "--at", moment)

    assert result.exit_code == 2
    assert cure in result.output
    assert not list(home.iterdir())


def test_a_server_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]):
    """With what becomes of calls; a server that is there is not spoken of."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
        _warn_if_silent(address)
        assert not capsys.readouterr().err
    _warn_if_silent(address)
    assert f"127.0.0.1:{address[1]}: calls will take the fallback" in capsys.readouterr().err


def test_the_end_of_no_lab_is_no_error(home: Path):
    """What is wanted is so already."""
    result = _lab("down")

    assert result.exit_code == 0
    assert not list(home.iterdir())


@pytest.mark.parametrize(
    ("user", "cure"), [(0, "apt-get install mmdebstrap mount"), (1000, "root")]
)
def test_what_a_lab_lacks_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch, user: int, cure: str
):
    """No Asterisk, and no means to make one."""
    monkeypatch.setattr(os, "geteuid", lambda: user)
    result = _lab("up")

    assert result.exit_code == 2
    assert cure in result.output
    assert not (home / "lab").exists()


@pytest.mark.parametrize("name", ["../x", "a/b", "", "."])
def test_a_name_is_no_path(home: Path, name: str):
    """A lab lies in its own folder and nowhere else."""
    result = _lab("up", "--name", name)

    assert result.exit_code == 2
    assert "letters, digits and hyphens" in result.output
    assert not list(home.iterdir())


def test_a_broken_rules_file_starts_nothing(home: Path, monkeypatch: pytest.MonkeyPatch):
    """Its problems are shown, as `rahyab check` shows them."""
    rules = home / "rules.yaml"
    rules.write_text("version: 1\n")
    monkeypatch.setenv("RAHYAB_RULES", str(rules))
    result = _lab("up")

    assert result.exit_code == 1
    assert "`agents` is missing" in result.output
    assert not (home / "lab").exists()


def test_a_damaged_state_file_is_named(home: Path):
    """With the folder to remove."""
    folder = home / "lab" / "default"
    folder.mkdir(parents=True)
    (folder / "lab.json").write_text("{")
    result = _lab("down")

    assert result.exit_code == 2
    assert f"remove the folder {folder}" in result.output
