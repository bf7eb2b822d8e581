"""Who said what of a call, in one number: nothing overlaps, and it fits a column."""

from dataclasses import fields, replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from crm.records import CallChange, Outcome
from crm.said import FIELDS, saying, without_what_was_said_later

AT = datetime(2026, 3, 21, tzinfo=UTC)
FULL = CallChange(0, "fa", "support", "ali", AT, AT, AT, AT, Outcome.ANSWERED, "menu welcome", {})

named = st.sets(st.sampled_from(FIELDS))
visits = st.integers(0, 63)


def change_of(names: set[str], visit: int) -> CallChange:
    """A change that says these fields and no other."""
    silent = {name: None for name in FIELDS if name not in names}
    return replace(FULL, visit=visit, **silent)


def said_of(change: CallChange) -> set[str]:
    """The fields that a change says."""
    return {name for name in FIELDS if getattr(change, name) is not None}


def after(said: int, change: CallChange) -> int:
    """The number after a change."""
    kept, packed = saying(change)
    return said & kept | packed


def test_every_field_has_its_bits_in_a_column_of_a_database() -> None:
    """A field more needs another scheme: the sign of a 64-bit number must stay free."""
    assert {"visit", *FIELDS} == {each.name for each in fields(CallChange)}
    assert 0 < after(0, replace(FULL, visit=63)) < 2**63


@given(st.lists(st.tuples(named, visits), max_size=6), named, visits)
def test_what_a_later_request_said_is_left_out(
    before: list[tuple[set[str], int]], names: set[str], visit: int
) -> None:
    """And nothing else, whatever was written before in whatever order."""
    said, last = 0, dict.fromkeys(FIELDS, 0)
    for earlier, by in before:
        said = after(said, change_of(earlier, by))
        last |= dict.fromkeys(earlier, by)
    news = without_what_was_said_later(change_of(names, visit), said)
    assert said_of(news) == {name for name in names if last[name] <= visit}
    assert news.visit == visit


@given(named, st.integers(64, 10**9), st.integers(64, 10**9))
def test_beyond_the_last_request_that_is_told_apart_the_last_word_counts(
    names: set[str], first: int, second: int
) -> None:
    """No call has so many; nothing breaks if one does."""
    said = after(0, change_of(names, first))
    assert said < 2**63
    assert without_what_was_said_later(change_of(names, second), said) == change_of(names, second)
    assert said_of(without_what_was_said_later(change_of(names, 62), said)) == set()
