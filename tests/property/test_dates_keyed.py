"""Days as callers key them: whichever part comes first, each reads back as itself."""

from collections.abc import Iterator
from datetime import date, timedelta

from ivr.effects import Collect
from routing.destinations import Route, ToEntry, ToHangup
from routing.dialogues import Entry, EntryKind
from tests.ivr.driver import Driver, course
from tests.sample import FACTS

DAY = Entry(
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


def days(first: date, last: date) -> Iterator[date]:
    """Each day, both included."""
    return (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))


def read(keys: str, language: str) -> str | None:
    """What a call knows that was asked for a day."""
    going = course(POLICY_OF_A_DAY, replace(FACTS, language=language))
    driver = Driver([keys])
    driver.drive(going.follow(Route(ToEntry("day"))))
    assert len(driver.asked(Collect)) == 1
    return going.facts.keyed.get("day")
