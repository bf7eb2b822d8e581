"""`rahyab customers` as an administrator meets it."""

import json
import re
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agi_server.cli.customers import customers
from crm.contracts import contract_state
from crm.records import CallChange, ContractRecord, NewCall, Outcome
from crm.sample import SAMPLE_FILE
from crm.sqlite_store import SqliteStore

CONTRACT = ContractRecord("gold", date(2025, 1, 1), date(2030, 12, 31), 14)
"""Of the sample's first customer."""

AT = datetime(2026, 3, 21, 8, 30, tzinfo=UTC)
HEADER = SAMPLE_FILE.read_text(encoding="utf-8").splitlines()[0].removesuffix(",lead_score")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home for the program, and a wide terminal."""
    monkeypatch.setenv("RAHYAB_HOME", str(tmp_path))
    monkeypatch.delenv("RAHYAB_DATABASE", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


@pytest.fixture
def filled(home: Path) -> Path:
    """The same with the sample, and two calls of its first customer; one of them hostile."""
    assert run("import", str(SAMPLE_FILE)).exit_code == 0
    with closing(SqliteStore(home / "rahyab.db")) as store:
        for number, dialled in enumerate(("+982191000000", "[red]\x1b[31m\udcff")):
            begun = AT + timedelta(hours=number)
            call = NewCall(
                f"call-{number}", begun, "", "", None, dialled, "website", "fa", 1, "r", {}
            )
            store.begin_call(call)
        change = CallChange(
            agent="ali", outcome=Outcome.ANSWERED, ended_at=AT + timedelta(seconds=83)
        )
        store.change_call("call-0", change)
    return home


def run(*arguments: str) -> Result:
    """Run a command; none may end in a traceback."""
    result = CliRunner().invoke(customers, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def state_today() -> str:
    """How the contract of the first customer stands on the day of the test."""
    return contract_state(CONTRACT, datetime.now().astimezone().date())


def counts(result: Result) -> dict[str, int]:
    """The table that an import ends with."""
    rows = (line.strip("│ ").split("│") for line in result.stdout.splitlines() if "│" in line)
    return {name.strip(): int(count) for name, count in rows}


def test_import_tells_what_it_did(home: Path) -> None:
    """And a second time that there was nothing to do."""
    first = run("import", str(SAMPLE_FILE))
    assert counts(first) == {"added": 200, "changed": 0, "unchanged": 0, "rejected": 0}
    assert first.exit_code == 0
    again = run("import", str(SAMPLE_FILE))
    assert counts(again) == {"added": 0, "changed": 0, "unchanged": 200, "rejected": 0}
    assert (home / "rahyab.db").exists()


def test_import_with_rejected_lines_ends_with_one(home: Path) -> None:
    """And says where they are."""
    path = home / "mine.csv"
    path.write_text(f"{HEADER}\nC-1,Sara,,,,,,,\n,nobody,,,,,,,\n", encoding="utf-8")
    result = run("import", str(path))
    assert result.exit_code == 1
    assert counts(result) == {"added": 1, "changed": 0, "unchanged": 0, "rejected": 1}
    assert str(home / "mine.rejected.csv") in result.stdout.replace("\n", "")
    assert (home / "mine.rejected.csv").exists()


def test_import_reads_local_numbers_by_country(home: Path) -> None:
    """Of the country that the option names."""
    path = home / "mine.csv"
    path.write_text(f"{HEADER}\nC-1,Zane,lv,,26123456,,,,\n", encoding="utf-8")
    assert run("import", "--country", "LV", str(path)).exit_code == 0
    shown = json.loads(run("show", "C-1", "--json").stdout)
    assert shown[0]["numbers"] == ["+37126123456"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot be read"),
        (b"reference,nmae\n", "did you mean name?"),
        (HEADER.encode() + "\nC-1,Анна Каренина,,,,,,,\n".encode("cp1251"), "--encoding"),
    ],
)
def test_import_that_cannot_run_ends_with_two(
    home: Path, content: bytes | None, sentence: str
) -> None:
    """With one sentence, and an empty database at most."""
    path = home / "mine.csv"
    if content is not None:
        path.write_bytes(content)
    result = run("import", str(path))
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert json.loads(run("list", "--json").stdout) == []


@pytest.mark.parametrize(
    "command",
    [
        ["import", str(SAMPLE_FILE)],
        ["list"],
        ["show", "C-1"],
        ["block", "09121234567", "--reason", "x"],
        ["unblock", "09121234567"],
        ["blocked"],
    ],
)
def test_trouble_with_the_database_ends_with_two(home: Path, command: list[str]) -> None:
    """In every command, with the cure."""
    (home / "rahyab.db").write_text("this is no database" * 100)
    result = run(*command)
    assert result.exit_code == 2
    assert "not an SQLite database" in result.stderr


@pytest.mark.parametrize(
    "command", [["list"], ["show", "C-1"], ["unblock", "09121234567"], ["blocked"]]
)
def test_reading_makes_no_database(home: Path, command: list[str]) -> None:
    """A wrong folder must not look like an empty customer file."""
    result = run(*command)
    assert result.exit_code == 2
    assert "There is no database" in result.stderr
    assert not (home / "rahyab.db").exists()


def test_a_setting_that_cannot_be_used_ends_with_two(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the command needs of the settings."""
    monkeypatch.setenv("RAHYAB_LISTEN", "nonsense:x")
    result = run("list")
    assert result.exit_code == 2
    assert "nonsense" in result.stderr
    assert not (home / "rahyab.db").exists()


@pytest.mark.usefixtures("filled")
def test_list_finds_and_cuts() -> None:
    """As a table, which says when there is more, and as JSON."""
    table = run("list", "--limit", "5")
    assert "the first 5" in table.stdout
    assert table.stdout.count("C-0") == 5
    one = run("list", "--search", "09121234567")
    assert "C-0001" in one.stdout
    assert "the first" not in one.stdout
    found = json.loads(run("list", "--search", "berzins", "--json").stdout)
    assert "C-0003" in [customer["reference"] for customer in found]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("wanted", ["C-0001", "+98 912 123 4567", "09121234567", "۰۹۱۲۱۲۳۴۵۶۷"])
def test_show_finds_by_reference_and_number(wanted: str) -> None:
    """Contract, and the history: newest first, with date, duration, agent, number and source."""
    result = run("show", wanted)
    assert result.exit_code == 0
    for expected in ("C-0001", "سارا احمدی", "+989121234567", "2030-12-31", state_today()):
        assert expected in result.stdout
    for expected in ("2026-03-21", "1:23", "+982191000000", "website", "ali", "answered"):
        assert expected in result.stdout
    assert result.stdout.index("call-1") < result.stdout.index("call-0")


@pytest.mark.usefixtures("filled")
def test_show_prints_nothing_that_a_terminal_or_rich_would_obey() -> None:
    """What was dialled may be any bytes."""
    result = run("show", "C-0001")
    assert "[red]" in result.stdout
    assert "\x1b" not in result.stdout


@pytest.mark.usefixtures("filled")
def test_show_as_json_holds_everything() -> None:
    """Even bytes that are no text."""
    (customer,) = json.loads(run("show", "C-0001", "--json").stdout)
    assert customer["contracts"] == [
        {
            "level": "gold",
            "starts": "2025-01-01",
            "ends": "2030-12-31",
            "grace_days": 14,
            "state": state_today(),
        }
    ]
    assert [call["dialled"] for call in customer["calls"]] == [
        "[red]\x1b[31m\udcff",
        "+982191000000",
    ]


@pytest.mark.usefixtures("filled")
def test_show_of_a_shared_number_shows_all_its_customers() -> None:
    """So that the administrator sees why the caller is ambiguous."""
    result = run("show", "+982188880000")
    assert "C-0006" in result.stdout
    assert "C-0007" in result.stdout


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("wanted", ["C-9999", "+989120000000", "nobody"])
def test_show_of_nobody_ends_with_one(wanted: str) -> None:
    """And says how to search."""
    result = run("show", wanted)
    assert result.exit_code == 1
    assert "--search" in result.stderr


@pytest.mark.usefixtures("filled")
def test_lead_scores_are_shown() -> None:
    """On the page of a customer, in the list and as JSON; one that is not known is told so."""
    assert re.search(r"lead score +85 *\n", run("show", "C-0001").stdout)
    assert re.search(r"lead score +unknown *\n", run("show", "C-0005").stdout)
    assert "lead score" in run("list").stdout
    found = json.loads(run("list", "--json", "--limit", "200").stdout)
    scores = {customer["reference"]: customer["lead_score"] for customer in found}
    assert (scores["C-0001"], scores["C-0005"]) == (85, None)


@pytest.mark.usefixtures("home")
def test_a_number_is_blocked_until_it_is_unblocked() -> None:
    """However it is written; blocking it again gives it the new reason alone."""
    assert run("block", "09121234567", "--reason", "abusive").exit_code == 0
    (first,) = json.loads(run("blocked", "--json").stdout)
    assert (first["number"], first["reason"]) == ("+989121234567", "abusive")
    again = run("block", "+98 912 123 4567", "--reason", "again")
    assert "+989121234567 is blocked: again" in again.stdout
    (second,) = json.loads(run("blocked", "--json").stdout)
    assert second == {**first, "reason": "again"}
    assert run("unblock", "۰۹۱۲۱۲۳۴۵۶۷").exit_code == 0
    assert json.loads(run("blocked", "--json").stdout) == []
    assert "No number is blocked" in run("blocked").stdout


@pytest.mark.usefixtures("home")
def test_blocked_numbers_are_a_table() -> None:
    """Which obeys nothing that stands in a reason; numbers are of the country that is named."""
    run("block", "26123456", "--country", "LV", "--reason", "[red]\x1b[31mرا")
    table = run("blocked").stdout
    assert "+37126123456" in table
    assert "[red]" in table
    assert "\x1b" not in table
    assert f"{datetime.now(UTC):%Y-}" in table


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("block", "anonymous\x1b", "--reason", "x"), "is no telephone number of IR"),
        (("unblock", "12"), "12 is no telephone number of IR"),
        (("unblock", "09121234567"), "+989121234567 was not blocked"),
    ],
)
def test_what_cannot_be_blocked_or_unblocked_ends_with_one(
    command: tuple[str, ...], sentence: str
) -> None:
    """And nothing is changed."""
    result = run(*command)
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert "\x1b" not in result.stderr
    assert json.loads(run("blocked", "--json").stdout) == []


@pytest.mark.usefixtures("home")
def test_a_block_needs_its_reason() -> None:
    """Whoever finds it a year later must know why."""
    result = run("block", "09121234567")
    assert result.exit_code == 2
    assert "--reason" in result.stderr


def test_every_command_has_help() -> None:
    """With a sentence for each option."""
    for arguments in ([], *([name] for name in customers.commands)):
        assert run(*arguments, "--help").exit_code == 0
    assert "rejected" in run("import", "--help").stdout
    assert all(command.help for command in customers.commands.values())
