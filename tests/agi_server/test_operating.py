"""An operator beside `rahyab serve`: reload, rollback, status, `--watch`, with real processes."""

import json
import socket
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from agi_server.control import SOCKET_NAME
from agi_server.policy import load_policy_file
from crm.sqlite_store import SqliteStore
from tests.agi_server.service import Server, only_sentence, operated, refused, serving
from tests.conversations.site import RULES

pytestmark = pytest.mark.slow


def change(rules: Path, name: str) -> str:
    """Write other rules that are good; their revision."""
    text = RULES.read_text(encoding="utf-8").replace("Pars Support", name)
    rules.write_text(text, encoding="utf-8")
    return load_policy_file(rules).revision


def status(home: Path) -> dict[str, Any]:
    """What `rahyab status --json` says."""
    told: dict[str, Any] = json.loads(operated(home, "status", "--json").stdout)
    return told


def served_by(server: Server) -> set[str]:
    """The revisions of all workers."""
    return {worker["revision"] for worker in server.health()["workers"]}


def kept(home: Path) -> list[str]:
    """The revisions that the database has."""
    with closing(SqliteStore(home / "rahyab.db")) as store:
        return sorted(each.name for each in store.revisions())


def test_an_operator_changes_the_rules_and_takes_them_back(home: Path) -> None:
    """In all workers; each revision is in the database in the end."""
    rules = home / "rules.yaml"
    first = load_policy_file(rules).revision
    with serving(home, WORKERS="2") as server:
        second = change(rules, "Parsa Support")
        done = operated(home, "reload")
        assert (done.returncode, done.stderr) == (0, "")
        assert f"revision {second} is in force" in done.stdout
        assert served_by(server) == {second}
        assert server.samples()["rahyab_rules_info", second] == 1

        rules.write_text("version: 1\n", encoding="utf-8")
        bad, checked = operated(home, "reload"), operated(home, "check", str(rules))
        assert bad.returncode == checked.returncode == 1
        assert bad.stdout.startswith(checked.stdout)
        assert served_by(server) == {second}
        told = status(home)
        assert (told["well"], told["phase"], told["failed_reloads"]) == (False, "serving", 1)
        assert told["failure"]["problem"]["file"] == str(rules)

        assert operated(home, "rollback").returncode == 0
        assert served_by(server) == {first}
        told = status(home)
        assert (told["rules"]["revision"], told["rules"]["origin"]) == (first, "rollback")
        assert [worker["revision"] for worker in told["workers"]] == [first, first]
        assert operated(home, "rollback").returncode == 1
        assert server.end() == 0
    assert kept(home) == sorted([first, second])
    assert not (home / SOCKET_NAME).exists()
    assert operated(home, "status").returncode == 2


def test_a_watched_file_is_taken_up_when_it_is_saved(home: Path) -> None:
    """A bad one is told in the log; a rollback lasts."""
    rules = home / "rules.yaml"
    first = load_policy_file(rules).revision
    with serving(home, "--watch") as server:
        second = change(rules, "Parsa Support")
        took = server.await_line("rules reloaded")
        assert (took["revision"], took["origin"]) == (second, "watch")
        assert operated(home, "rollback").returncode == 0
        rules.write_text("version: 1\n", encoding="utf-8")
        server.await_line("rules not reloaded; the old ones stay")
        assert served_by(server) == {first}
        told = status(home)
        assert (told["watching"], told["rules"]["revision"]) == (True, first)
        assert server.end() == 0


def test_a_second_server_of_a_home_is_refused(home: Path) -> None:
    """Before it has touched anything; the first one goes on."""
    with serving(home) as server:
        done = refused(home)
        assert done.returncode == 2
        assert "another `rahyab serve` has" in only_sentence(done)
        assert operated(home, "status").returncode == 0
        assert server.end() == 0


def test_a_killed_server_leaves_nothing_in_the_way(home: Path) -> None:
    """Its socket is replaced."""
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(home / SOCKET_NAME))
    assert operated(home, "status").returncode == 2
    with serving(home) as server:
        assert operated(home, "status").returncode == 0
        assert server.end() == 0


def test_a_missing_home_ends_with_two(tmp_path: Path) -> None:
    """It may be a disk that is not mounted, so none is made."""
    done = refused(tmp_path / "missing", RULES=str(RULES), DATABASE=str(tmp_path / "rahyab.db"))
    assert done.returncode == 2
    assert f"mkdir -p {tmp_path / 'missing'}" in only_sentence(done)
    assert not (tmp_path / "missing").exists()
