"""Requests and their tracking numbers: told when they are opened, looked up later."""

from dataclasses import replace

import pytest

from ivr.course import Ending
from ivr.effects import (
    CheckPin,
    Collect,
    Failed,
    FindCase,
    FoundCase,
    KeepRecording,
    Left,
    OpenCase,
    Record,
    Reply,
    Say,
    SendText,
)
from ivr.keys import AGAIN
from ivr.machine import MOST_REPEATS
from ivr.prompts import SILENCE as SILENT_SECOND
from ivr.recording import SPEECHLESS_SECONDS
from ivr.spoken import digits
from routing.destinations import Pace, Route, ToAgent, ToExtension, ToHangup, ToQueue, ToTracking
from routing.dialogues import Tracking
from routing.facts import Facts
from tests.ivr.driver import SILENCE, TRACKING, Driver, call_from, course
from tests.sample import FACTS, POLICY

FOUND, NOT_FOUND = Route(ToExtension("found")), Route(ToExtension("not-found"))
PLAIN = Tracking(3, FOUND, NOT_FOUND)
RICH = replace(PLAIN, identified=True, agent_ring=20, agent_otherwise=NOT_FOUND, note=60, sms=True)
OWN = FoundCase("new", is_callers=True)
STRANGE = FoundCase("waiting", is_callers=False)


def look_up(
    *keys: str, case: Reply = OWN, tracking: Tracking = PLAIN, pins: Reply = False
) -> tuple[Ending, Driver]:
    """Where a look-up leads, and what it asked for."""
    driver = Driver(keys, {FindCase: [case], CheckPin: [pins]})
    going = course(replace(POLICY, tracking=tracking))
    return driver.drive(going.follow(Route(ToTracking()))), driver


def why(driver: Driver) -> list[str]:
    """Why dialogues were left, in order."""
    return [left.why for left in driver.asked(Left)]


def test_the_state_of_a_request_is_told_before_going_on() -> None:
    """And nothing else of it."""
    ending, driver = look_up(TRACKING)
    assert ending == FOUND.to
    assert driver.said == ["enter-tracking-number", "tracking-state-new"]
    assert why(driver) == ["finished"]


@pytest.mark.parametrize(
    "keyed", ["1", TRACKING[:-1], TRACKING + "1", TRACKING[1] + TRACKING[0] + TRACKING[2:], "1*2"]
)
def test_a_mistyped_number_is_known_without_the_store(keyed: str) -> None:
    """The check digit tells."""
    _, driver = look_up(keyed)
    assert "tracking-mistyped" in driver.said
    assert not driver.asked(FindCase)


def test_three_tries_whatever_goes_wrong() -> None:
    """Silence, a mistyped and an unknown number are one try each."""
    ending, driver = look_up(SILENCE, "5", TRACKING, case=None)
    assert ending == NOT_FOUND.to
    assert driver.questions == ["number"] * 3
    assert driver.said[-1] == "tracking-unknown"


@pytest.mark.parametrize(
    ("failed", "told"),
    [(Failed.UNAVAILABLE, "tracking-unavailable"), (Failed.TOO_OFTEN, "too-many-tries")],
)
def test_nobody_is_asked_again_for_what_cannot_be_looked_up(failed: Failed, told: str) -> None:
    """That is said, and the call goes where it goes without an answer."""
    ending, driver = look_up(TRACKING, case=failed)
    assert ending == NOT_FOUND.to
    assert driver.said[-1] == told
    assert why(driver) == ["unavailable"]


def test_zero_instead_of_a_number_asks_for_a_person() -> None:
    """No tracking number is one digit long."""
    assert look_up("0")[0] == ToQueue("reception")


def test_who_the_request_belongs_to_is_told_without_a_pin() -> None:
    """The telephone that calls is that of the request or of the customer."""
    _, driver = look_up(TRACKING, tracking=replace(PLAIN, identified=True))
    assert driver.questions == ["number"]


def test_others_are_asked_for_the_pin() -> None:
    """Nobody reads it; the right one lets them hear the state."""
    keys = (TRACKING, "1234")
    identified = replace(PLAIN, identified=True)
    ending, driver = look_up(*keys, case=STRANGE, tracking=identified, pins=True)
    assert ending == FOUND.to
    assert driver.asked(Collect)[1].input.secret
    assert driver.asked(CheckPin) == [CheckPin(TRACKING, "1234")]
    assert driver.said[-1] == "tracking-state-waiting"


@pytest.mark.parametrize(
    ("keys", "pins", "last", "reason"),
    [
        (("1234",) * 3, False, "pin-wrong", "wrong key"),
        (("123",) * 3, True, "pin-wrong", "wrong key"),
        (("1234",), Failed.TOO_OFTEN, "too-many-tries", "unavailable"),
        (("1234",), Failed.UNAVAILABLE, "tracking-unavailable", "unavailable"),
        ((), False, "enter-pin", "silence"),
    ],
)
def test_who_has_no_pin_hears_nothing_of_the_request(
    keys: tuple[str, ...], pins: Reply, last: str, reason: str
) -> None:
    """Wrong, malformed, tried too often, not to be checked, not keyed."""
    ending, driver = look_up(
        TRACKING, *keys, case=STRANGE, tracking=replace(PLAIN, identified=True), pins=pins
    )
    assert ending == NOT_FOUND.to
    assert driver.said[-1] == last
    assert why(driver) == [reason]
    assert not any(prompt.startswith("tracking-state") for prompt in driver.said)


def test_who_has_proved_to_have_their_telephone_has_not_proved_that_the_request_is_theirs() -> None:
    """A one-time code goes to whoever calls: it opens no stranger's file."""
    driver = Driver([TRACKING], {FindCase: [STRANGE]})
    going = course(
        replace(POLICY, tracking=replace(PLAIN, identified=True)), replace(FACTS, proven=True)
    )
    driver.drive(going.follow(Route(ToTracking())))
    assert driver.questions[:2] == ["number", "pin"]


def test_the_agent_of_the_request_is_offered_and_rung() -> None:
    """Where the rules say so, and there is one."""
    case = replace(OWN, agent="sara")
    ending, driver = look_up(TRACKING, "1", case=case, tracking=RICH)
    assert ending == ToAgent("sara")
    assert driver.asked(Collect)[1].prompts == (
        "tracking-state-new",
        "tracking-agent",
        "tracking-note",
    )
    assert why(driver) == ["agent"]


def test_a_request_without_an_agent_offers_a_note_alone() -> None:
    """Key 1 means nothing then."""
    ending, driver = look_up(TRACKING, "1", tracking=RICH)
    assert ending == FOUND.to
    assert driver.said[-3:] == ["tracking-state-new", "tracking-note", "not-a-choice"]


def test_an_agent_is_not_offered_where_the_rules_do_not_ring_one() -> None:
    """The look-up tells the state alone."""
    _, driver = look_up(TRACKING, case=replace(OWN, agent="sara"))
    assert driver.questions == ["number"]


def test_a_note_is_put_to_the_request() -> None:
    """It may be heard and spoken again, and ends by itself when nothing is said."""
    ending, driver = look_up(TRACKING, "2", "1", tracking=RICH)
    place = f"case {TRACKING}"
    assert ending == FOUND.to
    assert driver.asked(Record) == [Record(place, 60, SPEECHLESS_SECONDS)]
    assert driver.asked(KeepRecording) == [KeepRecording(place, 12.0, TRACKING)]
    assert why(driver) == ["finished"]


@pytest.mark.parametrize("keys", [("0",), ("2", "0")])
def test_a_person_is_there_after_the_state_and_after_the_note(keys: tuple[str, ...]) -> None:
    """Wherever a caller is asked."""
    assert look_up(TRACKING, *keys, tracking=RICH)[0] == ToQueue("reception")


def test_who_wants_nothing_more_goes_on() -> None:
    """Silence is an answer here."""
    ending, driver = look_up(TRACKING, tracking=RICH)
    assert ending == FOUND.to
    assert why(driver) == ["finished"]


def opened(*keys: str, sms: bool = True, facts: Facts = FACTS, sent: bool = True) -> Driver:
    """What happens on a way on which a request is opened."""
    driver = Driver(keys, {SendText: [sent]})
    going = course(replace(POLICY, tracking=replace(PLAIN, sms=sms)), facts)
    driver.drive(going.follow(Route(ToHangup(), open_case=True)))
    return driver


def test_a_new_number_is_said_in_groups_and_nobody_has_to_press_a_key() -> None:
    """There is room to ask for it again, and it goes on by itself."""
    driver = opened(sms=False)
    (asked,) = driver.asked(Collect)
    number = digits(TRACKING, "fa")
    assert asked.prompts[: len(number) + 2] == (
        "tracking-number-is",
        *number,
        "tracking-number-again",
    )
    assert asked.input.is_optional
    assert not asked.input.early_keys
    assert asked.input.choices == {AGAIN}
    assert not driver.asked(Say)


def test_who_is_slow_has_more_time_to_ask_for_the_number_again() -> None:
    """Nobody waits for their key, so that the silence itself is longer."""

    def silences(pace: Pace) -> int:
        driver = Driver()
        route = Route(ToHangup(), open_case=True, pace=pace)
        driver.drive(course(replace(POLICY, tracking=PLAIN)).follow(route))
        return driver.said.count(SILENT_SECOND)

    assert silences("slow") == 2 * silences("normal")


def test_a_new_number_is_said_again_as_often_as_any_question() -> None:
    """Then the call goes on."""
    assert opened("*", "*").questions == ["tracking-number"] * 3
    assert len(opened(*"*" * 20).questions) == MOST_REPEATS + 3


@pytest.mark.parametrize("key", ["5", "1"])
def test_a_key_without_a_meaning_loses_no_number(key: str) -> None:
    """It may be the second half of one pressed twice; without the offer, 1 means nothing either."""
    assert opened(key, sms=False).questions == ["tracking-number"] * 2
    driver = opened(*key * 20, sms=False)
    assert driver.questions == ["tracking-number"] * 3
    assert not driver.asked(SendText)


@pytest.mark.parametrize(("sent", "told"), [(True, "text-sent"), (False, "text-not-sent")])
def test_a_new_number_may_be_sent_as_a_text_message(sent: bool, told: str) -> None:
    """Whether it is on its way is told."""
    driver = opened("1", sent=sent)
    assert driver.asked(SendText) == [SendText("tracking-number", {"number": TRACKING})]
    assert driver.said[-1] == told


@pytest.mark.parametrize("number", [None, "+982191000000"])
def test_a_message_is_offered_to_telephones_that_can_get_one(number: str | None) -> None:
    """A landline, or nobody knows which, is not."""
    driver = opened("1", facts=call_from(number))
    assert "tracking-number-by-text" not in driver.said
    assert not driver.asked(SendText)


def test_a_request_that_cannot_be_opened_is_not_promised() -> None:
    """The call goes on without a number being read out."""
    driver = Driver(world={OpenCase: [None]})
    route = Route(ToQueue("support"), open_case=True)
    assert driver.drive(course().follow(route)) == ToQueue("support")
    assert driver.effects == [OpenCase("arrival")]
