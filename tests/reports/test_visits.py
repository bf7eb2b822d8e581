"""Visits are counted so that what came in is what came out."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.records import Disposition, QueueVisit
from reports.visits import count_visits

AT = datetime(2026, 3, 21, 8, 30, tzinfo=UTC)
VISIT = QueueVisit("call-1", 1, "support", "fa", "rahyab-support-fa", AT, AT)

LET_IN = {
    Disposition.IN_PROGRESS, Disposition.ANSWERED, Disposition.ABANDONED, Disposition.EXIT_KEY,
    Disposition.TIMEOUT, Disposition.LEAVE_EMPTY, Disposition.WITHDRAWN, Disposition.AGENT_DUMP,
    Disposition.INCOMPATIBLE, Disposition.UNKNOWN,
}  # fmt: skip
"""Those whose sum is `entered`, written out: a new disposition has to be put somewhere."""

NOT_LET_IN = {
    Disposition.FULL, Disposition.JOIN_EMPTY, Disposition.CLOSED, Disposition.DIVERTED_RATIO,
    Disposition.DIVERTED_WAIT,
}  # fmt: skip

NO_ATTEMPT = {Disposition.NOT_ENTERED}


@given(st.lists(st.sampled_from(Disposition)))
def test_nobody_is_lost(ended: list[Disposition]) -> None:
    """Who never came stands in no column, everybody else in one, on the side where they were."""
    counts = count_visits(replace(VISIT, disposition=each) for each in ended)
    assert counts.attempts == len(ended) - sum(each in NO_ATTEMPT for each in ended)
    assert counts.entered == sum(each in LET_IN for each in ended)
    assert counts.blocked == sum(each in NOT_LET_IN for each in ended)
    assert counts.of_entered() == {each: ended.count(each) for each in LET_IN}
    assert counts.of_blocked() == {each: ended.count(each) for each in NOT_LET_IN}


@pytest.mark.parametrize("disposition", Disposition)
def test_each_is_on_one_side(disposition: Disposition) -> None:
    """Of the gate of the queue."""
    assert [disposition in side for side in (LET_IN, NOT_LET_IN, NO_ATTEMPT)].count(True) == 1
    assert disposition.is_entered is (disposition in LET_IN)
    assert disposition.is_blocked is (disposition in NOT_LET_IN)


def test_what_nobody_did_counts_as_none() -> None:
    """So that a table always has the same columns, in one order."""
    counts = count_visits([])
    assert counts.by_disposition == dict.fromkeys(Disposition, 0)
    assert list(counts.by_disposition) == list(Disposition)
    assert counts.attempts == 0
