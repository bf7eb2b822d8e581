"""docs/queues.md shows what the commands really print, of the rules that we ship."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from agi_server.cli import main

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "queues.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```console\n\$ rahyab (.*?)\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize(("command", "shown"), BLOCKS)
def test_page_shows_what_is_printed(
    command: str, shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the letter."""
    monkeypatch.setenv("RAHYAB_HOME", str(tmp_path))
    monkeypatch.setenv("RAHYAB_RULES", str(ROOT / "routing_rules.yaml"))
    assert CliRunner().invoke(main, shlex.split(command)).output == shown


def test_page_shows_both_commands() -> None:
    """Each once."""
    assert [command.split()[1] for command, _ in BLOCKS] == ["list", "show"]
