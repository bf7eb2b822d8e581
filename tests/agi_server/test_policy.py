"""Reading rules from files: what is included, and what cannot be read."""

from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from agi_server.policy import PolicyError, read_rules, warnings_of
from agi_server.settings import load_settings
from agi_server.supervisor import read_and_check
from tests.sample import TEXT


def test_included_files_are_read_with_the_main_one(tmp_path: Path) -> None:
    """From its folder, whatever the working folder is."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "more.yaml").write_text("skills: {}\n", encoding="utf-8")
    main = tmp_path / "rules.yaml"
    main.write_text("include: [sub/more.yaml, ../rules.yaml]\n", encoding="utf-8")
    rules = read_rules(main)
    assert rules.included == {"sub/more.yaml": "skills: {}\n"}
    assert rules.unread == {}


def test_an_included_file_that_cannot_be_read_leaves_its_reason(tmp_path: Path) -> None:
    """The loader tells it where the file is named; nothing ends here."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "latin.yaml").write_bytes(b"name: \xff")
    main = tmp_path / "rules.yaml"
    main.write_text("include: [none.yaml, folder, latin.yaml]\n", encoding="utf-8")
    assert read_rules(main).unread == {
        "none.yaml": "cannot be read: No such file or directory",
        "folder": "cannot be read: Is a directory",
        "latin.yaml": "is not UTF-8 text (byte 6): save it as UTF-8 in your editor",
    }


def test_errors_come_with_the_text_that_they_are_about(tmp_path: Path) -> None:
    """It may have changed on the disk before it is shown."""
    main = tmp_path / "rules.yaml"
    main.write_text(TEXT.replace("ring: 20s", "ring: 20"), encoding="utf-8")
    rules = read_rules(main)
    with pytest.raises(PolicyError, match=r"rules\.yaml has 1 error$") as caught:
        warnings_of(rules)
    assert caught.value.rules == rules


def test_warnings_are_logged_once_and_each_for_who_looks_closer(tmp_path: Path) -> None:
    """Their number for everybody, every one at the level of debugging."""
    main = tmp_path / "rules.yaml"
    main.write_text(f"{TEXT}define: {{left-over: 1, spare: 2}}\n", encoding="utf-8")
    with capture_logs() as logs:
        read_and_check(replace(load_settings({}), rules=main))
    assert [(each["log_level"], each.get("count")) for each in logs] == [
        ("warning", 2),
        ("debug", None),
        ("debug", None),
    ]
    assert "left-over" in logs[1]["warning"]
