"""Days as callers key them: whichever part comes first, each reads back as itself."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import jdatetime
import pytest

from ivr.course import Course
from ivr.effects import Collect, Keyed
from ivr.rulebook import Rulebook
from routing.destinations import Route, ToEntry, ToHangup
from routing.dialogues import Entry, EntryKind
from tests.sample import FACTS, POLICY

DAY: Final = Entry(
    id="day",
    say=("hello",),
    kind=EntryKind.DATE,
    shortest=8,
    longest=8,
    checksum=None,
    least=None,
    most=None,
    currency=None,
    secret=False,
    confirm=False,
    tries=1,
    variable=None,
    then=Route(ToHangup()),
    otherwise=Route(ToHangup(17)),
    first_key_seconds=8.0,
    between_keys_seconds=4.0,
)
BOOK: Final = Rulebook.of(replace(POLICY, entries={"day": DAY}))


def read(keys: str, language: str) -> str | None:
    """What a call knows that was asked for a day."""
    call = Course(BOOK, replace(FACTS, language=language))
    going = call.follow(Route(ToEntry("day")))
    assert isinstance(going.send(None), Collect)
    going.send(Keyed(keys))
    return call.facts.keyed.get("day")


@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.parametrize("order", ["%Y%m%d", "%d%m%Y"])
@pytest.mark.slow
def test_every_day_of_two_gregorian_centuries_reads_back_as_itself(
    order: str, language: str
) -> None:
    """1900 to 2099, also where people have another calendar."""
    first, last = date(1900, 1, 1), date(2099, 12, 31)
    days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    assert [day for day in days if read(day.strftime(order), language) != day.isoformat()] == []


@pytest.mark.parametrize("order", ["{0:04}{1:02}{2:02}", "{2:02}{1:02}{0:04}"])
@pytest.mark.slow
def test_every_day_of_two_iranian_centuries_reads_back_as_itself(order: str) -> None:
    """1300 to 1499."""
    first, last = (
        jdatetime.date(year, month, day).togregorian()
        for year, month, day in ((1300, 1, 1), (1499, 12, 29))
    )
    wrong = []
    for ahead in range((last - first).days + 1):
        day = first + timedelta(days=ahead)
        iranian = jdatetime.date.fromgregorian(date=day)
        keys = order.format(iranian.year, iranian.month, iranian.day)
        if read(keys, "fa") != day.isoformat():
            wrong.append(keys)
    assert wrong == []
