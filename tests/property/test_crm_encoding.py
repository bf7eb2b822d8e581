"""Values of the database: what is read is what was written, whatever it was."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.encoding import read_json, read_text, read_time, stored_json, stored_text, stored_time

any_text = st.text(st.characters())  # lone surrogates and NUL among them
from_the_network = st.binary().map(lambda sent: sent.decode(errors="surrogateescape"))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | any_text,
    lambda inner: st.lists(inner) | st.dictionaries(any_text, inner),
    max_leaves=10,
)
moments = st.datetimes(timezones=st.timezones())


@pytest.fixture(scope="module")
def database() -> Iterator[sqlite3.Connection]:
    """A strict table with one column for what comes from outside and one for our own texts."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE kept (sent ANY NOT NULL, ours TEXT NOT NULL) STRICT")
        yield connection


@given(any_text | from_the_network, st.dictionaries(any_text, json_values))
def test_texts_and_facts_survive_the_database(
    database: sqlite3.Connection, text: str, facts: dict[str, object]
) -> None:
    """Every string, and every mapping that JSON can say; and each is found again by its text."""
    database.execute("DELETE FROM kept")
    database.execute("INSERT INTO kept VALUES (?, ?)", (stored_text(text), stored_json(facts)))
    row = database.execute("SELECT * FROM kept WHERE sent = ?", (stored_text(text),)).fetchone()
    assert read_text(row[0]) == text
    assert read_json(row[1]) == facts


@given(from_the_network)
def test_the_bytes_of_the_network_can_be_had_back(text: str) -> None:
    """From what was stored, byte for byte."""
    stored = read_text(stored_text(text))
    assert stored.encode(errors="surrogateescape") == text.encode(errors="surrogateescape")


@given(any_text)
def test_only_what_is_no_utf8_becomes_a_blob(text: str) -> None:
    """All other text stays text, which tools can search and people can read."""
    sound = not any("\ud800" <= letter <= "\udfff" for letter in text)
    assert isinstance(stored_text(text), str) == sound


@given(moments, moments)
def test_times_keep_their_moment_and_their_order(first: datetime, second: datetime) -> None:
    """The order of the texts is that of the moments, so that the database can sort by them."""
    try:
        texts = [stored_time(first), stored_time(second)]
    except OverflowError:
        return  # a zone east of Greenwich in the first hours of the year 1
    assert [read_time(text) for text in texts] == [first.astimezone(UTC), second.astimezone(UTC)]
    earlier = first.astimezone(UTC) < second.astimezone(UTC)
    assert (texts[0] < texts[1]) == earlier


@pytest.mark.parametrize("read", [read_text, read_time])
def test_nothing_stays_nothing(read: object) -> None:
    """NULL is None, both ways."""
    assert callable(read)
    assert read(None) is None
    assert stored_text(None) is stored_time(None) is None
