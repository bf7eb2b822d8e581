"""SIPp: one process with its scenario and its ports, watched through what the scenario logs."""

import os
import re
import shutil
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agi_server.lab.log import Reader
from agi_server.lab.ports import LOCALHOST, free_media_port, free_port
from agi_server.lab.problems import LabError
from agi_server.lab.processes import Process

INSTALL: Final = "apt-get install sip-tester"

EXPECTED: Final = re.compile(r"[^\n]*?receive timeout on message .*?, jumping to label \d+\n?")
HEADING: Final = "The following events occurred:\n"


@dataclass(frozen=True, slots=True)
class Event:
    """A line that a scenario logged: what happened, when in milliseconds, and a detail."""

    kind: str
    at: int
    detail: str


class Sipp:
    """A running SIPp.

    Attributes:
        port: The UDP port of its SIP.
        process: The process.
        folder: The folder of its files.
    """

    def __init__(self, port: int, process: Process, folder: Path) -> None:
        self.port = port
        self.process = process
        self.folder = folder

    @classmethod
    def start(
        cls,
        files: Mapping[str, bytes],
        folder: Path,
        options: Sequence[str],
        *,
        port: int | None = None,
        detached: bool = False,
    ) -> "Sipp":
        """Start SIPp.

        Args:
            files: Its files by name, `scenario.xml` among them.
            folder: Where a folder for its files is made.
            options: More options, the address to call among them.
            port: The UDP port of its SIP; a free one by default.
            detached: It outlives this program.

        Raises:
            LabError: SIPp is not installed.
        """
        if not shutil.which("sipp"):
            raise LabError(f"SIPp is not installed: {INSTALL}")
        own = folder.resolve() / uuid.uuid4().hex
        _write_files(own, files)
        sip_port = port or free_port()
        command = [
            *("sipp", *options, "-sf", "scenario.xml", "-nostdin"),
            *("-i", LOCALHOST, "-p", str(sip_port)),
            *("-mi", LOCALHOST, "-mp", str(free_media_port())),
            *("-trace_logs", "-log_file", "events", "-trace_err", "-error_file", "errors"),
        ]
        process = Process.spawn(command, Path(os.devnull), folder=own, detached=detached)
        return cls(sip_port, process, own)

    def events(self) -> list[Event]:
        """What the scenario has logged by now."""
        return [_event(line) for line in Reader(self.folder / "events").new_lines()]

    def errors(self) -> str:
        """What SIPp complained of, but for the time limits that are part of the scenario."""
        file = self.folder / "errors"
        said = file.read_text(errors="replace") if file.exists() else ""
        return EXPECTED.sub("", said).removeprefix(HEADING).strip()


def _write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def _event(line: str) -> Event:
    kind, at, *detail = line.split(maxsplit=2)
    return Event(kind, int(at), "".join(detail))
