"""`rahyab callbacks` as an administrator meets it."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agi_server.cli import main
from crm.records import Callback, Customer, NewCall
from crm.sqlite_store import SqliteStore

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 3, 21, 8, 30, tzinfo=UTC)
"""Noon in Tehran, the business's zone."""

KEYED = "0912[red]\x1b\udcff"
"""As a caller may have keyed it in, or anybody sent it."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home for the program, without a database, and a wide terminal."""
    monkeypatch.setenv("RAHYAB_HOME", str(tmp_path))
    monkeypatch.setenv("RAHYAB_RULES", str(ROOT / "routing_rules.yaml"))
    monkeypatch.delenv("RAHYAB_DATABASE", raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    return tmp_path


@pytest.fixture
def empty(home: Path) -> Path:
    """A database in which nobody has asked for anything."""
    SqliteStore(home / "rahyab.db").close()
    return home


@pytest.fixture
def waiting(home: Path) -> Path:
    """Two callers who wait: first a hostile stranger, an hour later a customer."""
    with closing(SqliteStore(home / "rahyab.db")) as store:
        store.put_customers([Customer("Sara", reference="C-1")])
        for number, (keyed, customer) in enumerate(((KEYED, None), ("+989121234567", 1))):
            asked_at = AT + timedelta(hours=number)
            call = NewCall(f"c-{number}", asked_at, "", "", None, "", None, "fa", customer, "r", {})
            store.begin_call(call)
            asked = Callback(call.id, keyed, asked_at, customer, "support/gold", "fa")
            store.ask_callback(asked)
    return home


def run(*arguments: str) -> Result:
    """Run a command; none may end in a traceback."""
    result = CliRunner().invoke(main, ["callbacks", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def listed(*arguments: str) -> list[str]:
    """The calls that are listed."""
    return [
        callback["call_id"] for callback in json.loads(run("list", "--json", *arguments).stdout)
    ]


@pytest.mark.usefixtures("waiting")
def test_who_waits_longest_is_listed_first() -> None:
    """When they asked is told by the business's clock; nothing that was keyed in is obeyed."""
    result = run()
    assert result.exit_code == 0
    first, second = result.stdout.splitlines()[1:]
    assert "c-0" in first
    assert "2026-03-21 12:00" in first
    assert "[red]" in first
    for expected in ("c-1", "2026-03-21 13:00", "+989121234567", "Sara", "support/gold", "open"):
        assert expected in second
    assert "\x1b" not in result.stdout


@pytest.mark.usefixtures("waiting")
def test_json_holds_everything() -> None:
    """For programs, the moment in UTC; the limit cuts the end."""
    stranger, customer = json.loads(run("--json").stdout)
    assert customer == {
        "call_id": "c-1",
        "number": "+989121234567",
        "asked_at": str(AT + timedelta(hours=1)),
        "customer_id": 1,
        "customer": "Sara",
        "queue": "support/gold",
        "language": "fa",
        "state": "open",
        "since": None,
        "earliest": None,
        "latest": None,
    }
    assert (stranger["number"], stranger["customer"]) == (KEYED, None)
    assert listed("--limit", "1") == ["c-0"]


@pytest.mark.usefixtures("waiting")
def test_a_list_that_is_cut_says_so() -> None:
    """And how to see the others."""
    assert "the first 1: see more with --limit" in run("--limit", "1").stdout
    assert "the first" not in run("--limit", "2").stdout


@pytest.mark.usefixtures("waiting")
def test_what_is_done_leaves_the_list() -> None:
    """Done twice is once; it can still be seen."""
    for _ in range(2):
        result = run("close", "c-0")
        assert result.exit_code == 0
        assert "c-0" in result.stdout
        assert "\x1b" not in result.stdout
    assert listed() == ["c-1"]
    assert listed("--state", "done") == ["c-0"]
    assert listed("--state", "all") == ["c-0", "c-1"]


@pytest.mark.usefixtures("waiting")
def test_the_story_of_a_call_tells_its_callback() -> None:
    """And how it stands."""
    shown = CliRunner().invoke(main, ["calls", "show", "c-1"])
    assert "+989121234567 (open)" in shown.stdout


@pytest.mark.usefixtures("empty")
def test_an_empty_list_says_so() -> None:
    """In words, and for programs as an array."""
    assert "Nobody waits" in run().stdout
    assert "none" in run("--state", "done").stdout
    assert listed() == []


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("call", ["nowhere", "\x1b[31m\udcff"])
def test_done_of_a_call_that_asked_for_none_ends_with_one(call: str) -> None:
    """And says where to look."""
    result = run("close", call)
    assert result.exit_code == 1
    assert "asked for no callback" in result.stderr
    assert "\x1b" not in result.stderr


@pytest.mark.parametrize("command", [(), ("close", "c-0"), ("show", "c-0")])
def test_trouble_with_the_database_ends_with_two(home: Path, command: tuple[str, ...]) -> None:
    """Whether it is missing or is none; and none is made."""
    assert "There is no database" in run(*command).stderr
    assert not (home / "rahyab.db").exists()
    (home / "rahyab.db").write_text("this is no database" * 100)
    result = run(*command)
    assert result.exit_code == 2
    assert "not an SQLite database" in result.stderr


@pytest.mark.usefixtures("waiting")
def test_done_is_another_word_for_close() -> None:
    """As scripts may have it."""
    assert run("done", "c-0").exit_code == 0
    assert listed() == ["c-1"]


@pytest.mark.usefixtures("waiting")
def test_those_of_one_customer() -> None:
    """By the reference, in the wanted state."""
    assert listed("--customer", "C-1") == ["c-1"]
    assert listed("--customer", "C-1", "--state", "done") == []


@pytest.mark.usefixtures("waiting")
def test_one_is_shown() -> None:
    """For people and for programs."""
    assert "+989121234567 (Sara)" in run("show", "c-1").stdout
    assert json.loads(run("show", "c-1", "--json").stdout)["state"] == "open"


@pytest.mark.usefixtures("waiting")
def test_another_number_opens_it_again() -> None:
    """Whoever is to be called there has not been called."""
    run("close", "c-1")
    changed = json.loads(run("edit", "c-1", "02188880000", "--json").stdout)
    assert (changed["number"], changed["state"]) == ("+982188880000", "open")
    assert run("edit", "c-1", "12").exit_code == 1


def test_one_is_added_by_hand(waiting: Path) -> None:
    """To a call of the journal, once."""
    with closing(SqliteStore(waiting / "rahyab.db")) as store:
        store.begin_call(NewCall("c-9", AT, "", "", None, "", None, "lv", 1, "r", {}))
    added = json.loads(run("add", "c-9", "09121234569", "--json").stdout)
    assert (added["number"], added["customer"]) == ("+989121234569", "Sara")
    assert added["language"] == "lv"
    again = run("add", "c-9", "09121234568")
    assert again.exit_code == 1
    assert "rahyab callbacks edit c-9" in again.stderr
    assert "The journal has no call c-10" in run("add", "c-10", "09121234567").stderr
