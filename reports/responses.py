"""What became of each survey of each call, put together from two streams of records."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from heapq import merge
from operator import itemgetter
from typing import Final

from crm.asking_records import AskedSurvey, SurveyOutcome
from crm.records import Answer

LONGEST_SURVEY: Final = timedelta(hours=1)
"""Between the first and the last that is kept of one survey in one call. The rules bound a survey's
questions and repetitions to a few minutes; the rest is for machines whose clocks differ."""


class Standing(StrEnum):
    """How one survey of one call is counted."""

    COMPLETE = "complete"
    """Every question that was put was answered."""
    PARTIAL = "partial"
    """At least one question was answered, and not every one."""
    SILENT = "silent"
    """It was begun, and nothing was answered."""
    DECLINED = "declined"
    """The caller did not consent to it."""
    RECENTLY = "recently"
    """It was not asked, for it was asked of them not long before."""
    FORBIDDEN = "forbidden"
    """It was not asked, for a mark says no."""
    UNNOTED = "unnoted"
    """There are answers, and no note of having asked: so it was before such notes were kept."""


@dataclass(frozen=True, slots=True)
class Response:
    """What became of one survey in one call.

    Attributes:
        call_id: The call.
        survey: The survey's id in the rules.
        at: When it was begun, or would have been; without a note of that, the first answer.
        agent: Whom the caller spoke with before; None where nobody was named.
        queue: Which queue they waited in before; None: none.
        language: In which it was asked; None where nobody noted it.
        standing: How it is counted.
        answers: What was answered, in that order.
    """

    call_id: str
    survey: str
    at: datetime
    agent: str | None
    queue: str | None
    language: str | None
    standing: Standing
    answers: tuple[Answer, ...]


def responses(asked: Iterable[AskedSurvey], answers: Iterable[Answer]) -> Iterator[Response]:
    """Put answers to the surveys that they belong to.

    Memory holds what is of one `LONGEST_SURVEY`, however long the streams are.

    Args:
        asked: What became of surveys, the oldest first.
        answers: The answers to the same surveys, the oldest first.
    """
    waiting: OrderedDict[tuple[str, str], _Gathered] = OrderedDict()
    for at, record in _by_time(asked, answers):
        while waiting and next(iter(waiting.values())).first < at - LONGEST_SURVEY:
            yield waiting.popitem(last=False)[1].response()
        key = (record.call_id, record.survey)
        gathered = waiting.get(key)
        if gathered is None:
            gathered = waiting[key] = _Gathered(at)
        if isinstance(record, Answer):
            gathered.answers.append(record)
        else:
            gathered.asked = record
    yield from (each.response() for each in waiting.values())


def begun_between(
    found: Iterable[Response], since: datetime, until: datetime
) -> Iterator[Response]:
    """Those that were begun from `since` on and before `until`, whenever they were answered."""
    return (each for each in found if since <= each.at < until)


def _by_time(
    asked: Iterable[AskedSurvey], answers: Iterable[Answer]
) -> Iterator[tuple[datetime, AskedSurvey | Answer]]:
    notes: Iterator[tuple[datetime, AskedSurvey | Answer]] = ((each.at, each) for each in asked)
    return merge(notes, ((each.given_at, each) for each in answers), key=itemgetter(0))


@dataclass(slots=True)
class _Gathered:
    """What was found so far of one survey of one call."""

    first: datetime
    asked: AskedSurvey | None = None
    answers: list[Answer] = field(default_factory=list)

    def response(self) -> Response:
        source = self.asked or self.answers[0]
        return Response(
            call_id=source.call_id,
            survey=source.survey,
            at=self.first if self.asked is None else self.asked.at,
            agent=source.agent,
            queue=source.queue,
            language=None if self.asked is None else self.asked.language,
            standing=_standing(self.asked, answered=bool(self.answers)),
            answers=tuple(self.answers),
        )


def _standing(asked: AskedSurvey | None, *, answered: bool) -> Standing:
    if asked is None:
        return Standing.UNNOTED
    if asked.outcome is SurveyOutcome.ASKED:
        return Standing.PARTIAL if answered else Standing.SILENT
    return Standing(asked.outcome)
