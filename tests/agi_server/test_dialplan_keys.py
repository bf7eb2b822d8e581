"""`rahyab dialplan build` writes the contexts of the keys by which callers leave queues."""

from importlib import resources
from pathlib import Path

from click.testing import CliRunner

from agi_server.cli import main
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
    """After the file that we ship, which stays as it is; without keys there is no more."""
    shipped = resources.files("dialplan").joinpath("extensions.conf").read_text(encoding="utf-8")
    assert built(tmp_path, TEXT) == shipped
    with_keys = built(tmp_path, TEXT.replace("    survey: satisfaction\n", KEYS, 1))
    assert with_keys.startswith(shipped)
    added = with_keys.removeprefix(shipped)
    assert added.count("\n[rahyab-leaving-support-") == 2
    assert "exten => 1,1,Goto(rahyab-leaving,1,1)" in added
