"""An agent's phone."""

from pathlib import Path
from typing import Final, Self

from agi_server.lab.ports import is_bound
from agi_server.lab.problems import LabError
from agi_server.lab.scenarios import agent_files
from agi_server.lab.sipp import Event, Sipp
from agi_server.lab.waiting import wait_until

START_SECONDS: Final = 10.0
EVENT_SECONDS: Final = 30.0


class Phone:
    """A phone that answers calls, any number of them; several devices may share one."""

    def __init__(self, sipp: Sipp) -> None:
        self.sipp = sipp

    @classmethod
    def start(
        cls,
        port: int,
        folder: Path,
        *,
        ring: float = 1.0,
        talk: float = 5.0,
        detached: bool = False,
    ) -> Self:
        """Plug it in, and return when it can be called.

        Args:
            port: Its UDP port on 127.0.0.1.
            folder: Where SIPp's files go.
            ring: Seconds it rings before it is answered.
            talk: Seconds until the agent hangs up, if the caller did not before.
            detached: It outlives this program.

        Raises:
            LabError: SIPp is not installed, or the port is taken.
        """
        sipp = Sipp.start(agent_files(ring, talk), folder, [], port=port, detached=detached)
        wait_until(lambda: is_bound(port) or not sipp.process.running, START_SECONDS)
        if not sipp.process.running or not is_bound(port):
            raise LabError(f"the agent's phone did not start on port {port}: {sipp.errors()}")
        return cls(sipp)

    def events(self) -> list[Event]:
        """What happened: rings, answers, hangs-up, left (by the caller), cancelled."""
        return self.sipp.events()

    def wait_for(self, kind: str, timeout: float = EVENT_SECONDS) -> Event:
        """Wait for the first event of a kind.

        Raises:
            LabError: There was none within `timeout` seconds.
        """
        found = wait_until(
            lambda: next((one for one in self.events() if one.kind == kind), None), timeout
        )
        if found is None:
            raise LabError(f"the phone never noted {kind!r} in {timeout} s: {self.events()}")
        return found

    def stop(self) -> None:
        """Unplug it."""
        self.sipp.process.stop()
