"""Records the transcripts of a real Asterisk anew: `python -m tests.transcripts.record [suite]`.

Asterisk 22 (`sid`) writes those that all versions share; Asterisk 16 (`bullseye`) those only that
differ by version. A change in them is a finding, to be looked at before it is committed.
"""

import sys
import tempfile
from pathlib import Path

from tests.live.protocol.real import RealAsterisk
from tests.transcripts.on_real import play_all
from tests.transcripts.scenario import RECORDED
from tests.transcripts.scenarios import scenarios


def record(suite: str) -> None:
    """Record with the Asterisk of a Debian release."""
    with tempfile.TemporaryDirectory() as folder:
        asterisk = RealAsterisk.start(suite, Path(folder))
        try:
            played = play_all(asterisk)
        finally:
            asterisk.stop()
    RECORDED.mkdir(exist_ok=True)
    for scenario in scenarios():
        if suite == "sid" or scenario.by_version:
            scenario.recorded(asterisk.version[0]).write_text(played[scenario.name])


if __name__ == "__main__":
    record(sys.argv[1] if len(sys.argv) > 1 else "sid")
