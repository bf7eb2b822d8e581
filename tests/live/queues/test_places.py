"""Places in a queue that are earned elsewhere: waiting for a preferred agent, or overflowing."""

from typing import Final

import pytest

from crm.records import Customer, Disposition
from dialplan import contract
from tests.live.queues.office import Guest, Office

pytestmark = pytest.mark.live

KNOWN: Final = "+982191000041"
UPPER: Final = "+982191000042"
LOWER: Final = "+982191000043"
ALONE: Final = f"{contract.AGENT_QUEUE}own"


def looked_after(office: Office) -> str:
    """The number of a new customer whose own agent is `own`."""
    number = office.site.number()
    customer = Customer("Looked after", numbers=(number,), preferences={"agent": "own"})
    office.site.store.put_customers([customer])
    return number


def in_line(office: Office, queue: str, *guests: Guest) -> bool:
    """Whether exactly these wait in an Asterisk queue, in this order."""
    return office.waiting(queue) == [guest.entries[-1].channel for guest in guests]


def wait_for_line(office: Office, queue: str, *guests: Guest) -> None:
    """Wait until these and nobody else wait in a queue, and see their order."""
    office.wait(lambda: len(office.waiting(queue)) == len(guests))
    assert in_line(office, queue, *guests), office.asterisk_shows(f"queue show {queue}")


def test_a_caller_is_answered_by_the_agent_who_looks_after_them(office: Office) -> None:
    """Who alone is rung, though another is free; a stranger comes to all agents at once."""
    office.plug_in("own", ring=1.0, talk=1.0)
    other = office.plug_in("any", ring=0.1, talk=1.0)
    guest = office.call(KNOWN, number=looked_after(office))

    lived = office.end(guest)

    (visit,) = lived.story.queue_visits
    assert (visit.asterisk_queue, visit.queue) == (ALONE, "known")
    assert (visit.disposition, visit.agent) == (Disposition.ANSWERED, "own")
    assert [each.queue for each in guest.entries] == [ALONE]
    assert "rings" not in [event.kind for event in other.events()]
    assert [each.queue for each in office.come(KNOWN).entries] == ["known"]


def test_who_has_waited_for_their_agent_in_vain_goes_before_who_came_later(office: Office) -> None:
    """And behind who came earlier, and is answered by whoever is free then."""
    office.keep_busy("own")
    office.keep_busy("any")
    first = office.come(KNOWN)
    guest = office.come(KNOWN, number=looked_after(office))
    later = office.come(KNOWN)
    assert [each.queue for each in guest.entries] == [ALONE]
    assert office.waiting(ALONE) == [guest.entries[0].channel]

    wait_for_line(office, "known", first, guest, later)
    assert [(each.queue, each.position) for each in guest.entries] == [(ALONE, ""), ("known", "2")]
    office.let_go("any")
    wait_for_line(office, "known", guest, later)
    office.let_go("any")
    wait_for_line(office, "known", later)
    office.let_go("any")

    alone, together = office.end(guest).story.queue_visits
    assert (alone.asterisk_queue, alone.disposition) == (ALONE, Disposition.TIMEOUT)
    assert (together.asterisk_queue, together.disposition) == ("known", Disposition.ANSWERED)
    assert together.agent == "any"
    assert together.waiting_since == alone.entered_at


def test_an_overflow_keeps_the_place_that_was_earned(office: Office) -> None:
    """Before who came while the caller waited in the other queue; without it they would be last."""
    office.keep_busy("uma")
    office.keep_busy("vic")
    first = office.come(LOWER)
    guest = office.come(UPPER)
    later = office.come(LOWER)
    assert [each.queue for each in guest.entries] == ["upper"]

    wait_for_line(office, "lower", first, guest, later)
    assert [(each.queue, each.position) for each in guest.entries] == [
        ("upper", ""),
        ("lower", "2"),
    ]
    office.let_go("vic")
    wait_for_line(office, "lower", guest, later)
    office.asterisk_shows(f"channel request hangup {guest.entries[-1].channel}")

    upper, lower = office.end(guest).story.queue_visits
    assert (upper.disposition, lower.disposition) == (Disposition.TIMEOUT, Disposition.ABANDONED)
    assert lower.waiting_since == upper.entered_at
