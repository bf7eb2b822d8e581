"""`rahyab prompts`, run on the rules file that ships with the project."""

import csv
import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agi_server.cli import main
from agi_server.cli.prompts import prompts
from ivr.prompts import builtin_prompts

RULES = Path(__file__).parents[2] / "routing_rules.yaml"


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the rules file, in a site of its own."""
    monkeypatch.setenv("COLUMNS", "200")
    path = tmp_path / "rules.yaml"
    path.write_text(RULES.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setenv("RAHYAB_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("RAHYAB_RULES", str(path))
    for variable in ("RAHYAB_SOUNDS", "RAHYAB_RECORDINGS", "RAHYAB_VOICES"):
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


def write_spare(rules: Path) -> None:
    """Add a prompt that has a text in one language, and no call comes to."""
    text = rules.read_text(encoding="utf-8")
    own = 'prompts:\n  spare: {fa: "یدکی"}\n'
    rules.write_text(text.replace("prompts:\n", own, 1), encoding="utf-8")


@pytest.mark.usefixtures("rules")
@pytest.mark.slow
def test_build_counts_what_it_made_and_then_what_it_left(tmp_path: Path):
    """Two builds: everything, then nothing; both end well."""
    first = run("build")
    files = len(list((tmp_path / "var" / "sounds").rglob("*.wav")))
    assert len(list((tmp_path / "var" / "sounds").rglob("*.wav16"))) == files
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
    assert found["welcome", "fa"]["voice"] is None
    assert found["welcome", "en"]["source"] == "synthesised"
    assert found["welcome", "en"]["voice"] == "espeak-ng en-gb"
    assert found["word-hundred", "en"]["text"] == "hundred"
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


@pytest.mark.usefixtures("rules")
def test_list_names_the_model_that_speaks(monkeypatch: pytest.MonkeyPatch):
    """Also one that cannot be read, which is told beside the list."""
    monkeypatch.setenv("RAHYAB_VOICES", "en=/nowhere/en_US-joe-medium.onnx")
    result = run("list", "--json")
    assert "/nowhere/en_US-joe-medium.onnx cannot be read" in result.stderr
    lines = json.loads(result.stdout)
    voices = {line["voice"] for line in lines if line["prompt"] == "welcome"}
    assert voices == {"Piper en_US-joe-medium", "espeak-ng fa"}


@pytest.mark.slow
def test_a_voice_of_a_language_that_nobody_speaks_is_told(
    rules: Path, monkeypatch: pytest.MonkeyPatch
):
    """A slip of the pen would else go unheard of."""
    del rules
    monkeypatch.setenv("RAHYAB_VOICES", "fi=/nowhere/fi.onnx")
    for command in ("list", "missing", "build"):
        assert "has a voice for fi, which the rules do not speak" in run(command).stderr


@pytest.mark.slow
def test_missing_tells_what_callers_do_not_hear_and_what_to_do(rules: Path, tmp_path: Path):
    """Nothing built; all built; a changed text; a lost file; a text that is not there."""
    before = json.loads(run("missing", "--json").stdout)
    assert {line["lack"] for line in before} == {"not built"}
    assert run("build").exit_code == 0
    done = run("missing")
    assert (done.exit_code, done.stdout) == (0, "Nothing is missing.\n")
    text = rules.read_text(encoding="utf-8")
    changed = text.replace('"Welcome to Pars Support."', '"Welcome to Pars."')
    rules.write_text(changed, encoding="utf-8")
    write_spare(rules)
    (tmp_path / "var" / "sounds" / "rahyab" / "fa" / "welcome.wav16").unlink()
    result = run("missing")
    assert result.exit_code == 1
    rows = {tuple(line.split()[:2]): line for line in result.stdout.splitlines()}
    assert "out of date" in rows["welcome", "en"]
    assert "not built" in rows["welcome", "fa"]
    assert "`rahyab prompts build`" in rows["welcome", "fa"]
    assert "no text" in rows["spare", "en"]
    assert "write `en:` under `spare:`" in rows["spare", "en"]
    assert "not built" in rows["spare", "fa"]
    assert len(rows) == 5  # with the heading


def test_a_reworded_word_of_numbers_is_not_called_unused(rules: Path):
    """No route names it, and values are made of it."""
    text = rules.read_text(encoding="utf-8")
    own = 'prompts:\n  word-hundred: {en: "hundred then"}\n'
    rules.write_text(text.replace("prompts:\n", own, 1), encoding="utf-8")
    result = CliRunner().invoke(main, ["check", str(rules)], catch_exceptions=False)
    assert (result.exit_code, "word-hundred" in result.output) == (0, False)
    lines = json.loads(run("list", "--json").stdout)
    (word,) = (x for x in lines if (x["prompt"], x["language"]) == ("word-hundred", "en"))
    assert word["text"] == "hundred then"


def built_sound(folder: Path, sound: str) -> Path:
    """A stand-in for a file that a build made."""
    path = folder / "var" / "sounds" / "rahyab" / f"{sound}.wav"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"RIFF")
    return path


@pytest.mark.usefixtures("rules")
def test_play_prints_the_file_and_the_text_and_gives_the_file_to_a_player(tmp_path: Path):
    """In the language that is named, or the first one."""
    file, played = built_sound(tmp_path, "en/welcome"), tmp_path / "played"
    script = f"import sys; open({str(played)!r}, 'w').write(sys.argv[1])"
    player = shlex.join([sys.executable, "-c", script])
    result = run("play", "welcome", "--language", "en", "--with", player)
    assert result.stdout == f"{file}\nWelcome to Pars Support.\n"
    assert played.read_text() == str(file)
    result = run("play", "welcome")
    assert result.exit_code == 1
    assert "fa/welcome.wav is not there: run `rahyab prompts build`" in result.stderr


@pytest.mark.usefixtures("rules")
def test_play_tells_what_cannot_be_played(tmp_path: Path):
    """No such prompt, no such language, no such player."""
    built_sound(tmp_path, "en/welcome")
    result = run("play", "welcom")
    assert (result.exit_code, 'did you mean "welcome"?' in result.stderr) == (1, True)
    result = run("play", "welcome", "--language", "lv")
    assert (result.exit_code, "only fa, en" in result.stderr) == (2, True)
    for player in ("/nowhere/player", "false", "", "'"):
        result = run("play", "welcome", "--language", "en", "--with", player)
        assert (result.exit_code, "try another with --with" in result.stderr) == (2, True)


def test_play_says_that_callers_hear_another_language(rules: Path, tmp_path: Path):
    """What is played is what callers hear."""
    write_spare(rules)
    built_sound(tmp_path, "fa/spare")
    result = run("play", "spare", "--language", "en")
    assert result.exit_code == 0
    assert "has no text in en; this is what callers hear instead" in result.stderr
    assert "fa/spare.wav" in result.stdout


@pytest.mark.usefixtures("rules")
def test_script_is_a_table_or_a_file_that_spreadsheets_open(tmp_path: Path):
    """With the same lines; what to deliver is told beside it."""
    shown = run("script", "fa")
    assert "48 kHz" in shown.stderr
    assert "rahyab prompts import FOLDER --language fa" in shown.stderr
    page = tmp_path / "script.csv"
    assert run("script", "fa", "--csv", str(page)).stdout == ""
    assert page.read_bytes().startswith(b"\xef\xbb\xbfid,text,file\r\n")
    with page.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert lines[0]["file"] == f"{lines[0]['id']}.wav" == "welcome.wav"
    assert len(lines) == len(shown.stdout.splitlines()) - 1
    assert not {"silence", "pause"} & {line["id"] for line in lines}
    result = run("script", "fa", "--csv", str(tmp_path / "nowhere" / "x.csv"))
    assert (result.exit_code, "cannot be written" in result.stderr) == (2, True)


def test_a_recording_of_an_earlier_text_is_told(rules: Path, tmp_path: Path):
    """By `missing` and by `list`, with what callers still hear."""
    studio = tmp_path / "studio"
    studio.mkdir()
    sound = ["sox", "-n", "-r", "48000", str(studio / "welcome.wav"), "synth", "2", "sine", "300"]
    subprocess.run([*sound, "gain", "-20"], check=True)
    assert run("import", str(studio), "--language", "en").exit_code == 0
    text = rules.read_text(encoding="utf-8")
    rules.write_text(text.replace('"Welcome to Pars Support."', '"Welcome."'), encoding="utf-8")
    lacking = [
        each for each in json.loads(run("missing", "--json").stdout) if "says" in each["cure"]
    ]
    assert [(each["prompt"], each["lack"]) for each in lacking] == [
        ("welcome", "text changed since it was recorded")
    ]
    assert 'it says "Welcome to Pars Support."' in lacking[0]["cure"]
    old = {line["recorded_text"] for line in json.loads(run("list", "--json").stdout)}
    assert old == {None, "Welcome to Pars Support."}
    assert "recorded, text changed since it was recorded" in run("list").stdout


@pytest.mark.usefixtures("rules")
def test_import_takes_what_build_then_uses(tmp_path: Path):
    """A trial, the import, and again; refusals give 1."""
    studio = tmp_path / "studio"
    studio.mkdir()
    assert run("import", str(studio), "--language", "fa").exit_code == 1
    sound = ["sox", "-n", "-r", "48000", str(studio / "welcome.wav"), "synth", "2", "sine", "300"]
    subprocess.run([*sound, "gain", "-20"], check=True)
    kept = tmp_path / "var" / "recordings" / "fa" / "welcome.wav"
    tried = run("import", str(studio), "--language", "fa", "--dry-run")
    assert (tried.exit_code, kept.exists()) == (0, False)
    assert "1 taken" in tried.stdout
    assert "nothing was written" in tried.stdout
    assert run("import", str(studio), "--language", "fa").exit_code == 0
    assert kept.exists()
    (studio / "welcom.wav").write_text("x")
    again = run("import", str(studio), "--language", "fa", "--json")
    assert again.exit_code == 1
    assert {each["file"]: each["verdict"] for each in json.loads(again.stdout)} == {
        "welcome.wav": "there already",
        "welcom.wav": "refused",
    }
    result = run("import", str(tmp_path / "nowhere"), "--language", "fa")
    assert (result.exit_code, "name the folder" in result.stderr) == (2, True)
