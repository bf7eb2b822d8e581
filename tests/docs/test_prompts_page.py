"""docs/prompts.md shows what the commands really print."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from agi_server.cli import main
from agi_server.settings import load_settings
from tests.conversations.site import RULES

pytestmark = pytest.mark.slow

PAGE = (Path(__file__).parents[2] / "docs" / "prompts.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
LEFT_OUT = "…"
REWORDED = "به پشتیبانی پارس خوش آمدید."


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The rules that we ship, nothing built, and three files of a studio."""
    shutil.copy(RULES, tmp_path / "routing_rules.yaml")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAHYAB_HOME", str(tmp_path / "var"))
    for name in ("RAHYAB_RULES", "RAHYAB_SOUNDS", "RAHYAB_RECORDINGS", "RAHYAB_VOICES"):
        monkeypatch.delenv(name, raising=False)
    studio = tmp_path / "studio"
    studio.mkdir()
    sound = ["sox", "-n", "-r", "48000", str(studio / "welcome.wav")]
    subprocess.run([*sound, "synth", "2.3", "sine", "300", "gain", "-20"], check=True)
    shutil.copy(studio / "welcome.wav", studio / "welcom.wav")
    quiet = ["sox", "-n", "-r", "48000", str(studio / "for-support.wav"), "trim", "0", "1"]
    subprocess.run(quiet, check=True)
    return tmp_path


def steps() -> list[tuple[str, str]]:
    """The commands of the page in their order, each with what it shows of the output."""
    parts = [part for block in BLOCKS for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    return [(command, shown) for command, _, shown in (part.partition("\n") for part in parts)]


def _reword(rules: Path) -> None:
    """What the page has somebody do in an editor."""
    text = rules.read_text(encoding="utf-8")
    assert text.count(REWORDED) == 1
    rules.write_text(text.replace(REWORDED, "سلام."), encoding="utf-8")


@pytest.mark.usefixtures("folder")
def test_whoever_follows_the_page_sees_what_it_shows() -> None:
    """From the first line to the last; what `…` stands for may be anything."""
    runner = CliRunner()
    for command, shown in steps():
        program, *words = shlex.split(command)
        if program == "editor":
            _reword(Path(words[0]))
        if program != "rahyab":
            continue
        player = ["--with", "true"] if "aplay" in words else []  # no test makes a noise
        result = runner.invoke(main, [*words, *player], catch_exceptions=False)
        rest = re.sub(r" +$", "", result.stdout, flags=re.MULTILINE)
        for part in shown.split(LEFT_OUT):
            assert part.strip("\n") in rest, f"$ {command}\n{result.output}"
            rest = rest[rest.index(part.strip("\n")) + len(part.strip("\n")) :]


def test_the_setting_of_the_page_can_be_read() -> None:
    """One voice, by its path."""
    (setting,) = re.findall(r"export RAHYAB_VOICES=(\S+)", PAGE)
    (model,) = load_settings({"RAHYAB_VOICES": setting}).voices.values()
    (name,) = re.findall(r"download_voices (\S+) --data-dir /srv/voices", PAGE)
    assert model == Path("/srv/voices") / f"{name}.onnx"


def test_the_page_has_commands() -> None:
    """Or the first test would test nothing."""
    assert len([command for command, _ in steps() if command.startswith("rahyab")]) >= 9
