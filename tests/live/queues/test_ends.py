"""Everything that can come of waiting in a queue, and the way on that the rules give."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from crm.records import Outcome
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


@pytest.mark.parametrize(
    ("happens", "status", "cause", "in_queue_log"),
    [
        (timeout, QueueStatus.TIMEOUT, "25", "EXITWITHTIMEOUT"),
        (joinempty, QueueStatus.JOINEMPTY, "25", None),
        (leaveempty, QueueStatus.LEAVEEMPTY, "26", "EXITEMPTY"),
        (full, QueueStatus.FULL, "27", None),
        (withdrawn, QueueStatus.WITHDRAW, "27", "WITHDRAW"),
        (answered, QueueStatus.CONTINUE, "16", "COMPLETEAGENT"),
    ],
    ids=["timeout", "joinempty", "leaveempty", "full", "withdraw", "continue"],
)
def test_what_comes_of_waiting_is_in_the_journal_and_leads_on(
    office: Office,
    happens: Callable[[Office], Lived],
    status: QueueStatus,
    cause: str,
    in_queue_log: str | None,
) -> None:
    """As `give_up` of the queue says; who was served is done.

    Of callers who were not let in Asterisk's own queue_log knows nothing.
    """
    lived = happens(office)

    (visit,) = lived.data("left-queue")
    assert (visit["status"], lived.cause) == (status, cause)
    served = status is QueueStatus.CONTINUE
    assert lived.story.call.outcome is (Outcome.ANSWERED if served else Outcome.NOT_ANSWERED)
    events = [each.event for each in office.in_queue_log(lived.story)]
    assert events[-1:] == ([in_queue_log] if in_queue_log else [])


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
