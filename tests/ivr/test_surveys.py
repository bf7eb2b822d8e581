"""Surveys: what callers are asked about their call."""

from dataclasses import replace

import pytest

from ivr.effects import (
    Alert,
    BeginSurvey,
    Collect,
    EndSurvey,
    Keep,
    KeepRecording,
    Left,
    MayAsk,
    Record,
    Taped,
)
from ivr.recording import SPEECHLESS_SECONDS
from routing.conditions import Range
from routing.destinations import Route, ToHangup, ToQueue
from routing.dialogues import RECORDED, AnswerCondition, Survey, SurveyQuestion
from tests.ivr.driver import SILENCE, Driver, course
from tests.sample import POLICY

SCORE = SurveyQuestion("score", "rate-us", (1, 10), {})
SOLVED = SurveyQuestion("solved", "was-it-solved", None, {"1": "yes", "2": "no"})
COMMENT = SurveyQuestion("comment", "tell-us-more", None, {}, record=60)
SPOKEN = Taped(9.0)
SURVEY = Survey("satisfaction", (SCORE, SOLVED), 1, 8.0, 3.0)
LOW = AnswerCondition("score", (Range(None, 3, "1..3"),))


def ask(
    *keys: str, survey: Survey = SURVEY, may: MayAsk = MayAsk.YES, take: Taped = SPOKEN
) -> tuple[Route, Driver]:
    """Where a survey leads, and what it asked for."""
    driver = Driver(keys, {BeginSurvey: [may], Record: [take]})
    going = course(replace(POLICY, surveys={survey.id: survey}))
    return driver.drive(going.survey(survey.id)), driver


def answers(driver: Driver) -> dict[str, str]:
    """What was kept."""
    return {keep.question: keep.value for keep in driver.asked(Keep)}


def test_each_answer_is_on_disk_before_the_next_question() -> None:
    """And the end of the survey before the thanks."""
    route, driver = ask("10", "2")
    assert route == Route(ToHangup())
    assert [type(effect) for effect in driver.effects[:6]] == [
        BeginSurvey,
        Collect,
        Keep,
        Collect,
        Keep,
        EndSurvey,
    ]
    assert answers(driver) == {"score": "10", "solved": "no"}
    assert driver.said[-1] == "thank-you-for-your-answers"
    assert driver.asked(Left) == [Left("satisfaction", "finished", Route(ToHangup()))]


def test_no_key_for_one_question_answers_the_next() -> None:
    """Marks are not typed ahead."""
    _, driver = ask("10", "2")
    assert [each.input.early_keys for each in driver.asked(Collect)] == [False, False]


@pytest.mark.parametrize(
    ("scale", "keys", "value", "two_keys"),
    [
        ((0, 1), "0", "0", False),
        ((1, 5), "5", "5", False),
        ((0, 10), "0", "0", True),
        ((0, 10), "10", "10", True),
        ((1, 10), "1", "1", True),
    ],
)
def test_any_scale_can_be_answered(
    scale: tuple[int, int], keys: str, value: str, two_keys: bool
) -> None:
    """0 is a mark where the scale has it; that ten takes two keys is said where it has ten."""
    question = replace(SCORE, scale=scale)
    _, driver = ask(keys, survey=replace(SURVEY, questions=(question,)))
    assert answers(driver) == {"score": value}
    (asked,) = driver.asked(Collect)
    assert ("ten-takes-two-keys" in asked.prompts) == two_keys
    assert asked.input.further("1") == (1 if two_keys else 0)


@pytest.mark.parametrize("keys", ["11", "01", "#", "00"])
def test_a_mark_off_the_scale_is_not_kept(keys: str) -> None:
    """It is told, and asked again."""
    _, driver = ask(keys)
    assert "score" not in answers(driver)
    assert "not-a-choice" in driver.said


def test_zero_off_the_scale_asks_for_a_person() -> None:
    """What was answered stays, and nobody says that the survey was ended."""
    route, driver = ask("7", "0")
    assert route == Route(ToQueue("reception"))
    assert answers(driver) == {"score": "7"}
    assert not driver.asked(EndSurvey)


def test_a_question_that_nobody_answers_is_passed_over() -> None:
    """The survey is then a partial one, with thanks for what was answered."""
    _, driver = ask(SILENCE, SILENCE, "2")
    assert answers(driver) == {"solved": "no"}
    assert not driver.asked(EndSurvey)
    assert driver.said[-1] == "thank-you-for-your-answers"


def test_nobody_is_thanked_for_answers_that_were_not_given() -> None:
    """They hear a farewell."""
    assert ask()[1].said[-1] == "goodbye"


@pytest.mark.parametrize("may", [MayAsk.RECENTLY, MayAsk.FORBIDDEN])
def test_who_may_not_be_asked_hears_nothing(may: MayAsk) -> None:
    """Why is written down."""
    route, driver = ask(survey=replace(SURVEY, again_after_days=30), may=may)
    assert route == Route(ToHangup())
    assert driver.effects == [
        BeginSurvey("satisfaction", 30),
        Left("satisfaction", may, Route(ToHangup())),
    ]


CONSENT = replace(SURVEY, consent="may-we-ask")


def test_who_consents_is_asked() -> None:
    """The consent is no answer of the survey."""
    _, driver = ask("1", "9", "1", survey=CONSENT)
    assert driver.questions == ["consent", "score", "solved"]
    assert answers(driver) == {"score": "9", "solved": "yes"}


@pytest.mark.parametrize("keys", [("2",), (), ("7", "7", "7")])
def test_who_does_not_consent_is_not_asked(keys: tuple[str, ...]) -> None:
    """Silence is no consent."""
    _, driver = ask(*keys, survey=CONSENT)
    assert set(driver.questions) == {"consent"}
    assert driver.asked(EndSurvey) == [EndSurvey("satisfaction", declined=True)]
    assert [left.why for left in driver.asked(Left)] == ["declined"]


def test_a_person_may_be_asked_for_instead_of_consent() -> None:
    """As everywhere."""
    assert ask("0", survey=CONSENT)[0] == Route(ToQueue("reception"))


def test_a_question_is_asked_where_earlier_answers_call_for_it() -> None:
    """What is not asked makes no survey partial."""
    why = replace(SOLVED, id="why", when=(LOW,))
    survey = replace(SURVEY, questions=(SCORE, why))
    assert ask("2", "1", survey=survey)[1].questions == ["score", "why"]
    _, driver = ask("8", survey=survey)
    assert driver.questions == ["score"]
    assert driver.asked(EndSurvey) == [EndSurvey("satisfaction")]


def test_a_low_mark_alerts_once_and_at_once() -> None:
    """With the answers so far; whatever comes later."""
    _, driver = ask("3", "2", survey=replace(SURVEY, alert=(LOW,)))
    assert driver.asked(Alert) == [Alert("satisfaction", {"score": "3"})]
    place = driver.effects.index(driver.asked(Alert)[0])
    assert driver.effects[place - 1] == Keep("satisfaction", "score", "3")


def test_an_alert_may_wait_for_several_answers() -> None:
    """All of its conditions hold, or nobody is disturbed."""
    both = replace(SURVEY, alert=(LOW, AnswerCondition("solved", ("no",))))
    assert not ask("3", "1", survey=both)[1].asked(Alert)
    alerts = ask("3", "2", survey=both)[1].asked(Alert)
    assert alerts == [Alert("satisfaction", {"score": "3", "solved": "no"})]


def test_a_spoken_answer_is_recorded() -> None:
    """It ends by itself when nothing is said; the answer that is kept says that there is one."""
    _, driver = ask(survey=replace(SURVEY, questions=(COMMENT,)))
    place = "survey satisfaction/comment"
    assert driver.asked(Record) == [Record(place, 60, SPEECHLESS_SECONDS)]
    assert driver.asked(KeepRecording) == [KeepRecording(place, 9.0)]
    assert answers(driver) == {"comment": RECORDED}
    assert driver.asked(EndSurvey)


def test_who_says_nothing_has_not_answered() -> None:
    """The survey is a partial one."""
    _, driver = ask(survey=replace(SURVEY, questions=(COMMENT,)), take=Taped(0.2))
    assert not answers(driver)
    assert not driver.asked(EndSurvey)


def test_what_is_keyed_in_a_survey_is_no_fact_for_rules() -> None:
    """It belongs to the survey; the stage says where the caller hung up."""
    going = course(replace(POLICY, surveys={SURVEY.id: SURVEY}))
    Driver(["10", "1"]).drive(going.survey("satisfaction"))
    assert going.facts.keyed == {}
    assert going.stage == "survey satisfaction"


def test_a_call_is_asked_a_survey_once() -> None:
    """A second agent's marks would be mixed with those of the first; `again_after` or not."""
    going, driver = course(replace(POLICY, surveys={SURVEY.id: SURVEY})), Driver(["10", "1", "3"])
    driver.drive(going.survey("satisfaction"))
    assert driver.drive(going.survey("satisfaction")) == Route(ToHangup())
    assert len(driver.asked(BeginSurvey)) == 1
    assert answers(driver) == {"score": "10", "solved": "yes"}
    assert [left.why for left in driver.asked(Left)] == ["finished", "recently"]


def test_who_was_not_asked_at_first_may_be_asked_later_in_the_call() -> None:
    """Nothing of it was answered yet."""
    going = course(replace(POLICY, surveys={SURVEY.id: SURVEY}))
    driver = Driver(["10", "1"], {BeginSurvey: [MayAsk.FORBIDDEN, MayAsk.YES]})
    driver.drive(going.survey("satisfaction"))
    driver.drive(going.survey("satisfaction"))
    assert answers(driver) == {"score": "10", "solved": "yes"}
