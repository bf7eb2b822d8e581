"""An agent's phone."""

from collections.abc import Sequence
from typing import Final, Self

from agi_server.lab.asterisk import Asterisk
from agi_server.lab.configuration import phone_name
from agi_server.lab.ports import is_bound
from agi_server.lab.problems import LabError
from agi_server.lab.registration import register
from agi_server.lab.scenarios import agent_files, busy_files
from agi_server.lab.sipp import Event, Sipp
from agi_server.lab.waiting import wait_until

START_SECONDS: Final = 10.0
EVENT_SECONDS: Final = 30.0


class Phone:
    """A phone that answers calls, any number of them; several devices may share one.

    Attributes:
        sipp: Its SIPp.
        devices: The devices that it is.
    """

    def __init__(self, sipp: Sipp, devices: Sequence[str], sip_port: int) -> None:
        self.sipp = sipp
        self.devices = devices
        self._sip_port = sip_port

    @classmethod
    def start(
        cls,
        devices: Sequence[str],
        asterisk: Asterisk,
        *,
        ring: float | None = 1.0,
        talk: float = 5.0,
        detached: bool = False,
    ) -> Self:
        """Plug it in, and return when it can be called.

        Args:
            devices: The devices that it is, such as `PJSIP/101`.
            asterisk: The Asterisk that may call it.
            ring: Seconds it rings before it is answered; None: it is busy, and refuses every call.
            talk: Seconds until the agent hangs up, if the caller did not before.
            detached: It outlives this program.

        Raises:
            LabError: SIPp is not installed, or Asterisk did not take the phone.
        """
        files = busy_files() if ring is None else agent_files(ring, talk)
        sipp = Sipp.start(files, asterisk.calls_folder, [], detached=detached)
        phone = cls(sipp, devices, asterisk.sip_port)
        try:
            phone._register()
        except BaseException:
            sipp.process.stop()
            raise
        return phone

    def _register(self) -> None:
        port = self.sipp.port
        wait_until(lambda: is_bound(port) or not self.sipp.process.running, START_SECONDS)
        if not self.sipp.process.running or not is_bound(port):
            raise LabError(f"the agent's phone did not start on port {port}: {self.sipp.errors()}")
        for device in self.devices:
            register(phone_name(device), port, self._sip_port)

    def events(self) -> list[Event]:
        """What happened: rings, answers, hangs-up, left (by the caller), cancelled, refuses."""
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
        """Take it away from Asterisk, and unplug it."""
        try:
            for device in self.devices:
                register(phone_name(device), self.sipp.port, self._sip_port, seconds=0)
        finally:
            self.sipp.process.stop()
