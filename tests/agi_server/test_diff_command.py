"""`rahyab diff`: two files, or revisions that the database has."""

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agi_server.cli import main
from crm.records import Revision
from crm.sqlite_store import SqliteStore
from routing.rules_text import RulesText

RULES = Path(__file__).parents[2] / "routing_rules.yaml"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Two rules files: in the second, callers whose contract has ended go elsewhere."""
    monkeypatch.setenv("RAHYAB_HOME", str(tmp_path))
    monkeypatch.delenv("RAHYAB_DATABASE", raising=False)
    text = RULES.read_text(encoding="utf-8")
    changed = text.replace("then: {queue: sales}", "then: {voicemail: sales}")
    assert changed != text
    for name, content in (("old.yaml", text), ("new.yaml", changed)):
        (tmp_path / name).write_text(content, encoding="utf-8")
    return str(tmp_path / "old.yaml"), str(tmp_path / "new.yaml")


def diff(*words: str) -> Result:
    """What the command says."""
    return CliRunner().invoke(main, ["diff", *words])


def test_differences_are_told_in_meaning(files: tuple[str, str]) -> None:
    """Which calls, where they went, where they go; exit code 1, as of diff."""
    result = diff(*files)
    assert result.exit_code == 1, result.output
    assert result.stdout.splitlines()[:4] == [
        "rules.support",
        "  contract ended",
        "    - say contract-ended, queue sales (rule contract-ended)",
        "    + say contract-ended, voicemail sales (rule contract-ended)",
    ]
    assert result.stdout.splitlines()[-1] == "2 differences"


def test_the_same_rules_do_not_differ(files: tuple[str, str]) -> None:
    """And say so."""
    result = diff(files[0], files[0])
    assert (result.exit_code, result.stdout) == (0, "no difference in meaning\n")


def test_json_says_exactly_which_calls(files: tuple[str, str]) -> None:
    """By the facts that the calls show."""
    first, _ = json.loads(diff(*files, "--json").stdout)["differences"]
    assert first["about"] == "contract ended"
    contract = {"fact": "contract", "argument": None, "values": ["ended"], "all_but": None}
    assert contract in first["calls"]


def test_a_revision_that_was_in_force_stands_for_its_rules(
    files: tuple[str, str], tmp_path: Path
) -> None:
    """As the database has it."""
    rules = RulesText("old.yaml", Path(files[0]).read_text(encoding="utf-8"))
    with closing(SqliteStore(tmp_path / "rahyab.db")) as store:
        store.keep_revision(Revision(rules.revision, rules.bundled(), datetime.now(UTC)))
    assert diff(rules.revision, files[0]).exit_code == 0
    assert diff(rules.revision, files[1]).exit_code == 1


@pytest.mark.parametrize("with_database", [False, True])
def test_a_version_that_does_not_exist_is_told(
    files: tuple[str, str], tmp_path: Path, with_database: bool
) -> None:
    """With and without a database to look into."""
    if with_database:
        SqliteStore(tmp_path / "rahyab.db").close()
    result = diff("0123456789ab", files[0])
    assert result.exit_code == 2
    assert "0123456789ab" in result.stderr
