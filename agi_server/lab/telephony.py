"""One Asterisk with whoever calls it and whoever answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from agi_server.lab.asterisk import Asterisk
from agi_server.lab.caller import Caller, Ended, Outcome
from agi_server.lab.ear import Heard
from agi_server.lab.log import Played
from agi_server.lab.phone import Phone
from agi_server.lab.problems import LabError
from agi_server.lab.scenarios import Call
from agi_server.lab.waiting import wait_until

CLEAR_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class CallResult:
    """A call that has ended: how, what was played in it, Asterisk's log of it, and what was heard.

    `heard` is empty unless the caller listened (`Call.listens`).
    """

    outcome: Outcome
    played: list[Played]
    lines: list[str]
    heard: Sequence[Heard] = ()

    @property
    def sounds(self) -> list[str]:
        """The names of the sounds that were played, in order."""
        return [one.sound for one in self.played]

    def logged(self, text: str) -> bool:
        """Whether the text stands in Asterisk's log of this call."""
        return any(text in line for line in self.lines)


@dataclass(slots=True)
class Telephony:
    """One Asterisk, with callers and phones that come and go.

    Attributes:
        asterisk: The Asterisk.
        server_port: The TCP port on 127.0.0.1 at which it looks for the AGI server.
    """

    asterisk: Asterisk
    server_port: int
    _callers: list[Caller] = field(default_factory=list)
    _phones: list[Phone] = field(default_factory=list)

    def start_call(self, call: Call) -> Caller:
        """Place a call that goes on by itself. Raises LabError."""
        caller = Caller(call, self.asterisk)
        self._callers.append(caller)
        return caller

    def end_call(self, caller: Caller) -> CallResult:
        """Wait until a call has ended. Raises LabError when it does not, or SIPp goes astray."""
        outcome = caller.wait()
        if outcome.ended is Ended.BROKEN:
            raise LabError(f"SIPp ended with {outcome.exit_code}: {outcome.errors}")
        return CallResult(outcome, caller.log.played, caller.log.lines, caller.heard)

    def place_call(self, call: Call) -> CallResult:
        """Place a call and wait until it has ended. Raises LabError."""
        return self.end_call(self.start_call(call))

    def plug_in(self, *devices: str, ring: float | None = 0.5, talk: float = 1.0) -> Phone:
        """Let somebody answer at agents' devices, all alike. See `Phone.start`."""
        phone = Phone.start(devices, self.asterisk, ring=ring, talk=talk)
        self._phones.append(phone)
        return phone

    def clear(self) -> None:
        """End every call and unplug every phone; the queues forget what agents have done.

        Raises:
            LabError: Asterisk still has calls after a while.
        """
        for caller in self._callers:
            caller.stop()
        self.asterisk.rx("channel request hangup all")
        if not wait_until(self._is_quiet, CLEAR_SECONDS):
            raise LabError(f"calls are left over: {self.asterisk.rx('core show channels')}")
        for phone in self._phones:
            phone.stop()
            for device in phone.devices:
                # Who let a call ring out was paused (autopause).
                self.asterisk.rx(f"queue unpause member {device}")
        self.asterisk.rx("queue reset stats")
        self._callers.clear()
        self._phones.clear()

    def _is_quiet(self) -> bool:
        return "0 active channels" in self.asterisk.rx("core show channels count")
