"""The machine: one question, asked until it is answered, given up or a person is wanted."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.effects import Collect, FindCase, FoundCase, Keyed, NoInput, Reply, Say, Steps
from ivr.keys import Input
from ivr.machine import (
    MOST_REPEATS,
    NOT_A_CHOICE,
    NOTHING_PRESSED,
    Again,
    Given,
    Impossible,
    Invalid,
    Nothing,
    Outcome,
    Question,
    Valid,
    Verdict,
    WantsPerson,
    ask,
    choices,
)
from routing.dialogue_model import MenuShape
from tests.ivr.driver import SILENCE, Driver

QUESTION = Question(
    id="colour",
    say=("which-colour",),
    input=Input(1, 6.0, 3.0, frozenset({"1", "2"})),
    accept=choices("1", "2"),
    silence=Again(2, NOTHING_PRESSED),
    wrong=Again(2),
    rounds=5,
)


def asked(*keys: str, question: Question = QUESTION) -> tuple[Outcome, Driver]:
    """What comes of a question, and what it asked for."""
    driver = Driver(keys)
    return driver.drive(ask("paint", question)), driver


def test_an_answer_ends_it() -> None:
    """One question, one answer."""
    outcome, driver = asked("2")
    assert outcome == Given("2")
    assert driver.effects == [Collect("paint", "colour", ("which-colour",), QUESTION.input)]


def test_silence_is_told_and_asked_again_until_its_count() -> None:
    """The words about it are part of the next question, so that a key interrupts them too."""
    outcome, driver = asked()
    assert outcome == Nothing("silence")
    assert [each.prompts for each in driver.asked(Collect)] == [
        ("which-colour",),
        ("nothing-pressed", "which-colour"),
        ("nothing-pressed", "which-colour"),
    ]
    assert not driver.asked(Say)


def test_a_wrong_key_is_told_with_the_next_question_and_alone_after_the_last() -> None:
    """Nobody leaves a question without knowing why."""
    outcome, driver = asked("7", "7", "7")
    assert outcome == Nothing("wrong key")
    assert driver.said == ["which-colour", *["not-a-choice", "which-colour"] * 2, "not-a-choice"]
    assert driver.effects[-1] == Say(NOT_A_CHOICE)


@pytest.mark.parametrize(
    ("keys", "why", "rounds"),
    [
        ((SILENCE, "7", SILENCE, "7", SILENCE), "silence", 5),
        ((SILENCE, "7", SILENCE, "7", "7"), "wrong key", 5),
        (("7", SILENCE, "7", "7"), "wrong key", 4),
    ],
)
def test_silence_and_wrong_keys_are_counted_apart(
    keys: tuple[str, ...], why: str, rounds: int
) -> None:
    """Each by its own count; `rounds` caps both."""
    outcome, driver = asked(*keys)
    assert isinstance(outcome, Nothing)
    assert outcome.why == why
    assert len(driver.questions) == rounds


def test_rounds_cap_what_the_counts_would_allow() -> None:
    """Three tries are three, whatever mixture they get."""
    outcome, driver = asked(SILENCE, "7", "7", question=replace(QUESTION, rounds=3))
    assert outcome == Nothing("wrong key")
    assert len(driver.questions) == 3


def test_a_star_repeats_and_costs_no_round() -> None:
    """It is said again without reproach, and the counts stay."""
    outcome, driver = asked("*", SILENCE, "*", SILENCE, "*", "1")
    assert outcome == Given("1")
    assert driver.said.count("nothing-pressed") == 2
    assert driver.asked(Collect)[1].prompts == ("which-colour",)


def test_repeats_are_capped_and_are_wrong_keys_from_then_on() -> None:
    """Somebody who plays, or a fault on the line."""
    outcome, driver = asked(*"*" * 20)
    assert outcome == Nothing("wrong key")
    assert len(driver.questions) == MOST_REPEATS + QUESTION.wrong.repeat + 1


def test_the_reference_says_how_often_a_star_repeats() -> None:
    """Administrators meet it as callers who hear that it is not a choice."""
    assert f"`*` says it again: {MOST_REPEATS} times at most" in (MenuShape.__doc__ or "")


def test_a_star_that_is_a_choice_is_one() -> None:
    """The rules may give it a meaning."""
    question = replace(QUESTION, accept=choices("1", "*"))
    assert asked("*", question=question)[0] == Given("*")


def test_zero_alone_asks_for_a_person() -> None:
    """At once, whatever was pressed before."""
    outcome, driver = asked("7", "0")
    assert outcome == WantsPerson()
    assert len(driver.questions) == 2
    assert not driver.asked(Say)


def test_zero_that_is_an_answer_is_one() -> None:
    """A mark of 0, or a key of a menu."""
    assert asked("0", question=replace(QUESTION, accept=choices("0", "1")))[0] == Given("0")


def test_zero_as_the_first_digit_of_something_is_no_wish_for_a_person() -> None:
    """Only alone."""
    outcome, driver = asked("09", "1")
    assert outcome == Given("1")
    assert driver.said[1] == "not-a-choice"


def test_keys_count_early_only_the_first_time() -> None:
    """A key that came while the mistake was told is no answer to the question after it."""
    for keys in (("7", "1"), (SILENCE, "1"), ("*", "1")):
        _, driver = asked(*keys)
        assert [each.input.early_keys for each in driver.asked(Collect)] == [True, False]


def test_a_question_may_be_deaf_from_the_start() -> None:
    """Its own choice is kept."""
    question = replace(QUESTION, input=replace(QUESTION.input, early_keys=False))
    assert not asked("1", question=question)[1].asked(Collect)[0].input.early_keys


def _finder(number: str) -> Steps[Verdict]:
    match (yield FindCase(number)):
        case FoundCase():
            return Valid(f"found {number}")
        case None:
            return Invalid(("unknown-number",))
    return Impossible(("nobody-there",))


@pytest.mark.parametrize(
    ("replies", "outcome", "last"),
    [
        ([FoundCase("new", is_callers=True)], Given("found 1"), "which-colour"),
        ([None, FoundCase("new", is_callers=True)], Given("found 1"), "which-colour"),
        ([None], Nothing("wrong key"), "unknown-number"),
        ([False], Nothing("unavailable"), "nobody-there"),
    ],
)
def test_the_world_has_the_last_word(replies: list[Reply], outcome: Outcome, last: str) -> None:
    """What it does not know is asked for again; what it cannot tell is not."""
    driver = Driver("1" * 9, {FindCase: replies})
    assert driver.drive(ask("paint", QUESTION, _finder)) == outcome
    assert driver.said[-1] == last


def test_zero_that_the_world_refuses_is_wrong_and_no_wish_for_a_person() -> None:
    """It was an answer, as far as anybody could see."""
    question = replace(QUESTION, accept=choices("0"))
    driver = Driver("000", {FindCase: [None]})
    assert driver.drive(ask("paint", question, _finder)) == Nothing("wrong key")


def test_a_driver_that_answers_wrongly_is_told() -> None:
    """A programming mistake of ours, not a caller's."""
    going = ask("paint", QUESTION)
    assert isinstance(next(going), Collect)
    with pytest.raises(TypeError, match="a course goes on with a Keyed, not with '42'"):
        going.send("42")


EVENTS = st.just(NoInput()) | st.text("0123456789*#", max_size=4).map(Keyed)


@given(st.data(), st.integers(0, 5), st.integers(0, 5), st.integers(1, 11))
def test_every_question_ends_within_its_rounds_and_repeats(
    data: st.DataObject, silence: int, wrong: int, rounds: int
) -> None:
    """At most `rounds + MOST_REPEATS` times asked, whoever answers."""
    question = replace(QUESTION, silence=Again(silence), wrong=Again(wrong), rounds=rounds)
    going, effects, reply = ask("paint", question), [], None
    try:
        while len(effects) < 2 * (rounds + MOST_REPEATS):
            effects.append(going.send(reply))
            reply = data.draw(EVENTS) if isinstance(effects[-1], Collect) else None
        outcome = None
    except StopIteration as end:
        outcome = end.value
    assert sum(isinstance(effect, Collect) for effect in effects) <= rounds + MOST_REPEATS
    assert isinstance(outcome, Given | WantsPerson | Nothing)
