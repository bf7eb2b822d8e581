"""A lab that stands between two commands: what was started, and where to find it again."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from pydantic import TypeAdapter, ValidationError

from agi_server.lab.asterisk import Asterisk
from agi_server.lab.configuration import Plan
from agi_server.lab.phone import Phone
from agi_server.lab.problems import LabError
from agi_server.lab.processes import Process
from agi_server.lab.root import Root, find_root
from agi_server.lab.telephony import Telephony

STATE: Final = "lab.json"
RING_SECONDS: Final = 3.0
TALK_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Started:
    """A process by its number and start, as the state file keeps it."""

    pid: int
    started: str

    @classmethod
    def of(cls, process: Process) -> Self:
        """What is to be kept of a process."""
        return cls(process.pid, process.started)

    def find(self) -> Process:
        """The process, which may have ended."""
        return Process(self.pid, self.started)


@dataclass(frozen=True, slots=True)
class Lab:
    """A lab that was started by `rahyab lab up`.

    Attributes:
        root: Where its Asterisk is installed.
        folder: Where all of it lies.
        server: Host and port at which Asterisk looks for the AGI server.
        sip_port: The UDP port on 127.0.0.1 that takes calls.
        asterisk: The process of Asterisk.
        phone: The process of the phone.
    """

    root: str
    folder: str
    server: tuple[str, int]
    sip_port: int
    asterisk: Started
    phone: Started

    @property
    def running(self) -> bool:
        """Whether Asterisk still runs."""
        return self.asterisk.find().running

    def telephony(self) -> Telephony:
        """The lab, for placing calls."""
        folder = Path(self.folder)
        asterisk = Asterisk(Root(Path(self.root)), folder, self.sip_port, self.asterisk.find())
        return Telephony(asterisk, self.server[1])

    def stop(self) -> None:
        """End every process of it, and forget it; the logs stay."""
        self.phone.find().stop()
        self.telephony().asterisk.stop()
        (Path(self.folder) / STATE).unlink()


KEPT: Final = TypeAdapter(Lab)
"""How a lab is written to its state file and read again."""


def start_lab(
    plan: Plan, suite: str | None = None, progress: Callable[[str], None] | None = None
) -> Lab:
    """Start an Asterisk and the agents' phone, both of which outlive this program.

    Raises:
        LabError: It could not be started; nothing of it is left running.
    """
    folder = plan.folder.resolve()
    root = find_root(suite, progress)
    shutil.rmtree(folder, ignore_errors=True)
    # Its logs and key presses tell whole numbers and the answers of callers.
    folder.mkdir(0o700, parents=True)
    asterisk = Asterisk.start(root, plan, detached=True)
    try:
        phone = Phone.start(
            plan.devices, asterisk, ring=RING_SECONDS, talk=TALK_SECONDS, detached=True
        )
    except BaseException:
        asterisk.stop()
        raise
    lab = Lab(
        root=str(root.path),
        folder=str(folder),
        server=plan.server,
        sip_port=asterisk.sip_port,
        asterisk=Started.of(asterisk.process),
        phone=Started.of(phone.sipp.process),
    )
    (folder / STATE).write_bytes(KEPT.dump_json(lab, indent=2))
    return lab


def find_lab(folder: Path) -> Lab | None:
    """The lab in a folder, running or not; None when there is none.

    Raises:
        LabError: Its state file cannot be read.
    """
    file = folder / STATE
    if not file.exists():
        return None
    try:
        return KEPT.validate_json(file.read_bytes())
    except ValidationError as error:
        raise LabError(f"{file} is damaged; remove the folder {folder}: {error}") from None
