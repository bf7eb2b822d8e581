"""Very many callers out of one SIPp: they wait, hear nothing, and some give up."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agi_server.lab.asterisk import Asterisk
from agi_server.lab.caller import Ended
from agi_server.lab.log import Reader
from agi_server.lab.ports import LOCALHOST
from agi_server.lab.scenarios import REFUSALS
from agi_server.lab.sipp import Sipp
from tests.load.office import Office, callers_file

SCENARIO: Final = Path(__file__).with_name("caller.xml")

IMPATIENT: Final = 0.15
"""The part of the callers who give up early, if any do."""

SHORT_SECONDS: Final = 20
LONG_SECONDS: Final = 1800

ENDINGS: Final = {
    "ended-by-caller": Ended.BY_CALLER,
    "ended-by-asterisk": Ended.BY_ASTERISK,
    "refused": Ended.REFUSED,
}


@dataclass(frozen=True, slots=True)
class Wave:
    """Callers who come one after the other, at an even rate.

    Attributes:
        first: How many have called before.
        count: How many call.
        rate: How many of them in a second.
        patient: None of them gives up.
    """

    first: int
    count: int
    rate: float
    patient: bool


class Callers:
    """A wave of callers on their way.

    Args:
        wave: Who they are.
        office: Whom they call.
        asterisk: Its Asterisk.
    """

    def __init__(self, wave: Wave, office: Office, asterisk: Asterisk) -> None:
        files = {
            "scenario.xml": _scenario(patient=wave.patient).encode(),
            "callers.csv": callers_file(office, wave.first, wave.count).encode(),
        }
        self._sipp = Sipp.start(
            files,
            asterisk.calls_folder,
            [
                f"{LOCALHOST}:{asterisk.sip_port}",
                *("-inf", "callers.csv", "-m", str(wave.count), "-l", str(wave.count)),
                # An @, which SIPp would put there, could not stand in a branch.
                *("-cid_str", "%u-%p"),
                # An answer to BYE that comes twice, as on a busy machine, is no failure.
                *("-default_behaviors", "all,-abortunexp"),
                # SIPp takes whole calls in a period of milliseconds.
                *("-r", "1", "-rp", str(round(1000 / wave.rate))),
            ],
        )
        self._reader = Reader(self._sipp.folder / "events")
        self._ended: dict[str, Ended] = {}

    @property
    def on_the_line(self) -> bool:
        """Whether some of them still wait or speak, or are to come."""
        return self._sipp.process.running

    @property
    def errors(self) -> str:
        """What SIPp complained of."""
        return self._sipp.errors()

    @property
    def exit_code(self) -> int | None:
        """SIPp's own, 0 when every call went as in the scenario; None as long as it runs."""
        return self._sipp.process.wait(0)

    def ended(self) -> dict[str, Ended]:
        """How the call of each caller ended who is not on the line any more, by number."""
        for line in self._reader.new_lines():
            kind, _, number = line.split()
            if kind in ENDINGS:
                self._ended[number] = ENDINGS[kind]
        return self._ended

    def stop(self) -> None:
        """Cut off whoever is on the line."""
        self._sipp.process.stop()


def _scenario(*, patient: bool) -> str:
    values = {
        "REFUSALS": "\n".join(_refusals()),
        "PATIENT": "1.0" if patient else str(1 - IMPATIENT),
        "SHORT": str(SHORT_SECONDS * 1000),
        "LONG": str(LONG_SECONDS * 1000),
    }
    text = SCENARIO.read_text()
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text


def _refusals() -> Iterator[str]:
    for status in REFUSALS:
        yield f'  <recv response="{status}" optional="true" next="refused"/>'
