"""Open, closed or holiday at a moment."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.hours import closing_reason, hours_state, public_holidays
from routing.loading import load_policy
from routing.rules import ClosedRange, Hours, HoursState, OpenSpan
from routing.rules_text import RulesText
from routing.world_fields import date_range
from tests.sample import BUILTIN, POLICY, TEHRAN, TEXT

OPEN, CLOSED, HOLIDAY = HoursState.OPEN, HoursState.CLOSED, HoursState.HOLIDAY
OFFICE = POLICY.hours["office"]
NIGHT = POLICY.hours["night"]
RIGA = ZoneInfo("Europe/Riga")


def tehran(moment: str) -> datetime:
    """A moment by the clock in Tehran."""
    return datetime.fromisoformat(moment).replace(tzinfo=TEHRAN)


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        ("2026-11-24 07:59:59", CLOSED),
        ("2026-11-24 08:00:00", OPEN),
        ("2026-11-24 16:59:59", OPEN),
        ("2026-11-24 17:00:00", CLOSED),
        ("2026-11-26 11:59:59", OPEN),
        ("2026-11-26 12:00:00", CLOSED),
        ("2026-11-26 13:00:00", OPEN),
        ("2026-11-27 10:00:00", CLOSED),
        ("2026-10-01 10:00:00", HOLIDAY),
        ("2026-10-03 23:59:59", HOLIDAY),
        ("2026-10-04 10:00:00", OPEN),
        ("2026-10-10 10:00:00", HOLIDAY),
        ("2026-03-21 10:00:00", HOLIDAY),
        ("2026-03-21 03:00:00", HOLIDAY),
    ],
)
def test_office_hours(moment: str, state: HoursState) -> None:
    """The first minute is in, the last is out; holidays and own closing days win, all day."""
    assert hours_state(OFFICE, tehran(moment)) is state


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        ("2026-11-27 21:59", CLOSED),
        ("2026-11-27 22:00", OPEN),
        ("2026-11-28 00:00", OPEN),
        ("2026-11-28 05:59", OPEN),
        ("2026-11-28 06:00", CLOSED),
        ("2026-11-27 03:00", CLOSED),
        ("2026-11-28 23:59", CLOSED),
        ("2026-11-29 00:00", OPEN),
        ("2026-11-29 23:59", OPEN),
        ("2026-11-30 00:00", CLOSED),
    ],
)
def test_hours_over_midnight_belong_to_the_day_on_which_they_begin(
    moment: str, state: HoursState
) -> None:
    """Friday night ends on Saturday morning; a whole Sunday ends with Sunday."""
    assert hours_state(NIGHT, tehran(moment)) is state


def nightly(*closed: ClosedRange) -> Hours:
    """From ten in the evening to six in the morning, every day."""
    return Hours("nightly", ((OpenSpan(time(22), time(6)),),) * 7, None, closed, TEHRAN)


def test_a_night_that_begins_on_a_holiday_does_not_take_place() -> None:
    """Nor does one go on into a holiday."""
    holiday = nightly(ClosedRange(date(2026, 5, 6), date(2026, 5, 6), "rest"))
    moments = ("2026-05-05 23:00", "2026-05-06 03:00", "2026-05-06 23:00", "2026-05-07 03:00")
    states = [hours_state(holiday, tehran(at)) for at in moments]
    assert states == [OPEN, HOLIDAY, HOLIDAY, CLOSED]
    assert hours_state(holiday, tehran("2026-05-07 23:00")) is OPEN


def test_both_passages_of_the_repeated_hour_count_alike() -> None:
    """In Riga the clock goes from 04:00 back to 03:00 on 25 October 2026."""
    hours = Hours("h", ((OpenSpan(time(3, 30), time(5)),),) * 7, None, (), RIGA)
    begin = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
    quarters = [begin + timedelta(minutes=15 * step) for step in range(12)]
    states = [hours_state(hours, each.astimezone(RIGA)) is OPEN for each in quarters]
    clock = [f"{each.astimezone(RIGA):%H:%M}" for each in quarters]
    assert clock[2:4] == ["03:30", "03:45"] == clock[6:8]
    assert states == [False, False, True, True, False, False, True, True, True, True, True, True]


def test_a_span_within_the_hour_that_is_left_out_never_opens() -> None:
    """In Riga there is no 03:30 on 29 March 2026."""
    hours = Hours("h", ((OpenSpan(time(3), time(4)),),) * 7, None, (), RIGA)
    begin = datetime(2026, 3, 28, 22, 0, tzinfo=UTC)
    day = [(begin + timedelta(minutes=15 * step)).astimezone(RIGA) for step in range(92)]
    assert {each.date() for each in day} == {date(2026, 3, 29)}
    assert OPEN not in [hours_state(hours, each) for each in day]


def test_the_own_reason_is_told_before_the_holiday() -> None:
    """Otherwise the holiday's name; nothing on other days."""
    own = Hours(
        "h", ((),) * 7, "IR", (ClosedRange(date(2026, 3, 21), date(2026, 3, 21), "ours"),), TEHRAN
    )
    assert closing_reason(own, date(2026, 3, 21)) == "ours"
    assert "Nowruz" in str(closing_reason(own, date(2026, 3, 22)))
    assert closing_reason(own, date(2026, 11, 24)) is None


def test_holidays_differ_by_country() -> None:
    """The Latvian midsummer is no Iranian holiday."""
    midsummer = date(2026, 6, 23)
    assert midsummer in public_holidays("LV", 2026)
    assert midsummer not in public_holidays("IR", 2026)


TIMES = st.times().map(lambda each: each.replace(second=0, microsecond=0))
SPANS = st.builds(OpenSpan, TIMES, TIMES)
WEEKS = st.lists(st.lists(SPANS, max_size=2).map(tuple), min_size=7, max_size=7).map(tuple)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1), timezones=st.just(TEHRAN))  # noqa: DTZ001  a clock on the wall


def minutes_open(hours: Hours, day: date) -> set[datetime]:
    """The minutes that the spans of one day cover, by walking along them."""
    covered: set[datetime] = set()
    for span in hours.week[day.weekday()]:
        minute = datetime.combine(day, span.start)
        end = datetime.combine(day, span.end)
        end += timedelta(days=1) if end <= minute else timedelta()
        while minute < end:
            covered.add(minute)
            minute += timedelta(minutes=1)
    return covered


@given(WEEKS, MOMENTS)
def test_open_is_what_the_spans_of_today_and_yesterday_cover(
    week: tuple[tuple[OpenSpan, ...], ...], at: datetime
) -> None:
    """Against walking along each span, minute by minute."""
    hours = Hours("h", week, None, (), TEHRAN)
    covered = minutes_open(hours, at.date()) | minutes_open(hours, at.date() - timedelta(days=1))
    clock = at.replace(second=0, microsecond=0, tzinfo=None)
    expected = OPEN if clock in covered else CLOSED
    assert hours_state(hours, at) is expected


@given(WEEKS, MOMENTS, st.integers(0, 3), st.integers(0, 3))
def test_a_closing_day_is_never_open(
    week: tuple[tuple[OpenSpan, ...], ...], at: datetime, before: int, after: int
) -> None:
    """From the first day to the last, both included, and on no other day."""
    first, last = at.date() - timedelta(days=before), at.date() + timedelta(days=after)
    hours = Hours("h", week, None, (ClosedRange(first, last, "rest"),), TEHRAN)
    assert hours_state(hours, at) is HOLIDAY
    later = datetime.combine(last + timedelta(days=1), at.time(), TEHRAN)
    assert hours_state(hours, later) is not HOLIDAY


def zoned(zone: str, *spans: OpenSpan, closed: tuple[ClosedRange, ...] = ()) -> Hours:
    """The same hours every day, meant in this zone."""
    return Hours("h", (spans,) * 7, None, closed, ZoneInfo(zone))


@pytest.mark.parametrize(
    ("zone", "moment", "state"),
    [
        ("Europe/Riga", "2026-11-24 08:59 +02:00", CLOSED),
        ("Europe/Riga", "2026-11-24 09:00 +02:00", OPEN),
        ("Europe/Riga", "2026-11-24 10:29 +03:30", CLOSED),
        ("Europe/Riga", "2026-11-24 10:30 +03:30", OPEN),
        ("Europe/Riga", "2026-11-24 18:30 +03:30", CLOSED),
        ("Asia/Tokyo", "2026-11-24 00:00 +00:00", OPEN),
        ("Asia/Tokyo", "2026-11-24 10:00 +03:30", OPEN),
        ("America/New_York", "2026-11-24 17:30 +03:30", OPEN),
        ("America/New_York", "2026-11-25 01:29 +03:30", OPEN),
        ("America/New_York", "2026-11-25 01:30 +03:30", CLOSED),
    ],
)
def test_hours_are_read_in_their_own_zone(zone: str, moment: str, state: HoursState) -> None:
    """Whatever zone the moment is told in."""
    hours = zoned(zone, OpenSpan(time(9), time(17)))
    assert hours_state(hours, datetime.fromisoformat(moment)) is state


def test_a_closing_day_is_one_of_the_hours_own_zone() -> None:
    """When it is the 24th in Tehran, it is still the 23rd in New York for hours."""
    day = ClosedRange(date(2026, 11, 24), date(2026, 11, 24), "rest")
    hours = zoned("America/New_York", OpenSpan(time(0), time(0)), closed=(day,))
    assert hours_state(hours, tehran("2026-11-24 03:00")) is OPEN
    assert hours_state(hours, tehran("2026-11-24 09:00")) is HOLIDAY
    assert hours_state(hours, tehran("2026-11-25 03:00")) is HOLIDAY
    assert hours_state(hours, tehran("2026-11-25 09:00")) is OPEN


def test_hours_without_a_zone_are_meant_in_the_business_s() -> None:
    """And those with one in theirs."""
    text = TEXT.replace("  night:\n", "  night:\n    timezone: Europe/Riga\n")
    policy = load_policy(RulesText("f", text), known_prompts=BUILTIN)
    assert policy.hours["office"].timezone == TEHRAN
    assert policy.hours["night"].timezone == RIGA


@pytest.mark.parametrize(
    ("night", "minutes"), [("2026-10-24", 9 * 60), ("2026-03-28", 7 * 60), ("2026-11-24", 8 * 60)]
)
def test_a_night_lasts_as_long_as_the_clock_says(night: str, minutes: int) -> None:
    """In Riga: an hour longer when it is put back, an hour shorter when it is put forward."""
    hours = zoned("Europe/Riga", OpenSpan(time(22), time(6)))
    noon = datetime.combine(date.fromisoformat(night), time(12), RIGA).astimezone(UTC)
    moments = (noon + timedelta(minutes=step) for step in range(24 * 60))
    assert sum(hours_state(hours, each) is OPEN for each in moments) == minutes


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        ("2027-03-20 10:00", OPEN),
        ("2027-03-21 00:00", HOLIDAY),
        ("2027-04-02 23:59", HOLIDAY),
        ("2027-04-03 10:00", OPEN),
    ],
)
def test_nowruz_can_be_closed_by_its_own_calendar(moment: str, state: HoursState) -> None:
    """From the first of Farvardin 1406 to the thirteenth."""
    nowruz = ClosedRange(*date_range("1406-01-01..1406-01-13"), "Nowruz")
    hours = zoned("Asia/Tehran", OpenSpan(time(8), time(17)), closed=(nowruz,))
    assert hours_state(hours, tehran(moment)) is state
