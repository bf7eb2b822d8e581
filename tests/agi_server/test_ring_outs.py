"""What the journal is told of agents who let a call ring."""

from datetime import UTC, datetime, timedelta

import pytest

from agi_server.ring_outs import (
    FIRST_SEQUENCE,
    is_auto_pause,
    member_of,
    paused,
    rang_out,
    read_ring_out,
)
from agi_server.telling import tell_event
from ami.messages import Message

AT = datetime(2026, 3, 21, 8, 30, tzinfo=UTC)
RING = {
    "Event": "AgentRingNoAnswer",
    "Channel": "PJSIP/trunk-1",
    "DestUniqueid": "pbx-1790000000.77",
    "Queue": "support",
    "Interface": "PJSIP/101",
    "MemberName": "sara",
    "RingTime": "5012",
}
PAUSE = {
    "Event": "QueueMemberPause",
    "Queue": "support",
    "Interface": "PJSIP/101",
    "MemberName": "sara",
    "Paused": "1",
    "PausedReason": "Auto-Pause",
}
INT32 = 2**31


def message(fields: dict[str, str], **other: str) -> Message:
    """A message with these fields, some of them otherwise."""
    return Message(tuple({**fields, **other}.items()))


def test_a_ring_and_its_pause_are_told_in_words() -> None:
    """Behind whatever the request has noted, the ring before the pause."""
    ring = read_ring_out(message(RING), AT)
    rang, then = rang_out(ring, "call", 1), paused(ring, "call", 1, AT + timedelta(seconds=1))

    assert (rang.call_id, rang.visit, rang.at) == ("call", 1, AT)
    assert FIRST_SEQUENCE <= rang.sequence < then.sequence
    assert tell_event(rang) == ["agent sara did not answer: rang 5.0 s in support"]
    assert tell_event(then) == ["agent sara was paused in support for it (Auto-Pause)"]


def test_two_servers_give_an_event_the_same_key() -> None:
    """They hear of it at different moments; another ring has another key."""
    one, other = (read_ring_out(message(RING), at) for at in (AT, AT + timedelta(seconds=1)))
    next_ring = read_ring_out(message(RING, DestUniqueid="pbx-1790000009.78"), AT)

    keys = [rang_out(each, "call", 1).sequence for each in (one, other, next_ring)]

    assert keys[0] == keys[1]
    assert keys[2] > paused(one, "call", 1, AT).sequence


@pytest.mark.parametrize("unique", ["", "x", "1.999999999999", "1.²", "9" * 5000, "a-b-1.2"])
def test_whatever_the_id_the_number_fits(unique: str) -> None:
    """PostgreSQL's column has 32 bits."""
    ring = read_ring_out(message(RING, DestUniqueid=unique), AT)

    assert FIRST_SEQUENCE <= rang_out(ring, "call", 1).sequence < INT32
    assert paused(ring, "call", 1, AT).sequence < INT32


@pytest.mark.parametrize(
    ("told", "seconds"), [("0", 0.0), ("", 0.0), ("-3", 0.0), ("٤", 0.0), ("20049", 20.0)]
)
def test_what_is_no_time_counts_as_none(told: str, seconds: float) -> None:
    """A device that refuses at once has rung for no time."""
    ring = read_ring_out(message(RING, RingTime=told), AT)

    assert rang_out(ring, "call", 1).data["ring"] == seconds


def test_names_are_such_as_a_journal_can_bear() -> None:
    """A member may be called anything."""
    ring = read_ring_out(message(RING, MemberName="s\udcffa\x1b[31m" + "r" * 5000), AT)

    assert rang_out(ring, "call", 1).data["agent"].startswith("sa[31mrrr")
    assert len(rang_out(ring, "call", 1).data["agent"]) == 100


@pytest.mark.parametrize(
    ("other", "is_one"),
    [
        ({}, True),
        ({"Paused": "0"}, False),
        ({"PausedReason": "lunch"}, False),
        ({"PausedReason": ""}, False),
    ],
)
def test_only_asterisks_own_pause_is_an_auto_pause(other: dict[str, str], is_one: bool) -> None:
    """Not what an agent or a supervisor does; and it is known by queue and device."""
    event = message(PAUSE, **other)

    assert is_auto_pause(event) is is_one
    assert member_of(event) == read_ring_out(message(RING), AT).member
