"""Spanish and English callers at once, in one big queue and in compiled queues.

The same callers and agents as in `tests/simulation/test_blocking.py`, on a real Asterisk: four
callers who speak Spanish for the one agent who does, the first of whom is served; then one who
speaks English, for whom two agents sit idle.
"""

from collections.abc import Sequence
from typing import Final

import pytest

from agi_server.lab.caller import Ended
from tests.live.queues.conftest import BIG_QUEUE, BY_HAND
from tests.live.queues.foretold import Arrival, compiled, moments, play
from tests.live.queues.office import NEVER, Guest, Office
from tests.simulation.app_queue import AppQueue
from tests.simulation.people import Caller, Phone
from tests.simulation.queue_files import read_queues
from tests.simulation.sites import Visitor, sent

pytestmark = pytest.mark.live

LANGUAGES: Final = ("es", "es", "es", "es", "en")
"""In the order in which callers come."""

COMPILED: Final = {"en": "+982191000011", "es": "+982191000012"}
BIG: Final = {"en": "big-en", "es": "big-es"}
WINDOWS: Final = {"en": (1, 9), "es": (11, 19)}
"""Penalties from which to which, in the one big queue."""

PATIENCE: Final = {"en": 40, "es": 20}
"""Seconds after which callers are given up in the one big queue."""

AT_LEAST: Final = 8.0
"""Seconds by which being blocked is worse."""

PICKS_UP: Final = 0.5
SLACK: Final = 3.0
"""Seconds by which a wait may be another on a busy machine than in the simulator."""


def test_one_big_queue_blocks_the_english_caller_and_compiled_queues_do_not(office: Office) -> None:
    """Both sites work at the same time, each with three agents of its own."""
    idle = office.site.telephony.plug_in(*BY_HAND[:2], ring=PICKS_UP, talk=1.0)
    office.site.telephony.plug_in(BY_HAND[2], ring=PICKS_UP, talk=NEVER)
    office.plug_in("ann", "bob", ring=PICKS_UP, talk=1.0)
    office.plug_in("eli", ring=PICKS_UP, talk=NEVER)
    blocked = [office.come(BIG[language]) for language in LANGUAGES]
    served = [office.come(COMPILED[language]) for language in LANGUAGES]

    for guest in (blocked[-1], served[-1]):
        assert office.site.telephony.end_call(guest.caller).outcome.ended is Ended.BY_ASTERISK
    waits = [office.visit(guests[-1]).wait for guests in (blocked, served)]
    simulated = [foretold_in_big(office, blocked), foretold_in_compiled(office, served)]

    told = (
        f"the English caller waited {waits[0]:.1f} s in one big queue and {waits[1]:.1f} s in "
        f"compiled ones; the simulator says {simulated[0]:.1f} s and {simulated[1]:.1f} s"
    )
    assert waits[0] >= waits[1] + AT_LEAST, told
    assert abs(waits[0] - simulated[0]) <= SLACK, told
    assert abs(waits[1] - simulated[1]) <= SLACK, told
    # All the while two who speak English sat idle: it is the only call that they ever got.
    assert [event.kind for event in idle.events()].count("rings") == 1
    for guests in (blocked, served):
        answered = [bool(office.visit(guest).answered) for guest in guests]
        assert answered == [True, False, False, False, True]


def foretold_in_big(office: Office, guests: Sequence[Guest]) -> float:
    """Seconds that the last of these callers waits in a simulated big queue."""
    devices = dict.fromkeys(BY_HAND, round(PICKS_UP * 1000))
    phones = {device: Phone(device, rings) for device, rings in devices.items()}
    arrivals = [
        Arrival(
            office.visit(guest),
            Caller(
                *(guest.number, "one-big-queue"),
                timeout=PATIENCE[language],
                lowest=WINDOWS[language][0],
                highest=WINDOWS[language][1],
                talks=round(NEVER * 1000),
            ),
        )
        for guest, language in zip(guests, LANGUAGES, strict=True)
    ]
    return last_wait(AppQueue(read_queues(BIG_QUEUE.read_text()), {}, phones), arrivals)


def foretold_in_compiled(office: Office, guests: Sequence[Guest]) -> float:
    """Seconds that the last of these callers waits in simulated compiled queues."""
    phones = {
        agent: Phone(office.policy.agents[agent].device, round(PICKS_UP * 1000))
        for agent in ("ann", "bob", "eli")
    }
    talks = round(NEVER * 1000)
    arrivals = [
        Arrival(
            office.visit(guest),
            sent(office.policy, guest.number, Visitor("help", language, talks=talks)),
        )
        for guest, language in zip(guests, LANGUAGES, strict=True)
    ]
    return last_wait(compiled(office.policy, phones), arrivals)


def last_wait(queues: AppQueue, arrivals: Sequence[Arrival]) -> float:
    """Seconds until the caller who came last is answered in the simulator."""
    answers = moments(play(queues, arrivals), arrivals, "answered")
    return next(each.after for each in answers if each.caller == arrivals[-1].caller.name)
