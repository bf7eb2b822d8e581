"""How a call ended, in one word."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agi_server.endings import (
    END_OF_THE_RULES,
    LONGEST_CALL,
    call_log_fields,
    final_change,
    likely_outcome,
    outcome_in_words,
    outcome_of,
    visit_as_told,
)
from agi_server.request import Request
from crm.records import Call, Disposition, Outcome, QueueVisit

START = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
QUEUED = START + timedelta(seconds=20)
END = START + timedelta(seconds=100)

CALL = Call(
    id="1.2-3",
    started_at=START,
    caller_as_sent="09121234567",
    name_as_sent="",
    caller="+989121234567",
    dialled="+982191000000",
    source="website",
    language="fa",
    customer_id=1,
    customer_name="Sara",
    revision="abc",
    facts={},
    trial=False,
    queue=None,
    agent=None,
    queued_at=None,
    answered_at=None,
    left_queue_at=None,
    ended_at=None,
    outcome=Outcome.IN_PROGRESS,
    stage="menu welcome",
    state={},
)
WAITING = replace(CALL, queue="support", queued_at=QUEUED, stage="queue support")
REQUEST = Request(
    call_id="1.2-3",
    visit=2,
    channel="PJSIP/trunk-1",
    dialled="+982191000000",
    at=None,
    status="",
    agent=None,
    hold=None,
    queued_at=None,
    fell_back=False,
    trial=False,
)
WITH_AGENT = replace(REQUEST, agent="sara", hold=5, queued_at=QUEUED)


@pytest.mark.parametrize(
    ("call", "request_", "expected"),
    [
        (CALL, REQUEST, Outcome.LEFT_IN_MENU),
        (replace(CALL, stage=END_OF_THE_RULES), REQUEST, Outcome.SELF_SERVED),
        (WAITING, replace(REQUEST, queued_at=QUEUED), Outcome.ABANDONED),
        (WAITING, REQUEST, Outcome.LEFT_IN_MENU),
        (replace(WAITING, left_queue_at=QUEUED), REQUEST, Outcome.NOT_ANSWERED),
        (WAITING, WITH_AGENT, Outcome.ANSWERED),
        (WAITING, replace(REQUEST, trial=True), Outcome.REACHED_QUEUE),
        (replace(WAITING, stage=END_OF_THE_RULES), REQUEST, Outcome.NOT_ANSWERED),
        (replace(WAITING, outcome=Outcome.ANSWERED), REQUEST, Outcome.ANSWERED),
        (replace(CALL, outcome=Outcome.VOICEMAIL), REQUEST, Outcome.VOICEMAIL),
        (CALL, replace(REQUEST, fell_back=True), Outcome.FELL_BACK),
    ],
)
def test_outcome(call: Call, request_: Request, expected: Outcome) -> None:
    """Each way to end has its word."""
    assert outcome_of(call, request_) is expected


def test_caller_who_hangs_up_on_the_agent_was_answered() -> None:
    """The dialplan's variables tell who answered and after how long."""
    change = final_change(WAITING, WITH_AGENT, END)

    assert change.agent == "sara"
    assert change.answered_at == QUEUED + timedelta(seconds=5)
    assert change.left_queue_at == END
    assert change.stage == "with agent sara"


def test_end_after_the_queue_leaves_its_times_alone() -> None:
    """What `after-queue` recorded stands."""
    left = replace(WAITING, left_queue_at=QUEUED + timedelta(seconds=30), outcome=Outcome.ANSWERED)
    change = final_change(left, WITH_AGENT, END)

    assert change.left_queue_at is None
    assert change.answered_at is None
    assert change.agent is None


def test_log_line_masks_the_caller_and_tells_times() -> None:
    """One line tells the call without telling the number."""
    fields = call_log_fields(WAITING, final_change(WAITING, WITH_AGENT, END))

    assert fields["caller"] == "+989*******67"
    assert (fields["waited"], fields["talked"], fields["lasted"]) == (5.0, 75.0, 100.0)
    assert "+989121234567" not in str(fields)


def test_call_without_an_end_is_not_in_progress_for_ever() -> None:
    """Its `ended` met a server that was down."""
    assert outcome_in_words(CALL, START + LONGEST_CALL) == "in-progress"
    late = START + LONGEST_CALL + timedelta(seconds=1)
    assert outcome_in_words(CALL, late) == "end never reported"
    assert outcome_in_words(replace(CALL, outcome=Outcome.ANSWERED), late) == "answered"


def test_who_hangs_up_on_the_way_to_a_queue_has_not_left_it() -> None:
    """Asterisk never had them there."""
    change = final_change(WAITING, REQUEST, END)

    assert (change.outcome, change.left_queue_at) == (Outcome.LEFT_IN_MENU, None)
    assert call_log_fields(WAITING, change)["waited"] is None


def test_agent_of_a_second_queue_is_recorded() -> None:
    """The times of the first queue do not hide that the caller was in another."""
    second = replace(WAITING, queue="sales", stage="queue sales", left_queue_at=QUEUED)
    change = final_change(second, WITH_AGENT, END)

    assert (change.agent, change.left_queue_at) == ("sara", END)


@pytest.mark.parametrize(
    ("agent", "outcome", "stage"),
    [("sara", Outcome.ANSWERED, "with agent sara"), (None, Outcome.ABANDONED, None)],
)
def test_who_hangs_up_with_one_agent_alone_is_told_as_in_a_queue(
    agent: str | None, outcome: Outcome, stage: str | None
) -> None:
    """While the telephone rings, or while they speak."""
    hold = None if agent is None else 5
    request = replace(REQUEST, agent=agent, hold=hold, queued_at=QUEUED)
    change = final_change(replace(CALL, stage="agent sara"), request, END)
    assert (change.outcome, change.stage) == (outcome, stage)
    assert change.queued_at == QUEUED
    assert (change.answered_at is not None) is (agent is not None)


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ({}, Outcome.LEFT_IN_MENU),
        ({"queued_at": QUEUED}, Outcome.ABANDONED),
        ({"queued_at": QUEUED, "status": "TIMEOUT"}, Outcome.NOT_ANSWERED),
        ({"queued_at": QUEUED, "key": "1"}, Outcome.NOT_ANSWERED),
    ],
    ids=["no-queue", "in-mid-wait", "waited-in-vain", "left-by-key"],
)
def test_the_end_alone_tells_what_is_likely(told: dict[str, Any], outcome: Outcome) -> None:
    """Where nobody remembers what went before."""
    assert likely_outcome(replace(REQUEST, **told)) is outcome


VISIT = QueueVisit("1.2-3", 1, "support", "fa", "support-fa", QUEUED, QUEUED)
LATE = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("call", "now", "told"),
    [
        (CALL, END, Disposition.IN_PROGRESS),
        (CALL, START + LONGEST_CALL, Disposition.IN_PROGRESS),
        (CALL, START + LONGEST_CALL + LATE, Disposition.UNKNOWN),
        (replace(CALL, ended_at=END), END, Disposition.UNKNOWN),
    ],
    ids=["goes on", "as long as any", "longer than any", "has ended"],
)
def test_nobody_waits_in_a_call_that_is_over(call: Call, now: datetime, told: Disposition) -> None:
    """Whether an agent had answered or not: when they parted, nobody knows."""
    for visit in (VISIT, replace(VISIT, agent="ali", answered_at=QUEUED)):
        assert visit_as_told(visit, call, now) == replace(visit, disposition=told)


@pytest.mark.parametrize("disposition", sorted({*Disposition} - {Disposition.IN_PROGRESS}))
def test_a_visit_that_ended_is_told_as_it_ended(disposition: Disposition) -> None:
    """Also in a call that is over."""
    ended = replace(VISIT, disposition=disposition, left_at=END)
    over = replace(CALL, ended_at=END)
    assert visit_as_told(ended, over, END + LONGEST_CALL) == ended
