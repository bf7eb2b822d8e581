"""A whole `rahyab serve`, with its workers, that can be killed and started again."""

import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from agi_server.lab.ports import free_port
from agi_server.lab.processes import Process
from agi_server.lab.waiting import wait_until
from crm.spool_reading import spool_names

ROOT: Final = Path(__file__).parents[2]
RULES: Final = Path(__file__).parent / "rules.yaml"
START_SECONDS: Final = 60.0
END_SECONDS: Final = 30.0
SPOOL_SECONDS: Final = 120.0
_READY: Final = "Rahyab answers on"
_OF_OTHERS: Final = ("RAHYAB_STORE", "RAHYAB_DATABASE", "RAHYAB_SPOOL", "RAHYAB_SECRET",
                     "RAHYAB_SCRIPTS", "RAHYAB_PEERS")  # fmt: skip


class Service:
    """One service of two workers, with a home of its own.

    Args:
        home: Its folder.
        store: The address of a PostgreSQL database; empty: SQLite in its home.
        logs: The folder for what it prints; its home by default.
        rules: The file of its rules.

    Attributes:
        home: The same.
        port: Where it listens, whenever it runs.
    """

    def __init__(
        self, home: Path, store: str = "", logs: Path | None = None, rules: Path = RULES
    ) -> None:
        self.home = home
        self.port = free_port(socket.SOCK_STREAM)
        self._logs = logs or home
        self._starts = 0
        self._process: Process | None = None
        self._environment: Mapping[str, str] = {
            **{name: text for name, text in os.environ.items() if name not in _OF_OTHERS},
            "RAHYAB_HOME": str(home),
            "RAHYAB_RULES": str(rules),
            "RAHYAB_METRICS": "off",
            "RAHYAB_LOG_FORMAT": "json",
            "RAHYAB_LOG_LEVEL": "warning",
            **({"RAHYAB_STORE": store} if store else {}),
        }
        home.mkdir(parents=True, exist_ok=True)

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.home / "rahyab.db"

    @property
    def spool(self) -> Path:
        """The folder of the spools."""
        return self.home / "spool"

    @property
    def pid(self) -> int:
        """The id of the process whose children its workers are. It has been started."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it, and wait until its workers serve."""
        self._starts += 1
        listen = f"127.0.0.1:{self.port}"
        command = [
            *(sys.executable, "-m", "agi_server.cli", "serve"),
            *("--listen", listen, "--workers", "2"),
        ]
        output = self._output()
        process = Process.spawn(command, output, folder=ROOT, environment=self._environment)
        self._process = process
        wait_until(lambda: _READY in output.read_text() or not process.running, START_SECONDS)
        assert _READY in output.read_text(), output.read_text()

    def kill(self) -> None:
        """Kill all its processes at once, as a crash of the machine would."""
        self._signal(signal.SIGKILL)
        assert self._process is not None
        assert self._process.wait(END_SECONDS) is not None

    def halt(self) -> None:
        """Have all its processes stand still where they are."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let them go on."""
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it in good order."""
        if self._process is not None:
            self._process.stop()

    def empty_spool(self) -> bool:
        """Wait until it has written all that waited to its store; whether it has."""
        return bool(wait_until(lambda: not spool_names(self.spool), SPOOL_SECONDS))

    def refused(self) -> Sequence[str]:
        """Why its store would not take lines of its spool, each line for itself."""
        files = self.spool.glob("*.refused")
        lines = (line for file in files for line in file.read_text().splitlines())
        return [line for line in lines if line.startswith("# ")]

    def _output(self) -> Path:
        return self._logs / f"service-{self.port}-{self._starts:03d}.log"

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
