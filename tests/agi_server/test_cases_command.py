"""`rahyab cases` as an administrator meets it."""

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agi_server.cli import main
from crm.records import Case, CaseState, Customer, NewCall, Recording
from crm.sqlite_store import SqliteStore
from crm.tracking import tracking_number

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 3, 21, 8, 30, tzinfo=UTC)
"""Noon in Tehran, the business's zone."""

TRACKING = tracking_number(2_345_678, b"any key of tests")
UNKNOWN = tracking_number(7_654_321, b"any key of tests")
MISTYPED = TRACKING[:-2] + TRACKING[-1] + TRACKING[-2]
OF_NOBODY = tracking_number(1_111_111, b"any key of tests")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home for the program, without a database, and a wide terminal."""
    monkeypatch.setenv("RAHYAB_HOME", str(tmp_path))
    monkeypatch.setenv("RAHYAB_RULES", str(ROOT / "routing_rules.yaml"))
    monkeypatch.delenv("RAHYAB_DATABASE", raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    return tmp_path


@pytest.fixture
def database(home: Path) -> Path:
    """A request of a customer, and one of nobody who is known."""
    path = home / "rahyab.db"
    with closing(SqliteStore(path)) as store:
        store.put_customers([Customer("[red]Sara\x1b[31m", reference="C-1")])
        for number, (tracking, customer) in enumerate(((TRACKING, 1), (OF_NOBODY, None))):
            call = NewCall(f"c-{number}", AT, "", "", None, "", None, "fa", customer, "r", {})
            store.begin_call(call)
            case = Case(tracking, CaseState.NEW, "support/gold", AT, customer, call.id)
            store.open_case(case, join=False)
    return path


def run(*arguments: str) -> Result:
    """Run a command; none may end in a traceback."""
    result = CliRunner().invoke(main, ["cases", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def state(database: Path) -> CaseState:
    """How the request stands in the store."""
    with closing(SqliteStore(database)) as store:
        case = store.find_case(TRACKING)
    assert case is not None
    return case.state


@pytest.mark.usefixtures("database")
def test_show_tells_the_request() -> None:
    """When it was opened is told by the business's clock; the customer's name does no harm."""
    result = run("show", TRACKING)
    assert result.exit_code == 0
    for expected in (TRACKING, "new", "support/gold", "2026-03-21 12:00:00", "C-1", "c-0"):
        assert expected in result.stdout
    assert "[red]Sara" in result.stdout
    assert "\x1b" not in result.stdout
    assert "unknown" in run("show", OF_NOBODY).stdout


@pytest.mark.usefixtures("database")
def test_show_as_json_holds_everything() -> None:
    """For programs, the moment in UTC."""
    shown = json.loads(run("show", TRACKING, "--json").stdout)
    assert [call["id"] for call in shown.pop("calls")] == ["c-0"]
    assert shown == {
        "tracking": TRACKING,
        "state": "new",
        "subject": "support/gold",
        "opened_at": str(AT),
        "customer_id": 1,
        "customer": "[red]Sara\x1b[31m",
        "call_id": "c-0",
        "number": None,
        "notes": [],
        "recordings": [],
    }
    assert json.loads(run("show", OF_NOBODY, "--json").stdout)["customer"] is None


def test_show_tells_what_callers_have_spoken(database: Path) -> None:
    """A note that another call added, which is played by the name of its place."""
    assert "voicemail" not in run("show", TRACKING).stdout
    place = f"case {TRACKING}"
    spoken = Recording("c-1", place, "/m/c-1.wav", 7.0, AT, None, tracking=TRACKING)
    with closing(SqliteStore(database)) as store:
        store.keep_recording(spoken)
    shown = run("show", TRACKING).stdout
    assert ["2026-03-21", "12:00", "c-1", *place.split(), "7", "new"] in map(
        str.split, shown.splitlines()
    )
    assert 'rahyab voicemail play CALL --mailbox "MAILBOX"' in shown
    (told,) = json.loads(run("show", TRACKING, "--json").stdout)["recordings"]
    assert (told["call_id"], told["mailbox"], told["path"]) == ("c-1", place, "/m/c-1.wav")


@pytest.mark.parametrize("wanted", list(CaseState))
def test_what_is_edited_is_kept_and_shown(database: Path, wanted: CaseState) -> None:
    """Every state can be set, from any other; why is told in the history."""
    result = run("edit", TRACKING, "--state", wanted.value, "--text", "because")
    assert result.exit_code == 0
    assert wanted in result.stdout
    assert "because" in result.stdout
    assert state(database) is wanted


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "written",
    [
        f"{TRACKING[:3]} {TRACKING[3:6]} {TRACKING[6:]}",
        f"{TRACKING[:4]}-{TRACKING[4:]}",
        TRACKING.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")),
    ],
)
def test_number_may_be_written_as_people_write_it(written: str) -> None:
    """In groups, and in Persian digits."""
    assert run("show", written).exit_code == 0


@pytest.mark.parametrize("command", [["show"], ["edit", "--state", "closed"], ["close"]])
@pytest.mark.parametrize(
    ("tracking", "told", "not_told"),
    [
        (UNKNOWN, "No request has", "mistyped"),
        (MISTYPED, "mistyped", "No request has"),
        (TRACKING[:-1], "mistyped", "No request has"),
        ("\x1b[31m\udcff", "mistyped", "\x1b"),
    ],
)
def test_unknown_number_ends_with_one(
    database: Path, command: list[str], tracking: str, told: str, not_told: str
) -> None:
    """A slip is told from a number that nobody has, and nothing is changed."""
    result = run(*command, tracking)
    assert result.exit_code == 1
    assert told in result.stderr
    assert not_told not in result.stderr
    assert state(database) is CaseState.NEW


def test_state_that_is_none_ends_with_two_and_names_all(database: Path) -> None:
    """So that nobody has to look them up."""
    result = run("edit", TRACKING, "--state", "finished")
    assert result.exit_code == 2
    assert all(each in result.stderr for each in CaseState)
    assert state(database) is CaseState.NEW


@pytest.mark.parametrize("command", [("show", TRACKING), ("close", TRACKING), ("list",), ()])
def test_trouble_with_the_database_ends_with_two(home: Path, command: tuple[str, ...]) -> None:
    """Whether it is missing or is none; and none is made."""
    assert "There is no database" in run(*command).stderr
    assert not (home / "rahyab.db").exists()
    (home / "rahyab.db").write_text("this is no database" * 100)
    result = run(*command)
    assert result.exit_code == 2
    assert "not an SQLite database" in result.stderr


@pytest.mark.usefixtures("database")
def test_list_finds_and_cuts() -> None:
    """By a part of the customer's name, the newest first; `cases` alone lists."""
    assert TRACKING in run().stdout
    found = json.loads(run("list", "--search", "sara", "--json").stdout)
    assert [case["tracking"] for case in found] == [TRACKING]
    assert "the first 1: see more" in run("list", "--limit", "1").stdout
    assert "no such requests" in run("list", "--search", "nothing like it").stdout


@pytest.mark.usefixtures("database")
def test_what_is_closed_leaves_the_list() -> None:
    """It is there still, with its history."""
    assert run("close", TRACKING, "--text", "paid").exit_code == 0
    assert TRACKING not in run("list").stdout
    assert TRACKING in run("list", "--all").stdout
    (line,) = json.loads(run("show", TRACKING, "--json").stdout)["notes"]
    assert (line["state"], line["text"]) == ("closed", "paid")


@pytest.mark.usefixtures("database")
def test_what_is_closed_is_closed_once() -> None:
    """A sentence says so, and the history has no second line."""
    run("close", TRACKING)
    before = run("show", TRACKING, "--json").stdout
    result = run("close", TRACKING, "--text", "again")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "is closed already" in result.stderr
    assert run("show", TRACKING, "--json").stdout == before


@pytest.mark.usefixtures("database")
def test_a_note_changes_nothing_but_the_history() -> None:
    """Who wrote it is told."""
    result = run("note", TRACKING, "called \x1b[31mback")
    assert "called" in result.stdout
    assert "\x1b" not in result.stdout
    shown = json.loads(run("show", TRACKING, "--json").stdout)
    assert (shown["state"], shown["notes"][0]["state"]) == ("new", None)
    assert shown["notes"][0]["by"]


@pytest.mark.usefixtures("home")
def test_a_request_opened_by_hand_gets_a_number_of_its_own() -> None:
    """With a customer and without; a caller may key the number in at once."""
    assert CliRunner().invoke(main, ["customers", "add", "--name", "Zane"]).exit_code == 0
    first = json.loads(run("add", "--subject", "invoice", "--customer", "id:1", "--json").stdout)
    second = json.loads(run("add", "--subject", "x", "--text", "by letter", "--json").stdout)
    assert (first["customer"], first["state"], first["call_id"]) == ("Zane", "new", None)
    assert (second["customer"], second["notes"][0]["text"]) == (None, "by letter")
    assert first["tracking"] != second["tracking"]
    assert "by letter" in run("show", second["tracking"]).stdout


@pytest.mark.usefixtures("database")
def test_a_request_of_nobody_is_not_opened() -> None:
    """The customer is mistyped."""
    result = run("add", "--subject", "x", "--customer", "C-9")
    assert result.exit_code == 1
    assert "Nobody has the reference or number C-9" in result.stderr
    assert len(json.loads(run("list", "--json").stdout)) == 2
