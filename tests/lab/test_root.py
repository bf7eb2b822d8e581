"""Finding or making an Asterisk, with small programs in the place of the big ones."""

import os
from pathlib import Path

import pytest

from agi_server.lab.problems import LabError
from agi_server.lab.root import HOST_PATH, Root, find_root


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which only these programs are installed, for root, with an empty cache."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "rm", "mkdir", "echo"):
        (folder / name).symlink_to(f"/bin/{name}")
    _install(folder, "mount")
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return folder


def _install(folder: Path, name: str, script: str = "") -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


BUILD = 'for target; do :; done; mkdir -p "$target/etc"; echo "$@" >> "$target.calls"'


def test_the_machines_own_asterisk_is_used(programs: Path):
    """Where there is one, nothing is made."""
    _install(programs, "asterisk")
    root = find_root()

    assert root == Root(HOST_PATH)
    assert root.running(["asterisk"], [Path("/x")]) == ["asterisk"]


def test_a_wanted_release_is_made_even_so(programs: Path, tmp_path: Path):
    """And made once: the second time it is there."""
    _install(programs, "asterisk")
    _install(programs, "mmdebstrap", BUILD)
    said: list[str] = []
    root = find_root("bullseye", said.append)

    assert root.path == tmp_path / "cache" / "rahyab" / "asterisk-bullseye"
    assert "A.ROOT-SERVERS.NET" in (root.path / "etc" / "hosts").read_text()
    assert len(said) == 1

    assert find_root("bullseye", said.append) == root
    assert len(said) == 1


def test_a_failed_build_leaves_nothing_and_shows_why(programs: Path, tmp_path: Path):
    """The last lines of what it said; the next try starts anew."""
    _install(programs, "mmdebstrap", f"{BUILD}; echo 'E: no such suite' >&2; exit 25")
    with pytest.raises(LabError, match="E: no such suite"):
        find_root("nosuch")

    left = {file.name for file in (tmp_path / "cache" / "rahyab").iterdir() if file.is_dir()}
    assert not left


def test_an_unfinished_build_is_not_taken_for_a_root(programs: Path, tmp_path: Path):
    """One that was killed is thrown away and made again."""
    (tmp_path / "cache" / "rahyab" / "asterisk-sid.unfinished" / "proc").mkdir(parents=True)
    _install(programs, "mmdebstrap", BUILD)
    root = find_root()

    assert root.path.name == "asterisk-sid"
    assert not (root.path / "proc").exists()


def test_what_is_missing_is_named_with_the_cure(programs: Path, monkeypatch: pytest.MonkeyPatch):
    """Not root, or no mmdebstrap: one sentence that says what to do."""
    assert programs
    with pytest.raises(LabError, match="apt-get install mmdebstrap"):
        find_root()

    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(LabError, match="only root"):
        find_root()
