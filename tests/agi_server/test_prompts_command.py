"""`rahyab prompts`, run on the rules file that ships with the project."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agi_server.cli.prompts import prompts
from ivr.prompts import builtin_prompts

RULES = Path(__file__).parents[2] / "routing_rules.yaml"


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the rules file, in a site of its own."""
    path = tmp_path / "rules.yaml"
    path.write_text(RULES.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setenv("RAHYAB_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("RAHYAB_RULES", str(path))
    for variable in ("RAHYAB_SOUNDS", "RAHYAB_RECORDINGS"):
        monkeypatch.delenv(variable, raising=False)
    return path


def run(*arguments: str) -> Result:
    """Run the command; a traceback is an error of the test."""
    return CliRunner().invoke(prompts, arguments, catch_exceptions=False)


def without(rules: Path, line: str) -> None:
    """Take one line out of the rules file."""
    text = rules.read_text(encoding="utf-8")
    assert text.count(line) == 1
    rules.write_text(text.replace(line, ""), encoding="utf-8")


@pytest.mark.usefixtures("rules")
def test_build_counts_what_it_made_and_then_what_it_left(tmp_path: Path):
    """Two builds: everything, then nothing; both end well."""
    first = run("build")
    files = len(list((tmp_path / "var" / "sounds").rglob("*.wav")))
    assert (first.exit_code, files > 60) == (0, True)
    assert f"{files} built, 0 unchanged, 0 removed" in first.stdout
    second = run("build")
    assert second.exit_code == 0
    assert f"0 built, {files} unchanged, 0 removed" in second.stdout


def test_build_names_the_prompts_without_a_text(rules: Path):
    """Exit code 1: something is to be written."""
    without(rules, '    en: "We are closed today for a holiday."\n')
    result = run("build")
    assert result.exit_code == 1
    assert "closed-for-holiday" in result.stdout


def test_build_shows_what_is_wrong_with_the_rules(rules: Path):
    """Every problem with its line, as every command does; nothing is built."""
    without(rules, "  timezone: Asia/Tehran\n")
    result = run("build")
    assert result.exit_code == 1
    assert "timezone" in result.stdout
    assert "1 error" in result.stdout


def test_build_says_that_there_is_no_rules_file(rules: Path):
    """Exit code 2, with the name of the file."""
    rules.unlink()
    result = run("build")
    assert result.exit_code == 2
    assert str(rules) in result.stderr


@pytest.mark.usefixtures("rules")
def test_build_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    """Exit code 2, with the command that mends it."""
    monkeypatch.setenv("PATH", "")
    result = run("build")
    assert result.exit_code == 2
    assert "apt install espeak-ng sox" in result.stderr


@pytest.mark.usefixtures("rules")
def test_list_gives_each_prompt_in_each_language_as_json(tmp_path: Path):
    """For programs: the text as it stands, and where the sound comes from."""
    recording = tmp_path / "var" / "recordings" / "fa" / "welcome.wav"
    recording.parent.mkdir(parents=True)
    recording.write_bytes(b"only looked for, not read")
    result = run("list", "--json")
    assert result.exit_code == 0
    lines = json.loads(result.stdout)
    found = {(line["prompt"], line["language"]): line for line in lines}
    assert len(found) == len(lines)
    assert found["welcome", "fa"]["source"] == "recorded"
    assert found["welcome", "en"]["source"] == "synthesised"
    assert found["welcome", "en"]["text"] == "Welcome to Pars Support."
    assert found["silence", "fa"]["source"] == "silence"
    assert {prompt for prompt, _ in found} > set(builtin_prompts())
    assert {language for _, language in found} == {"fa", "en"}


@pytest.mark.usefixtures("rules")
def test_list_prints_a_table():
    """For people: every prompt has its line."""
    result = run("list")
    assert result.exit_code == 0
    assert all(prompt in result.stdout for prompt in builtin_prompts())
