"""Processes of the lab: found again, ended, never mistaken for others."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from agi_server.lab.problems import LabError
from agi_server.lab.processes import Process
from agi_server.lab.waiting import wait_until


def _start(folder: Path, *command: str) -> Process:
    return Process.spawn(command, folder / "output", folder=folder)


def test_a_process_is_stopped(tmp_path: Path):
    """Asked, it ends; asked again, nothing happens."""
    process = _start(tmp_path, "sleep", "60")
    assert process.running

    process.stop()
    assert not process.running
    process.stop()


def test_a_process_that_does_not_listen_is_stopped_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """After a while it is made to."""
    monkeypatch.setattr("agi_server.lab.processes.STOP_SECONDS", 0.2)
    process = _start(tmp_path, "sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done")
    assert wait_until((tmp_path / "output").read_text, 5.0)

    process.stop()
    assert not process.running


def test_a_process_can_be_found_again(tmp_path: Path):
    """By its number and its start; another one with the same number is not it."""
    process = _start(tmp_path, "sleep", "60")
    again = Process(process.pid, process.started)
    other = Process(process.pid, "1")

    assert again.running
    assert not other.running
    other.stop()
    assert process.running
    process.stop()
    assert not again.running


def test_its_end_is_waited_for(tmp_path: Path):
    """The exit code, or None while it runs; not for a process that another run started."""
    assert _start(tmp_path, "sh", "-c", "exit 3").wait(5.0) == 3
    process = _start(tmp_path, "sleep", "60")
    assert process.wait(0.01) is None
    with pytest.raises(LabError, match="another run"):
        Process(process.pid, process.started).wait(0.01)
    process.stop()


def test_a_program_that_is_not_there_is_named(tmp_path: Path):
    """The message says what to install."""
    with pytest.raises(LabError, match="no-such-program is not installed"):
        Process.spawn(["no-such-program"], tmp_path / "o", folder=tmp_path, detached=True)


def test_it_ends_with_us_even_when_we_are_killed(tmp_path: Path):
    """No Asterisk is left behind by a test run that was killed."""
    code = (
        "import sys, time; from pathlib import Path; from agi_server.lab.processes import Process;"
        "p = Process.spawn(['sleep', '60'], Path('o'), folder=Path());"
        "print(p.pid, p.started, flush=True); time.sleep(60)"
    )
    root = Path(__file__).parents[2]
    parent = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout
    with parent, parent.stdout:
        pid, started = parent.stdout.readline().split()
        child = Process(int(pid), started)
        # Until then it is still setpriv, which may not have tied it to its parent yet.
        assert wait_until(lambda: Path(f"/proc/{pid}/comm").read_text() == "sleep\n", 5.0)
        parent.send_signal(signal.SIGKILL)

    assert wait_until(lambda: not child.running, 5.0)
