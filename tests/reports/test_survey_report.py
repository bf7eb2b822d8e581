"""Reports on surveys, with figures reckoned by hand."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crm.asking_records import AskedSurvey, SurveyOutcome
from crm.records import Answer
from reports.grouping import Dimension
from reports.period import Period
from reports.question_forms import Asked, Kind, QuestionForm
from reports.responses import Standing, responses
from reports.survey_report import Served, SurveyReport, SurveyTally
from tests.reports.surveys import AT, FIVE, TEN, YES_NO, answer, asked, forms

TEHRAN = ZoneInfo("Asia/Tehran")
DAY = date(2026, 11, 20)

MARKS = {"ali": (10, 10, 10, 9, 9, 8, 8, 7, 5, 1), "sara": (10, 1)}


def served(calls: int, agent: str | None = "ali", queue: str | None = "support") -> Served:
    """Calls that were answered."""
    return Served(queue, agent, DAY, calls)


def notes_and_answers() -> tuple[list[AskedSurvey], list[Answer]]:
    """Everybody of MARKS answered `score`; half of them, and not sara's, `solved` too."""
    notes, answers = [], []
    for agent, marks in MARKS.items():
        for place, mark in enumerate(marks):
            call, complete = f"{agent}-{place}", agent == "ali" and place % 2 == 0
            outcome = SurveyOutcome.COMPLETE if complete else SurveyOutcome.ASKED
            notes.append(asked(call, outcome, agent=agent))
            answers.append(answer(call, str(mark), agent=agent))
            if complete:
                answers.append(answer(call, "yes" if place else "no", "solved", agent=agent))
    return notes, answers


def report(
    notes: Sequence[AskedSurvey],
    answers: Sequence[Answer],
    *by: Dimension,
    calls: Sequence[Served] = (),
) -> SurveyReport:
    """The report on the only survey that there is."""
    tally = SurveyTally(forms, by, TEHRAN)
    for response in responses(notes, answers):
        tally.add(response)
    (only,) = tally.reports(calls, {})
    return only


def test_figures_of_everybody_and_of_each_agent() -> None:
    """Ali: 77 / 10, five of ten at the top and one at the bottom. Sara: two answers are too few."""
    told = report(*notes_and_answers(), Dimension.AGENT)
    score, solved = told.questions
    assert (score.question, score.form, score.box) == ("score", TEN, 2)
    assert (score.total.n, score.total.mean) == (12, (77 + 11) / 12)
    groups = dict(score.groups)
    ali, sara = groups["ali",], groups["sara",]
    assert (ali.n, ali.mean, ali.median, ali.top_box, ali.bottom_box) == (10, 7.7, 8.5, 0.5, 0.1)
    assert (sara.n, sara.too_few, sara.mean, sara.counts) == (2, True, None, None)
    assert (solved.form, solved.total.n, [group for group, _ in solved.groups]) == (
        YES_NO,
        5,
        [("ali",)],
    )


def test_who_was_asked_and_who_answered() -> None:
    """Of 40 served 16 came to the survey and 13 were asked: 12 answered, five of them all."""
    notes, answers = notes_and_answers()
    notes += [
        asked("d", SurveyOutcome.DECLINED),
        asked("r", SurveyOutcome.RECENTLY),
        asked("s", SurveyOutcome.RECENTLY),
        asked("f", SurveyOutcome.FORBIDDEN, agent="sara"),
    ]
    calls = [served(25), served(15, "sara"), served(100, queue="sales"), served(9, queue=None)]
    told = report(notes, answers, Dimension.AGENT, calls=calls)
    total = told.total
    assert told.queues == ("support",)
    assert (total.served, total.asked, total.answered, total.never_reached) == (40, 13, 12, 24)
    assert (total.response_rate, total.completion_rate) == (12 / 13, 5 / 13)
    assert total.asked_rate == 13 / 40
    ali, sara = told.groups
    assert (ali.group, ali.served, ali.asked, ali.never_reached) == (("ali",), 25, 11, 12)
    assert (sara.group, sara.served, sara.asked, sara.never_reached) == (("sara",), 15, 2, 12)
    assert (ali.response_rate, sara.response_rate) == (10 / 11, None)


def test_different_scales_are_never_counted_together() -> None:
    """Nor the same marks put only to some; another wording is counted with the first, and told."""
    answers = [answer(str(each), "5") for each in range(10)]
    answers += [answer(f"five-{each}", "5", revision="r2") for each in range(10)]
    answers += [answer(f"word-{each}", "7", revision="r3") for each in range(10)]
    ten, five = report([], answers).questions
    assert (ten.form, ten.total.n, ten.total.mean, ten.wordings) == (TEN, 20, 6, 2)
    assert (five.form, five.total.n, five.total.top_box, five.wordings) == (FIVE, 10, 1, 1)


def test_a_question_put_only_to_some_is_another() -> None:
    """The unhappy alone mark lower."""

    def conditional(revision: str, survey: str, question: str) -> Asked:
        del survey, question
        return Asked(QuestionForm(Kind.SCALE, TEN.values, ("score <=4",) * (revision == "r2")))

    tally = SurveyTally(conditional)
    for each in responses([], [answer("1", "9"), answer("2", "2", revision="r2")]):
        tally.add(each)
    (told,) = tally.reports([], {})
    assert [each.form.when for each in told.questions] == [(), ("score <=4",)]


def test_days_are_those_of_the_business() -> None:
    """Half past eight in the evening by UTC is midnight in Tehran."""
    evening = datetime(2026, 11, 20, 20, 29, tzinfo=UTC)
    notes = [asked("1", at=evening), asked("2", at=evening + timedelta(minutes=1))]
    told = report(notes, [], Dimension.DAY, calls=[served(3)])
    assert [(each.group, each.served, each.asked) for each in told.groups] == [
        (("2026-11-20",), 3, 1),
        (("2026-11-21",), 0, 1),
    ]


def test_groups_without_a_name_come_last() -> None:
    """Who called no queue was asked by a rule: that is told beside the served calls."""
    notes = [asked("1", queue=None, agent=None), asked("2", language="en"), asked("3")]
    told = report(notes, [], Dimension.QUEUE, Dimension.LANGUAGE, calls=[served(5)])
    assert [each.group for each in told.groups] == [
        ("support", "en"),
        ("support", "fa"),
        (None, "fa"),
    ]
    assert {each.served for each in told.groups} == {None}
    assert {each.never_reached for each in told.groups} == {None}
    assert {each.asked_rate for each in told.groups} == {None}
    assert (told.total.asked, told.total.asked_after_served, told.total.never_reached) == (3, 2, 3)


def test_surveys_of_the_rules_that_nobody_came_to() -> None:
    """Then the served calls tell that nobody was asked."""
    (told,) = SurveyTally(forms).reports([served(12)], {"satisfaction": ["support"]})
    assert (told.total.served, told.total.asked, told.total.never_reached) == (12, 0, 12)
    assert (told.total.asked_rate, told.questions, told.groups) == (0, (), ())


def test_one_question_alone() -> None:
    """Who was asked is told as ever."""
    notes, answers = notes_and_answers()
    tally = SurveyTally(forms, question="solved")
    for response in responses(notes, answers):
        tally.add(response)
    (told,) = tally.reports([], {})
    assert [each.question for each in told.questions] == ["solved"]
    assert told.total.answered == 12


def test_what_no_form_knows_fills_no_memory() -> None:
    """A thousand other answers are one count."""
    told = report([], [answer(str(each), f"words {each}") for each in range(1000)])
    (score,) = told.questions
    assert (score.total.n, score.total.left_out) == (0, 1000)
    assert told.total.counts[Standing.UNNOTED] == 1000


@pytest.mark.parametrize("zone", [None, TEHRAN])
def test_the_days_of_a_period(zone: ZoneInfo | None) -> None:
    """The end itself does not belong to it."""
    begin = datetime(2026, 11, 20, tzinfo=zone).astimezone(UTC)
    period = Period(begin, begin + timedelta(days=2), zone)
    assert (period.first_day, period.last_day) == (date(2026, 11, 20), date(2026, 11, 21))
    assert period.day_of(begin - timedelta(seconds=1)) == date(2026, 11, 19)


def test_answers_are_dated_by_the_first_and_the_last() -> None:
    """Of each question and form."""
    later = AT + timedelta(days=3)
    (score,) = report([], [answer("1", "9"), answer("2", "9", at=later)]).questions
    assert (score.first, score.last) == (AT + timedelta(seconds=10), later)
