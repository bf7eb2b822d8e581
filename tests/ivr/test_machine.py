"""The dialogue machine: menus, surveys and the tracking look-up are one engine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import damm

from ivr import machine
from ivr.dialogues import Dialogue, menu_dialogue, survey_dialogue, tracking_dialogue
from ivr.machine import Ask, CheckResult, Go, Keep, Keyed, NoInput, NotChecked, Say, Verify
from routing.destinations import Destination, Route, ToMenu, ToQueue
from routing.dialogues import KeyChoice, Menu, Patience, Survey, SurveyQuestion, Tracking

RECEPTION = Route(ToQueue("reception"))


def menu(*, silence: int = 2, wrong: int = 2) -> Dialogue:
    """A menu with one key that leads on and one that changes the language."""
    return menu_dialogue(
        Menu(
            id="welcome",
            say=("welcome",),
            keys=(
                KeyChoice("1", "for-support", Route(ToQueue("support"))),
                KeyChoice("9", None, Route(ToMenu("welcome"), language="en")),
            ),
            silence=Patience(silence, RECEPTION),
            wrong_key=Patience(wrong, Route(ToQueue("operator"))),
            first_key_seconds=5,
            between_keys_seconds=3,
        )
    )


def survey() -> Dialogue:
    """A ten-point question and a yes-or-no one."""
    return survey_dialogue(
        Survey(
            id="satisfaction",
            questions=(
                SurveyQuestion("score", "rate-us", (1, 10), {}),
                SurveyQuestion("solved", "was-it-solved", None, {"1": "yes", "2": "no"}),
            ),
            repeat=1,
            first_key_seconds=8,
            between_keys_seconds=3,
        )
    )


def tracking() -> Dialogue:
    """Three tries for a tracking number."""
    return tracking_dialogue(Tracking(3, Route(ToMenu("welcome")), RECEPTION))


def play(dialogue: Dialogue, *events: machine.Event) -> list[machine.Effect]:
    """All effects of a dialogue that meets these events."""
    state, effects = machine.start(dialogue)
    happened = list(effects)
    for event in events:
        state, effects = machine.step(dialogue, state, event)
        happened += effects
    return happened


def destination(effects: list[machine.Effect]) -> Destination | None:
    """Where a finished dialogue leads."""
    last = effects[-1]
    assert isinstance(last, Go)
    return None if last.route is None else last.route.to


def test_menu_says_its_prompt_and_then_each_offer() -> None:
    """A key without a prompt of its own is not offered."""
    (ask,) = play(menu())

    assert isinstance(ask, Ask)
    assert ask.prompts == ("welcome", "for-support")
    assert ask.input.longest == 1


def test_key_leads_to_its_destination() -> None:
    """Pressing 1 leaves at once."""
    assert play(menu(), Keyed("1"))[1:] == [Go(Route(ToQueue("support")), "key 1")]


def test_key_may_change_the_language() -> None:
    """Pressing 9 says which language to go on in."""
    assert play(menu(), Keyed("9"))[-1] == Go(Route(ToMenu("welcome"), language="en"), "key 9")


def test_silence_is_asked_again_twice_and_then_leads_on() -> None:
    """The menu is heard three times in all."""
    effects = play(menu(), NoInput(), NoInput(), NoInput())

    assert [type(effect) for effect in effects] == [Ask, Ask, Ask, Go]
    assert destination(effects) == ToQueue("reception")


def test_wrong_key_is_called_so_and_asked_again() -> None:
    """`not a choice`, then the menu; after the last repetition its own way out."""
    effects = play(menu(wrong=1), Keyed("7"), Keyed("7"))

    assert effects[1] == Say(("not-a-choice",))
    assert isinstance(effects[2], Ask)
    assert effects[3] == Say(("not-a-choice",))
    assert destination(effects) == ToQueue("operator")


def test_ten_takes_two_keys_and_is_kept_before_the_next_question() -> None:
    """Each answer is kept as it is given."""
    effects = play(survey(), Keyed("10"), Keyed("1"))

    assert isinstance(effects[0], Ask)
    assert effects[0].input.longest == 2
    assert effects[1] == Keep("score", "10")
    assert isinstance(effects[2], Ask)
    assert effects[3:] == [
        Keep("solved", "yes"),
        Say(("thank-you-for-your-answers",)),
        Go(None, "finished"),
    ]


@pytest.mark.parametrize("keys", ["0", "11", "01", "*"])
def test_mark_off_the_scale_is_not_kept(keys: str) -> None:
    """Only marks of the scale count."""
    effects = play(survey(), Keyed(keys))

    assert effects[1] == Say(("not-a-choice",))


def test_question_that_nobody_answers_is_passed_over() -> None:
    """After its repetition the survey goes on with the next question."""
    effects = play(survey(), NoInput(), NoInput(), Keyed("2"))

    assert [effect for effect in effects if isinstance(effect, Keep)] == [Keep("solved", "no")]


def test_mistyped_tracking_number_is_known_without_the_store() -> None:
    """The check digit tells."""
    good = "12345678" + damm.calc_check_digit("12345678")
    swapped = good[:3] + good[4] + good[3] + good[5:]

    assert play(tracking(), Keyed(swapped))[1] == Say(("tracking-mistyped",))
    assert play(tracking(), Keyed(good))[1] == Verify(good)


def test_three_tries_for_a_tracking_number_whatever_goes_wrong() -> None:
    """Silence, a mistyped and an unknown number are one try each."""
    good = "12345678" + damm.calc_check_digit("12345678")
    unknown = CheckResult(holds=False, say=("tracking-unknown",))
    effects = play(tracking(), NoInput(), Keyed("5"), Keyed(good), unknown)

    assert sum(isinstance(effect, Ask) for effect in effects) == 3
    assert destination(effects) == ToQueue("reception")


def test_state_of_a_found_request_is_said_before_going_on() -> None:
    """The state, then on to where the rules say."""
    good = "12345678" + damm.calc_check_digit("12345678")
    found = CheckResult(holds=True, say=("tracking-state-new",))
    effects = play(tracking(), Keyed(good), found)

    assert effects[-2:] == [Say(("tracking-state-new",)), Go(Route(ToMenu("welcome")), "finished")]


def test_nobody_is_asked_again_for_what_cannot_be_checked() -> None:
    """That is said, and the call goes where it goes after too many mistakes: here at the first."""
    good = "12345678" + damm.calc_check_digit("12345678")
    effects = play(tracking(), Keyed(good), NotChecked(("tracking-unavailable",)))

    assert effects[-2:] == [
        Say(("tracking-unavailable",)),
        Go(Route(ToQueue("reception")), "unavailable"),
    ]


EVENTS = st.lists(
    st.one_of(st.just(NoInput()), st.text("0123456789*", max_size=10).map(Keyed)), max_size=40
)


@given(
    events=EVENTS,
    silence=st.integers(0, 5),
    wrong=st.integers(0, 5),
    kind=st.sampled_from(["menu", "survey", "tracking"]),
)
def test_every_dialogue_ends_within_its_rounds(
    events: list[machine.Event], silence: int, wrong: int, kind: str
) -> None:
    """No caller can keep a dialogue going for ever, and none falls out of it."""
    dialogue = {"menu": menu(silence=silence, wrong=wrong), "survey": survey()}.get(
        kind, tracking()
    )
    state, effects = machine.start(dialogue)
    asked = 0
    unknown = CheckResult(holds=False, say=("tracking-unknown",))
    for event in [*events, *[NoInput()] * 60]:
        last = effects[-1]
        asked += isinstance(last, Ask)
        if isinstance(last, Go):
            break
        given_event = unknown if isinstance(last, Verify) else event
        state, effects = machine.step(dialogue, state, given_event)

    assert isinstance(effects[-1], Go)
    assert asked <= sum(question.rounds for question in dialogue.questions)
