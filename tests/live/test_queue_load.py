"""A small form of `python -m tests.load`: nobody is lost, and who waits holds no connection."""

import pytest

from crm.records import Disposition
from tests.load.__main__ import under_load
from tests.load.running import Load

pytestmark = pytest.mark.live

SMALL = Load(callers=30, rate=10.0, seconds=20.0)


def test_no_caller_is_lost_under_load(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The callers, Asterisk and our journal tell the same of every call."""
    told: list[str] = []
    report = under_load(SMALL, 6, tmp_path_factory.mktemp("load"), told.append)

    assert report.problems == []
    assert report.connections_at_rest == 0
    assert report.waiting_at_rest >= SMALL.callers
    assert report.calls == report.dispositions.total() == SMALL.filling + SMALL.following
    assert report.dispositions[Disposition.ANSWERED] > SMALL.agents
    assert any("at rest: 30 wait" in words for words in told)
