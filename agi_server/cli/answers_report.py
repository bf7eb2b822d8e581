"""`rahyab answers report`: what surveys say, and what they cannot."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

import click

from agi_server.cli.access import Action, note
from agi_server.cli.answers_report_data import report_data
from agi_server.cli.answers_report_printing import print_reports
from agi_server.cli.answers_report_reading import ReportWanted, read_reports
from agi_server.cli.finding import end_with_findings
from agi_server.cli.listing import json_option, midnight
from agi_server.cli.loading import opened_store, settings_for_command
from agi_server.cli.printing import as_json
from agi_server.policy import PolicyError, load_policy_file
from agi_server.settings import Settings
from reports.grouping import Dimension
from reports.period import Period
from reports.responses import LONGEST_SURVEY
from reports.survey_report import SurveyReport
from routing.rules import Policy

DAYS: Final = 30
"""How far back a report goes, where nobody says."""

ALWAYS: Final = "question"
"""By what answers are always told apart: a mean over two questions means nothing."""

MOST_MARKS: Final = 5
"""Of a top box: no scale has more than eleven marks, and a box is at most half of them."""

_ENDS: Final = ("--since", "--until")


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
    wanted = ReportWanted(survey, question, dimensions, period, top_box)
    with opened_store(settings) as store:
        note(store, Action.LISTED, detail=" ".join(("answers as a report", *dimensions)))
        found = read_reports(store, policy, wanted)
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
    try:
        end = datetime.now(UTC) if until is None else midnight(until, zone)
        if since is None:
            # From the beginning of a day, as with a day that is given.
            since = (end - timedelta(days=DAYS)).astimezone(zone).replace(tzinfo=None)
        begin = midnight(datetime.combine(since.date(), datetime.min.time()), zone)
        _ = begin - LONGEST_SURVEY
    except OverflowError:
        raise click.BadParameter("no calendar reaches so far", param_hint=_ENDS) from None
    if begin >= end:
        last = (end - timedelta(microseconds=1)).astimezone(zone)
        message = f"it is to be a day before the end of the report, {last:%Y-%m-%d} at the latest"
        raise click.BadParameter(message, param_hint="--since")
    return Period(begin, end, zone)


def _check_found(
    wanted: ReportWanted, found: Sequence[SurveyReport], policy: Policy | None
) -> None:
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
