"""Moments that somebody names."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from routing.moments import after_gap, later, read_moment

TEHRAN = ZoneInfo("Asia/Tehran")
RIGA = ZoneInfo("Europe/Riga")


@pytest.mark.parametrize(
    "text",
    ["2026-11-24 10:00", "2026-11-24T10:00:00", "2026-11-24 06:30Z", "2026-11-24T07:30+01:00"],
)
def test_moment_may_be_written_with_its_offset(text: str) -> None:
    """Without one it is by the clock of the business."""
    assert read_moment(text, TEHRAN) == datetime(2026, 11, 24, 10, 0, tzinfo=TEHRAN)


@pytest.mark.parametrize(
    "text", ["", "10:00", "2026-11-24", "20261124T1000", "2026-13-24 10:00", "1405-09-03 10:00"]
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    """With what to write."""
    with pytest.raises(ValueError, match="2026-11-24 10:00"):
        read_moment(text, TEHRAN)


def test_seconds_are_counted_whatever_the_clocks_do() -> None:
    """In the night in which they are put back, three hours after two is four o'clock."""
    night = datetime(2026, 10, 25, 2, 0, tzinfo=RIGA)
    assert later(night, 3 * 3600).strftime("%H:%M") == "04:00"


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("2026-03-29 02:59", None),
        ("2026-03-29 03:00", "04:00"),
        ("2026-03-29 03:59:59", "04:00"),
        ("2026-03-29 04:00", None),
        ("2026-03-29 03:30+02:00", None),
        ("2026-10-25 03:30", None),
    ],
)
def test_the_hour_that_the_clock_leaves_out_has_an_end(text: str, after: str | None) -> None:
    """It is the next moment that there is."""
    found = after_gap(text, RIGA)
    assert (None if found is None else found.strftime("%H:%M")) == after


def test_the_repeated_hour_is_told_apart_by_offsets() -> None:
    """Without one, its first time is meant."""
    first, second = (read_moment(f"2026-10-25 03:30{each}", RIGA) for each in ("+03:00", "+02:00"))
    assert first.utcoffset() != second.utcoffset()
    assert read_moment("2026-10-25 03:30", RIGA).utcoffset() == first.utcoffset()
