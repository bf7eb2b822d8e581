"""docs/testing-rules.md shows what the commands really print."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from agi_server.cli import main
from tests.conversations.site import RULES

PAGE = (Path(__file__).parents[2] / "docs" / "testing-rules.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```console\n\$ rahyab (.*?)\n(.*?)```", PAGE, re.DOTALL)
(FIRST_TEST,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
VARYING = re.compile(r"\(\d+ ms\)|(?<=routing_rules.yaml:)\d+| +$", re.MULTILINE)
LEFT_OUT = "…\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules that we ship, the first test of the page, and no database."""
    (tmp_path / "routing_rules.yaml").write_bytes(RULES.read_bytes())
    (tmp_path / "first.test.yaml").write_text(FIRST_TEST, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("RAHYAB_HOME", str(tmp_path))
    for name in ("RAHYAB_RULES", "RAHYAB_DATABASE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(("command", "shown"), BLOCKS)
def test_page_shows_what_is_printed(command: str, shown: str) -> None:
    """What `…` stands for may be anything."""
    result = CliRunner().invoke(main, shlex.split(command))
    rest = VARYING.sub("", result.output)
    for part in VARYING.sub("", shown).split(LEFT_OUT):
        assert part in rest, result.output
        rest = rest[rest.index(part) + len(part) :]


def test_page_shows_something() -> None:
    """Both commands."""
    assert {command.split()[0] for command, _ in BLOCKS} == {"test", "explain"}


def test_mended_test_passes() -> None:
    """As the page says."""
    file = Path("first.test.yaml")
    file.write_text(FIRST_TEST.replace("priority: 20", "priority: 10"), encoding="utf-8")
    assert CliRunner().invoke(main, ["test", str(file)]).exit_code == 0
