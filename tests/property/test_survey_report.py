"""Reports on surveys: whatever callers answer, the sums add up."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from crm.asking_records import AskedSurvey, SurveyOutcome
from crm.records import Answer
from reports.confidence import mean_interval, mean_of, share_interval
from reports.grouping import Dimension
from reports.responses import Standing, responses
from reports.survey_report import Served, SurveyReport, SurveyTally
from tests.reports.surveys import AT, answer, asked, forms

calls = st.integers(0, 9).map(str)
agents = st.sampled_from(["ali", "sara", None])
moments = st.integers(0, 5 * 86_400).map(lambda seconds: AT + timedelta(seconds=seconds))
notes = st.lists(
    st.builds(asked, calls, st.sampled_from(SurveyOutcome), at=moments, agent=agents),
    max_size=30,
)
answers = st.lists(
    st.builds(
        answer,
        calls,
        st.sampled_from(["1", "5", "10", "yes", "no", "", "words"]),
        st.sampled_from(["score", "solved", "comment"]),
        at=moments,
        agent=agents,
        revision=st.sampled_from(["r1", "r2", "r3"]),
    ),
    max_size=60,
)
dimensions = st.lists(st.sampled_from(Dimension), unique=True, max_size=3)
marks = st.dictionaries(st.integers(0, 10), st.integers(1, 50), min_size=2)


def reported(
    asked_: list[AskedSurvey], answered: list[Answer], by: list[Dimension]
) -> tuple[SurveyReport, ...]:
    """The report on these, with seven served calls."""
    tally = SurveyTally(forms, by)
    in_order = sorted(asked_, key=lambda each: each.at)
    for response in responses(in_order, sorted(answered, key=lambda each: each.given_at)):
        tally.add(response)
    return tally.reports([Served("support", "ali", date(2026, 11, 20), 7)], {})


@given(notes, answers, dimensions)
def test_groups_add_up_to_everybody(
    asked_: list[AskedSurvey], answered: list[Answer], by: list[Dimension]
) -> None:
    """Each survey is in one group, and each answer is counted once, or left out once."""
    for report in reported(asked_, answered, by):
        for standing in Standing if by else ():
            parts = sum(each.counts[standing] for each in report.groups)
            assert parts == report.total.counts[standing]
        for question in report.questions if by else ():
            assert sum(figures.n for _, figures in question.groups) == question.total.n
            parts = sum(figures.left_out for _, figures in question.groups)
            assert parts == question.total.left_out
        counted = sum(each.total.n + each.total.left_out for each in report.questions)
        assert counted == len(answered)


@given(notes, answers, dimensions)
def test_rates_are_parts(
    asked_: list[AskedSurvey], answered: list[Answer], by: list[Dimension]
) -> None:
    """Between none and all; who completed has answered; boxes do not meet."""
    for report in reported(asked_, answered, by):
        for reach in (report.total, *report.groups):
            assert (reach.completion_rate or 0) <= (reach.response_rate or 0) <= 1
            assert reach.asked_after_served <= reach.asked
        for question in report.questions:
            assert (question.total.top_box or 0) + (question.total.bottom_box or 0) <= 1
            shares = question.total.shares
            assert shares is None or abs(sum(shares.values()) - 1) < 1e-9


@given(marks)
def test_a_mean_lies_in_its_interval(counts: dict[int, int]) -> None:
    """And that lies on the scale."""
    low, high = mean_interval(counts) or (-1, -1)
    assert min(counts) <= low <= mean_of(counts) <= high <= max(counts)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_share_lies_in_its_interval(part_of: tuple[int, int]) -> None:
    """And that lies between none and all."""
    part, n = part_of
    low, high = share_interval(part, n)
    assert 0 <= low <= part / n + 1e-12
    assert part / n - 1e-12 <= high <= 1
