"""Each visit is written down as it was: our record beside Asterisk's queue_log, of 500 calls."""

from collections import Counter

import pytest

from agi_server.lab.root import Root
from crm.records import Disposition, Outcome
from reports.visits import count_visits
from tests.live.queue_log import BLOCKED, ENTERED
from tests.live.queue_log_comparing import attempts, counted, differences
from tests.live.queue_log_mix import CALLS, mixed

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


def test_the_identities_hold_call_by_call(
    root: Root, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Attempts are entered and blocked; entered are the sum of their parts; nobody is lost."""
    with mixed(root, tmp_path_factory.mktemp("mix")) as mix:
        told = mix.run()
    ours, logged = attempts(told.visits), told.logged
    assert told.complaints == []
    assert len(told.calls) == CALLS >= 500
    outcomes = Counter(call.outcome for call in told.calls)
    assert outcomes[Outcome.IN_PROGRESS] == outcomes[Outcome.FELL_BACK] == 0

    assert differences(ours, logged) == []
    assert counted(ours) == counted(logged)
    few = {each: count for each, count in AT_LEAST.items() if counted(ours)[each] < count}
    assert few == {}

    counts, events = count_visits(ours), Counter(line.event for line in told.lines)
    blocked = sum(events[event] for event in BLOCKED)
    assert counts.attempts == len(ours) == events[ENTERED] + blocked
    assert (counts.entered, counts.blocked) == (events[ENTERED], blocked)
    assert counts.by_disposition[Disposition.IN_PROGRESS] == 0
    assert counts.by_disposition[Disposition.UNKNOWN] == 0
