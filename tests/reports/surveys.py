"""Surveys of calls, as a store hands them out."""

from datetime import UTC, datetime, timedelta
from typing import Final

from crm.asking_records import AskedSurvey, SurveyOutcome
from crm.records import Answer
from reports.question_forms import Asked, Kind, QuestionForm

AT: Final = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
SECOND: Final = timedelta(seconds=1)

TEN: Final = QuestionForm(Kind.SCALE, tuple(map(str, range(1, 11))))
FIVE: Final = QuestionForm(Kind.SCALE, tuple(map(str, range(1, 6))))
YES_NO: Final = QuestionForm(Kind.CHOICE, ("yes", "no"))
SPOKEN: Final = QuestionForm(Kind.SPOKEN, ())


def asked(  # noqa: PLR0913  a record has many fields, and each has its default here
    call: str,
    outcome: SurveyOutcome = SurveyOutcome.COMPLETE,
    *,
    survey: str = "satisfaction",
    at: datetime = AT,
    agent: str | None = "ali",
    queue: str | None = "support",
    language: str = "fa",
) -> AskedSurvey:
    """A note of what became of a survey."""
    return AskedSurvey(call, survey, at, outcome, None, None, agent, queue, None, "r1", language)


def answer(  # noqa: PLR0913  the same
    call: str,
    value: str,
    question: str = "score",
    *,
    survey: str = "satisfaction",
    at: datetime = AT + 10 * SECOND,
    agent: str | None = "ali",
    queue: str | None = "support",
    revision: str = "r1",
) -> Answer:
    """One answer."""
    return Answer(call, survey, question, value, at, agent, queue, None, revision)


def forms(revision: str, survey: str, question: str) -> Asked:
    """Marks to ten in the rules `r1` and to five in `r2`; to `r3` the words alone differ."""
    del survey
    by_question = {"score": FIVE if revision == "r2" else TEN, "solved": YES_NO, "comment": SPOKEN}
    return Asked(by_question[question], (("en", "Well?" if revision == "r3" else "How was it?"),))
