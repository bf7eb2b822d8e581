"""Callbacks: which number to call, and when."""

from dataclasses import replace
from datetime import datetime, time

import pytest

from ivr.callback import MOST_DIGITS
from ivr.course import Ending
from ivr.effects import Collect, Failed, Left, PutDown, PutDownCallback, Reply
from ivr.machine import MOST_REPEATS
from ivr.spoken import digits_in_groups
from routing.destinations import Route, ToCallback, ToExtension, ToQueue
from routing.dialogues import Callbacks
from routing.facts import Facts
from routing.rules import Hours, OpenSpan
from tests.ivr.driver import SILENCE, Driver, call_from, course
from tests.ivr.no_language import NO_LANGUAGE
from tests.sample import FACTS, OFFICE_TIME, POLICY, TEHRAN

OWN, OTHER = "+989121234567", "09351112233"
THEN, OTHERWISE = Route(ToExtension("then")), Route(ToExtension("otherwise"))
PLAIN = Callbacks(
    countries=("IR",),
    premium=False,
    hours=None,
    window=7200,
    days=2,
    tries=3,
    then=THEN,
    otherwise=OTHERWISE,
)
DAY = (OpenSpan(time(8), time(12)), OpenSpan(time(14), time(16)))
HOURS = Hours("callbacks", (DAY,) * 7, None, (), TEHRAN)
KEPT = PutDown()
TIMED = replace(PLAIN, hours="callbacks")


def ask(
    *keys: str, callbacks: Callbacks = PLAIN, facts: Facts = FACTS, kept: Reply = KEPT
) -> tuple[Ending, Driver]:
    """Where asking for a callback leads, and what it asked for."""
    policy = replace(POLICY, callbacks=callbacks, hours={"callbacks": HOURS})
    driver = Driver(keys, {PutDownCallback: [kept]})
    return driver.drive(course(policy, facts).follow(Route(ToCallback()))), driver


def put_down(driver: Driver) -> list[str]:
    """The numbers that were put down."""
    return [each.number for each in driver.asked(PutDownCallback)]


@pytest.mark.parametrize("keys", [("1",), (), ("7", "7")])
def test_who_calls_is_called_back_there(keys: tuple[str, ...]) -> None:
    """Also who presses nothing: they did ask for it."""
    ending, driver = ask(*keys)
    assert ending == THEN.to
    assert driver.asked(PutDownCallback) == [PutDownCallback(OWN)]
    number = digits_in_groups(("0912", "123", "4567"))
    (first, *_) = driver.asked(Collect)
    assert first.prompts == ("callback-number-is", *number, "callback-number-right")
    assert driver.said[-len(number) - 3 :] == [
        "callback-kept",
        *number,
        "pause",
        "we-will-call-you-back",
    ]


def test_another_number_is_keyed_and_read_back() -> None:
    """As it is dialled in the country, and put down as the world writes it."""
    ending, driver = ask("2", OTHER, "1")
    assert ending == THEN.to
    assert driver.questions == ["confirm", "number", "confirm"]
    assert driver.asked(Collect)[1].input.longest == MOST_DIGITS
    assert put_down(driver) == ["+989351112233"]


@pytest.mark.parametrize("answers", [("7", "7"), (SILENCE, SILENCE), ("7", SILENCE)])
def test_a_keyed_number_that_nobody_confirms_is_not_called(answers: tuple[str, ...]) -> None:
    """A slip would ring a stranger."""
    ending, driver = ask("2", OTHER, *answers)
    assert ending == OTHERWISE.to
    assert put_down(driver) == []


def test_a_number_that_is_not_right_is_keyed_again() -> None:
    """As often as the rules say."""
    _, driver = ask("2", OTHER, "2", "02191000000", "1")
    assert put_down(driver) == ["+982191000000"]


def test_who_is_content_with_no_number_is_not_called() -> None:
    """After the last try the call goes the other way."""
    ending, driver = ask(*["2", OTHER] * 9)
    assert ending == OTHERWISE.to
    assert driver.questions.count("number") == PLAIN.tries
    assert not driver.asked(PutDownCallback)


@pytest.mark.parametrize("number", [None, "+442079460000", "+37190001234", "+9890"])
def test_who_calls_from_a_number_that_is_not_called_is_asked_for_one(number: str | None) -> None:
    """Withheld, foreign, dear or nobody's."""
    _, driver = ask(OTHER, "1", facts=call_from(number))
    assert driver.questions == ["number", "confirm"]
    assert put_down(driver) == ["+989351112233"]


@pytest.mark.parametrize(
    ("keyed", "told"),
    [
        ("42", "callback-number-wrong"),
        ("110", "callback-number-wrong"),
        ("0044207946000012345", "callback-number-wrong"),
        ("00442079460958", "callback-number-foreign"),
        ("09601", "callback-number-premium"),
        ("1*2", "callback-number-wrong"),
    ],
)
def test_a_number_that_is_not_called_is_told_why(keyed: str, told: str) -> None:
    """And asked for again."""
    _, driver = ask(keyed, OTHER, "1", facts=call_from(None))
    assert driver.asked(Collect)[1].prompts[0] == told
    assert put_down(driver) == ["+989351112233"]


def test_the_rules_may_allow_other_countries_and_dear_numbers() -> None:
    """Nothing else is in the way of them."""
    allowing = replace(PLAIN, countries=("IR", "GB"), premium=True)
    for keyed, number in (("00442079460958", "+442079460958"), ("09601", "+989601")):
        _, driver = ask(keyed, "1", callbacks=allowing, facts=call_from(None))
        assert put_down(driver) == [number]


@pytest.mark.parametrize("keys", [(), ("42", "42", "42"), (SILENCE, "42", SILENCE)])
def test_who_keys_no_number_goes_the_other_way(keys: tuple[str, ...]) -> None:
    """Three tries are three."""
    ending, driver = ask(*keys, facts=call_from(None))
    assert ending == OTHERWISE.to
    assert driver.questions == ["number"] * 3


@pytest.mark.parametrize(
    ("keys", "numbers"),
    [
        (("0",), []),
        (("2", "0"), []),
        (("2", OTHER, "0"), []),
        (("1", "0"), [OWN]),
        (("1", "2", "0"), [OWN]),
    ],
)
def test_a_person_is_there_at_every_question(keys: tuple[str, ...], numbers: list[str]) -> None:
    """A number that was confirmed before stays put down."""
    ending, driver = ask(*keys, callbacks=TIMED)
    assert ending == ToQueue("reception")
    assert put_down(driver) == numbers


def test_what_cannot_be_put_down_is_not_promised() -> None:
    """It is told, and the call goes the other way."""
    ending, driver = ask("1", kept=Failed.UNAVAILABLE)
    assert ending == OTHERWISE.to
    assert driver.said[-1] == "callback-unavailable"
    assert [left.why for left in driver.asked(Left)] == ["unavailable"]


def test_a_second_request_joins_the_first() -> None:
    """The caller hears that it does."""
    _, driver = ask("1", kept=PutDown(joined=True))
    assert "callback-joined" in driver.said
    assert "callback-kept" not in driver.said


@pytest.mark.parametrize("keys", [("1", "1"), ("1",), ("1", "2"), ("1", "2", "9", "9", "9")])
def test_who_chooses_no_time_is_called_as_soon_as_possible(keys: tuple[str, ...]) -> None:
    """By key, by silence, or by choosing nothing of what is offered."""
    ending, driver = ask(*keys, callbacks=TIMED)
    assert ending == THEN.to
    assert driver.asked(PutDownCallback) == [PutDownCallback(OWN)]
    assert driver.said[-1] == "we-will-call-you-back"


def test_a_time_is_chosen_and_heard_again() -> None:
    """It is 10:00: the first that is whole begins now, the next two hours after noon."""
    _, driver = ask("1", "2", "2", callbacks=TIMED)
    wanted = datetime(2026, 11, 24, 14, tzinfo=TEHRAN), datetime(2026, 11, 24, 16, tzinfo=TEHRAN)
    assert driver.asked(PutDownCallback) == [PutDownCallback(OWN), PutDownCallback(OWN, *wanted)]
    assert driver.questions == ["confirm", "when", "time"]
    assert "we-will-call-you-back" not in driver.said
    said = driver.said[driver.said.index("callback-time-is") + 1 :]
    assert said[:2] == ["word-today", "time-from"]


def test_each_time_is_offered_with_its_key() -> None:
    """Today and tomorrow, five in all."""
    _, driver = ask("1", "2", callbacks=TIMED)
    offers = driver.asked(Collect)[2].prompts
    assert offers[0] == "callback-times"
    keys = [offers[place + 1] for place, each in enumerate(offers) if each == "press-key"]
    assert keys == [f"digit-{key}" for key in range(1, 6)]
    assert driver.asked(Collect)[2].input.choices == set("12345")


def test_without_free_times_nobody_is_asked_for_one() -> None:
    """Closed for as long as anybody looks ahead."""
    _, driver = ask("1", callbacks=replace(TIMED, window=12 * 3600))
    assert driver.questions == ["confirm"]


def test_where_no_language_can_say_a_time_nobody_is_asked_for_one() -> None:
    """Rather no choice than a call that breaks off."""
    business = replace(POLICY.business, languages=(NO_LANGUAGE,))
    policy = replace(POLICY, business=business, callbacks=TIMED, hours={"callbacks": HOURS})
    driver = Driver(["1"])
    driver.drive(course(policy, replace(FACTS, language=NO_LANGUAGE)).follow(Route(ToCallback())))
    assert driver.questions == ["confirm"]
    assert put_down(driver) == [OWN]


def offered(language: str, days: int) -> str:
    """The last of the times that are offered, in words."""
    policy = replace(
        POLICY,
        callbacks=replace(TIMED, days=days),
        hours={"callbacks": replace(HOURS, week=((),) * 3 + (DAY[:1],) + ((),) * 3)},
    )
    going = course(policy, replace(FACTS, language=language))
    driver = Driver(["1", "2", "1"])
    driver.drive(going.follow(Route(ToCallback())))
    said = driver.said[driver.said.index("callback-time-is") + 1 :]
    return " ".join(going.book.catalogue.text(prompt, language) or "?" for prompt in said)


def test_persian_callers_hear_days_of_the_iranian_calendar() -> None:
    """The 26th of November 2026 is the fifth of Azar 1405."""
    assert OFFICE_TIME.date().isoformat() == "2026-11-24"
    assert offered("fa", 3) == ("پنجشنبه پنجمِ آذر از ساعتِ هشتِ صبح تا ساعتِ دهِ صبح")
    assert offered("en", 3) == (
        "Thursday the twenty sixth of November from eight A.M. until ten A.M."
    )


def test_no_callback_goes_on_for_ever() -> None:
    """However little is ever confirmed: the sum of what its questions allow."""
    confirm, number = 3 + MOST_REPEATS, PLAIN.tries + MOST_REPEATS
    ceiling = confirm + PLAIN.tries * (number + confirm) + confirm + 5 + MOST_REPEATS
    never = ["*"] * MOST_REPEATS + ["7", SILENCE, "2"]
    keyed = ["*"] * MOST_REPEATS + ["7", SILENCE, OTHER]
    _, driver = ask(*never, *[*keyed, *never] * 20, callbacks=TIMED)
    assert len(driver.questions) <= ceiling
    assert len(driver.questions) == confirm + PLAIN.tries * (number + confirm)
