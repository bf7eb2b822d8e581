"""Answers are put to the surveys that they belong to."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

import pytest

from crm.asking_records import AskedSurvey, SurveyOutcome
from crm.records import Answer
from reports.responses import LONGEST_SURVEY, Response, Standing, begun_between, responses
from tests.reports.surveys import AT, SECOND, answer, asked


def only(asked_: list[AskedSurvey], answers: list[Answer]) -> Response:
    """The one response that there is."""
    (response,) = responses(asked_, answers)
    return response


@pytest.mark.parametrize(
    ("outcome", "answers", "standing"),
    [
        (SurveyOutcome.COMPLETE, 1, Standing.COMPLETE),
        (SurveyOutcome.ASKED, 1, Standing.PARTIAL),
        (SurveyOutcome.ASKED, 0, Standing.SILENT),
        (SurveyOutcome.DECLINED, 0, Standing.DECLINED),
        (SurveyOutcome.RECENTLY, 0, Standing.RECENTLY),
        (SurveyOutcome.FORBIDDEN, 0, Standing.FORBIDDEN),
    ],
)
def test_how_a_survey_is_counted(outcome: SurveyOutcome, answers: int, standing: Standing) -> None:
    """One that was begun is partial with an answer, and silent without."""
    assert only([asked("1", outcome)], [answer("1", "9")] * answers).standing is standing


def test_answers_are_put_to_their_own_call_and_survey() -> None:
    """However they lie between each other."""
    found = list(
        responses(
            [asked("1"), asked("2", at=AT + SECOND), asked("2", survey="nps", at=AT + SECOND)],
            [
                answer("1", "9"),
                answer("2", "8", survey="nps"),
                answer("1", "yes", "solved", at=AT + 20 * SECOND),
                answer("2", "7", at=AT + 21 * SECOND),
            ],
        )
    )
    told = [(each.call_id, each.survey, [one.value for one in each.answers]) for each in found]
    assert told == [
        ("1", "satisfaction", ["9", "yes"]),
        ("2", "satisfaction", ["7"]),
        ("2", "nps", ["8"]),
    ]


def test_a_note_may_be_later_than_the_answers() -> None:
    """A spool that writes the end of a survey first keeps the time of that."""
    response = only([asked("1", at=AT + 60 * SECOND)], [answer("1", "9")])
    assert (response.standing, response.at) == (Standing.COMPLETE, AT + 60 * SECOND)


def test_answers_without_a_note() -> None:
    """Of a version that kept none: who and where is known by the answer, the language is not."""
    response = only([], [answer("1", "9", agent="sara", queue="sales")])
    assert (response.standing, response.at) == (Standing.UNNOTED, AT + 10 * SECOND)
    assert (response.agent, response.queue, response.language) == ("sara", "sales", None)


def test_a_survey_counts_when_it_was_begun() -> None:
    """With answers that came after the end; without those whose survey began before."""
    minute = timedelta(minutes=1)
    notes = [asked("early", at=AT - minute), asked("in"), asked("late", at=AT + minute)]
    answers = [
        answer("early", "1", at=AT + SECOND),
        answer("in", "2", at=AT + 2 * minute),
        answer("late", "3", at=AT + 2 * minute),
    ]
    (found,) = begun_between(responses(notes, answers), AT, AT + minute)
    assert (found.call_id, [each.value for each in found.answers]) == ("in", ["2"])


def test_no_more_is_read_than_one_survey_can_last() -> None:
    """So a million of them take no more memory than those of an hour."""
    read = 0

    def endless() -> Iterator[AskedSurvey]:
        nonlocal read
        while True:
            read += 1
            yield asked(str(read), SurveyOutcome.ASKED, at=AT + read * timedelta(minutes=1))

    found = list(islice(responses(endless(), []), 1000))
    assert [each.call_id for each in found] == [str(each) for each in range(1, 1001)]
    assert read <= 1000 + LONGEST_SURVEY / timedelta(minutes=1) + 2
