"""Recording what a caller says."""

from dataclasses import replace

import pytest

from ivr.effects import KeepRecording, Left, NoTape, PlayBack, Record, Taped
from ivr.machine import WantsPerson
from ivr.recording import MOST_TAKES, SHORTEST_SECONDS, Kept, Wanted, record
from routing.destinations import Route, ToQueue, ToVoicemail
from tests.ivr.driver import Driver, course
from tests.sample import POLICY

EARLY, UNWRITTEN = Taped(0.0, NoTape.KEY), Taped(0.0, NoTape.NOT_WRITTEN)
SHORT, LONG = Taped(SHORTEST_SECONDS - 0.1), Taped(12.0)
REVIEWED = Wanted("box", ("leave-a-message",), 60, review=True)
PLAIN = Wanted("box", ("leave-a-message",), 60)


def taped(
    *keys: str, wanted: Wanted = REVIEWED, takes: tuple[Taped, ...] = (LONG,), kept: bool = True
) -> tuple[Kept | WantsPerson | None, Driver]:
    """What a recording comes to, and what it asked for."""
    driver = Driver(keys, {Record: takes, KeepRecording: [kept]})
    return driver.drive(record(course(), wanted)), driver


def test_a_message_is_on_disk_before_the_caller_hears_so() -> None:
    """What is said first can be cut short; the beep is part of recording."""
    outcome, driver = taped(wanted=PLAIN)
    assert outcome == Kept(12.0)
    assert [type(effect).__name__ for effect in driver.effects] == [
        "Say",
        "Record",
        "KeepRecording",
        "Say",
    ]
    assert driver.effects[2] == KeepRecording("box", 12.0)
    assert driver.said == ["leave-a-message", "message-kept"]


def test_nothing_need_be_said_first() -> None:
    """A mailbox may have no greeting of its own: the route to it has said one."""
    assert taped(wanted=Wanted("box", (), 60))[1].said == ["message-kept"]


def test_a_short_message_is_a_caller_who_said_nothing() -> None:
    """It is not kept, and without a review not asked for again."""
    outcome, driver = taped(wanted=PLAIN, takes=(SHORT,))
    assert outcome is None
    assert driver.said == ["leave-a-message", "message-too-short"]
    assert not driver.asked(KeepRecording)


def test_who_may_review_may_try_again_after_a_short_one() -> None:
    """They hear that it begins anew."""
    outcome, driver = taped("1", takes=(SHORT, LONG))
    assert outcome == Kept(12.0)
    assert driver.said[1:3] == ["message-too-short", "message-anew"]


@pytest.mark.parametrize("keys", [("1",), (), ("7", "7")])
def test_a_message_is_kept_unless_the_caller_says_otherwise(keys: tuple[str, ...]) -> None:
    """Silence and wrong keys keep it, as hanging up does."""
    outcome, driver = taped(*keys)
    assert outcome == Kept(12.0)
    assert driver.said[-1] == "message-kept"
    assert len(driver.asked(Record)) == 1


def test_a_message_can_be_heard_and_recorded_anew() -> None:
    """Each take is put down as it is made, in place of the one before."""
    outcome, driver = taped("2", "3", "2", "1", takes=(LONG, Taped(20.0)))
    assert outcome == Kept(20.0)
    assert len(driver.asked(PlayBack)) == 2
    assert [each.seconds for each in driver.asked(KeepRecording)] == [12.0, 20.0]
    assert driver.said.count("message-kept") == 1


def test_a_short_take_that_replaces_a_message_is_put_down_as_it_is() -> None:
    """The message is gone, and the store must not tell of one that nobody can hear."""
    outcome, driver = taped("3", takes=(LONG, SHORT))
    assert outcome is None
    assert [each.seconds for each in driver.asked(KeepRecording)][1:] == [SHORT.seconds] * 3
    assert driver.said[-1] == "message-too-short"


def test_what_was_recorded_earlier_in_the_call_stays() -> None:
    """Each recording of a place has its number; the takes of one share it."""
    talk = course()
    driver = Driver(["3", "1", "1"], {KeepRecording: [True]})
    driver.drive(record(talk, REVIEWED))
    driver.drive(record(talk, REVIEWED))
    assert [each.number for each in driver.asked(Record)] == [1, 1, 2]
    assert [each.number for each in driver.asked(KeepRecording)] == [1, 1, 2]
    assert talk.recordings == {"box": 2}


def test_a_recording_that_came_to_nothing_takes_no_number() -> None:
    """Nothing tells of it, so that the next one may lie where it lay."""
    talk = course()
    Driver((), {Record: [SHORT]}).drive(record(talk, PLAIN))
    assert talk.next_recording("box") == 1


def test_a_key_during_the_beep_is_given_another_beep() -> None:
    """Who ends a recording before it begins was early: they have said nothing yet."""
    outcome, driver = taped(wanted=PLAIN, takes=(EARLY, LONG))
    assert outcome == Kept(12.0)
    assert driver.said == ["leave-a-message", "message-kept"]


def test_a_stuck_key_ends_a_recording() -> None:
    """Once more, not for ever."""
    outcome, driver = taped(wanted=PLAIN, takes=(EARLY,))
    assert outcome is None
    assert len(driver.asked(Record)) == 2
    assert driver.said[-1] == "message-too-short"


def test_a_key_during_the_beep_replaces_nothing() -> None:
    """The take before is still there."""
    outcome, driver = taped("3", takes=(LONG, EARLY))
    assert outcome == Kept(12.0)
    assert [each.seconds for each in driver.asked(KeepRecording)] == [12.0]


def test_a_file_that_cannot_be_written_is_no_caller_who_spoke_too_briefly() -> None:
    """They hear that nothing is kept, and are not asked to speak again for nothing."""
    outcome, driver = taped(takes=(UNWRITTEN,))
    assert outcome is None
    assert driver.said == ["leave-a-message", "message-not-kept"]
    assert len(driver.asked(Record)) == 1


def test_a_take_that_cannot_be_written_replaces_nothing() -> None:
    """The earlier one stays as it is told."""
    outcome, driver = taped("3", takes=(LONG, UNWRITTEN))
    assert outcome == Kept(12.0)
    assert [each.seconds for each in driver.asked(KeepRecording)] == [12.0]
    assert driver.said[-1] == "message-not-kept"


def test_takes_are_counted() -> None:
    """The last is not offered for review: it is kept."""
    outcome, driver = taped(*"3" * 20)
    assert outcome == Kept(12.0)
    assert len(driver.asked(Record)) == MOST_TAKES
    assert driver.questions == ["review"] * (MOST_TAKES - 1)
    assert driver.said[-1] == "message-kept"


def test_hearing_it_is_counted_too() -> None:
    """Then it is kept."""
    outcome, driver = taped(*"2" * 20)
    assert outcome == Kept(12.0)
    assert len(driver.asked(PlayBack)) == MOST_TAKES


def test_a_disk_that_keeps_nothing_is_told() -> None:
    """Nobody is asked to speak again for nothing."""
    outcome, driver = taped(kept=False)
    assert outcome is None
    assert driver.said[-1] == "message-not-kept"
    assert not driver.questions


def test_who_asks_for_a_person_has_left_the_message_all_the_same() -> None:
    """It was put down before."""
    outcome, driver = taped("0")
    assert outcome == WantsPerson()
    assert len(driver.asked(KeepRecording)) == 1


def test_a_mailbox_ends_the_course() -> None:
    """With what the rules say of it."""
    going, driver = course(), Driver()
    assert driver.drive(going.follow(Route(ToVoicemail("messages")))) == ToVoicemail("messages")
    assert driver.asked(Record) == [Record("messages", 60, None)]
    assert going.stage == "voicemail messages"
    assert not driver.asked(Left)


def test_a_person_can_be_asked_for_after_a_message() -> None:
    """The course goes on to one."""
    reviewed = replace(POLICY.mailboxes["messages"], silence=5, review=True)
    going = course(replace(POLICY, mailboxes={"messages": reviewed}))
    driver = Driver(["0"])
    assert driver.drive(going.follow(Route(ToVoicemail("messages")))) == ToQueue("reception")
    assert driver.asked(Record) == [Record("messages", 60, 5)]
    assert driver.asked(Left) == [Left("messages", "key 0", Route(ToQueue("reception")))]


def test_who_is_slow_may_be_silent_for_longer() -> None:
    """Who looks for a note looks for words, too."""
    talk, driver = course(), Driver()
    talk.pace = "slow"
    driver.drive(record(talk, replace(PLAIN, silence=5)))
    driver.drive(record(talk, PLAIN))
    assert [each.silence for each in driver.asked(Record)] == [10, None]
