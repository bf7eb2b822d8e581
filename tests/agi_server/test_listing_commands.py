"""`rahyab voicemail`, `answers`, `agents` and `audit` as an administrator meets them."""

import json
import shlex
import sys
from pathlib import Path

import pytest

from tests.agi_server import people
from tests.agi_server.people import run


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with Sara and Reza."""
    people.make_home(tmp_path, monkeypatch)
    people.fill(tmp_path)
    return tmp_path


def test_messages_are_listed_until_they_are_closed(home: Path) -> None:
    """They can still be seen; `voicemail` alone lists."""
    assert "Sara Ahmadi (C-1)" in run("voicemail").stdout
    closed = json.loads(run("voicemail", "close", "call-1", "--json").stdout)
    assert (closed["state"], closed["customer"]) == ("done", "Sara Ahmadi")
    assert "no new messages" in run("voicemail", "list").stdout
    (message,) = json.loads(run("voicemail", "list", "--state", "done", "--json").stdout)
    assert message["path"] == str(home / "messages" / "call-1-support.wav")


@pytest.mark.usefixtures("home")
def test_messages_of_one_customer() -> None:
    """And of one who left none."""
    assert len(json.loads(run("voicemail", "list", "--customer", "C-1", "--json").stdout)) == 1
    assert json.loads(run("voicemail", "list", "--customer", "C-2", "--json").stdout) == []
    assert "12 s" in run("voicemail", "show", "call-1").stdout


def test_a_message_is_played(home: Path) -> None:
    """The path is printed, and given to the player."""
    player = shlex.join([sys.executable, "-c", f"open({str(home / 'played')!r}, 'w').write('x')"])
    result = run("voicemail", "play", "call-1", "--with", player)
    assert result.stdout == f"{home / 'messages' / 'call-1-support.wav'}\n"
    assert (home / "played").read_text() == "x"


def test_a_message_that_cannot_be_played_is_told(home: Path) -> None:
    """The player is missing, or fails; the file is missing; there is no such message."""
    for player in ("/nowhere/player", "false", ""):
        result = run("voicemail", "play", "call-1", "--with", player)
        assert result.exit_code == 2
        assert "try another with --with" in result.stderr
    (home / "messages" / "call-1-support.wav").unlink()
    assert "cannot be read here" in run("voicemail", "play", "call-1").stderr
    for command in ("show", "play", "close"):
        result = run("voicemail", command, "call-9")
        assert result.exit_code == 1
        assert "left no message" in result.stderr
    assert "in sales" in run("voicemail", "show", "call-1", "--mailbox", "sales").stderr


@pytest.mark.usefixtures("home")
def test_answers_are_listed_and_found() -> None:
    """By survey, by day, by customer; `answers` alone lists."""
    assert "spoken words" in run("answers").stdout
    for options, count in (
        (("--survey", "nps"), 1),
        (("--survey", "other"), 0),
        (("--since", "2026-03-21"), 1),
        (("--since", "2026-03-22"), 0),
        (("--customer", "C-1", "--survey", "nps", "--since", "2026-03-21"), 1),
        (("--customer", "C-1", "--since", "2026-03-22"), 0),
        (("--customer", "C-2"), 0),
    ):
        assert len(json.loads(run("answers", "list", *options, "--json").stdout)) == count
    assert "There are no answers." in run("answers", "list", "--survey", "other").stdout


@pytest.mark.usefixtures("home")
def test_answers_of_one_call() -> None:
    """One that answered nothing ends with one."""
    assert "spoken words" in run("answers", "show", "call-1").stdout
    result = run("answers", "show", "call-9")
    assert result.exit_code == 1
    assert "rahyab answers list" in result.stderr


@pytest.mark.usefixtures("home")
def test_agents_are_listed_with_their_last_customers() -> None:
    """By a part of the name; `agents` alone lists."""
    assert "ali" in run("agents").stdout
    assert "No agent" in run("agents", "list", "--search", "zane").stdout
    shown = json.loads(run("agents", "show", "ali", "--json").stdout)
    assert shown["answered"] == 1
    assert shown["last_customers"] == [{"id": 1, "reference": "C-1", "name": "Sara Ahmadi"}]
    assert "Sara Ahmadi (C-1)" in run("agents", "show", "ali").stdout
    unknown = run("agents", "show", "zane")
    assert unknown.exit_code == 1
    assert "rahyab agents list" in unknown.stderr


@pytest.mark.usefixtures("home")
def test_the_audit_log_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """By customer and by day."""
    monkeypatch.setenv("SUDO_USER", "maryam")
    run("customers", "show", "C-1")
    run("customers", "list")
    told = run("audit").stdout
    assert [line.split()[2:4] for line in told.splitlines()[1:]] == [
        ["maryam", "listed"],
        ["maryam", "shown"],
    ]
    (entry,) = json.loads(run("audit", "--customer", "C-1", "--json").stdout)
    assert (entry["action"], entry["customer_id"]) == ("shown", 1)
    assert "no such entry" in run("audit", "--since", "2999-01-01").stdout
    assert run("audit", "--customer", "C-9").exit_code == 1


@pytest.mark.parametrize("group", ["agents", "answers", "callbacks", "cases", "voicemail"])
@pytest.mark.usefixtures("home")
def test_help_of_a_group_is_not_that_of_its_list(group: str) -> None:
    """Although the group alone lists."""
    assert "Commands:" in run(group, "--help").stdout
    assert "--limit" in run(group, "list", "--help").stdout
