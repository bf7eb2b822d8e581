"""What every store must do with callers who wait to be called back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import pytest

from crm.ports import Store, UnknownRecordError
from crm.records import Callback, CallbackState, Customer, NewCall

Put: TypeAlias = Callable[..., tuple[int, ...]]

AT = datetime(2026, 3, 21, 8, 30, 0, 123456, tzinfo=UTC)
CALLBACK = Callback("call-1", "+989121234567", AT, None, "support", "fa")


def test_a_callback_comes_back_as_asked(
    store: Store, call: NewCall, sara: Customer, put: Put
) -> None:
    """In the list, and in the story of its call."""
    (sara_id,) = put(sara)
    store.begin_call(call)
    asked = replace(CALLBACK, customer_id=sara_id)
    assert store.ask_callback(asked) == asked
    assert store.callbacks() == [asked]
    story = store.call_story("call-1")
    assert story is not None
    assert story.callback == asked


def test_a_call_without_one_has_none(store: Store, call: NewCall) -> None:
    """In its story."""
    store.begin_call(call)
    story = store.call_story("call-1")
    assert story is not None
    assert story.callback is None


def test_a_call_asks_once_however_often(store: Store, call: NewCall) -> None:
    """What is asked for again is left as it is, also when it is done already."""
    store.begin_call(call)
    store.ask_callback(CALLBACK)
    again = replace(CALLBACK, asked_at=AT + timedelta(1), queue=None)
    assert store.ask_callback(again) == CALLBACK
    done = store.finish_callback("call-1")
    assert store.ask_callback(again) == done
    assert store.callbacks() == [done]


def test_another_number_takes_the_place_of_the_one_before(store: Store, call: NewCall) -> None:
    """The caller has heard that we shall call that one, also when the first is done already."""
    store.begin_call(call)
    store.ask_callback(CALLBACK)
    store.finish_callback("call-1")
    other = replace(CALLBACK, number="+37120000001", asked_at=AT + timedelta(1), queue=None)
    assert store.ask_callback(other) == other
    assert store.callbacks() == [other]


def test_an_earlier_wish_that_is_written_late_changes_nothing(store: Store, call: NewCall) -> None:
    """A spool brings it after the number that the caller has corrected it to."""
    store.begin_call(call)
    last = replace(CALLBACK, number="+37120000001", asked_at=AT + timedelta(1))
    store.ask_callback(last)
    assert store.ask_callback(CALLBACK) == last


def test_what_is_done_is_no_longer_open(store: Store, call: NewCall) -> None:
    """Done twice is once."""
    for call_id in ("call-1", "call-2"):
        store.begin_call(replace(call, id=call_id))
        store.ask_callback(replace(CALLBACK, call_id=call_id, number=call_id))
    done = replace(CALLBACK, number="call-1", state=CallbackState.DONE)
    assert [store.finish_callback("call-1"), store.finish_callback("call-1")] == [done, done]
    assert store.callbacks(state=CallbackState.OPEN) == [
        replace(CALLBACK, call_id="call-2", number="call-2")
    ]
    assert store.callbacks(state=CallbackState.DONE) == [done]
    assert len(store.callbacks()) == 2


def test_who_waits_longest_comes_first(store: Store, call: NewCall) -> None:
    """Those of one moment by call; the limit cuts the end."""
    for call_id, minutes in (("d", 2), ("c", 0), ("b", 1), ("a", 1)):
        store.begin_call(replace(call, id=call_id))
        asked_at = AT + timedelta(minutes=minutes)
        store.ask_callback(replace(CALLBACK, call_id=call_id, number=call_id, asked_at=asked_at))
    for state in (None, CallbackState.OPEN):
        found = store.callbacks(state=state)
        assert [callback.call_id for callback in found] == ["c", "a", "b", "d"]
        assert len(store.callbacks(state=state, limit=3)) == 3


def test_trials_are_not_listed(store: Store, call: NewCall) -> None:
    """Nobody must call a real customer because an administrator tried the rules."""
    store.begin_call(replace(call, trial=True))
    store.ask_callback(CALLBACK)
    assert store.callbacks() == []
    story = store.call_story("call-1")
    assert story is not None
    assert story.callback == CALLBACK


def test_unknown_calls_and_customers_are_told(store: Store, call: NewCall) -> None:
    """By name, and nothing is kept of them."""
    with pytest.raises(UnknownRecordError, match="call-1"):
        store.ask_callback(CALLBACK)
    with pytest.raises(UnknownRecordError, match="call-1"):
        store.finish_callback("call-1")
    store.begin_call(call)
    with pytest.raises(UnknownRecordError, match="77"):
        store.ask_callback(replace(CALLBACK, customer_id=77))
    with pytest.raises(UnknownRecordError, match="call-1"):
        store.finish_callback("call-1")
    assert store.callbacks() == []


def test_what_was_keyed_in_is_kept_as_it_came(store: Store, call: NewCall) -> None:
    """It need not be a number at all."""
    store.begin_call(call)
    hostile = replace(CALLBACK, number="0912*#\udcff", queue="نام \x00", language="fa")
    assert store.ask_callback(hostile) == hostile
    assert store.callbacks() == [hostile]


def test_times_come_back_in_utc(store: Store, call: NewCall) -> None:
    """Also from the store that only has memory."""
    store.begin_call(call)
    local = AT.astimezone(tz=None)
    stored = store.ask_callback(replace(CALLBACK, asked_at=local))
    assert stored.asked_at == AT
    assert stored.asked_at.utcoffset() == timedelta(0)
