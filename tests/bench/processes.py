"""What every benchmark needs of other processes: start them, wait for them, measure them."""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import IO, Final

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parent.parent

_CPU_CLOCK: Final = 2
"""Of a process, in nanoseconds, user and system time of all its threads, ended ones included
(CPUCLOCK_SCHED of linux/posix-timers.h). /proc/PID/stat counts in ticks of 10 ms."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What a process holds, in KiB; its sockets' memory in the kernel is not in it."""

    rss: int
    """Resident, pages shared with other processes included."""
    pss: int
    """Resident, each shared page divided by the number of its users."""


@dataclass(frozen=True, slots=True)
class Child:
    """A process of ours that speaks in lines."""

    process: subprocess.Popen[str]
    errors: IO[str]

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    def line(self) -> str:
        """The next line it prints.

        Raises:
            SystemExit: it ended instead; with the last it said on standard error.
        """
        assert self.process.stdout is not None
        text = self.process.stdout.readline()
        if not text:
            self.process.wait()
            raise SystemExit(f"{self._name()} ended: {self._last_words()}")
        return text.strip()

    def say(self, text: str) -> None:
        """Give it a line."""
        assert self.process.stdin is not None
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def _name(self) -> str:
        return " ".join(str(word) for word in list(self.process.args)[1:])

    def _last_words(self) -> str:
        self.errors.seek(0)
        lines = self.errors.read().strip().splitlines()
        return lines[-1] if lines else f"exit code {self.process.returncode}"


def own_environment() -> dict[str, str]:
    """Ours, such that a Python imports this working copy before what is installed."""
    path = (str(ROOT), str(HERE), os.environ.get("PYTHONPATH", ""))
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path))}


@contextmanager
def child(*command: str) -> Iterator[Child]:
    """A process for as long as the block runs, killed at its end."""
    with tempfile.TemporaryFile("w+", errors="replace") as errors:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=own_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        with process:
            try:
                yield Child(process, errors)
            finally:
                process.kill()


@contextmanager
def process(*command: str, environment: dict[str, str] | None = None) -> Iterator[int]:
    """A server in a process of its own; gives its id."""
    server = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **(environment or {})}, stderr=subprocess.DEVNULL
    )
    try:
        yield server.pid
    finally:
        server.terminate()
        server.wait(20)


def free_port() -> int:
    """A port nobody listens on."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def await_port(port: int) -> None:
    """Until a server listens that says nothing when it does."""
    for _ in range(400):
        with socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"nothing listens on port {port}")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    return time.clock_gettime((~pid << 3) | _CPU_CLOCK)


def service_cpu_seconds(pid: int) -> float:
    """The same of a service: the process that was started, and its workers."""
    workers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sum(cpu_seconds(each) for each in (pid, *map(int, workers)))


def memory(pid: int) -> Memory:
    """What a process holds now (proc(5), smaps_rollup)."""
    fields = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, _, size = line.partition(":")
        fields[name] = int(size.split()[0])
    return Memory(fields["Rss"], fields["Pss"])
