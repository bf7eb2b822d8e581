"""What every store must do with callers who wait to be called back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import pytest

from crm.ports import Store, UnknownRecordError
from crm.records import Callback, CallbackState, Customer, NewCall
from tests.contracts.conftest import Opener

Put: TypeAlias = Callable[..., tuple[int, ...]]

AT = datetime(2026, 3, 21, 8, 30, 0, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)
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


def wish(store: Store, call: NewCall, nth: int, **given: Any) -> Callback:  # noqa: ANN401  fields
    """What becomes of a wish of `call-<nth>`, so many hours after `AT`."""
    call_id = f"call-{nth}"
    store.begin_call(replace(call, id=call_id))
    asked = replace(CALLBACK, call_id=call_id, asked_at=AT + nth * HOUR)
    return store.ask_callback(replace(asked, **given))


def belongs_to(store: Store, call_id: str) -> Callback | None:
    """The callback that a call belongs to."""
    story = store.call_story(call_id)
    assert story is not None
    return story.callback


def test_a_window_and_a_place_come_back_as_asked(store: Store, call: NewCall) -> None:
    """In UTC."""
    local = AT.astimezone(tz=None)
    window = {"since": local - HOUR, "earliest": local + HOUR, "latest": local + 2 * HOUR}
    stored = wish(store, call, 1, **window)
    assert (stored.since, stored.earliest, stored.latest) == (AT - HOUR, AT + HOUR, AT + 2 * HOUR)
    assert store.callbacks() == [stored]
    assert stored.since is not None
    assert stored.since.utcoffset() == timedelta(0)


def test_a_second_call_joins_the_first(store: Store, call: NewCall) -> None:
    """Under the first one's id and place; the window that was heard last counts."""
    first = wish(store, call, 1, since=AT, earliest=AT + 5 * HOUR)
    assert wish(store, call, 2, latest=AT + 9 * HOUR) == (
        joined := replace(first, earliest=None, latest=AT + 9 * HOUR)
    )
    assert store.callbacks() == [joined]
    assert belongs_to(store, "call-1") == belongs_to(store, "call-2") == joined


def test_the_earlier_place_is_kept(store: Store, call: NewCall) -> None:
    """Whoever has it: the caller may have waited in a queue before."""
    wish(store, call, 1)
    assert wish(store, call, 2, since=AT).since == AT
    assert wish(store, call, 3, since=AT + HOUR).since == AT


def test_who_has_the_earlier_place_comes_first(store: Store, call: NewCall) -> None:
    """Not who asked first."""
    wish(store, call, 1)
    wish(store, call, 2, number="+371", since=AT)
    assert [each.call_id for each in store.callbacks()] == ["call-2", "call-1"]


def test_a_wish_that_is_written_late_does_not_change_the_window(
    store: Store, call: NewCall
) -> None:
    """The caller has heard the later one confirmed last."""
    wish(store, call, 2, earliest=AT + 5 * HOUR)
    found = wish(store, call, 1, earliest=AT + 9 * HOUR)
    assert (found.call_id, found.earliest, found.since) == ("call-2", AT + 5 * HOUR, AT + HOUR)
    wish(store, call, 4, earliest=AT + 6 * HOUR)
    assert wish(store, call, 3, earliest=AT + 7 * HOUR).earliest == AT + 6 * HOUR


def test_the_same_call_may_choose_another_window(store: Store, call: NewCall) -> None:
    """Later; an earlier choice that is written late is none. What is done is done."""
    wish(store, call, 1, earliest=AT + 5 * HOUR)
    later = wish(store, call, 1, asked_at=AT + 2 * HOUR, earliest=AT + 6 * HOUR)
    assert (later.earliest, later.asked_at) == (AT + 6 * HOUR, AT + HOUR)
    assert wish(store, call, 1, earliest=AT + 5 * HOUR) == later
    done = store.finish_callback("call-1")
    assert wish(store, call, 1, asked_at=AT + 3 * HOUR, earliest=AT + 7 * HOUR) == done


def test_what_was_joined_and_done_is_not_asked_for_again(store: Store, call: NewCall) -> None:
    """A write that is repeated calls nobody twice; a new call does."""
    wish(store, call, 1)
    wish(store, call, 2)
    done = store.finish_callback("call-2")
    assert (done.call_id, done.state) == ("call-1", CallbackState.DONE)
    assert wish(store, call, 2) == wish(store, call, 1) == done
    third = wish(store, call, 3)
    assert (third.call_id, third.state) == ("call-3", CallbackState.OPEN)
    assert store.callbacks() == [done, third]


def test_another_number_leaves_what_the_call_had_joined(store: Store, call: NewCall) -> None:
    """That stays as it is; the call gets its own, or joins another."""
    first = wish(store, call, 1)
    wish(store, call, 2)
    own = wish(store, call, 2, number="+371", asked_at=AT + 3 * HOUR)
    assert (own.call_id, own.number) == ("call-2", "+371")
    assert store.callbacks() == [first, own]
    assert belongs_to(store, "call-1") == first
    wish(store, call, 3, number="+372")
    found = wish(store, call, 2, number="+372", asked_at=AT + 4 * HOUR)
    assert found.call_id == "call-3"
    assert [each.call_id for each in store.callbacks()] == ["call-1", "call-3"]
    assert wish(store, call, 2, number="+371", asked_at=AT + 3 * HOUR) == found


def test_who_joined_is_called_though_the_first_call_thinks_better(
    store: Store, call: NewCall, sara: Customer, put: Put
) -> None:
    """The callback goes on under the next call, and for its customer."""
    (sara_id,) = put(sara)
    first = wish(store, call, 1)
    wish(store, replace(call, customer_id=sara_id), 2)
    wish(store, call, 3)
    other = wish(store, call, 1, number="+371", asked_at=AT + 5 * HOUR)
    kept = replace(first, call_id="call-2", customer_id=sara_id)
    assert store.callbacks() == [kept, other]
    assert belongs_to(store, "call-2") == belongs_to(store, "call-3") == kept
    assert belongs_to(store, "call-1") == other


def test_two_customers_at_one_number_are_both_called(
    store: Store, call: NewCall, sara: Customer, janis: Customer, put: Put
) -> None:
    """Who is not known joins; who becomes known is named."""
    sara_id, janis_id = put(sara, janis)
    first = wish(store, call, 1)
    assert wish(store, call, 2, customer_id=sara_id) == replace(first, customer_id=sara_id)
    assert wish(store, call, 3, customer_id=janis_id).call_id == "call-3"
    assert wish(store, call, 4).call_id == "call-1"
    assert wish(store, call, 5, customer_id=janis_id).call_id == "call-3"
    assert len(store.callbacks()) == 2


def test_trials_neither_join_nor_are_joined(store: Store, call: NewCall) -> None:
    """They are nobody's wish."""
    trial = replace(call, trial=True)
    wish(store, trial, 1)
    first = wish(store, call, 2)
    assert first.call_id == "call-2"
    wish(store, trial, 3, earliest=AT)
    assert store.callbacks() == [first]
    assert wish(store, call, 4).call_id == "call-2"


def test_a_customer_who_does_not_exist_joins_nothing(store: Store, call: NewCall) -> None:
    """Nor does the callback that was there change."""
    first = wish(store, call, 1)
    with pytest.raises(UnknownRecordError, match="77"):
        wish(store, call, 2, customer_id=77)
    assert belongs_to(store, "call-2") is None
    assert store.callbacks() == [first]


def test_many_who_ask_at_once_are_called_once(open_store: Opener, call: NewCall) -> None:
    """On several servers."""
    with closing(open_store()) as store:
        for number in range(8):
            store.begin_call(replace(call, id=f"call-{number}"))

    def ask(number: int) -> str:
        with closing(open_store()) as own:
            return own.ask_callback(replace(CALLBACK, call_id=f"call-{number}")).call_id

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(ask, range(8)))) == 1


def test_a_callback_that_is_joined_while_it_is_given_up_stays(
    open_store: Opener, call: NewCall
) -> None:
    """Who joins it at that moment is called back all the same."""
    rounds = range(20)
    with closing(open_store()) as store:
        for turn in rounds:
            wish(store, call, 2 * turn, number=f"+1{turn}")
            store.begin_call(replace(call, id=f"call-{2 * turn + 1}"))

    def ask(calls: range, first: str) -> None:
        with closing(open_store()) as own:
            for turn, number in enumerate(calls):
                later = AT + 1000 * HOUR
                asked = replace(CALLBACK, call_id=f"call-{number}", asked_at=later)
                own.ask_callback(replace(asked, number=f"+{first}{turn}"))

    with ThreadPoolExecutor(2) as threads:
        moving = threads.submit(ask, range(0, 40, 2), "2")
        joining = threads.submit(ask, range(1, 40, 2), "1")
        for each in (moving, joining):
            each.result()
    with closing(open_store()) as store:
        for turn in rounds:
            moved = belongs_to(store, f"call-{2 * turn}")
            joined = belongs_to(store, f"call-{2 * turn + 1}")
            assert moved is not None
            assert joined is not None
            assert (moved.number, joined.number) == (f"+2{turn}", f"+1{turn}")
        assert len(store.callbacks(limit=100)) == 40
