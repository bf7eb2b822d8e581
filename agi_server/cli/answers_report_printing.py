"""The report on surveys for people: tables, bars, and what they mean."""

import sys
from collections.abc import Iterator, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from agi_server.cli.answers_report_words import (
    closing_words,
    per_cent,
    words_of_question,
    words_of_reach,
)
from agi_server.cli.listing import listing_table
from agi_server.cli.printing import cell, table_console
from reports.confidence import Interval
from reports.figures import Figures
from reports.grouping import Dimension, Group
from reports.period import Period
from reports.question_forms import Kind, QuestionForm
from reports.responses import Standing
from reports.survey_report import QuestionReport, Reach, SurveyReport

EVERYBODY: Final = "all"
NOBODY: Final = "none"
"""Of a group: there is no agent, queue or language, or nobody noted it."""
TOO_FEW: Final = "too few"

_LONGEST_BAR: Final = 40
_STEPS: Final = "▁▂▃▄▅▆▇█"
_DIGITS: Final = "12345678"


def print_reports(
    found: Sequence[SurveyReport], period: Period, dimensions: Sequence[Dimension]
) -> None:
    """Print the report.

    Args:
        found: Each survey.
        period: What the report is about.
        dimensions: By what answers are told apart.
    """
    console = table_console()
    if not found:
        console.print("There are no surveys, and none was asked in this time.")
        return
    for report in found:
        console.print(_heading(report, period))
        _print_reach(console, report, dimensions)
        for question in report.questions:
            _print_question(console, question, dimensions, period)
    console.print(Text(closing_words()))


def _heading(report: SurveyReport, period: Period) -> Text:
    zone = "" if period.zone is None else f" ({period.zone})"
    days = f"{period.first_day} to {period.last_day}{zone}"
    return cell(f"Survey {report.survey}, {days}")


def _print_reach(console: Console, report: SurveyReport, dimensions: Sequence[Dimension]) -> None:
    console.print()
    console.print(_reach_table(report, dimensions))
    for line in words_of_reach(report):
        console.print(cell(line))
    console.print()


def _reach_table(report: SurveyReport, dimensions: Sequence[Dimension]) -> Table:
    table = _table(
        dimensions,
        ("served", "asked", "asked %", "declined", "silent", "partial", "complete", "response"),
    )
    for reach in (*report.groups, report.total):
        served = "" if reach.served is None else f"{reach.served:,}"
        counts = (
            f"{reach.counts[standing]:,}"
            for standing in (
                Standing.DECLINED,
                Standing.SILENT,
                Standing.PARTIAL,
                Standing.COMPLETE,
            )
        )
        table.add_row(
            *_names(dimensions, reach.group),
            served,
            f"{reach.asked:,}",
            per_cent(reach.asked_rate),
            *counts,
            _response(reach),
        )
    return table


def _response(reach: Reach) -> str:
    return TOO_FEW if reach.response_rate is None else per_cent(reach.response_rate)


def _print_question(
    console: Console,
    report: QuestionReport,
    dimensions: Sequence[Dimension],
    period: Period,
) -> None:
    first, last = period.day_of(report.first), period.day_of(report.last)
    days = f"answered {first}" if first == last else f"answered {first} to {last}"
    console.print(cell(f"{report.question}: {_form_in_words(report.form)}, {days}"))
    console.print()
    if report.form.kind is Kind.SCALE:
        console.print(_marks_table(report, dimensions))
        if not report.total.too_few:
            console.print()
            console.print(_bars(report.total))
    elif report.form.kind is Kind.SPOKEN:
        console.print(_spoken_table(report, dimensions))
    else:
        console.print(_choices_table(report, dimensions))
    for line in words_of_question(report):
        console.print(cell(line))
    console.print()


def _form_in_words(form: QuestionForm) -> str:
    match form.kind:
        case Kind.SCALE:
            return f"marks from {form.values[0]} to {form.values[-1]}"
        case Kind.CHOICE:
            return "one of a choice"
        case Kind.SPOKEN:
            return "spoken"
        case Kind.UNKNOWN:
            return "a question of unknown rules"


def _marks_table(report: QuestionReport, dimensions: Sequence[Dimension]) -> Table:
    values = report.form.values
    columns = ("n", "mean", "95%", "median", "top box", "bottom", f"{values[0]} to {values[-1]}")
    table = _table(dimensions, columns)
    for group, figures in _rows(report):
        names = _names(dimensions, group)
        if figures.mean is None:
            table.add_row(*names, f"{figures.n:,}", TOO_FEW)
            continue
        table.add_row(
            *names,
            f"{figures.n:,}",
            f"{figures.mean:.1f}",
            _range(figures.interval, "{:.1f}"),
            f"{figures.median:g}",
            per_cent(figures.top_box),
            per_cent(figures.bottom_box),
            _small_bars(figures),
        )
    return table


def _choices_table(report: QuestionReport, dimensions: Sequence[Dimension]) -> Table:
    table = _table(dimensions, ("n", "answer", "given", "share", "95%"))
    table.add_column()
    for group, figures in _rows(report):
        names = [*_names(dimensions, group), Text(f"{figures.n:,}")]
        if figures.too_few:
            table.add_row(*names, TOO_FEW)
        for value, count in (figures.counts or {}).items():
            if not count and report.form.kind is Kind.UNKNOWN:
                continue
            share = (figures.shares or {})[value]
            interval = _range((figures.share_intervals or {})[value], "{:.0%}")
            bar = _ink() * round(share * _LONGEST_BAR / 2)
            table.add_row(*names, cell(value), f"{count:,}", per_cent(share), interval, bar)
            names = [Text("")] * len(names)
    return table


def _spoken_table(report: QuestionReport, dimensions: Sequence[Dimension]) -> Table:
    table = _table(dimensions, ("n",))
    for group, figures in _rows(report):
        table.add_row(*_names(dimensions, group), f"{figures.n:,}")
    return table


def _bars(figures: Figures) -> Table:
    """The distribution of everybody's marks, the best on top."""
    table = Table.grid(padding=(0, 1))
    for justify in ("right", "left", "right", "right"):
        table.add_column(justify=justify, no_wrap=True)
    counts = figures.counts or {}
    most = max(counts.values())
    for mark, count in reversed(list(counts.items())):
        bar = _ink() * round(count / most * _LONGEST_BAR)
        table.add_row(mark, bar, per_cent(count / figures.n), f"{count:,}")
    return table


def _small_bars(figures: Figures) -> str:
    """A group's distribution in one sign for each mark; a point for none."""
    counts = figures.counts or {}
    most, steps = max(counts.values()), _STEPS if _is_drawn(_STEPS) else _DIGITS
    signs = (
        steps[-(-count * len(steps) // most) - 1] if count else "." for count in counts.values()
    )
    return "".join(signs)


def _ink() -> str:
    return "█" if _is_drawn("█") else "#"


def _is_drawn(signs: str) -> bool:
    """Whether standard output can say these signs."""
    try:
        signs.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def _table(dimensions: Sequence[Dimension], columns: Sequence[str]) -> Table:
    table = listing_table(*dimensions)
    for column in columns:
        is_text = column == "answer"
        table.add_column(column, justify="left" if is_text else "right", no_wrap=not is_text)
    return table


def _rows(report: QuestionReport) -> Iterator[tuple[Group, Figures]]:
    yield from report.groups
    yield (), report.total


def _names(dimensions: Sequence[Dimension], group: Group) -> list[Text]:
    """The cells that name a group; those of the total say so."""
    if not group:
        return [Text(EVERYBODY if not place else "") for place, _ in enumerate(dimensions)]
    return [cell(NOBODY if value is None else value) for value in group]


def _range(interval: Interval | None, written: str) -> str:
    if interval is None:
        return ""
    low, high = map(written.format, interval)
    return f"{low} to {high}"
