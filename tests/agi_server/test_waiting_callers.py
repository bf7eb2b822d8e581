"""Who waits, as events and lists tell that are late, doubled, or never come."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from agi_server import waiting_callers
from agi_server.waiting_callers import Caller, WaitingCallers
from ami.messages import Message

NOON = datetime(2026, 3, 21, 12, tzinfo=UTC)


def told(number: int, queue: str = "support", channel: str = "") -> Message:
    """What Asterisk tells of a caller."""
    name = channel or f"PJSIP/trunk-{number}"
    return Message((("Queue", queue), ("Channel", name), ("Uniqueid", f"1780000000.{number}")))


def waiting(*numbers: int) -> WaitingCallers:
    """These callers wait in one queue."""
    callers = WaitingCallers()
    for number in numbers:
        callers.note(told(number))
    return callers


def names(callers: Sequence[Caller]) -> list[str]:
    """Their channels."""
    return [each.channel for each in callers]


def test_who_leaves_under_another_name_is_forgotten() -> None:
    """A channel can be renamed while it waits; its id stays."""
    callers = waiting(1, 2)

    callers.leave(told(1, channel="PJSIP/office-9"))

    assert names(callers.among()) == ["PJSIP/trunk-2"]


def test_another_name_is_learned_and_nothing_is_forgotten() -> None:
    """What was looked up stays; the new name is the one to ask by."""
    callers = waiting(1)
    (caller,) = callers.among()
    callers.learn(caller, Caller(caller.id, caller.channel, "support", call="a", is_known=True))

    callers.note(told(1, channel="PJSIP/office-9"))

    (caller,) = callers.among()
    assert (caller.channel, caller.call, caller.is_known) == ("PJSIP/office-9", "a", True)


def test_who_is_put_back_by_a_list_that_was_late_is_forgotten_by_the_next() -> None:
    """The list was made before the caller left, and is read after it."""
    callers = waiting(1, 2)
    before = callers.among("support")
    callers.leave(told(1))
    callers.compare(before, [told(1), told(2)])
    assert len(callers) == 2

    callers.compare(callers.among(), [told(2)])

    assert names(callers.among()) == ["PJSIP/trunk-2"]


def test_a_list_forgets_nobody_who_came_while_it_was_made() -> None:
    """Nor anybody in another queue, if it is of one."""
    callers = waiting(1)
    callers.note(told(2, "sales"))
    before = callers.among("support")
    callers.note(told(3))

    callers.compare(before, [])

    assert names(callers.among()) == ["PJSIP/trunk-2", "PJSIP/trunk-3"]


def test_a_leave_that_is_late_takes_nobody_out_of_the_next_queue() -> None:
    """The caller is in another one by now, as a list has told before."""
    callers = waiting(1)
    callers.compare(callers.among(), [told(1, "sales")])

    callers.leave(told(1, "support"))

    assert [each.queue for each in callers.among()] == ["sales"]


def test_who_is_not_wholly_known_is_looked_up_later() -> None:
    """And whoever is known, not at all."""
    callers = waiting(1, 2, 3)
    one, two, _ = callers.among()
    later = NOON + timedelta(seconds=10)
    callers.learn(one, Caller(one.id, one.channel, one.queue, look_at=later))
    callers.learn(two, Caller(two.id, two.channel, two.queue, is_known=True))

    assert names(callers.to_look_up(NOON)) == ["PJSIP/trunk-3"]
    assert names(callers.to_look_up(later)) == ["PJSIP/trunk-1", "PJSIP/trunk-3"]


def test_that_there_are_too_many_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is followed already goes on being followed."""
    monkeypatch.setattr(waiting_callers, "MOST_CALLERS", 2)

    with capture_logs() as logs:
        callers = waiting(1, 2, 3, 4)
    callers.note(told(2, "sales"))

    assert [each.queue for each in callers.among()] == ["support", "sales"]
    assert [(line["log_level"], line["followed"]) for line in logs] == [("warning", 2)]
