"""How queues stand, as Asterisk tells it in one line: what it does not tell is never 0."""

# ruff: noqa: D103  the names of the tests say what they test

import pytest

from agi_server.commands import CountAgents, QueueStanding, ReadQueue
from agi_server.protocol import LocalProtocolError
from tests.replies import reply

READ = ReadQueue("support-fa")
COUNT = CountAgents("support-fa", ("PJSIP/101", "Local/5@agents/n"))


def test_one_expression_asks_for_all_of_it():
    line = READ.encode().decode()
    assert line.startswith('GET FULL VARIABLE "${QUEUE_EXISTS(support-fa)}|')
    assert line.endswith('|${QUEUE_MEMBER_LIST(support-fa)}"\n')
    assert line.count("|") == 8


@pytest.mark.parametrize(
    ("told", "standing"),
    [
        ("1|0|0|0|0|1795338363||0|", QueueStanding(0, 0, None, ())),
        ("1|2|0|0|0|1795338363|1795338353|1|PJSIP/101", QueueStanding(2, 10, None, ("PJSIP/101",))),
        ("1|2|0|7|0|1795338363|1795338363|0|", QueueStanding(2, 0, 0, ())),
        ("1|1|0|0|12|1795338363|1795338364|0|", QueueStanding(1, 0, 12, ())),
        ("1|1|-1|9|12|1795338363||0|", QueueStanding(1, None, None, ())),
        ("1||0|9|12||||", QueueStanding(None, None, 12, None)),
        ("1|0|0|0|0|5||3|PJSIP/101,PJSIP/1", QueueStanding(0, 0, None, None)),
        ("1|0|0|0|0|5||1|${SHELL(x)}", QueueStanding(0, 0, None, None)),
        ("1|0|0|0|0|5||2|A/1,B|2", QueueStanding(0, 0, None, None)),
        ("0|0|-1|0|0|1795338363||0|", None),
        ("||||| 1795338363|||", None),
        ("", None),
        ("1|0", None),
    ],
)
def test_what_is_not_told_is_not_known(told: str, standing: QueueStanding | None):
    assert READ.decode(reply(f"1 ({told})")) == standing


@pytest.mark.parametrize(
    ("told", "agents"),
    [
        ("0NOT_INUSE,0INUSE", 2),
        ("0NOT_INUSE,1NOT_INUSE", 1),
        ("0UNAVAILABLE,0INVALID", 0),
        ("0UNKNOWN,0ONHOLD", 2),
        ("0NOT_INUSE", None),
        ("0NOT_INUSE,", None),
        ("NOT_INUSE,INUSE", None),
        ("", None),
    ],
)
def test_agents_are_those_who_are_there_and_not_paused(told: str, agents: int | None):
    assert COUNT.decode(reply(f"1 ({told})")) == agents


@pytest.mark.parametrize("limit", [200, 2047, 8191])
def test_members_are_asked_about_in_lines_that_fit(limit: int):
    members = tuple(f"PJSIP/{number}" for number in range(100))
    batches = CountAgents.batches("support-fa", members, limit)
    assert tuple(each for batch in batches for each in batch.interfaces) == members
    lengths = [len(batch.encode()) for batch in batches]
    assert max(lengths) <= limit
    room = limit - len(CountAgents("support-fa", ("PJSIP/10",)).encode())
    assert all(length > room for length in lengths[:-1])


def test_no_members_need_no_line():
    assert CountAgents.batches("support-fa", (), 2047) == []


@pytest.mark.parametrize("name", ["", "a b", "a)", "${X}", "a,b", "é", "a\n"])
def test_nothing_but_names_gets_into_an_expression(name: str):
    for command in (ReadQueue(name), CountAgents(name, ("PJSIP/1",)), CountAgents("a", (name,))):
        with pytest.raises(LocalProtocolError):
            command.encode()
