"""docs/peoples-data.md: every command that it shows runs, and prints what it shows."""

import re
import shlex
from contextlib import closing
from pathlib import Path

import pytest

from agi_server.policy import load_policy_file
from crm.people import DataKind
from crm.sample import SAMPLE_FILE
from crm.sqlite_store import SqliteStore
from tests.agi_server import people
from tests.agi_server.people import run
from tests.conversations.site import RULES

PAGE = (Path(__file__).parents[2] / "docs" / "peoples-data.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```console\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
(RETENTION,) = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
COMMANDS = [
    tuple(part.split("\n", 1))
    for block in BLOCKS
    for part in re.split(r"^\$ rahyab ", block, flags=re.MULTILINE)[1:]
]


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The rules that we ship, with the retention of the page."""
    people.make_home(tmp_path, monkeypatch)
    text = re.sub(r"^retention:.*\n", "", RULES.read_text(encoding="utf-8"), flags=re.MULTILINE)
    (tmp_path / "rules.yaml").write_text(f"{text}\n{RETENTION}", encoding="utf-8")
    monkeypatch.setenv("RAHYAB_RULES", str(tmp_path / "rules.yaml"))
    return tmp_path / "rules.yaml"


@pytest.fixture
def folder(rules: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with the sample customers; the first has called and left a message."""
    monkeypatch.chdir(rules.parent)
    assert run("customers", "import", str(SAMPLE_FILE)).exit_code == 0
    with closing(SqliteStore(rules.parent / "rahyab.db")) as store:
        sound = rules.parent / "message.wav"
        sound.write_bytes(b"RIFF")
        store.begin_call(people.new_call("call-1", customer_id=1))
        store.keep_recording(people.message("call-1", str(sound), customer_id=1))
    return rules.parent


@pytest.mark.usefixtures("folder")
def test_every_command_does_what_the_page_says() -> None:
    """The page begins by erasing what its other commands need: that one is run at the end."""
    export, erase, *others = COMMANDS
    assert (export[0].split()[1], erase[0].split()[1]) == ("export", "erase")
    for command, shown in (export, *others, erase):
        result = run(*shlex.split(command))
        assert result.exit_code == 0, (command, result.output)
        assert shown.partition("…")[0].strip() in result.stdout


def test_the_page_has_a_row_for_every_kind(rules: Path) -> None:
    """And its example of `retention` names them all."""
    assert set(load_policy_file(rules).retention) == set(DataKind)
    assert all(f"| `{kind}`" in PAGE for kind in DataKind)
