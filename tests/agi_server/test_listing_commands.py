"""`rahyab voicemail`, `answers`, `agents` and `audit` as an administrator meets them."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from crm.records import Case, CaseState
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


def test_messages_tell_who_called_and_about_what(home: Path) -> None:
    """Also where nobody knows the caller: by the number, which a caller may withhold."""
    with people.opened(home) as store:
        (tracking,) = store.lease_tracking(1)
        unknown = replace(people.new_call("call-2"), caller_as_sent="x", caller="+37120000001")
        for call in (unknown, people.new_call("call-3")):
            store.begin_call(call)
            store.keep_recording(people.message(call.id, f"/m/{call.id}.wav"))
        store.open_case(Case(tracking, CaseState.NEW, "s", people.AT, None, None), join=False)
        about = replace(people.message("call-2", "/m/2.wav"), mailbox="case", tracking=tracking)
        store.keep_recording(about)
    listed = run("voicemail", "list").stdout
    assert all(each in listed for each in ("+989121234567", "+37120000001", "withheld", tracking))
    told = run("voicemail", "show", "call-2", "--mailbox", "case").stdout
    assert f"from +37120000001, unknown, about the request {tracking}: new" in told
    assert "from withheld, unknown: new" in run("voicemail", "show", "call-3").stdout
    shown = json.loads(run("voicemail", "show", "call-2", "--mailbox", "case", "--json").stdout)
    assert (shown["number"], shown["tracking"]) == ("+37120000001", tracking)
    assert json.loads(run("voicemail", "show", "call-3", "--json").stdout)["number"] is None


def test_a_message_is_played(home: Path) -> None:
    """The path is printed, and given to the player."""
    player = shlex.join([sys.executable, "-c", f"open({str(home / 'played')!r}, 'w').write('x')"])
    result = run("voicemail", "play", "call-1", "--with", player)
    assert result.stdout == f"{home / 'messages' / 'call-1-support.wav'}\n"
    assert (home / "played").read_text() == "x"


PLAY = "from agi_server.cli import main; main(['voicemail', 'play', 'call-1'])"


def test_at_a_terminal_a_program_that_is_installed_plays(home: Path) -> None:
    """The first that there is; one that is not installed is passed over."""
    (home / "programs").mkdir()
    player = home / "programs" / "play"
    player.write_text(f'#!/bin/sh\necho "$@" >{shlex.quote(str(home / "played"))}\n')
    player.chmod(0o700)
    with terminal() as tty:
        environment = alone(player.parent)
        subprocess.run([sys.executable, "-c", PLAY], env=environment, stdout=tty, check=True)
    assert (home / "played").read_text() == f"-q {home / 'messages' / 'call-1-support.wav'}\n"


def test_where_nothing_plays_it_is_said(home: Path) -> None:
    """At a terminal without a player, and to a program, which gets the path alone."""
    (home / "programs").mkdir()
    with terminal() as tty:
        told = subprocess.run(
            [sys.executable, "-c", PLAY],
            env=alone(home / "programs"),
            stdout=tty,
            stderr=subprocess.PIPE,
            text=True,
            check=True,
        )
    assert "--with" in told.stderr
    result = run("voicemail", "play", "call-1")
    assert result.stdout == f"{home / 'messages' / 'call-1-support.wav'}\n"
    assert "--with" in result.stderr


@contextmanager
def terminal() -> Iterator[int]:
    """A terminal to write to, before which nobody sits."""
    ours, theirs = os.openpty()
    try:
        yield theirs
    finally:
        os.close(theirs)
        os.close(ours)


def alone(programs: Path) -> dict[str, str]:
    """An environment in which nothing is installed but what lies in `programs`."""
    return {**os.environ, "PATH": str(programs)}


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


@pytest.mark.parametrize("group", ["answers", "callbacks", "voicemail"])
@pytest.mark.usefixtures("home")
def test_what_callers_left_is_searched(group: str) -> None:
    """By number and by name, among all customers."""
    for search, count in (("0912 123", 1), ("ahmadi", 1), ("Reza", 0)):
        found = json.loads(run(group, "list", "--search", search, "--json").stdout)
        assert len(found) == count
    both = run(group, "list", "--search", "x", "--customer", "C-1")
    assert both.exit_code == 2
    assert "leave --customer away" in both.stderr
