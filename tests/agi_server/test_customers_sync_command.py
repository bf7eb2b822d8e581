"""`rahyab customers sync` as an administrator meets it."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agi_server.cli.customers import customers
from crm.sqlite_store import SqliteStore
from tests.agi_server.service import LONGEST_WAIT, environment, operated
from tests.crm.links.standing_in import Handler, answers, as_usual
from tests.crm.links.suitecrm_stand_in import CLIENT, SuitecrmStandIn
from tests.crm.links.vtiger_stand_in import ACCESS_KEY, USER, VtigerStandIn


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home and a folder with rules, both the same, and a folder of links."""
    for name in ("RAHYAB_DATABASE", "RAHYAB_STORE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RAHYAB_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("RAHYAB_RULES", str(tmp_path / "routing_rules.yaml"))
    monkeypatch.setenv("COLUMNS", "200")
    for folder in ("links", "var"):
        (tmp_path / folder).mkdir()
    return tmp_path


@pytest.fixture
def vtiger(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[VtigerStandIn]:
    """A vTiger with two contacts and a company, declared as a link."""
    stand_in = VtigerStandIn()
    with stand_in.serving():
        lines = f"system: vtiger\nurl: {stand_in.url}\ncountry: LV\nrequests_per_second: 100\n"
        (home / "links" / "vtiger.yaml").write_text(lines)
        monkeypatch.setenv("RAHYAB_VTIGER_USER", USER)
        monkeypatch.setenv("RAHYAB_VTIGER_ACCESS_KEY", ACCESS_KEY)
        stand_in.add("Contacts", 1, 1_000, lastname="Bērziņš", mobile="20000001")
        stand_in.add("Contacts", 2, 2_000, lastname="Kalniņa", mobile="none")
        stand_in.add("Accounts", 3, 1_500, accountname="SIA Firma", phone="67000000")
        yield stand_in


def run(*arguments: str) -> Result:
    """Run a command; none may end in a traceback, nor tell a secret."""
    result = CliRunner().invoke(customers, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert ACCESS_KEY not in result.output
    return result


def report(*arguments: str) -> dict[str, object]:
    """What it tells programs."""
    found: dict[str, object] = json.loads(run("sync", "vtiger", "--json", *arguments).stdout)
    return found


def names() -> list[str]:
    """Who is in the customer file."""
    return [each["name"] for each in json.loads(run("list", "--json").stdout)]


def test_brings_everybody_in(vtiger: VtigerStandIn) -> None:
    """And tells what was left out."""
    result = run("sync", "vtiger")

    assert result.exit_code == 0
    assert "added" in result.stdout
    assert "Contacts 12x2  mobile: 'none' is no telephone number of LV" in result.stdout
    assert names() == ["Bērziņš", "Kalniņa", "SIA Firma"]
    assert "Contacts" in result.stderr
    assert vtiger.requests[-1].form["operation"] == "logout"


@pytest.mark.usefixtures("vtiger")
def test_what_it_brings_in_is_written_down(home: Path) -> None:
    """In the audit log, by the name of the link."""
    run("sync", "vtiger", "--dry-run")
    run("sync", "vtiger")

    with closing(SqliteStore(home / "var" / "rahyab.db")) as store:
        entries = [(entry.action, entry.detail) for entry in store.audit_log()]
    assert entries[1:] == [("imported", "from vtiger, dry run")]
    assert entries[0] == ("imported", "from vtiger")


def test_tells_programs_the_same(vtiger: VtigerStandIn) -> None:
    """In JSON."""
    found = report()

    assert (found["added"], found["refused"], found["complete"]) == (3, 0, True)
    assert (found["trouble"], found["dry_run"]) == (None, False)
    vtiger.entities[0].deleted = True
    vtiger.entities[0].modified = 3_000
    assert report()["deleted"] == [{"module": "Contacts", "id": "12x1", "reason": ""}]


@pytest.mark.usefixtures("vtiger")
def test_a_dry_run_changes_nothing(home: Path) -> None:
    """Not even the progress."""
    result = run("sync", "vtiger", "--dry-run")

    assert "Nothing was changed" in result.stdout
    assert names() == []
    assert not (home / "var" / "links").exists()
    assert report()["added"] == 3
    assert report("--full")["unchanged"] == 3


def test_ends_with_one_if_records_were_refused(vtiger: VtigerStandIn) -> None:
    """With the reason."""
    vtiger.add("Contacts", 9, 5, lastname="")

    result = run("sync", "vtiger")

    assert result.exit_code == 1
    assert "Contacts 12x9  it has no name" in result.stdout


def test_ends_with_two_if_it_was_cut_short(vtiger: VtigerStandIn) -> None:
    """And says that the next run goes on; what was done is told all the same."""
    vtiger.faults.append(answers(429, Retry_After="86400"))

    result = run("sync", "vtiger")

    assert result.exit_code == 2
    assert "asks to wait for 86400 s" in result.stderr
    assert "run it again, and it goes on from there" in result.stderr
    assert "added" in result.stdout
    assert run("sync", "vtiger").exit_code == 0


def test_ends_with_two_at_the_most_pages(home: Path, vtiger: VtigerStandIn) -> None:
    """Which is no failure, and still not everything."""
    with (home / "links" / "vtiger.yaml").open("a") as file:
        file.write("most_pages: 1\n")

    result = run("sync", "vtiger")

    assert result.exit_code == 2
    assert "1 pages are fetched, which is the most of one run" in result.stderr
    assert vtiger.logins == 1


def test_a_wrong_key_is_told(vtiger: VtigerStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without being shown."""
    monkeypatch.setenv("RAHYAB_VTIGER_ACCESS_KEY", "s3cret")

    result = run("sync", "vtiger")

    assert result.exit_code == 2
    assert "the access key is the one under “My Preferences”" in result.stderr
    assert "s3cret" not in result.output
    assert not any("s3cret" in str(request) for request in vtiger.requests)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("sap",), r"links/sap.yaml is not there: declare the link sap in it"),
        (("../x",), "is no name of a link"),
        (("vtiger", "--link", "nowhere.yaml"), "nowhere.yaml is not there"),
    ],
)
def test_a_link_that_is_not_declared_is_told(arguments: tuple[str, ...], message: str) -> None:
    """With what to do."""
    result = run("sync", *arguments)

    assert result.exit_code == 2
    assert message in result.stderr


@pytest.mark.usefixtures("vtiger")
def test_mistakes_of_the_declaration_are_told_with_their_places(home: Path) -> None:
    """All of them."""
    (home / "links" / "vtiger.yaml").write_text("system: sap\nurl: x\n")

    result = run("sync", "vtiger")

    assert result.exit_code == 2
    assert "vtiger.yaml:1:9: system" in result.stderr
    assert "vtiger.yaml:2:6: url" in result.stderr


@pytest.mark.usefixtures("vtiger")
def test_missing_credentials_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is asked."""
    monkeypatch.delenv("RAHYAB_VTIGER_ACCESS_KEY")

    result = run("sync", "vtiger")

    assert result.exit_code == 2
    assert "RAHYAB_VTIGER_ACCESS_KEY is not set" in result.stderr


@pytest.mark.usefixtures("vtiger")
def test_a_database_that_is_none_is_told(home: Path) -> None:
    """Nothing was asked for in vain."""
    (home / "var" / "rahyab.db").write_text("this is no database, whatever its name says" * 100)

    result = run("sync", "vtiger")

    assert result.exit_code == 2
    assert "rahyab.db" in result.stderr


def test_suitecrm_by_a_file_of_secrets(home: Path) -> None:
    """Beside the declaration, where nobody else may read it."""
    stand_in = SuitecrmStandIn()
    stand_in.add("a", "2026-03-21 08:00:00", first_name="Sāra", phone_mobile="20000001")
    (home / "links" / "riga.env").write_text(
        f"RAHYAB_RIGA_CLIENT_ID={CLIENT[0]}\nRAHYAB_RIGA_CLIENT_SECRET={CLIENT[1]}\n"
    )
    (home / "links" / "riga.env").chmod(0o600)
    with stand_in.serving():
        (home / "links" / "riga.yaml").write_text(
            f"system: suitecrm\nurl: {stand_in.url}\ncredentials: riga.env\n"
        )
        first, second = (run("sync", "riga", "--country", "LV") for _ in range(2))

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert names() == ["Sāra"]
    stored = json.loads(run("list", "--json").stdout)[0]
    assert stored["external_ids"] == {"riga": "a"}
    assert stored["numbers"] == ["+37120000001"]


@pytest.mark.slow
def test_a_run_that_is_killed_loses_nothing(home: Path) -> None:
    """Between any two pages: the next one brings the rest, and nobody comes twice."""
    stand_in = VtigerStandIn()
    for number in range(350):
        stand_in.add("Contacts", number, 100_000 + number * 10, lastname=f"Contact {number}")
    asked, killed = threading.Event(), threading.Event()

    def hangs(handler: Handler) -> None:
        asked.set()
        killed.wait(LONGEST_WAIT)
        handler.cut()

    stand_in.faults.extend([as_usual] * 4)
    stand_in.faults.append(hangs)
    secrets = {"VTIGER_USER": USER, "VTIGER_ACCESS_KEY": ACCESS_KEY}
    settings = environment(home / "var", **secrets)
    command = [sys.executable, "-m", "agi_server.cli", "customers", "sync", "vtiger", "--link"]
    with stand_in.serving():
        link = home / "links" / "vtiger.yaml"
        link.write_text(f"system: vtiger\nurl: {stand_in.url}\ncountry: LV\n")
        with subprocess.Popen([*command, link], env=settings, stderr=subprocess.DEVNULL) as process:
            assert asked.wait(LONGEST_WAIT)
            process.kill()
        killed.set()
        assert len(json.loads(run("list", "--json", "--limit", "1000").stdout)) == 200
        done = operated(
            home / "var", "customers", "sync", "vtiger", "--link", str(link), "--json", **secrets
        )

    found = json.loads(done.stdout)
    assert (done.returncode, found["added"], found["complete"]) == (0, 150, True)
    everybody = json.loads(run("list", "--json", "--limit", "1000").stdout)
    assert {each["name"] for each in everybody} == {f"Contact {number}" for number in range(350)}
    assert len(everybody) == 350
