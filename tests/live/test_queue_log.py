"""The reader of Asterisk's queue_log, on lines that Asterisk 22 has written."""

import pytest

from crm.records import Disposition
from tests.live.queue_log import (
    LoggedVisit,
    QueueLogError,
    logged_visits,
    read_line,
    waiting_at_once,
)

CALL = "1764000000.7"
ENTER = f"1764000000|{CALL}|support|NONE|ENTERQUEUE||+989351112233|1"


@pytest.mark.parametrize(
    ("end", "disposition", "waited"),
    [
        ("sara|CONNECT|4|1764000001.8|2", Disposition.ANSWERED, 4),
        ("NONE|ABANDON|1|1|4", Disposition.ABANDONED, 4),
        ("sara|ABANDON|1|1|4", Disposition.ABANDONED, 4),
        ("NONE|EXITWITHTIMEOUT|1|2|9", Disposition.TIMEOUT, 9),
        ("NONE|EXITEMPTY|1|2|9", Disposition.LEAVE_EMPTY, 9),
        ("NONE|EXITWITHKEY|5|1|2|9", Disposition.EXIT_KEY, 9),
        ("NONE|WITHDRAW|1|2|9|", Disposition.WITHDRAWN, 9),
        ("sara|AGENTDUMP|", Disposition.AGENT_DUMP, None),
        ("sara|SYSCOMPAT|", Disposition.INCOMPATIBLE, None),
    ],
)
def test_each_end_of_a_visit_is_known(
    end: str, disposition: Disposition, waited: int | None
) -> None:
    """With the seconds of waiting, where they are told."""
    lines = [read_line(ENTER), read_line(f"1764000004|{CALL}|support|{end}")]
    (visit,) = logged_visits(lines)
    assert (visit.disposition, visit.waited, visit.left_at) == (disposition, waited, 1764000004)
    assert visit.agent == ("sara" if disposition is Disposition.ANSWERED else None)
    assert visit.key == ("5" if disposition is Disposition.EXIT_KEY else None)


def test_a_call_that_enters_twice_has_two_visits() -> None:
    """And an attempt that was turned away between them."""
    lines = [
        ENTER,
        f"1764000003|{CALL}|support|NONE|EXITWITHTIMEOUT|1|1|3",
        f"1764000003|{CALL}|sales|NONE|JOINEMPTY|",
        f"1764000003|{CALL}|reception|NONE|ENTERQUEUE||+989351112233|1|Somebody",
        f"1764000005|{CALL}|reception|mina|CONNECT|2|1764000004.9|1",
        f"1764000009|{CALL}|reception|mina|COMPLETEAGENT|2|4|1",
    ]
    told = logged_visits(map(read_line, lines))
    assert [(each.queue, each.disposition) for each in told] == [
        ("support", Disposition.TIMEOUT),
        ("sales", Disposition.JOIN_EMPTY),
        ("reception", Disposition.ANSWERED),
    ]
    assert [each.talked for each in told] == [False, False, True]


@pytest.mark.parametrize(
    "lines",
    [
        [f"1764000003|{CALL}|support|NONE|ABANDON|1|1|3"],
        [ENTER, ENTER],
        [ENTER, f"1764000003|{CALL}|sales|NONE|ABANDON|1|1|3"],
        [ENTER, *[f"1764000003|{CALL}|support|NONE|ABANDON|1|1|3"] * 2],
        ["not a line"],
        [f"1764000003|{CALL}|support|NONE|SOMETHING|1"],
        [f"1764000003|{CALL}|support|NONE|ABANDON|1|1"],
    ],
    ids=["no-begin", "twice", "elsewhere", "two-ends", "text", "unknown", "short"],
)
def test_what_cannot_be_is_an_error(lines: list[str]) -> None:
    """Strict, or a fault of ours would be read over."""
    with pytest.raises(QueueLogError):
        logged_visits(map(read_line, lines))


def test_the_most_who_waited_at_once() -> None:
    """Of three visits, of which two overlap."""
    spans = [(0, 5), (3, 9), (9, 12)]
    visits = [
        LoggedVisit(str(begin), "q", begin, Disposition.ABANDONED, end) for begin, end in spans
    ]
    assert waiting_at_once(visits) == 2
