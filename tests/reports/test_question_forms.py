"""How questions are put, from the rules."""

from dataclasses import replace

import pytest

from reports.question_forms import UNKNOWN, Kind, QuestionForm, question_in
from routing.conditions import Range
from routing.dialogues import AnswerCondition, Survey, SurveyQuestion
from tests.sample import POLICY

WHEN = (AnswerCondition("score", ("1", Range(None, 4, "<=4"))),)
QUESTIONS = (
    SurveyQuestion("score", "rate-us", (0, 3), {}),
    SurveyQuestion("reason", "why", None, {"2": "price", "1": "wait", "3": "price"}, None, WHEN),
    SurveyQuestion("comment", "say-it", None, {}, 60),
)
RULES = replace(
    POLICY,
    surveys={"nps": Survey("nps", QUESTIONS, 1, 8.0, 3.0)},
    prompts={**POLICY.prompts, "rate-us": {"fa": "چند؟", "en": "How?"}},
)


@pytest.mark.parametrize(
    ("question", "form"),
    [
        ("score", QuestionForm(Kind.SCALE, ("0", "1", "2", "3"))),
        ("reason", QuestionForm(Kind.CHOICE, ("wait", "price"), ("score 1 or <=4",))),
        ("comment", QuestionForm(Kind.SPOKEN, ())),
    ],
)
def test_the_form_of_each_kind(question: str, form: QuestionForm) -> None:
    """Choices by their keys; two keys may mean the same."""
    assert question_in(RULES, "nps", question).form == form


def test_wording_is_what_was_said_in_each_language() -> None:
    """The program's own prompts have none in the rules."""
    assert question_in(RULES, "nps", "score").wording == (("en", "How?"), ("fa", "چند؟"))
    assert question_in(RULES, "nps", "comment").wording == ()


@pytest.mark.parametrize(("survey", "question"), [("nps", "other"), ("other", "score")])
def test_what_the_rules_do_not_have_is_unknown(survey: str, question: str) -> None:
    """Whatever it may have been."""
    assert question_in(RULES, survey, question) is UNKNOWN
