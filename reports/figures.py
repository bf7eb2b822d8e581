"""The figures of the answers to one question, put in one form, by one group of callers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from reports.confidence import Interval, mean_interval, mean_of, median_of, share_interval
from reports.question_forms import Kind, QuestionForm

LEAST: Final = 10
"""How many it takes for a figure to be told. Marks from 1 to 10 spread by two or three as a rule:
the mean of ten of them is known to a mark and a half or two either way, and that of fewer hardly at
all; nobody is to be judged by it."""

_TWO_AT_THE_TOP: Final = 10
"""A scale of so many marks or more has a top box of two marks, a shorter one of one."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is told of a group's answers; figures are None where there are too few, or of no sense.

    Attributes:
        n: How many answers are counted.
        left_out: How many there are beside these: emptied by `retention`, or no answer that the
            question has.
        counts: How often each value was given, in the order of the question's values.
        shares: The same, as parts of `n`.
        share_intervals: Where the true shares lie.
        mean: Of marks.
        interval: Where the true mean lies; None too where all marks are alike.
        median: Of marks.
        top_box: The part of `n` that gave one of the best marks.
        top_interval: Where the true part lies.
        bottom_box: The part that gave one of the worst, as many as the top box has.
    """

    n: int
    left_out: int
    counts: Mapping[str, int] | None = None
    shares: Mapping[str, float] | None = None
    share_intervals: Mapping[str, Interval] | None = None
    mean: float | None = None
    interval: Interval | None = None
    median: float | None = None
    top_box: float | None = None
    top_interval: Interval | None = None
    bottom_box: float | None = None

    @property
    def too_few(self) -> bool:
        """Whether there are fewer than `LEAST`."""
        return self.n < LEAST


def box_of(form: QuestionForm, wanted: int | None) -> int:
    """How many marks the top box has; 0 for what is no scale.

    It is never more than half of the scale: a mark cannot be among the best and the worst.

    Args:
        form: The question.
        wanted: How many the reader wants; None: two of a scale of ten marks or more, else one.
    """
    if form.kind is not Kind.SCALE:
        return 0
    usual = 2 if len(form.values) >= _TWO_AT_THE_TOP else 1
    return max(1, min(usual if wanted is None else wanted, len(form.values) // 2))


def figures(form: QuestionForm, given: Mapping[str, int], box: int) -> Figures:
    """The figures of one group.

    Args:
        form: How the question was put.
        given: How often each value was answered.
        box: How many marks the top box has, as `box_of` says.
    """
    if form.kind is Kind.SPOKEN:
        return Figures(sum(given.values()), 0)
    counts = {value: given.get(value, 0) for value in form.values}
    n = sum(counts.values())
    left_out = sum(given.values()) - n
    if n < LEAST:
        return Figures(n, left_out)
    told = Figures(
        n,
        left_out,
        counts,
        {value: count / n for value, count in counts.items()},
        {value: share_interval(count, n) for value, count in counts.items()},
    )
    return told if form.kind is not Kind.SCALE else _with_marks(told, form.values, counts, box)


def best(marks: Sequence[str], box: int) -> Sequence[str]:
    """The marks of a scale that make the top box of so many."""
    return marks[-box:]


def worst(marks: Sequence[str], box: int) -> Sequence[str]:
    """The marks of a scale that make the bottom box of so many."""
    return marks[:box]


def _with_marks(
    told: Figures, marks: Sequence[str], counts: Mapping[str, int], box: int
) -> Figures:
    by_mark = {int(value): count for value, count in counts.items()}
    top = sum(counts[mark] for mark in best(marks, box))
    bottom = sum(counts[mark] for mark in worst(marks, box))
    return replace(
        told,
        mean=mean_of(by_mark),
        interval=mean_interval(by_mark),
        median=median_of(by_mark),
        top_box=top / told.n,
        top_interval=share_interval(top, told.n),
        bottom_box=bottom / told.n,
    )
