"""Writes on a line of a spool: what is read is what was written, whatever it was."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.asking_records import (
    AskedSurvey,
    MessageKind,
    MessageStatus,
    OutboxMessage,
    SurveyOutcome,
)
from crm.call_rows import CallRow, begun_call
from crm.memory_store import MemoryStore
from crm.records import (
    Answer,
    Callback,
    CallbackState,
    CallChange,
    Case,
    CaseState,
    Disposition,
    MessageState,
    NewCall,
    Outcome,
    QueueVisit,
    Recording,
    TimelineEvent,
)
from crm.spool import Batch, DamagedLineError, batch_line, read_batch
from crm.writes import ChangedCall

texts = st.text() | st.binary().map(lambda sent: sent.decode(errors="surrogateescape"))
maybe_texts = st.none() | texts
moments = st.datetimes(
    timezones=st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours)))
)
maybe_moments = st.none() | moments
ids = st.none() | st.integers()
mappings = st.dictionaries(
    texts, st.none() | st.booleans() | st.integers() | texts | st.lists(texts), max_size=4
)

changes = st.builds(
    CallChange,
    visit=st.integers(0, 100),
    language=maybe_texts,
    queue=maybe_texts,
    agent=maybe_texts,
    queued_at=maybe_moments,
    answered_at=maybe_moments,
    left_queue_at=maybe_moments,
    ended_at=maybe_moments,
    outcome=st.none() | st.sampled_from(Outcome),
    stage=maybe_texts,
    state=st.none() | mappings,
)
writes = st.one_of(
    st.builds(
        NewCall, texts, moments, texts, texts, maybe_texts, texts, maybe_texts, texts, ids, texts,
        mappings, st.booleans(),
    ),
    st.builds(TimelineEvent, texts, st.integers(), st.integers(), moments, texts, mappings),
    st.builds(ChangedCall, texts, changes),
    st.builds(
        Case, texts, st.sampled_from(CaseState), texts, moments, ids, maybe_texts, maybe_texts
    ),
    st.builds(
        Callback, texts, texts, moments, ids, maybe_texts, texts, st.sampled_from(CallbackState),
        maybe_moments, maybe_moments, maybe_moments,
    ),
    st.builds(
        Answer, texts, texts, texts, texts, moments, maybe_texts, maybe_texts, maybe_texts, texts
    ),
    st.builds(
        Recording, texts, texts, texts, st.floats(allow_nan=False), moments, ids,
        st.sampled_from(MessageState), maybe_texts,
    ),
    st.builds(
        OutboxMessage, texts, texts, st.sampled_from(MessageKind), texts, texts, texts, moments,
        maybe_moments, ids, st.sampled_from(MessageStatus),
    ),
    st.builds(
        AskedSurvey, texts, texts, moments, st.sampled_from(SurveyOutcome), maybe_texts, ids,
        maybe_texts, maybe_texts, maybe_texts, texts, texts,
    ),
    st.builds(
        QueueVisit, texts, st.integers(), maybe_texts, texts, texts, moments, moments,
        st.integers(), st.sampled_from(Disposition), maybe_moments, maybe_texts, maybe_moments,
        maybe_texts,
    ),
)  # fmt: skip
batches = st.builds(Batch, moments, st.lists(writes, max_size=5).map(tuple))


@given(batches)
def test_every_batch_comes_back(batch: Batch) -> None:
    """On one line of ASCII."""
    line = batch_line(batch)
    assert line.isascii()
    assert line.find(b"\n") == len(line) - 1
    assert read_batch(line[:-1]) == batch


@given(batches, st.data())
def test_a_line_that_was_torn_or_changed_is_noticed(batch: Batch, data: st.DataObject) -> None:
    """Wherever it was cut, and whichever bit of it is another."""
    line = batch_line(batch)[:-1]
    cut = data.draw(st.integers(0, len(line) - 1))
    with pytest.raises(DamagedLineError):
        read_batch(line[:cut])
    changed = bytearray(line)
    changed[cut] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(DamagedLineError):
        read_batch(bytes(changed))


CALL = NewCall(
    "call", datetime(2026, 1, 1, tzinfo=UTC), "", "", None, "1", None, "fa", None, "r", {}
)


@given(st.lists(changes, max_size=3, unique_by=lambda change: change.visit))
def test_a_remembered_row_is_the_stores(learned: list[CallChange]) -> None:
    """In whatever order the requests of the call are written."""
    for order in permutations(learned):
        store = MemoryStore()
        store.begin_call(CALL)
        row = CallRow(begun_call(CALL))
        for change in order:
            store.change_call("call", change)
            row.learn(change)
        assert row.call == store.call("call")
