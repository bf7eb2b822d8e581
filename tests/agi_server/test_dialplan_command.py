"""`rahyab dialplan build`: the files that Asterisk includes."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agi_server.cli.dialplan import dialplan_group
from tests.sample import TEXT

NAMES = ("extensions.conf", "queues.conf", "queuerules.conf")


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A rules file."""
    file = tmp_path / "rules.yaml"
    file.write_text(TEXT, encoding="utf-8")
    return file


def build(rules: Path, *arguments: str) -> Result:
    """Run the command."""
    environment = {"RAHYAB_RULES": str(rules), "RAHYAB_HOME": str(rules.parent / "home")}
    return CliRunner(env=environment).invoke(dialplan_group, ["build", *arguments])


def test_the_files_are_written_below_the_home_folder(rules: Path) -> None:
    """With what to include, as Asterisk needs it: by absolute path."""
    result = build(rules)
    assert result.exit_code == 0
    folder = rules.parent / "home" / "asterisk"
    assert sorted(path.name for path in folder.iterdir()) == sorted(NAMES)
    assert "[support-fa]" in (folder / "queues.conf").read_text(encoding="utf-8")
    assert "penaltychange => 20,2" in (folder / "queuerules.conf").read_text(encoding="utf-8")
    assert "[rahyab-incoming]" in (folder / "extensions.conf").read_text(encoding="utf-8")
    for name in NAMES:
        assert f'#include "{folder / name}"' in result.output


def test_a_new_home_folder_lets_asterisk_through_and_shows_nobody_what_it_holds(
    rules: Path,
) -> None:
    """Asterisk runs as another user and includes files from it by their full path."""
    build(rules)
    home = rules.parent / "home"
    assert home.stat().st_mode & 0o777 == 0o711
    assert (home / "asterisk").stat().st_mode & 0o005 == 0o005


def test_files_that_go_elsewhere_make_no_home_folder(rules: Path, tmp_path: Path) -> None:
    """Nothing would be in it."""
    build(rules, "--to", str(tmp_path / "out"))
    assert not (rules.parent / "home").exists()


def test_a_file_that_would_not_change_is_left_alone(rules: Path, tmp_path: Path) -> None:
    """A second build writes nothing; other rules change at least the revision in each."""
    folder = tmp_path / "out"
    build(rules, "--to", str(folder))
    before = {name: (folder / name).stat().st_mtime_ns for name in NAMES}
    again = build(rules, "--to", str(folder))
    assert again.output.count("unchanged") == 3
    assert {name: (folder / name).stat().st_mtime_ns for name in NAMES} == before
    rules.write_text(TEXT.replace("music: jazz", "music: soul"), encoding="utf-8")
    changed = build(rules, "--to", str(folder))
    assert [line.split()[0] for line in changed.output.splitlines()[:3]] == [
        "written",
        "written",
        "written",
    ]


def test_the_files_say_for_which_asterisk_they_are(rules: Path, tmp_path: Path) -> None:
    """The newest, where nothing else is said; and how many queues there are."""
    for arguments, release in (((), "22"), (("--asterisk", "16"), "16")):
        result = build(rules, "--to", str(tmp_path / release), *arguments)
        text = (tmp_path / release / "queues.conf").read_text(encoding="utf-8")
        assert f"for Asterisk {release} from revision" in text
        assert "3 Asterisk queues" in result.output
    assert build(rules, "--asterisk", "13").exit_code == 2


def test_rules_with_problems_build_nothing(rules: Path, tmp_path: Path) -> None:
    """All of them are told, as by `check`."""
    rules.write_text(TEXT.replace("queue: support", "queue: suport"), encoding="utf-8")
    result = build(rules, "--to", str(tmp_path / "out"))
    assert result.exit_code == 1
    assert result.output.endswith("2 errors, 0 warnings\n")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_told_in_one_sentence(rules: Path) -> None:
    """With the cure."""
    result = build(rules, "--to", str(rules / "below-a-file"))
    assert result.exit_code == 2
    assert "--to" in result.output
    assert len(result.output.splitlines()) == 1
