"""Everything that can come of waiting in a queue, and the way on that the rules give."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from crm.records import Disposition, Outcome
from dialplan.contract import QueueStatus
from tests.live.queues.manager import ask, open_manager
from tests.live.queues.office import NEVER, Office
from tests.live.speech.site import Lived

pytestmark = pytest.mark.live

ALONE: Final = "+982191000031"
PAIR: Final = "+982191000032"
SMALL: Final = "+982191000033"


def timeout(office: Office) -> Lived:
    """The only agent lets it ring, and is not paused: the caller's time is over."""
    office.plug_in("tim", ring=NEVER)
    return office.end(office.call(ALONE))


def joinempty(office: Office) -> Lived:
    """Nobody is at their telephone."""
    return office.end(office.call(ALONE))


def leaveempty(office: Office) -> Lived:
    """Both agents let it ring, one after the other, and are paused: then nobody is there."""
    office.plug_in("pam", "pat", ring=NEVER)
    return office.end(office.call(PAIR))


def full(office: Office) -> Lived:
    """As many wait as the queue takes."""
    office.keep_busy("sam")
    office.come(SMALL)
    office.wait_for_waiting("small", 0)
    return office.end(office.call(SMALL))


def withdrawn(office: Office) -> Lived:
    """Somebody takes the caller out by the manager interface."""
    office.keep_busy("sam")
    guest = office.come(SMALL)
    shown = office.wait(lambda: re.search(r"1\. (\S+) \(wait", _small(office)))
    port = open_manager(office.site.telephony.asterisk)
    answer = ask(port, "QueueWithdrawCaller", Queue="small", Caller=shown[1])
    assert "Withdraw requested successfully" in answer
    return office.end(guest)


def _small(office: Office) -> str:
    return office.asterisk_shows("queue show small")


def answered(office: Office) -> Lived:
    """The agent hangs up."""
    office.plug_in("tim", ring=0.5, talk=1.0)
    return office.end(office.call(ALONE))


@dataclass(frozen=True)
class End:
    """What comes of waiting.

    Attributes:
        happens: Brings it about.
        status: QUEUESTATUS.
        cause: With which the rules hang up: it tells the way on.
        disposition: As the visit is kept.
        in_queue_log: The last that queue_log has of the call. Those who were not let in are
            written there by us.
    """

    happens: Callable[[Office], Lived]
    status: QueueStatus
    cause: str
    disposition: Disposition
    in_queue_log: str


ENDS: Final = (
    End(timeout, QueueStatus.TIMEOUT, "25", Disposition.TIMEOUT, "EXITWITHTIMEOUT"),
    End(joinempty, QueueStatus.JOINEMPTY, "25", Disposition.JOIN_EMPTY, "JOINEMPTY"),
    End(leaveempty, QueueStatus.LEAVEEMPTY, "26", Disposition.LEAVE_EMPTY, "EXITEMPTY"),
    End(full, QueueStatus.FULL, "27", Disposition.FULL, "FULL"),
    End(withdrawn, QueueStatus.WITHDRAW, "27", Disposition.WITHDRAWN, "WITHDRAW"),
    End(answered, QueueStatus.CONTINUE, "16", Disposition.ANSWERED, "COMPLETEAGENT"),
)


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.status.lower())
def test_what_comes_of_waiting_is_in_the_journal_and_leads_on(office: Office, end: End) -> None:
    """As `give_up` of the queue says; who was served is done."""
    lived = end.happens(office)

    (left,) = lived.data("left-queue")
    assert (left["status"], lived.cause) == (end.status, end.cause)
    (visit,) = lived.story.queue_visits
    assert visit.disposition is end.disposition
    served = end.disposition is Disposition.ANSWERED
    assert lived.story.call.outcome is (Outcome.ANSWERED if served else Outcome.NOT_ANSWERED)
    assert office.in_queue_log(lived.story)[-1].event == end.in_queue_log


@pytest.mark.parametrize("ring", [NEVER, None], ids=["lets-it-ring", "refuses"])
def test_who_does_not_answer_is_paused_and_the_call_goes_on(
    office: Office, ring: float | None
) -> None:
    """In that queue alone: in another the agent still counts.

    A telephone that says busy has not answered either: chan_pjsip tells app_queue no more than that
    the call to it is over.
    """
    office.plug_in("pam", ring=ring)
    office.plug_in("pat", ring=0.5, talk=1.0)

    lived = office.end(office.call(PAIR))

    assert lived.story.call.agent == "pat"
    log = office.in_queue_log(lived.story)
    assert [(each.agent, each.event) for each in log[1:-1]] == [
        ("pam", "RINGNOANSWER"),
        ("pat", "CONNECT"),
    ]
    assert "(paused:Auto-Pause" in office.member("pam", "pair")
    assert "paused" not in office.member("pam", "other")
    assert "paused" not in office.member("pat", "pair")


def test_joinunavail_and_leaveunavail_are_words_that_asterisk_does_not_say(office: Office) -> None:
    """No option of a queue brings them: every one that shuts it is told as empty.

    They stand in the table of app_queue.c (`queue_results`) and are set nowhere in it.
    """
    lines = office.site.telephony.end_call(office.call("words").caller).lines
    told = dict(re.findall(r"told (\S+) (\w+)\.", "\n".join(lines)))

    words = Path(__file__).with_name("by_hand.conf").read_text()
    shut = re.findall(r"^\[((?:join|leave)-\w+)\]", words, re.MULTILINE)
    assert told == {each: f"{each.partition('-')[0].upper()}EMPTY" for each in shut}
