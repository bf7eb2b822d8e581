"""Spanish and English callers at once, in one big queue and in compiled queues.

The same callers and agents as in `tests/simulation/test_blocking.py`, on a real Asterisk: four
callers who speak Spanish for the one agent who does, the first of whom is served; then one who
speaks English, for whom two agents sit idle.
"""

from typing import Final

import pytest

from agi_server.lab.caller import Ended
from tests.live.queues.conftest import BY_HAND
from tests.live.queues.office import NEVER, Guest, Office

pytestmark = pytest.mark.live

CROWD: Final = 4
"""Callers who speak Spanish."""

AT_LEAST: Final = 8.0
"""Seconds by which being blocked is worse: those ahead give up after twenty."""

COMPILED: Final = ("+982191000011", "+982191000012")
BIG: Final = ("big-en", "big-es")


def test_one_big_queue_blocks_the_english_caller_and_compiled_queues_do_not(office: Office) -> None:
    """Both sites work at the same time, each with three agents of its own."""
    idle = office.site.telephony.plug_in(*BY_HAND[:2], ring=0.5, talk=1.0)
    office.site.telephony.plug_in(BY_HAND[2], ring=0.5, talk=NEVER)
    office.plug_in("ann", "bob", ring=0.5, talk=1.0)
    office.plug_in("eli", ring=0.5, talk=NEVER)
    blocked = english_after_spanish(office, *BIG)
    spanish = [office.come(COMPILED[1]) for _ in range(CROWD)]
    served = office.come(COMPILED[0])

    for guest in (blocked, served):
        assert office.site.telephony.end_call(guest.caller).outcome.ended is Ended.BY_ASTERISK
    waits = office.visit(blocked).wait, office.visit(served).wait

    told = "the English caller waited {:.1f} s in one big queue, {:.1f} s in compiled ones"
    assert waits[0] >= waits[1] + AT_LEAST, told.format(*waits)
    assert [event.kind for event in idle.events()][:1] == ["rings"]
    assert len([event for event in idle.events() if event.kind == "rings"]) == 1
    answered = [each for each in spanish if office.visit(each).answered]
    assert answered == spanish[:1]


def english_after_spanish(office: Office, english: str, spanish: str) -> Guest:
    """Let those who speak Spanish come one after the other, then the one who speaks English."""
    for _ in range(CROWD):
        office.come(spanish)
    return office.come(english)
