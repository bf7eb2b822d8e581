"""Processes that the lab starts, and that it can find again from another run of the program."""

import atexit
import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Self

from agi_server.lab.problems import LabError
from agi_server.lab.waiting import wait_until

STOP_SECONDS: Final = 10.0
"""How long a process may take to end when asked, before it is made to."""

START_TIME_FIELD: Final = 19
"""Where /proc/PID/stat holds the start time, counted after the name in brackets (proc(5))."""


class Process:
    """A process, known by its number and the moment it started: numbers are used again."""

    def __init__(
        self, pid: int, started: str, child: subprocess.Popen[bytes] | None = None
    ) -> None:
        self.pid = pid
        self.started = started
        self._child = child

    @classmethod
    def spawn(
        cls,
        command: Sequence[str],
        output: Path,
        *,
        folder: Path,
        environment: Mapping[str, str] | None = None,
        detached: bool = False,
    ) -> Self:
        """Start a process in a session of its own, so that Ctrl-C reaches us alone.

        Args:
            command: The program and its arguments.
            output: The file for what it prints.
            folder: The folder it runs in.
            environment: Its environment; ours by default.
            detached: It outlives us. Otherwise it ends when we end, even by SIGKILL.

        Raises:
            LabError: The program is not installed.
        """
        tie = [] if detached else ["setpriv", "--pdeathsig", "KILL", "--"]
        try:
            with output.open("wb") as file:
                child = subprocess.Popen(
                    [*tie, *command],
                    cwd=folder,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=file,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        except FileNotFoundError as error:
            raise LabError(f"{error.filename} is not installed: install it and try again") from None
        process = cls(child.pid, _start_time(child.pid) or "", child)
        if not detached:
            atexit.register(process.stop)
        return process

    @property
    def running(self) -> bool:
        """Whether it still runs."""
        if self._child is not None:
            return self._child.poll() is None
        return _start_time(self.pid) == self.started

    def wait(self, timeout: float) -> int | None:
        """Wait for a process of our own to end.

        Returns:
            Its exit code, or None when it still runs after `timeout` seconds.
        """
        if self._child is None:
            raise LabError(f"process {self.pid} was started by another run of the program")
        try:
            return self._child.wait(timeout)
        except subprocess.TimeoutExpired:
            return None

    def stop(self) -> None:
        """Ask it to end, make it end if it does not, and return when it is gone."""
        atexit.unregister(self.stop)
        for request in (signal.SIGTERM, signal.SIGKILL):
            if not self.running:
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, request)
            wait_until(lambda: not self.running, STOP_SECONDS)


def _start_time(pid: int) -> str | None:
    """When a process started, in ticks since the machine did; None when there is no such process.

    A zombie is no process for us: nothing of it runs.
    """
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = status.rpartition(")")[2].split()
    return None if fields[0] == "Z" else fields[START_TIME_FIELD]
