"""Reading rules from files: what is included, and what cannot be read."""

import os
import re
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from agi_server.policy import PolicyError, load_with_warnings, read_rules
from agi_server.rules_files import MAX_BYTES
from agi_server.supervisor import checked
from routing.rules_text import RulesText
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
    """The loader tells it where the file is named; nothing ends here, and nothing waits."""
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    main = tmp_path / "rules.yaml"
    main.write_text("include: [none.yaml, folder, pipe]\n", encoding="utf-8")
    assert read_rules(main).unread == {
        "none.yaml": "cannot be read: No such file or directory",
        "folder": "is a directory: name a file in it",
        "pipe": "is a pipe (FIFO), which may never end: name an ordinary file",
    }


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


def _too_large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (Path.mkdir, "is a directory"),
        (os.mkfifo, "is a pipe"),
        (_socket, "is a socket"),
        (lambda path: path.symlink_to("/dev/null"), "is a device"),
        (lambda path: path.symlink_to(path.name), "cannot be read: Too many levels"),
        (_too_large, "is larger than 16,000,000 bytes"),
    ],
    ids=["directory", "pipe", "socket", "device", "circle", "too large"],
)
def test_only_an_ordinary_file_is_read(
    tmp_path: Path, make: Callable[[Path], None], words: str
) -> None:
    """Whoever opened a pipe would wait for ever. The sentence says what stands there instead."""
    path = tmp_path / "rules.yaml"
    make(path)
    with pytest.raises(PolicyError, match=re.escape(f"{path} {words}")) as caught:
        read_rules(path)
    assert caught.value.rules is None


def test_a_name_that_no_file_can_have_is_unreadable() -> None:
    """It may come from a setting, or from the text of an included name."""
    with pytest.raises(PolicyError, match="no file can have such a name"):
        read_rules(Path("a\0.yaml"))


def test_bytes_that_are_not_utf_8_survive_to_be_told(tmp_path: Path) -> None:
    """Through the hash that names the revision, and on the way to another process."""
    main = tmp_path / "rules.yaml"
    main.write_bytes(b"name: \xff\n")
    rules = read_rules(main)
    assert RulesText.unbundled(rules.bundled().encode().decode()) == rules
    main.write_bytes(b"name: \xfe\n")
    assert read_rules(main).revision != rules.revision
    with pytest.raises(PolicyError) as caught:
        load_with_warnings(rules)
    assert [(each.line, each.column, each.code) for each in caught.value.problems] == [
        (1, 7, "not-utf8")
    ]


def test_errors_come_with_the_text_that_they_are_about(tmp_path: Path) -> None:
    """It may have changed on the disk before it is shown."""
    main = tmp_path / "rules.yaml"
    main.write_text(TEXT.replace("ring: 20s", "ring: 20"), encoding="utf-8")
    rules = read_rules(main)
    with pytest.raises(PolicyError, match=r"rules\.yaml has 1 error$") as caught:
        load_with_warnings(rules)
    assert caught.value.rules == rules


def test_warnings_are_logged_once_and_each_for_who_looks_closer(tmp_path: Path) -> None:
    """Their number for everybody, every one at the level of debugging."""
    main = tmp_path / "rules.yaml"
    main.write_text(f"{TEXT}define: {{left-over: 1, spare: 2}}\n", encoding="utf-8")
    with capture_logs() as logs:
        checked(read_rules(main))
    assert [(each["log_level"], each.get("count")) for each in logs] == [
        ("warning", 2),
        ("debug", None),
        ("debug", None),
    ]
    assert "left-over" in logs[1]["warning"]
