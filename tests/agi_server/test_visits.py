"""How visits to queues ended, and whom a caller stands behind, as pure functions tell it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from agi_server.call_state import CallState, VisitState, is_behind
from agi_server.endings import disposition_of
from agi_server.queue_entered import EnteredQueue
from agi_server.queue_places import Written, place_among
from agi_server.request import Request
from agi_server.visits import ended_visit, ends_of_visits, entered_number, lost_visit
from crm.records import Disposition, QueueVisit
from dialplan.contract import QueueStatus
from routing.waits import Place, wait_range
from tests.agi_server.test_endings import CALL
from tests.sample import POLICY

NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
VISIT = QueueVisit("1", 199, "support", "fa", "support-fa", NOW, NOW)


def request(status: str = "", **more: object) -> Request:
    """What the dialplan tells."""
    told = {"call_id": "1", "visit": 2, "channel": "", "dialled": "", "at": None, "agent": None,
            "hold": None, "queued_at": NOW, "fell_back": False, "trial": False, **more}  # fmt: skip
    return Request(status=status, **told)  # type: ignore[arg-type]  each as the field has it


@pytest.mark.parametrize(
    ("told", "in_mid_call", "at_the_end"),
    [
        (request(), Disposition.UNKNOWN, Disposition.ABANDONED),
        (request(abandoned=True), Disposition.UNKNOWN, Disposition.ABANDONED),
        (request(agent="sara"), Disposition.UNKNOWN, Disposition.ANSWERED),
        (request(agent="sara", abandoned=True), Disposition.UNKNOWN, Disposition.ABANDONED),
        (request(QueueStatus.CONTINUE), Disposition.ANSWERED, Disposition.ANSWERED),
        (request(QueueStatus.TIMEOUT, abandoned=True), Disposition.TIMEOUT, Disposition.TIMEOUT),
        (request(key="1"), Disposition.EXIT_KEY, Disposition.EXIT_KEY),
        (request("UNKNOWN"), Disposition.NOT_ENTERED, Disposition.NOT_ENTERED),
        (request("SOMETHING-NEW"), Disposition.UNKNOWN, Disposition.UNKNOWN),
    ],
)
def test_the_end_of_a_visit_is_told_by_what_asterisk_says(
    told: Request, in_mid_call: Disposition, at_the_end: Disposition
) -> None:
    """ABANDONED is set at other ends, too, and an agent's name may be left of one who hung up."""
    assert disposition_of(told, is_over=False) is in_mid_call
    assert disposition_of(told, is_over=True) is at_the_end


@pytest.mark.parametrize("status", QueueStatus)
def test_every_status_of_asterisk_is_the_end_of_a_visit(status: QueueStatus) -> None:
    """None of them is left unknown."""
    assert disposition_of(request(status), is_over=False) is not Disposition.UNKNOWN


def test_nobody_enters_a_queue_that_is_not_there() -> None:
    """So that what is entered stays what Asterisk's own log has an ENTERQUEUE of."""
    disposition = disposition_of(request("UNKNOWN", fell_back=True), is_over=True)
    assert not disposition.is_entered
    assert not disposition.is_blocked


def test_nobody_is_answered_before_they_came() -> None:
    """Asterisk counts whole seconds, and cuts them off."""
    came = NOW + timedelta(milliseconds=700)
    visit = QueueVisit("1", 199, "support", "fa", "support-fa", came, came)
    told = request(QueueStatus.CONTINUE, agent="sara", hold=0)
    ended = ended_visit(visit, told, NOW + timedelta(seconds=60), is_over=False)
    assert (ended.agent, ended.answered_at) == ("sara", came)


@pytest.mark.parametrize("ahead", [-60, 0, 600])
def test_a_wait_is_as_long_whatever_the_clock_of_asterisk_says(ahead: int) -> None:
    """It runs on another machine, a minute behind or ten ahead of the server."""
    queued = NOW + timedelta(seconds=ahead)
    told = request(QueueStatus.CONTINUE, agent="sara", hold=40, queued_at=queued)
    ended = ended_visit(VISIT, told, NOW + timedelta(seconds=100), is_over=False)
    assert ended.answered_at == NOW + timedelta(seconds=40)


@pytest.mark.parametrize("fell_back", [True, False])
def test_nobody_leaves_a_queue_before_they_came(fell_back: bool) -> None:
    """By Asterisk's clock they took the fallback ten seconds earlier; or the clock was set back."""
    told = request(visit=3, fell_back=fell_back, queued_at=NOW - timedelta(seconds=10))
    state = {**CallState(request=2, visit=VisitState.from_visit(VISIT)).to_data()}
    call = replace(CALL, state=state)
    for visit in ends_of_visits(call, told, POLICY, NOW - timedelta(seconds=5)):
        assert visit.left_at is not None
        assert visit.left_at >= visit.entered_at


def test_a_visit_told_by_the_channel_alone_did_not_begin_in_future() -> None:
    """Where Asterisk's clock is ahead."""
    entered = EnteredQueue("support-fa", "support", "fa", 0)
    told = request(queued_at=NOW + timedelta(seconds=600))
    visit = lost_visit(entered, told, "fa", NOW)
    assert visit is not None
    assert (visit.entered_at, visit.waiting_since) == (NOW, NOW)


def test_a_visit_has_the_number_that_the_next_request_can_name() -> None:
    """And the fallback one that no visit of an earlier request has."""
    assert entered_number(1) == 199
    (fallback,) = ends_of_visits(None, request(visit=3, fell_back=True), POLICY, NOW)
    assert fallback.number == 300
    assert list(ends_of_visits(None, request(fell_back=True, trial=True), POLICY, NOW)) == []


def test_the_last_round_of_the_fallback_is_the_visit() -> None:
    """The wait began when the fallback took the call."""
    entered, fell_back = NOW - timedelta(seconds=20), NOW - timedelta(seconds=50)
    told = request(fell_back=True, fell_back_at=fell_back, queued_at=entered, agent="mina", hold=4)
    (visit,) = ends_of_visits(None, told, POLICY, NOW)
    assert (visit.entered_at, visit.waiting_since) == (entered, fell_back)
    assert (visit.disposition, visit.agent) == (Disposition.ANSWERED, "mina")


def test_what_a_newer_version_left_of_a_visit_is_read() -> None:
    """Two versions serve side by side while the servers are renewed."""
    left = CallState(visit=VisitState.from_visit(VISIT)).to_data()
    newer = {**left, "mood": "good", "visit": {**left["visit"], "room": 3}}
    read = CallState.from_data(newer).visit
    assert read is not None
    assert read.of("1") == VISIT


@pytest.mark.parametrize(
    ("state", "behind"),
    [
        ({}, True),
        ({"rule": "arrival/everyone"}, False),
        (CallState(request=1).to_data(), True),
        (CallState(request=2).to_data(), False),
    ],
    ids=["begun", "left by an earlier version", "one is missing", "whole"],
)
def test_a_call_is_behind_where_a_request_is_missing(
    state: Mapping[str, object], behind: bool
) -> None:
    """The third is made now."""
    assert is_behind(replace(CALL, state=state), 3) is behind


def others(*ages: int, priority: int = 0) -> list[QueueVisit]:
    """Visits that have gone on for so many seconds."""
    times = (NOW - timedelta(seconds=age) for age in ages)
    return [
        QueueVisit(f"o{at}", 199, None, "fa", "support-fa", at, at, priority=priority)
        for at in times
    ]


@pytest.mark.parametrize(
    ("callers", "waiting", "priority", "waited", "ahead"),
    [
        (others(10, 20, 30), 3, 0, 0, 3),
        (others(10, 20, 30), 3, 0, 25, 1),
        (others(10, 20, 30), 3, 1, 0, 0),
        ([*others(10, 20), *others(5, priority=2)], 3, 1, 25, 1),
        (others(10, 20, 300, 400), 2, 0, 25, 0),
        (others(10, 20, 300, 400), None, 0, 25, 2),
        (others(10), 4, 0, 25, 3),
        ([], 0, 0, 0, 0),
        ([], None, 0, 0, 0),
    ],
)
def test_a_caller_is_behind_those_who_go_before(
    callers: list[QueueVisit], waiting: int | None, priority: int, waited: int, ahead: int
) -> None:
    """Who came first may speak by now; whom nobody has written down is ahead, to be honest."""
    since = NOW - timedelta(seconds=waited)
    place = place_among(Written(callers, 0), waiting, priority, since, NOW)
    assert place == Place(ahead)


def test_who_speaks_now_has_left_the_queue() -> None:
    """If they came within the minutes that count: of the others nobody knows when it was."""
    callers = others(10, 20, 800, 2000)
    written = Written(callers, 29)
    assert place_among(written, 2, 0, NOW, NOW) == Place(2, wait_range(2, 30))
