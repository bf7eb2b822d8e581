"""Reading what a report on surveys is made of, as a stream: a million answers take no memory."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from agi_server.cli.asked_questions import AskedQuestions
from agi_server.cli.listing import midnight
from agi_server.cli.progressing import Bars
from crm.ports import Store
from reports.grouping import Dimension
from reports.period import Period
from reports.responses import LONGEST_SURVEY, Response, begun_between, responses
from reports.survey_report import Served, SurveyReport, SurveyTally
from routing.rules import Policy

_STEP: Final = 10_000
"""Surveys between two steps of the progress bar: about a second's work."""


@dataclass(frozen=True, slots=True)
class ReportWanted:
    """What a report is about.

    Attributes:
        survey: The only survey; None: all.
        question: The only question; None: all.
        by: By what answers are told apart, beside the question.
        period: From when to when.
        top_box: How many marks the top box has; None: as `reports.figures.box_of` says.
    """

    survey: str | None
    question: str | None
    by: tuple[Dimension, ...]
    period: Period
    top_box: int | None


def read_reports(
    store: Store, policy: Policy | None, wanted: ReportWanted
) -> Sequence[SurveyReport]:
    """Read what is wanted, and count it. A server may go on meanwhile: nothing is locked.

    Args:
        store: Where it is kept.
        policy: The rules as they are now; None: they are broken.
        wanted: What the report is about.
    """
    period = wanted.period
    tally = SurveyTally(AskedQuestions(store, policy), wanted.by, period.zone, wanted.question)
    for response in _with_progress(_read(store, wanted), period):
        tally.add(response)
    served = _served_by_day if Dimension.DAY in wanted.by else _served
    queues = _queues_by_survey(policy, wanted.survey)
    return tally.reports(served(store, period), queues, wanted.top_box)


def _read(store: Store, wanted: ReportWanted) -> Iterator[Response]:
    """The surveys that were begun in the period, with answers that were given just after it."""
    since, until = wanted.period.since - LONGEST_SURVEY, wanted.period.until + LONGEST_SURVEY
    asked = store.surveys_asked(since=since, until=until, survey=wanted.survey)
    answers = store.answers_between(since=since, until=until, survey=wanted.survey)
    return begun_between(responses(asked, answers), wanted.period.since, wanted.period.until)


def _with_progress(found: Iterator[Response], period: Period) -> Iterator[Response]:
    """Show how far the reading is, in time, once it has taken a while."""
    whole, read = int((period.until - period.since).total_seconds()), 0
    with Bars() as bars:
        for read, each in enumerate(found):
            if read and read % _STEP == 0:
                bars.show("reading", int((each.at - period.since).total_seconds()), whole)
            yield each
        if read >= _STEP:
            bars.show("reading", whole, whole)


def _served(store: Store, period: Period) -> Iterator[Served]:
    day = period.first_day
    for each in store.served_calls(since=period.since, until=period.until):
        yield Served(each.queue, each.agent, day, each.calls)


def _served_by_day(store: Store, period: Period) -> Iterator[Served]:
    """Counted day by day: where clocks stand half an hour off, an hour belongs to two days."""
    hours = store.served_calls(since=period.since, until=period.until)
    almost = timedelta(minutes=59)
    days = {period.day_of(each.hour + more) for each in hours for more in (timedelta(0), almost)}
    for day in sorted(days):
        begin = datetime.combine(day, datetime.min.time())
        since = max(period.since, midnight(begin, period.zone))
        until = min(period.until, midnight(begin + timedelta(days=1), period.zone))
        for each in store.served_calls(since=since, until=until):
            yield Served(each.queue, each.agent, day, each.calls)


def _queues_by_survey(policy: Policy | None, survey: str | None) -> Mapping[str, Sequence[str]]:
    """The surveys of the rules with the queues that ask them; or only the one that is wanted."""
    if policy is None:
        return {}
    return {
        each: [queue.id for queue in policy.queues.values() if queue.survey == each]
        for each in policy.surveys
        if survey in {None, each}
    }
