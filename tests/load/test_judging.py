"""That the judge of a load sees what three witnesses do not tell alike."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from agi_server.lab.caller import Ended
from crm.records import Call, Disposition, Outcome, QueueVisit
from tests.live.queue_log import read_line
from tests.load.judging import Kept, judged
from tests.load.office import FIRST_CALLER, Office
from tests.load.running import Load, Run

LOAD = Load(callers=1, rate=1.0, seconds=1.0)
NUMBER = f"+{FIRST_CALLER}"
CALL = "1764000000.7-123456"
AT = datetime.fromtimestamp(1764000000, UTC)


def a_run() -> Run:
    """One caller, whom an agent has answered after three seconds."""
    lines = [
        f"1764000000|1764000000.7|support|NONE|ENTERQUEUE||{NUMBER}|1",
        "1764000003|1764000000.7|support|sara|CONNECT|3|1764000001.8|1",
        "1764000009|1764000000.7|support|sara|COMPLETEAGENT|3|6|1",
    ]
    return Run(
        calls=1,
        lines=[read_line(line) for line in lines],
        ended={NUMBER: Ended.BY_ASTERISK},
        at_rest=[0],
        waiting_at_rest=1,
    )


def a_call() -> Call:
    """The same in our journal."""
    return Call(
        id=CALL,
        started_at=AT,
        caller_as_sent=NUMBER,
        name_as_sent="",
        caller=NUMBER,
        dialled="",
        source=None,
        language="en",
        customer_id=None,
        customer_name=None,
        revision="",
        facts={},
        trial=False,
        queue="support",
        agent="sara",
        queued_at=AT,
        answered_at=AT,
        left_queue_at=AT,
        ended_at=AT,
        outcome=Outcome.ANSWERED,
        stage=None,
        state={},
    )


def a_visit() -> QueueVisit:
    """And the visit."""
    return QueueVisit(
        call_id=CALL,
        number=199,
        queue="support",
        language="en",
        asterisk_queue="support",
        entered_at=AT,
        waiting_since=AT,
        disposition=Disposition.ANSWERED,
        left_at=datetime.fromtimestamp(1764000009, UTC),
        agent="sara",
        answered_at=datetime.fromtimestamp(1764000003, UTC),
    )


def test_three_witnesses_who_agree_leave_no_problem() -> None:
    """And the figures are theirs."""
    report = judged(LOAD, 2, a_run(), Kept([a_call()], [a_visit()]))
    assert report.problems == []
    assert report.dispositions == {Disposition.ANSWERED: 1}
    assert [report.waited_part(part) for part in (0.0, 0.5, 1.0)] == [3, 3, 3]
    assert report.most_waiting == 1


def hangs_up_too_early(run: Run, kept: Kept) -> Kept:
    """We hung up on somebody who waited."""
    run.lines = [run.lines[0], read_line("1764000003|1764000000.7|support|NONE|ABANDON|1|1|3")]
    visit = replace(kept.visits[0], disposition=Disposition.ABANDONED, agent=None, answered_at=None)
    return Kept([replace(kept.calls[0], outcome=Outcome.ABANDONED)], [visit])


def never_ends(run: Run, kept: Kept) -> Kept:
    """The caller is still on the line."""
    run.ended.clear()
    return kept


def is_unknown_to_asterisk(run: Run, kept: Kept) -> Kept:
    """The caller never came to the queue."""
    run.lines.clear()
    return kept


def is_answered_by_another(run: Run, kept: Kept) -> Kept:
    """The record names another agent than Asterisk does."""
    del run
    return Kept(kept.calls, [replace(kept.visits[0], agent="mina")])


def is_kept_twice(run: Run, kept: Kept) -> Kept:
    """The journal has the call under two ids."""
    del run
    return Kept([*kept.calls, replace(kept.calls[0], id="other")], kept.visits)


def has_no_end(run: Run, kept: Kept) -> Kept:
    """Nobody told the journal that the call is over."""
    del run
    return Kept([replace(kept.calls[0], ended_at=None)], kept.visits)


def is_a_stranger(run: Run, kept: Kept) -> Kept:
    """The journal has a call that nobody placed."""
    del run
    return Kept([*kept.calls, replace(kept.calls[0], caller="+982100")], kept.visits)


def holds_a_connection(run: Run, kept: Kept) -> Kept:
    """A caller who waits holds a connection to us."""
    run.at_rest = [0, 1]
    return kept


def does_not_wait(run: Run, kept: Kept) -> Kept:
    """Fewer wait than were asked for."""
    run.waiting_at_rest = 0
    return kept


@pytest.mark.parametrize(
    "fault",
    [
        hangs_up_too_early,
        never_ends,
        is_unknown_to_asterisk,
        is_answered_by_another,
        is_kept_twice,
        has_no_end,
        is_a_stranger,
        holds_a_connection,
        does_not_wait,
    ],
)
def test_each_fault_is_a_problem(fault: Callable[[Run, Kept], Kept]) -> None:
    """One at a time."""
    run = a_run()
    kept = fault(run, Kept([a_call()], [a_visit()]))
    assert judged(LOAD, 2, run, kept).problems


def test_an_office_has_a_number_for_each_of_its_queues() -> None:
    """And every agent serves two of them."""
    office = Office(queues=6, agents=7)
    assert len(set(office.numbers)) == 6
    assert office.rules().count("device: Local/") == 7
