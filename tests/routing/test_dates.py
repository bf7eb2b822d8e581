"""Closing days: Gregorian and Jalali dates, and ranges of them."""

from datetime import date

import pytest
from pydantic import TypeAdapter, ValidationError

from routing.world_fields import DateRange, date_range

READ = TypeAdapter(DateRange)


def refused(written: str) -> tuple[str, str]:
    """The message and the hint of what is no range of days."""
    with pytest.raises(ValidationError) as caught:
        READ.validate_python(written)
    (error,) = caught.value.errors()
    assert error["type"] == "bad-date"
    return error["ctx"]["message"], error["ctx"]["hint"]


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2026-03-21", "2026-03-21", "2026-03-21"),
        ("2026-03-21..2026-04-02", "2026-03-21", "2026-04-02"),
        ("1406-01-01", "2027-03-21", "2027-03-21"),
        ("1406-01-01..1406-01-13", "2027-03-21", "2027-04-02"),
        ("1405-12-29..1406-01-01", "2027-03-20", "2027-03-21"),
        ("1405-12-29..2027-03-21", "2027-03-20", "2027-03-21"),
        ("2027-03-20..1406-01-01", "2027-03-20", "2027-03-21"),
        ("1406-01-01..2027-03-21", "2027-03-21", "2027-03-21"),
        ("1405-06-31", "2026-09-22", "2026-09-22"),
        ("1300-01-01", "1921-03-21", "1921-03-21"),
        ("1599-12-29", "2221-03-20", "2221-03-20"),
        ("2028-02-29", "2028-02-29", "2028-02-29"),
        ("1600-01-01", "1600-01-01", "1600-01-01"),
        ("1299-12-29", "1299-12-29", "1299-12-29"),
    ],
)
def test_the_year_tells_the_calendar(written: str, first: str, last: str) -> None:
    """Also day by day: one range may mix both calendars."""
    assert READ.validate_python(written) == written
    assert date_range(written) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("leap", "nowruz"),
    [(1399, "2021-03-21"), (1403, "2025-03-21"), (1408, "2030-03-21"), (1412, "2034-03-21")],
)
def test_a_leap_year_has_a_thirtieth_of_esfand(leap: int, nowruz: str) -> None:
    """The day before Nowruz; the years before and after have none."""
    day, _ = date_range(f"{leap}-12-30")
    assert (date.fromisoformat(nowruz) - day).days == 1
    assert date_range(f"{leap + 1}-01-01")[0] == date.fromisoformat(nowruz)
    for other in (leap - 1, leap + 1):
        assert refused(f"{other}-12-30")[0] == f'no calendar has the day "{other}-12-30"'


@pytest.mark.parametrize(
    "written", ["2026-02-29", "2026-13-01", "1405-07-31", "1405-13-01", "1405-01-32", "2026-00-10"]
)
def test_a_day_that_no_calendar_has_is_refused(written: str) -> None:
    """The second half of the Iranian year has months of thirty days."""
    assert refused(written)[0] == f'no calendar has the day "{written}"'


@pytest.mark.parametrize("written", ["2026-3-21", "21-03-2026", "2026/03/21", "", "..", "today"])
def test_what_is_written_otherwise_is_no_date(written: str) -> None:
    """The hint shows how one is written."""
    message, hint = refused(written)
    assert "is not a date" in message
    assert "2026-03-21..2026-04-02" in hint


def test_digits_of_another_script_are_called_so() -> None:
    """As a Persian keyboard types them."""
    assert refused("۱۴۰۶-۰۱-۰۱")[1].startswith("write its digits as 0 to 9; ")


@pytest.mark.parametrize("written", ["2026-04-02..2026-03-21", "1406-01-01..2027-03-20"])
def test_a_range_goes_forward_whatever_its_calendars(written: str) -> None:
    """The days are compared, not the numbers of the years."""
    assert refused(written) == (
        f'"{written}" ends before it begins',
        "write the earlier day first",
    )
