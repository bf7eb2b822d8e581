"""`rahyab customers pin` as an administrator meets it."""

from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agi_server.cli import main
from crm.asking_records import Pin
from crm.hashed_secrets import matches
from crm.records import Customer
from crm.sqlite_store import SqliteStore
from tests.agi_server.people import make_home, opened


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with one customer, whose id is 1."""
    make_home(tmp_path, monkeypatch)
    with closing(SqliteStore(tmp_path / "rahyab.db")) as store:
        store.put_customers([Customer("Sara", "C-1", numbers=("+989121234567",))])
    return tmp_path


def run(*arguments: str, typed: str = "") -> Result:
    """Run the command; it may not end in a traceback."""
    result = CliRunner().invoke(main, ["customers", "pin", *arguments], input=typed)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def kept(home: Path) -> Pin | None:
    """Sara's PIN."""
    with opened(home) as store:
        return store.pin(1)


def noted(home: Path) -> list[tuple[str, int | None, str]]:
    """What the audit log tells, the newest first."""
    with opened(home) as store:
        return [(each.action, each.customer_id, each.detail) for each in store.audit_log()]


def test_it_is_asked_for_twice_and_shown_nowhere(home: Path) -> None:
    """Found by the number; only its digest is kept, and that it was set is noted."""
    result = run("09121234567", typed="1357\n1357\n")
    assert result.exit_code == 0
    assert "Sara (C-1) has a new PIN." in result.stdout
    assert "1357" not in result.output
    pin = kept(home)
    assert pin is not None
    assert matches("1357", pin.salt, pin.digest)
    assert noted(home) == [("changed", 1, "pin")]
    shown = CliRunner().invoke(main, ["customers", "show", "C-1"]).stdout
    assert "PIN" in shown
    assert pin.digest.hex() not in shown


def test_two_that_differ_are_asked_for_again(home: Path) -> None:
    """Until they are the same; whoever stops has changed nothing."""
    run("C-1", typed="1357\n1358\n2468\n2468\n")
    pin = kept(home)
    assert pin is not None
    assert matches("2468", pin.salt, pin.digest)
    assert run("C-1", typed="9753\n").exit_code == 1
    assert kept(home) == pin


def test_a_program_gives_it_on_one_line(home: Path) -> None:
    """Each PIN has its own salt."""
    assert run("C-1", "--stdin", typed="1357\r\n").exit_code == 0
    first = kept(home)
    assert run("C-1", "--stdin", typed="1357").exit_code == 0
    second = kept(home)
    assert first is not None
    assert second is not None
    assert first.digest != second.digest


@pytest.mark.parametrize("typed", ["", "0000", "1234", "12", "4567", "x" * 5000])
def test_a_bad_one_is_refused(home: Path, typed: str) -> None:
    """With the reason, and without repeating it."""
    result = run("C-1", "--stdin", typed=typed)
    assert result.exit_code == 1
    assert "Nothing is changed" in result.stderr
    assert (kept(home), noted(home)) == (None, [])


def test_it_is_taken_away_once(home: Path) -> None:
    """The second time there is nothing to do."""
    run("C-1", "--stdin", typed="1357")
    assert "no PIN any more" in run("C-1", "--remove").stdout
    assert kept(home) is None
    assert noted(home)[0] == ("changed", 1, "pin: removed")
    result = run("C-1", "--remove")
    assert result.exit_code == 1
    assert "had no PIN" in result.stderr


@pytest.mark.usefixtures("home")
def test_nobody_is_told() -> None:
    """And a command that makes no sense is refused as such."""
    assert run("C-9", "--stdin", typed="1357").exit_code == 1
    assert run("C-1", "--stdin", "--remove").exit_code == 2


def test_who_was_erased_gets_none(home: Path) -> None:
    """Under their id they are still found."""
    erased = CliRunner().invoke(main, ["customers", "erase", "C-1", "--reason", "x", "--yes"])
    assert erased.exit_code == 0
    assert run("id:1", "--stdin", typed="1357").exit_code == 1
    assert kept(home) is None
