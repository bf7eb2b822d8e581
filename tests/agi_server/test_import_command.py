"""`rahyab customers import`: what it prints, writes and ends with."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agi_server.cli import main
from crm.sqlite_store import SqliteStore
from tests.conversations.site import RULES

HEADER = (
    "reference,name,language,segment,phones,contract_level,contract_from,contract_until,grace_days"
)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs the command on a file of these lines."""
    (tmp_path / "routing_rules.yaml").write_bytes(RULES.read_bytes())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAHYAB_HOME", str(tmp_path))
    for name in ("RAHYAB_RULES", "RAHYAB_DATABASE", "RAHYAB_STORE"):
        monkeypatch.delenv(name, raising=False)

    def command(*lines: str, options: tuple[str, ...] = ()) -> Result:
        (tmp_path / "customers.csv").write_text("\n".join((HEADER, *lines)), encoding="utf-8")
        return CliRunner().invoke(main, ["customers", "import", "customers.csv", *options])

    return command


def test_a_trial_writes_nothing(run: Callable[..., Result], tmp_path: Path) -> None:
    """No database, no file of rejected lines; it tells what would be done."""
    result = run("C-1,Sara,,,,,,,", ",nobody,,,,,,,", options=("--dry-run",))
    assert result.exit_code == 1
    assert "C-1 Sara" in result.output
    assert "line 3: reference is empty" in result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "customers.csv",
        "routing_rules.yaml",
    ]


def test_a_trial_shows_what_would_change(run: Callable[..., Result], tmp_path: Path) -> None:
    """Field by field, before and after; then the import does just that."""
    run("C-1,Sara,fa,gold,09121234567,gold,2025-01-01,2030-12-31,14", "C-2,Reza,,,,,,,")
    changed = (
        "C-1,Sara A,fa,gold,,gold,2025-01-01,2031-12-31,14",
        "C-2,Reza,,,,,,,",
        "C-3,N,,,,,,,",
    )
    tried = run(*changed, options=("--dry-run", "--json"))
    data = json.loads(tried.stdout)
    assert (data["added"], data["changed"], data["unchanged"]) == (1, 1, 1)
    change, new = data["first_changes"]
    assert change["fields"]["name"] == {"before": "Sara", "after": "Sara A"}
    assert set(change["fields"]) == {"name", "numbers", "contracts"}
    assert (new["reference"], new["new"]) == ("C-3", True)
    assert "gold 2025-01-01 to 2031-12-31" in run(*changed, options=("--dry-run",)).stdout
    store = SqliteStore(tmp_path / "rahyab.db")
    assert [each.name for each in store.customers()] == ["Reza", "Sara"]
    done = json.loads(run(*changed, options=("--json",)).stdout)
    assert (done["added"], done["changed"], done["unchanged"]) == (1, 1, 1)
    assert [each.name for each in store.customers()] == ["N", "Reza", "Sara A"]
    store.close()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "mapping.yaml cannot be read"),
        (b"\xff", "mapping.yaml is not UTF-8"),
        (b"x" * (1 << 21), "is larger than 1 MiB"),
        (b"version: 1\n", "mapping.yaml:1:1: columns: this is missing"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_told(
    run: Callable[..., Result], tmp_path: Path, content: bytes | None, message: str
) -> None:
    """And nothing is imported."""
    if content is not None:
        (tmp_path / "mapping.yaml").write_bytes(content)
    result = run("C-1,Sara,,,,,,,", options=("--mapping", "mapping.yaml"))
    assert result.exit_code == 2
    assert message in result.output
    assert not (tmp_path / "rahyab.db").exists()


def test_a_draft_is_a_mapping_that_works(run: Callable[..., Result], tmp_path: Path) -> None:
    """For a file of ours it says what is so anyway."""
    draft = run("C-1,Sara,fa,,09121234567,,,,", options=("--draft-mapping",))
    assert draft.exit_code == 0
    (tmp_path / "mapping.yaml").write_text(draft.stdout, encoding="utf-8")
    result = run("C-1,Sara,fa,,09121234567,,,,", options=("--mapping", "mapping.yaml", "--json"))
    assert json.loads(result.stdout)["added"] == 1


def test_an_empty_file_has_no_draft(run: Callable[..., Result], tmp_path: Path) -> None:
    """It is told, not guessed."""
    run()
    (tmp_path / "empty.csv").touch()
    result = CliRunner().invoke(main, ["customers", "import", "empty.csv", "--draft-mapping"])
    assert (result.exit_code, "nothing to draft" in result.output) == (2, True)
