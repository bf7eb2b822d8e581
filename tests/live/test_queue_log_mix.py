"""Each visit is written down as it was: our record beside Asterisk's queue_log, of 500 calls."""

from collections import Counter

import pytest

from agi_server.lab.root import Root
from crm.records import Disposition
from tests.live.queue_log import BLOCKED, ENTERED
from tests.live.queue_log_comparing import counted, differences
from tests.live.queue_log_mix import CALLS, Told, mixed

pytestmark = pytest.mark.live

AT_LEAST = {
    ("served", Disposition.ANSWERED): 100,
    ("served", Disposition.ABANDONED): 1,
    ("patient", Disposition.ABANDONED): 50,
    ("limited", Disposition.TIMEOUT): 50,
    ("overflowing", Disposition.TIMEOUT): 30,
    ("empty", Disposition.JOIN_EMPTY): 40,
    ("narrow", Disposition.FULL): 10,
    ("crowded", Disposition.DIVERTED_RATIO): 5,
    ("distant", Disposition.DIVERTED_WAIT): 5,
    ("shut", Disposition.CLOSED): 20,
    ("fleeting", Disposition.LEAVE_EMPTY): 5,
    ("fleeting", Disposition.JOIN_EMPTY): 5,
    ("keyed", Disposition.EXIT_KEY): 25,
    ("keyed", Disposition.ABANDONED): 5,
    ("withdrawing", Disposition.WITHDRAWN): 10,
}
"""What must have come in so great a number for the mix to be one."""


@pytest.fixture(scope="module")
def told(root: Root, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The calls, all over."""
    with mixed(root, tmp_path_factory.mktemp("mix")) as mix:
        return mix.run()


@pytest.mark.xdist_group("mix")
def test_the_identities_hold_call_by_call(told: Told) -> None:
    """Attempts are entered and blocked; entered are the sum of their parts; nobody is lost."""
    assert told.complaints == []
    assert CALLS >= 500
    assert len(told.calls) == CALLS

    assert differences(told.visits, told.logged) == []
    assert counted(told.visits) == counted(told.logged)

    events = Counter(line.event for line in told.lines)
    blocked = sum(visit.disposition.is_blocked for visit in told.visits)
    assert len(told.visits) == events[ENTERED] + blocked
    assert blocked == sum(events[event] for event in BLOCKED)
