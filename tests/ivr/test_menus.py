"""Menus: a key chooses where the call goes."""

from dataclasses import replace

import pytest

from ivr.effects import Collect, Left
from ivr.keys import SLOWER
from ivr.menu_questions import menu_question
from routing.destinations import (
    Route,
    ToExtension,
    ToHangup,
    ToMenu,
    ToQueue,
    ToTracking,
)
from routing.dialogues import KeyChoice, Menu, Patience
from routing.rules import Policy
from tests.ivr.driver import SILENCE, Driver, course
from tests.sample import POLICY

MENU = Menu(
    id="welcome",
    say=("welcome",),
    keys=(
        KeyChoice("1", "for-support", Route(ToQueue("support"))),
        KeyChoice("12", None, Route(ToExtension("12"))),
        KeyChoice("9", None, Route(ToMenu("welcome"), language="en")),
    ),
    silence=Patience(2, Route(ToExtension("silent"))),
    wrong_key=Patience(1, Route(ToExtension("wrong"))),
    first_key_seconds=6.0,
    between_keys_seconds=3.0,
)


def with_menu(menu: Menu) -> Policy:
    """The sample policy with this menu as its only one."""
    return replace(POLICY, menus={menu.id: menu})


def lead(*keys: str, menu: Menu = MENU) -> tuple[Route, Driver]:
    """Where a menu leads, and what it asked for."""
    driver = Driver(keys)
    ending = driver.drive(course(with_menu(menu)).follow(Route(ToMenu(menu.id))))
    return Route(ending), driver


def test_a_menu_says_its_prompt_and_then_each_offer() -> None:
    """A key without a prompt of its own is not offered, and is a choice all the same."""
    question = menu_question(MENU)
    assert question.say == ("welcome", "for-support")
    assert question.input.choices == {"1", "12", "9"}
    assert question.input.longest == 2
    assert (question.input.first_key_seconds, question.input.between_keys_seconds) == (6.0, 3.0)


def test_a_key_leads_on_and_is_a_fact_from_then_on() -> None:
    """The journal learns why the menu was left."""
    going, driver = course(with_menu(MENU)), Driver(["12"])
    assert driver.drive(going.follow(Route(ToMenu("welcome")))) == ToExtension("12")
    assert driver.asked(Left) == [Left("welcome", "key 12", Route(ToExtension("12")))]
    assert going.facts.keyed == {"welcome": "12"}
    assert going.stage == "menu welcome"


def test_a_key_may_change_the_language() -> None:
    """The menu is then asked again, as at first."""
    _, driver = lead("9", "1")
    assert [each.input.early_keys for each in driver.asked(Collect)] == [True, True]


@pytest.mark.parametrize(
    ("keys", "why", "to"),
    [
        ((), "silence", ToExtension("silent")),
        (("7", "7"), "wrong key", ToExtension("wrong")),
        ((SILENCE, "7", SILENCE, SILENCE), "silence", ToExtension("silent")),
        (("0",), "key 0", ToQueue("reception")),
    ],
)
def test_a_menu_without_an_answer_leads_on_too(
    keys: tuple[str, ...], why: str, to: ToExtension | ToQueue
) -> None:
    """By its own ways out, and to a person whoever asks for one."""
    route, driver = lead(*keys)
    assert route == Route(to)
    assert [left.why for left in driver.asked(Left)] == [why]


def test_a_menu_may_give_zero_a_meaning_of_its_own() -> None:
    """Then it is a key like any other."""
    menu = replace(MENU, keys=(KeyChoice("0", None, Route(ToHangup())),))
    route, driver = lead("0", menu=menu)
    assert route == Route(ToHangup())
    assert driver.asked(Left)[0].why == "key 0"


def test_a_menu_may_have_words_of_its_own_for_silence_and_wrong_keys() -> None:
    """Said with the next question; the wrong key's also after the last."""
    silence = replace(MENU.silence, say=("are-you-there",))
    wrong = replace(MENU.wrong_key, say=("no-such-key",))
    _, driver = lead(SILENCE, "7", "7", menu=replace(MENU, silence=silence, wrong_key=wrong))
    assert driver.said == [
        *("welcome", "for-support"),
        *("are-you-there", "welcome", "for-support"),
        *("no-such-key", "welcome", "for-support"),
        "no-such-key",
    ]


def test_a_menu_may_be_deaf_to_early_keys() -> None:
    """Where a key too many would do harm."""
    assert not menu_question(replace(MENU, early_keys=False)).input.early_keys


def test_a_caller_who_asked_for_more_time_has_it_in_every_later_question() -> None:
    """Until a route sets the usual pace again."""
    slower = KeyChoice("5", None, Route(ToMenu("welcome"), pace="slow"))
    usual = KeyChoice("6", None, Route(ToMenu("welcome"), pace="normal"))
    menu = replace(MENU, keys=(*MENU.keys, slower, usual))
    _, driver = lead("5", "7", "6", "12", menu=menu)
    waits = [each.input.first_key_seconds for each in driver.asked(Collect)]
    assert waits == [6.0, 6.0 * SLOWER, 6.0 * SLOWER, 6.0]


def test_a_menu_may_be_called_like_a_dialogue_of_ours() -> None:
    """What is keyed as a tracking number is not taken for a key of the menu."""
    menu = replace(MENU, id="tracking", keys=(KeyChoice("3", None, Route(ToTracking())),))
    going, driver = course(with_menu(menu)), Driver(["3", "0"])
    driver.drive(going.follow(Route(ToMenu("tracking"))))
    assert going.facts.keyed == {"tracking": "3"}
