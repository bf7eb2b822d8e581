"""The figures of one group's answers."""

import pytest

from reports.confidence import share_interval
from reports.figures import LEAST, Figures, best, box_of, figures, worst
from reports.question_forms import UNKNOWN, Kind, QuestionForm
from tests.reports.surveys import FIVE, SPOKEN, TEN, YES_NO

ZERO_TO_TEN = QuestionForm(Kind.SCALE, tuple(map(str, range(11))))
ZERO_OR_ONE = QuestionForm(Kind.SCALE, ("0", "1"))


@pytest.mark.parametrize(
    ("form", "wanted", "box"),
    [
        (TEN, None, 2),
        (ZERO_TO_TEN, None, 2),
        (FIVE, None, 1),
        (TEN, 3, 3),
        (FIVE, 3, 2),
        (ZERO_OR_ONE, 5, 1),
        (YES_NO, None, 0),
        (SPOKEN, 2, 0),
    ],
)
def test_how_many_marks_a_top_box_has(form: QuestionForm, wanted: int | None, box: int) -> None:
    """Two of ten, one of five; never more than half."""
    assert box_of(form, wanted) == box


def test_marks() -> None:
    """Of 20: sum 146, eight at nine or ten, three at one or two."""
    given = {"10": 5, "9": 3, "8": 4, "7": 3, "5": 2, "2": 2, "1": 1}
    told = figures(TEN, given, 2)
    assert (told.n, told.left_out, told.too_few) == (20, 0, False)
    assert told.mean == pytest.approx((50 + 27 + 32 + 21 + 10 + 4 + 1) / 20)
    assert told.median == 8
    assert (told.top_box, told.bottom_box) == (8 / 20, 3 / 20)
    assert told.top_interval == share_interval(8, 20)
    assert told.interval is not None
    assert told.interval[0] < 7.25 < told.interval[1]
    assert told.counts is not None
    assert list(told.counts.items())[:3] == [("1", 1), ("2", 2), ("3", 0)]
    assert (best(TEN.values, 2), worst(TEN.values, 2)) == (("9", "10"), ("1", "2"))


def test_choices_have_shares_and_no_mean() -> None:
    """Nobody can add up words."""
    told = figures(YES_NO, {"yes": 9, "no": 3}, 0)
    assert told.shares == {"yes": 0.75, "no": 0.25}
    assert told.share_intervals == {"yes": share_interval(9, 12), "no": share_interval(3, 12)}
    assert (told.mean, told.median, told.top_box, told.bottom_box) == (None,) * 4


def test_too_few_are_counted_and_nothing_else() -> None:
    """One less than it takes."""
    assert figures(TEN, {"10": LEAST - 1}, 2) == Figures(LEAST - 1, 0)
    assert figures(TEN, {"10": LEAST}, 2).mean == 10
    assert Figures(LEAST - 1, 0).too_few


def test_what_is_no_answer_of_the_question_is_left_out() -> None:
    """Emptied by `retention`, or of a form that nobody knows."""
    told = figures(TEN, {"10": 10, "": 4}, 2)
    assert (told.n, told.left_out, told.mean) == (10, 4, 10)


def test_spoken_answers_are_counted() -> None:
    """However few they are: there is nothing to reckon with."""
    assert figures(SPOKEN, {"": 3}, 0) == Figures(3, 0)


def test_marks_of_unknown_rules_are_told_as_they_are() -> None:
    """But not reckoned with: ten may be the best of them, or five."""
    told = figures(UNKNOWN.form, {"5": 10, "1": 2, "": 1}, 0)
    assert (told.n, told.left_out, told.mean, told.top_box) == (12, 1, None, None)
    assert told.shares is not None
    assert told.shares["5"] == 10 / 12
