"""Requests, callbacks and one-time codes, keyed on a real telephone."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agi_server.lab.caller import Caller
from agi_server.lab.phone import Phone
from agi_server.lab.waiting import wait_until
from crm.asking_records import MessageKind
from crm.records import Outcome
from ivr.spoken import digits, digits_in_groups
from tests.live.speech.hearing import read_wav, share_of_tone
from tests.live.speech.site import Lived, Site

pytestmark = pytest.mark.live

REQUEST, LOOK_UP = "+982191000010", "+982191000011"
CALLBACK, PROVE = "+982191000012", "+982191000013"
SARA = "PJSIP/101"
TEHRAN = ZoneInfo("Asia/Tehran")
SECONDS = 15.0


def hears(caller: Caller, prompt: str) -> bool:
    """Whether this is what the caller began to hear last."""
    played = caller.log.played
    return bool(played) and played[-1].sound.endswith(f"/{prompt}")


def opened(site: Site) -> tuple[str, Lived]:
    """A request that Sara has spoken about: its number, and the call in which it was opened."""
    phone = site.telephony.plug_in(SARA, ring=0.2, talk=0.3)
    lived = site.call(REQUEST, "hear:tracking-number-is 5")
    phone.stop()
    (case,) = lived.story.cases
    assert (lived.story.call.agent, lived.story.call.outcome) == ("sara", Outcome.ANSWERED)
    return case.tracking, lived


def test_a_tracking_number_is_said_in_groups_and_repeated(site: Site) -> None:
    """On `*`, before the call goes on."""
    lived = site.call(REQUEST, "hear:tracking-number-again * hear:tracking-number-again hangup")

    (case,) = lived.story.cases
    number = digits(case.tracking, "en")
    assert "pause" in number
    assert lived.was_told("tracking-number-is", *number, "tracking-number-is", *number)


@pytest.mark.parametrize(
    ("plug_in", "outcome", "cause"),
    [
        (lambda site: site.telephony.plug_in(SARA, ring=1.2, talk=1.0), Outcome.ANSWERED, "16"),
        (lambda site: site.telephony.plug_in(SARA, ring=30.0), Outcome.NOT_ANSWERED, "29"),
        (lambda site: site.telephony.plug_in(SARA, ring=None), Outcome.NOT_ANSWERED, "29"),
        (lambda _: None, Outcome.NOT_ANSWERED, "29"),
    ],
    ids=["answers", "rings-out", "is-busy", "is-not-there"],
)
def test_a_caller_is_put_through_to_the_agent_of_the_request(
    site: Site, plug_in: Callable[[Site], Phone | None], outcome: Outcome, cause: str
) -> None:
    """Who spoke about it is rung; a caller who is not answered goes on as the rules say."""
    tracking, _ = opened(site)
    plug_in(site)

    lived = site.call(LOOK_UP, f"hear:enter-tracking-number {tracking} hear:tracking-state-new 1")

    assert ("tracking", "agent") in lived.left
    (visit,) = lived.data("left-queue")
    call = lived.story.call
    assert (call.outcome, lived.cause) == (outcome, cause)
    if outcome is Outcome.ANSWERED:
        assert (call.agent, visit["agent"]) == ("sara", "sara")
        assert call.answered_at is not None
        assert call.left_queue_at is not None
        assert call.answered_at < call.left_queue_at
    else:
        assert call.agent is None


def test_a_caller_who_hangs_up_on_the_agent_of_the_request_was_answered(site: Site) -> None:
    """The end of the call alone tells so: nothing is asked after it."""
    tracking, _ = opened(site)
    phone = site.telephony.plug_in(SARA, ring=0.2, talk=30.0)
    number, caller = site.start(
        LOOK_UP, f"hear:enter-tracking-number {tracking} hear:tracking-state-new 1"
    )
    phone.wait_for("answers")
    caller.hang_up()
    lived = site.end(number, caller)

    assert lived.story.call.outcome is Outcome.ANSWERED
    assert lived.story.call.agent == "sara"
    assert lived.stage == "with agent sara"
    assert wait_until(site.is_quiet, SECONDS)


def test_a_note_is_added_to_a_request(site: Site) -> None:
    """What is spoken is kept with the request, and what was said is in it."""
    tracking, _ = opened(site)

    lived = site.call(
        LOOK_UP,
        f"hear:enter-tracking-number {tracking} hear:tracking-state-new 2 "
        "hear:leave-a-note hear:beep wait:0.8 tone:700:2 # hear:message-review 1",
    )

    (note,) = lived.story.recordings
    assert (note.mailbox, note.tracking) == (f"case {tracking}", tracking)
    assert share_of_tone(read_wav(Path(note.path)), 700) > 0.9
    assert lived.left[-1] == ("tracking", "finished")


def test_a_callback_at_a_time_that_was_chosen_by_key(site: Site) -> None:
    """Another number is keyed and confirmed; the second of the times within the hours is taken."""
    lived = site.call(
        CALLBACK,
        "hear:callback-number-is 2 hear:enter-callback-number 02188776655# "
        "hear:callback-number-is 1 hear:callback-when 2 hear:callback-times 2",
        at="2026-11-24 10:20",
    )

    wish = lived.story.callback
    assert wish is not None
    assert wish.number == "+982188776655"
    assert wish.earliest is not None
    assert wish.latest is not None
    assert [at.astimezone(TEHRAN) for at in (wish.earliest, wish.latest)] == [
        datetime(2026, 11, 24, 14, 0, tzinfo=TEHRAN),
        datetime(2026, 11, 24, 16, 0, tzinfo=TEHRAN),
    ]
    number = digits_in_groups(("021", "8877", "6655"))
    assert lived.was_told("callback-kept", *number, "time-from", "time-until")
    assert lived.story.call.outcome is Outcome.CALLBACK


def test_who_asks_twice_is_called_once(site: Site) -> None:
    """The second call joins the first one's wish, and hears so."""
    number = site.number()
    soon = "hear:callback-number-is 1 hear:callback-when 1 hear:we-will-call-you-back hangup"
    first = site.call(CALLBACK, soon, number=number)
    second = site.call(CALLBACK, soon, number=number)

    assert first.was_told("callback-kept", "we-will-call-you-back")
    assert second.was_told("callback-joined", "we-will-call-you-back")
    assert first.story.callback == second.story.callback


def test_a_one_time_code_is_read_from_the_message_and_keyed(site: Site) -> None:
    """First a wrong one, then the one that was sent; neither stands in the journal or the log."""
    number, caller = site.start(PROVE, "hear:enter-code")
    sent = wait_until(lambda: site.store.messages(search=number), SECONDS)
    assert sent
    (message,) = sent
    assert message.kind is MessageKind.CODE
    found = re.search(r"\d{6}", message.text)
    assert found
    code = found[0]
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"

    for keys, answer in ((wrong, "code-wrong"), (code, "code-right")):
        assert wait_until(lambda: hears(caller, "enter-code"), SECONDS)
        caller.press(keys)
        assert wait_until(lambda answer=answer: hears(caller, answer), SECONDS)
    lived = site.end(number, caller)

    assert [checked["right"] for checked in lived.data("code-checked")] == [False, True]
    assert lived.keyed == ["******", "******"]
    assert (lived.left, lived.cause) == ([("proof", "finished")], "21")
    written = repr(lived.story.timeline) + site.output.read_text()
    assert code not in written
    assert wrong not in written
