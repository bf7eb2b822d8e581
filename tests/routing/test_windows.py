"""Times to choose from, within opening hours."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.hours import hours_state
from routing.rules import ClosedRange, Hours, HoursState, OpenSpan
from routing.windows import MOST_WINDOWS, windows

RIGA = ZoneInfo("Europe/Riga")
HOUR = 3600
MONDAY = date(2026, 11, 23)


def opened(
    *spans: str, closed: Sequence[date] = (), zone: ZoneInfo = RIGA, days: Sequence[int] = range(7)
) -> Hours:
    """Hours of every day, or of some days of the week, as the rules file writes them."""
    read = tuple(
        OpenSpan(*(time.fromisoformat(f"{int(each[:2]) % 24:02}{each[2:]}") for each in ends))
        for ends in (span.split("-") for span in spans)
    )
    week = tuple(read if day in days else () for day in range(7))
    return Hours("h", week, None, tuple(ClosedRange(day, day, "x") for day in closed), zone)


def at(clock: str, day: date = MONDAY, zone: ZoneInfo = RIGA, fold: int = 0) -> datetime:
    """A moment by the clock on the wall."""
    return datetime.combine(day, time.fromisoformat(clock), zone).replace(fold=fold)


def told(hours: Hours, now: datetime, seconds: int = 2 * HOUR, days: int = 1) -> list[str]:
    """The times, as `23 14:00-16:00`."""
    return [
        f"{each.start:%d %H:%M}-{each.end:%H:%M}" for each in windows(hours, now, seconds, days)
    ]


def test_an_opening_is_divided_from_its_beginning_on() -> None:
    """What is left over at its end is left out."""
    assert told(opened("09:00-14:00"), at("08:00")) == ["23 09:00-11:00", "23 11:00-13:00"]


@pytest.mark.parametrize(
    ("now", "first"), [("09:00", "23 09:00-11:00"), ("09:01", "23 11:00-13:00")]
)
def test_a_time_that_has_begun_is_left_out(now: str, first: str) -> None:
    """To the minute."""
    assert told(opened("09:00-14:00"), at(now))[0] == first


def test_the_moment_may_be_told_in_any_zone() -> None:
    """07:30 in Greenwich is 09:30 in Riga."""
    now = at("09:30").astimezone(UTC)
    assert told(opened("09:00-14:00"), now) == ["23 11:00-13:00"]
    (window,) = windows(opened("09:00-14:00"), now, 2 * HOUR, 1)
    assert window.start.tzinfo is RIGA


def test_openings_come_in_the_order_of_the_day() -> None:
    """However the file orders them."""
    hours = opened("13:00-15:00", "08:00-10:00")
    assert told(hours, at("07:00")) == ["23 08:00-10:00", "23 13:00-15:00"]


def test_days_are_counted_from_today() -> None:
    """Two of them: today and tomorrow."""
    hours = opened("09:00-11:00")
    assert told(hours, at("12:00"), days=2) == ["24 09:00-11:00"]
    assert told(hours, at("12:00"), days=1) == []


def test_no_more_are_offered_than_a_caller_remembers() -> None:
    """Nor than there are keys."""
    hours = opened("00:00-24:00")
    assert len(told(hours, at("00:00"), HOUR, 7)) == MOST_WINDOWS


def test_closed_days_have_no_times() -> None:
    """An opening that would begin on one does not take place."""
    hours = opened("09:00-11:00", closed=[MONDAY])
    assert told(hours, at("08:00"), days=2) == ["24 09:00-11:00"]


def test_an_opening_may_last_over_midnight() -> None:
    """And a time within it."""
    assert told(opened("21:00-03:00"), at("20:00")) == [
        "23 21:00-23:00",
        "23 23:00-01:00",
        "24 01:00-03:00",
    ]


def test_what_began_yesterday_still_has_times() -> None:
    """After midnight."""
    hours = opened("21:00-03:00", days=[6])
    assert told(hours, at("00:30")) == ["23 01:00-03:00"]


def test_what_runs_into_a_closed_day_ends_there() -> None:
    """At midnight."""
    hours = opened("21:00-03:00", closed=[MONDAY + timedelta(days=1)])
    assert told(hours, at("20:00"), HOUR) == [
        "23 21:00-22:00",
        "23 22:00-23:00",
        "23 23:00-00:00",
    ]


def test_what_began_on_a_closed_day_has_no_times() -> None:
    """Not after midnight either."""
    hours = opened("21:00-03:00", closed=[MONDAY - timedelta(days=1)], days=[6])
    assert told(hours, at("00:30")) == []


SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def test_where_the_clock_is_put_forward_a_time_of_which_nothing_is_left_is_left_out() -> None:
    """At 03:00 in Riga it is 04:00 at once."""
    hours = opened("02:00-05:00")
    assert told(hours, at("00:00", SPRING), HOUR) == ["29 02:00-03:00", "29 04:00-05:00"]


def test_where_the_clock_is_put_forward_a_time_is_shorter() -> None:
    """Two hours on the clock are one."""
    (window,) = windows(opened("02:00-04:30"), at("00:00", SPRING), 2 * HOUR, 1)
    assert window.end.astimezone(UTC) - window.start.astimezone(UTC) == timedelta(hours=1)


def test_where_the_clock_is_put_back_a_time_is_longer() -> None:
    """Two hours on the clock are three."""
    (window,) = windows(opened("02:00-04:30"), at("00:00", AUTUMN), 2 * HOUR, 1)
    assert window.end.astimezone(UTC) - window.start.astimezone(UTC) == timedelta(hours=3)


def test_in_the_hour_that_comes_twice_what_has_passed_is_not_offered() -> None:
    """The clock shows 03:10 for the second time: 03:30 by the first is half an hour ago."""
    hours = opened("03:30-05:30")
    assert told(hours, at("03:10", AUTUMN, fold=0), HOUR)[0] == "25 03:30-04:30"
    assert told(hours, at("03:10", AUTUMN, fold=1), HOUR) == ["25 04:30-05:30"]


YEAR = datetime(2026, 1, 1, tzinfo=UTC)
CLOCKS = st.times(timezones=st.none()).map(lambda clock: clock.replace(second=0, microsecond=0))
ZONES = st.sampled_from(
    [RIGA, ZoneInfo("Asia/Tehran"), ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")]
)


@given(
    st.lists(st.builds(OpenSpan, CLOCKS, CLOCKS), max_size=3),
    ZONES,
    st.integers(0, 365 * 24 * 60).map(lambda minutes: YEAR + timedelta(minutes=minutes)),
    st.integers(15, 240),
    st.integers(1, 14),
    st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=3),
)
def test_every_time_is_open_and_lies_ahead(  # noqa: PLR0913, PLR0917  hypothesis gives each
    spans: list[OpenSpan],
    zone: ZoneInfo,
    now: datetime,
    minutes: int,
    days: int,
    closed: set[date],
) -> None:
    """At its beginning, at its end but a minute, and in between."""
    week = tuple(tuple(spans) for _ in range(7))
    hours = Hours("h", week, None, tuple(ClosedRange(day, day, "x") for day in closed), zone)
    last = now.astimezone(zone).date() + timedelta(days=days)
    for window in windows(hours, now, minutes * 60, days):
        assert now <= window.start
        assert window.start.date() <= last
        assert window.end.replace(tzinfo=None) - window.start.replace(tzinfo=None) == timedelta(
            minutes=minutes
        )
        for part in range(minutes):
            clock = window.start + timedelta(minutes=part)
            assert hours_state(hours, clock) is HoursState.OPEN
