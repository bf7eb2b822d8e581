"""A caller on the line, and how the call went."""

import socket
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from agi_server.lab.asterisk import Asterisk
from agi_server.lab.ear import Ear, Heard
from agi_server.lab.finger import Finger
from agi_server.lab.keys import Hear
from agi_server.lab.log import CallLog
from agi_server.lab.ports import LOCALHOST
from agi_server.lab.problems import LabError
from agi_server.lab.scenarios import Call, caller_files
from agi_server.lab.sipp import Event, Sipp
from agi_server.lab.waiting import INTERVAL_SECONDS, wait_until

ANSWER_SECONDS: Final = 10.0
WAIT_SECONDS: Final = 120.0


class Ended(StrEnum):
    """How a call ended, as its caller saw it."""

    BY_CALLER = "caller"
    """The caller hung up."""
    BY_ASTERISK = "asterisk"
    """The other side hung up."""
    REFUSED = "refused"
    """It was never answered: Asterisk refused it."""
    BROKEN = "broken"
    """SIPp could not go on; its exit code is not zero."""


ENDINGS: Final = {
    "ended-by-caller": Ended.BY_CALLER,
    "ended-by-asterisk": Ended.BY_ASTERISK,
    "refused": Ended.REFUSED,
}
"""The words with which the caller's scenario logs each ending."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call went.

    Attributes:
        exit_code: SIPp's own: 0 when all went as in the scenario.
        answered: Whether it was answered.
        ended: Who ended it.
        status: The SIP status of a refusal.
        seconds: From the answer to the end.
        errors: What SIPp complained of.
    """

    exit_code: int
    answered: bool
    ended: Ended
    status: int | None
    seconds: float
    errors: str


class Caller:
    """A caller on the line. The call goes on by itself; `wait` tells how it ended.

    Attributes:
        sip_call: The SIP Call-ID.
        log: What Asterisk logs about this call.
    """

    def __init__(self, call: Call, asterisk: Asterisk) -> None:
        """Place a call.

        Args:
            call: Who calls whom, and what they do.
            asterisk: The Asterisk that is called.

        Raises:
            LabError: SIPp is not installed, or the call cannot be made as described.
        """
        self.sip_call = uuid.uuid4().hex
        since = asterisk.log.size()
        self.log = asterisk.log.call(self.sip_call, since)
        heard = asterisk.log.call(self.sip_call, since)
        self._finger: Finger | None = None
        self._ear = Ear() if call.listens else None
        self._sipp = Sipp.start(
            caller_files(call, self._ear.port if self._ear else None),
            asterisk.calls_folder,
            [f"{LOCALHOST}:{asterisk.sip_port}", "-m", "1", "-cid_str", self.sip_call],
        )
        self._prompter = _Prompter(call, self._sipp, self.sip_call, heard)
        self._thread = threading.Thread(target=self._prompter.run, daemon=True)
        self._thread.start()

    @property
    def on_the_line(self) -> bool:
        """Whether the call still goes on."""
        return self._sipp.process.running

    @property
    def heard(self) -> Sequence[Heard]:
        """The sound that came, of a caller who listens; else none."""
        return () if self._ear is None else tuple(self._ear.heard)

    def wait_until_answered(self, timeout: float = ANSWER_SECONDS) -> bool:
        """Wait for the answer; whether it came within `timeout` seconds."""
        return bool(wait_until(lambda: _find(self._sipp.events(), "answered"), timeout))

    def press(self, keys: str) -> None:
        """Let the caller press keys now, as fast as can be, and return when that is done.

        The key script must have come to an end: what it presses later would be lost.

        Raises:
            LabError: The call was not answered.
        """
        if self._finger is None:
            answered = _find(self._sipp.events(), "answered")
            if answered is None:
                raise LabError("no key can be pressed on a call that was not answered")
            self._finger = Finger(int(answered.detail.split()[-1]))
        self._finger.press(keys)

    def hang_up(self) -> None:
        """Let the caller hang up now, whatever they are doing."""
        self._prompter.hang_up()

    def wait(self, timeout: float = WAIT_SECONDS) -> Outcome:
        """Wait until the call has ended.

        Raises:
            LabError: It has not ended after `timeout` seconds. It is cut off then.
        """
        code = self._sipp.process.wait(timeout)
        self.stop()
        if code is None:
            raise LabError(f"the call still went on after {timeout} s, and was cut off")
        return _outcome(code, self._sipp.events(), self._sipp.errors())

    def stop(self) -> None:
        """Cut the call off without a word, if it still goes on."""
        self._sipp.process.stop()
        self._thread.join()
        if self._ear is not None:
            self._ear.close()


class _Prompter:
    """Tells the scenario what SIPp cannot know: that a sound began, that the time is over."""

    def __init__(self, call: Call, sipp: Sipp, sip_call: str, log: CallLog) -> None:
        self._acts = call.acts
        self._hangup_after = call.hangup_after
        self._sipp = sipp
        self._sip_call = sip_call
        self._log = log
        self._heard = 0
        self._served: set[str] = set()
        self._answered_at: float | None = None
        self._hung_up = False

    def run(self) -> None:
        """Watch until the call has ended."""
        while self._sipp.process.running:
            for event in self._sipp.events():
                self._serve(event)
            if self._time_is_over():
                self.hang_up()
            time.sleep(INTERVAL_SECONDS)

    def hang_up(self) -> None:
        """Let the scenario hang up; once, for a second request would find nobody."""
        if not self._hung_up:
            self._hung_up = True
            self._tell("MESSAGE")

    def _serve(self, event: Event) -> None:
        if event.kind == "answered" and self._answered_at is None:
            self._answered_at = time.monotonic()
        elif event.kind == "waits" and event.detail not in self._served:
            self._serve_wait(event.detail)

    def _serve_wait(self, number: str) -> None:
        """Let the scenario go on when the sound of its act `number` has begun."""
        act = self._acts[int(number)]
        sounds = [one.sound for one in self._log.played]
        for position in range(self._heard, len(sounds)):
            if isinstance(act, Hear) and _is_called(sounds[position], act.sound):
                self._heard = position + 1
                self._served.add(number)
                self._tell("INFO")
                return

    def _time_is_over(self) -> bool:
        return (
            self._hangup_after is not None
            and self._answered_at is not None
            and time.monotonic() >= self._answered_at + self._hangup_after
        )

    def _tell(self, method: str) -> None:
        """Send the scenario a request of its own call; no answer comes."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.bind((LOCALHOST, 0))
            lines = (
                f"{method} sip:caller@{LOCALHOST}:{self._sipp.port} SIP/2.0",
                f"Via: SIP/2.0/UDP {LOCALHOST}:{out.getsockname()[1]};branch=z9hG4bK{uuid.uuid4()}",
                f"From: <sip:lab@{LOCALHOST}>;tag=lab",
                f"To: <sip:caller@{LOCALHOST}>",
                f"Call-ID: {self._sip_call}",
                f"CSeq: {len(self._served) + 1} {method}",
                "Content-Length: 0",
            )
            out.sendto("\r\n".join([*lines, "", ""]).encode(), (LOCALHOST, self._sipp.port))


def _is_called(sound: str, name: str) -> bool:
    return sound == name or sound.endswith(f"/{name}")


def _find(events: list[Event], *kinds: str) -> Event | None:
    return next((event for event in events if event.kind in kinds), None)


def _outcome(code: int, events: list[Event], errors: str) -> Outcome:
    answer = _find(events, "answered")
    end = _find(events, *ENDINGS)
    clean = end is not None and code == 0
    return Outcome(
        exit_code=code,
        answered=answer is not None,
        ended=ENDINGS[end.kind] if end and clean else Ended.BROKEN,
        status=int(end.detail) if end and end.kind == "refused" else None,
        seconds=(end.at - answer.at) / 1000 if end and answer else 0.0,
        errors=errors,
    )
