"""`rahyab answers report`: what surveys say, and what they cannot."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

import click

from agi_server.cli.access import Action, note
from agi_server.cli.answers_report_data import report_data
from agi_server.cli.answers_report_printing import print_reports
from agi_server.cli.asked_questions import AskedQuestions
from agi_server.cli.finding import end_with_findings
from agi_server.cli.listing import json_option, midnight
from agi_server.cli.loading import opened_store, settings_for_command
from agi_server.cli.printing import as_json
from agi_server.cli.progressing import Bars
from agi_server.policy import PolicyError, load_policy_file
from agi_server.settings import Settings
from crm.ports import Store
from reports.grouping import Dimension
from reports.period import Period
from reports.responses import LONGEST_SURVEY, Response, begun_between, responses
from reports.survey_report import Served, SurveyReport, SurveyTally
from routing.rules import Policy

DAYS: Final = 30
"""How far back a report goes, where nobody says."""

ALWAYS: Final = "question"
"""By what answers are always told apart: a mean over two questions means nothing."""

MOST_MARKS: Final = 5
"""Of a top box: no scale has more than eleven marks, and a box is at most half of them."""

_STEP: Final = 10_000
"""Surveys between two steps of the progress bar: about a second's work."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a report is about."""

    survey: str | None
    question: str | None
    by: tuple[Dimension, ...]
    period: Period
    top_box: int | None


@click.command("report")
@click.option("--survey", metavar="NAME", help="Only this survey.")
@click.option("--question", metavar="NAME", help="Only this question's answers.")
@click.option(
    "--by",
    "by",
    multiple=True,
    type=click.Choice([*(each.value for each in Dimension), ALWAYS]),
    help="By what answers are told apart; give it twice for both together. By question they always"
    " are.",
)
@click.option(
    "--since",
    metavar="YYYY-MM-DD",
    type=click.DateTime(["%Y-%m-%d"]),
    help=f"Only surveys of this day or later.  [default: {DAYS} days before the end]",
)
@click.option(
    "--until",
    metavar="YYYY-MM-DD",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Only surveys from before this day.  [default: until now]",
)
@click.option(
    "--top-box",
    type=click.IntRange(1, MOST_MARKS),
    help="How many of the best marks make the top box, at most half of the scale.  [default: two of"
    " a scale of ten marks or more, else one]",
)
@json_option
def report_command(
    *,
    survey: str | None,
    question: str | None,
    by: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    top_box: int | None,
    for_programs: bool,
) -> None:
    """Tell what surveys say: who was asked, who answered, and what.

    Figures of fewer than ten answers are not told. Trials are left out. Spoken answers are only
    counted. What the figures mean, and what they cannot tell, stands below them.

    Exit code 0: there is a report. 1: nothing is known of such a survey or question. 2: it could
    not run.
    """
    settings = settings_for_command()
    policy = _present_rules(settings)
    period = _period(since, until, None if policy is None else policy.business.timezone)
    dimensions = tuple(Dimension(each) for each in dict.fromkeys(by) if each != ALWAYS)
    wanted = _Wanted(survey, question, dimensions, period, top_box)
    with opened_store(settings) as store:
        note(store, Action.LISTED, detail=" ".join(("answers as a report", *dimensions)))
        found = _reports(store, policy, wanted)
    _check_found(wanted, found, policy)
    if for_programs:
        click.echo(as_json(report_data(found, period, dimensions)))
    else:
        print_reports(found, period, dimensions)


def _present_rules(settings: Settings) -> Policy | None:
    try:
        return load_policy_file(settings.rules)
    except PolicyError:
        return None


def _period(since: datetime | None, until: datetime | None, zone: tzinfo | None) -> Period:
    """From when to when, in UTC. Raises BadParameter."""
    now = datetime.now(UTC)
    try:
        end = now if until is None else min(now, midnight(until, zone))
        if since is None:
            # From the beginning of a day, as with a day that is given.
            since = (end - timedelta(days=DAYS)).astimezone(zone).replace(tzinfo=None)
        begin = midnight(datetime.combine(since.date(), datetime.min.time()), zone)
        _ = begin - LONGEST_SURVEY
    except OverflowError:
        raise click.BadParameter("no calendar reaches so far", param_hint="--since") from None
    if begin >= end:
        last = (end - timedelta(microseconds=1)).astimezone(zone)
        message = f"it is to be a day before the end of the report, {last:%Y-%m-%d} at the latest"
        raise click.BadParameter(message, param_hint="--since")
    return Period(begin, end, zone)


def _reports(store: Store, policy: Policy | None, wanted: _Wanted) -> Sequence[SurveyReport]:
    """Read what is wanted, and count it. A server may go on meanwhile: nothing is locked."""
    period = wanted.period
    tally = SurveyTally(AskedQuestions(store, policy), wanted.by, period.zone, wanted.question)
    for response in _with_progress(_read(store, wanted), period):
        tally.add(response)
    served = _served_by_day if Dimension.DAY in wanted.by else _served
    queues = _queues_by_survey(policy, wanted.survey)
    return tally.reports(served(store, period), queues, wanted.top_box)


def _read(store: Store, wanted: _Wanted) -> Iterator[Response]:
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


def _check_found(wanted: _Wanted, found: Sequence[SurveyReport], policy: Policy | None) -> None:
    """End the command where nothing is known of the survey or the question that it names."""
    if wanted.survey is not None and not found:
        end_with_findings(
            f"There is no survey {wanted.survey} in the rules, and none was asked in this time:"
            " `rahyab answers report` tells of all"
        )
    if wanted.question is None or any(report.questions for report in found):
        return
    known = {
        question.id
        for report in found
        if policy is not None and report.survey in policy.surveys
        for question in policy.surveys[report.survey].questions
    }
    if wanted.question not in known:
        end_with_findings(
            f"There is no question {wanted.question} in the rules, and none was answered in this"
            " time: `rahyab answers report` tells of all"
        )
