"""The report on surveys says the same, whatever store it is read from."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from agi_server.cli.answers_report_reading import ReportWanted, read_reports
from agi_server.policy import read_rules
from crm.asking_records import SurveyOutcome
from crm.ports import Store
from crm.records import CallChange, NewCall, Outcome, Revision
from reports.grouping import Dimension
from reports.period import Period
from reports.question_forms import Kind
from routing.rules_text import RulesText
from tests.conversations.site import RULES
from tests.reports.surveys import answer, asked

TEHRAN = ZoneInfo("Asia/Tehran")
MIDNIGHT = datetime(2026, 11, 20, 20, 30, tzinfo=UTC)
"""The 21st of November begins in Tehran."""

PERIOD = Period(MIDNIGHT - timedelta(days=1), MIDNIGHT + timedelta(days=1), TEHRAN)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def rules() -> RulesText:
    """The rules that we ship."""
    return read_rules(RULES)


@pytest.fixture
def filled(store: Store, rules: RulesText, call: NewCall) -> Store:
    """Every five minutes around midnight a call: 24 served; every second one asked, with a mark."""
    store.keep_revision(Revision(rules.revision, rules.bundled(), MIDNIGHT))
    for place in range(24):
        at, call_id = MIDNIGHT + 5 * (place - 12) * MINUTE, f"call-{place}"
        store.begin_call(replace(call, id=call_id, started_at=at))
        served = CallChange(queue="support", agent="ali", answered_at=at, outcome=Outcome.ANSWERED)
        store.change_call(call_id, served)
        if place % 2:
            continue
        store.note_survey(asked(call_id, SurveyOutcome.ASKED, at=at))
        given = answer(call_id, str(place % 10 + 1), at=at + MINUTE, revision=rules.revision)
        store.keep_answer(given)
    return store


def test_everything_between_two_days(filled: Store) -> None:
    """By the rules that the store keeps, for there are no present ones."""
    wanted = ReportWanted(None, None, (Dimension.DAY,), PERIOD, None)
    (report,) = read_reports(filled, None, wanted)
    assert [(each.group, each.served, each.asked) for each in report.groups] == [
        (("2026-11-20",), 12, 6),
        (("2026-11-21",), 12, 6),
    ]
    (score,) = report.questions
    # The marks are 1, 3, 5, 7, 9, twice, then 1 and 3: 54 of twelve.
    assert (score.form.kind, score.total.n, score.total.mean) == (Kind.SCALE, 12, 54 / 12)


def test_a_period_cuts_at_the_moment_of_asking(filled: Store) -> None:
    """The answer to a survey of the last minute is given after the end."""
    until = MIDNIGHT + MINUTE / 2
    wanted = ReportWanted("satisfaction", "score", (), replace(PERIOD, until=until), None)
    (report,) = read_reports(filled, None, wanted)
    assert (report.total.served, report.total.asked, report.total.answered) == (13, 7, 7)
    assert report.questions[0].total.n == 7


def test_rules_that_are_not_kept_are_unknown(filled: Store, call: NewCall) -> None:
    """Or cannot be read any more: their marks are not counted with others."""
    filled.keep_revision(Revision("0" * 12, "no rules at all", MIDNIGHT))
    for call_id, revision in (("no-rules", "f" * 12), ("broken-rules", "0" * 12)):
        filled.begin_call(replace(call, id=call_id, started_at=MIDNIGHT))
        filled.keep_answer(answer(call_id, "5", at=MIDNIGHT, revision=revision))
    wanted = ReportWanted(None, None, (), PERIOD, None)
    (report,) = read_reports(filled, None, wanted)
    known, unknown = sorted(report.questions, key=lambda each: each.form.kind)
    assert (known.form.kind, known.total.n) == (Kind.SCALE, 12)
    assert (unknown.form.kind, unknown.total.n) == (Kind.UNKNOWN, 2)


def test_no_survey_at_all(store: Store) -> None:
    """There is nothing to tell."""
    empty = ReportWanted(None, None, (Dimension.DAY, Dimension.AGENT), PERIOD, None)
    assert list(read_reports(store, None, empty)) == []


def test_days_without_an_hour_to_themselves(filled: Store) -> None:
    """A zone at half an hour: each call is counted once, whatever the day."""
    for zone in (TEHRAN, ZoneInfo("Asia/Kathmandu"), ZoneInfo("UTC")):
        period = replace(PERIOD, zone=zone)
        (report,) = read_reports(
            filled, None, ReportWanted(None, None, (Dimension.DAY,), period, None)
        )
        assert sum(each.served or 0 for each in report.groups) == report.total.served == 24
        first = date.fromisoformat(report.groups[0].group[0] or "")
        assert first == period.day_of(MIDNIGHT - 60 * MINUTE)
