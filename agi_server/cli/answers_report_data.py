"""The report on surveys for programs."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from reports.figures import LEAST, Figures, best, worst
from reports.grouping import Dimension, Group
from reports.period import Period
from reports.survey_report import QuestionReport, Reach, SurveyReport


def report_data(
    found: Sequence[SurveyReport], period: Period, dimensions: Sequence[Dimension]
) -> dict[str, Any]:
    """The report as JSON has it; figures of fewer than `least` are null.

    Args:
        found: Each survey.
        period: What the report is about.
        dimensions: By what answers are told apart.
    """
    return {
        "since": period.since,
        "until": period.until,
        "by": list(dimensions),
        "least": LEAST,
        "surveys": [_survey(report, dimensions) for report in found],
    }


def _survey(report: SurveyReport, dimensions: Sequence[Dimension]) -> dict[str, Any]:
    return {
        "survey": report.survey,
        "queues": list(report.queues),
        "total": _reach(report.total),
        "groups": [_named(dimensions, reach.group) | _reach(reach) for reach in report.groups],
        "questions": [_question(each, dimensions) for each in report.questions],
    }


def _reach(reach: Reach) -> dict[str, Any]:
    return {
        "served": reach.served,
        "never_reached": reach.never_reached,
        **{standing.value: count for standing, count in reach.counts.items()},
        "asked": reach.asked,
        "asked_after_served": reach.asked_after_served,
        "asked_rate": reach.asked_rate,
        "answered": reach.answered,
        "response_rate": reach.response_rate,
        "completion_rate": reach.completion_rate,
    }


def _question(report: QuestionReport, dimensions: Sequence[Dimension]) -> dict[str, Any]:
    form = report.form
    return {
        "question": report.question,
        "kind": form.kind,
        "values": list(form.values),
        "when": list(form.when),
        "first": report.first,
        "last": report.last,
        "wordings": report.wordings,
        "top_marks": list(best(form.values, report.box)) if report.box else None,
        "bottom_marks": list(worst(form.values, report.box)) if report.box else None,
        "total": _figures(report.total),
        "groups": [
            _named(dimensions, group) | _figures(figures) for group, figures in report.groups
        ],
    }


def _figures(figures: Figures) -> dict[str, Any]:
    return asdict(figures) | {"too_few": figures.too_few}


def _named(dimensions: Sequence[Dimension], group: Group) -> dict[str, Any]:
    return {dimension.value: value for dimension, value in zip(dimensions, group, strict=True)}
