"""One private Asterisk: its start, its commands, its end.

Each instance has a folder of its own and free ports on 127.0.0.1, so that several run beside each
other from one root.
"""

import dataclasses
import socket
import subprocess
from pathlib import Path
from secrets import token_hex
from types import TracebackType
from typing import Final, Self

from agi_server.lab.configuration import Plan, write_configuration
from agi_server.lab.log import Log
from agi_server.lab.ports import LOCALHOST, free_port
from agi_server.lab.problems import LabError
from agi_server.lab.processes import Process
from agi_server.lab.root import Root
from agi_server.lab.waiting import wait_until
from ami.access import Access

START_SECONDS: Final = 60.0
COMMAND_SECONDS: Final = 30.0
SHOWN_LINES: Final = 20


class Asterisk:
    """A running Asterisk: `start` one, or name one that another run of the program started.

    Attributes:
        root: Where it is installed.
        folder: Where all of it lies.
        sip_port: The UDP port on 127.0.0.1 that takes calls.
        process: The process.
        log: Its log file.
        calls_folder: Where the files of its callers and phones go.
        manager: Where its manager interface is, and who may use it; None: nowhere.
    """

    def __init__(
        self,
        root: Root,
        folder: Path,
        sip_port: int,
        process: Process,
        manager: Access | None = None,
    ) -> None:
        self.root = root
        self.folder = folder
        self.sip_port = sip_port
        self.process = process
        self.log = Log(folder / "log" / "full")
        self.calls_folder = folder / "calls"
        self.manager = manager

    @classmethod
    def start(cls, root: Root, plan: Plan, *, detached: bool = False) -> Self:
        """Write the configuration, start Asterisk, and wait until it takes calls.

        Args:
            root: Where it is installed.
            plan: What it is made of.
            detached: It outlives this program. Otherwise it ends when we do.

        Raises:
            LabError: It did not start; the message holds the end of what it said.
        """
        plan = _resolved(plan)
        shared = [plan.folder, *plan.shared, *filter(None, [plan.sounds])]
        for folder in shared:
            folder.mkdir(parents=True, exist_ok=True)
        (plan.folder / "run" / "asterisk.ctl").unlink(missing_ok=True)
        sip_port = free_port()
        manager = _manager_access() if plan.manager else None
        configuration = write_configuration(plan, sip_port, manager)
        process = Process.spawn(
            root.running(["asterisk", "-f", "-n", "-C", str(configuration)], shared),
            plan.folder / "output",
            folder=plan.folder,
            detached=detached,
        )
        asterisk = cls(root, plan.folder, sip_port, process, manager)
        try:
            asterisk._wait_until_booted()
        except BaseException:
            asterisk.stop()
            raise
        return asterisk

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def rx(self, command: str) -> str:
        """Run a command of Asterisk's command line, and return what it prints.

        Raises:
            LabError: Asterisk did not take it.
        """
        configuration = self.folder / "etc" / "asterisk.conf"
        line = ["asterisk", "-C", str(configuration), "-rx", command]
        done = subprocess.run(
            self.root.joining(self.process.pid, line),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=COMMAND_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            raise LabError(f"Asterisk did not take {command!r}: {done.stdout}{done.stderr}".strip())
        return done.stdout

    def stop(self) -> None:
        """End it; what it wrote stays in its folder."""
        self.process.stop()
        self.root.forget(self.folder)

    def _wait_until_booted(self) -> None:
        control = self.folder / "run" / "asterisk.ctl"
        wait_until(lambda: control.exists() or not self.process.running, START_SECONDS)
        if not control.exists():
            raise LabError(f"Asterisk did not start:\n{self._last_words()}")
        self.rx("core waitfullybooted")
        if f"127.0.0.1:{self.sip_port}" not in self.rx("pjsip show transports"):
            raise LabError(f"Asterisk did not get its SIP port:\n{self._last_words()}")

    def _last_words(self) -> str:
        said = (self.folder / "output").read_text(errors="replace").splitlines()
        return "\n".join([*said, *self.log.lines()][-SHOWN_LINES:])


def _manager_access() -> Access:
    return Access(LOCALHOST, free_port(socket.SOCK_STREAM), "rahyab", token_hex(16))


def _resolved(plan: Plan) -> Plan:
    """The plan with whole paths: Asterisk runs in another folder than we do."""
    return dataclasses.replace(
        plan,
        folder=plan.folder.resolve(),
        sounds=plan.sounds and plan.sounds.resolve(),
        shared=tuple(folder.resolve() for folder in plan.shared),
    )
