"""`rahyab dialplan build` writes the contexts of the keys by which callers leave queues."""

from importlib import resources
from pathlib import Path

import pytest
from click.testing import CliRunner

from agi_server.cli import main
from dialplan.conf_text import read_made
from tests.sample import TEXT

KEYS = '    survey: satisfaction\n    keys: {"1": {callback: true}}\n'


def built(folder: Path, text: str) -> str:
    """The extensions.conf that is built of some rules."""
    rules = folder / "rules.yaml"
    rules.write_text(text, encoding="utf-8")
    environment = {"RAHYAB_RULES": str(rules), "RAHYAB_HOME": str(folder / "home")}
    target = folder / "out"
    done = CliRunner(env=environment).invoke(main, ["dialplan", "build", "--to", str(target)])
    assert done.exit_code == 0
    return (target / "extensions.conf").read_text(encoding="utf-8")


def test_the_dialplan_ends_with_a_context_for_each_queue_that_has_keys(tmp_path: Path) -> None:
    """After the file that we ship, which stays as it is; without keys nothing follows it."""
    shipped = resources.files("dialplan").joinpath("extensions.conf").read_text(encoding="utf-8")
    assert built(tmp_path, TEXT).endswith(shipped)
    with_keys = built(tmp_path, TEXT.replace("    survey: satisfaction\n", KEYS, 1))
    _, _, added = with_keys.partition(shipped)
    assert added.count("\n[rahyab-leaving-support-") == 2
    assert "exten => 1,1,Goto(rahyab-leaving,1,1)" in added


@pytest.mark.parametrize("text", [TEXT, TEXT.replace("    survey: satisfaction\n", KEYS, 1)])
def test_the_dialplan_begins_with_where_it_comes_from(tmp_path: Path, text: str) -> None:
    """The same as the queues, with keys and without: release, revision and a warning."""
    made = built(tmp_path, text)
    queues = (tmp_path / "out" / "queues.conf").read_text(encoding="utf-8")
    assert made.splitlines()[:2] == queues.splitlines()[:2]
    assert read_made(made) is not None
    assert read_made(made) == read_made(queues)
    assert "Do not edit" in made.splitlines()[1]
