"""What every store must do with changes of a call that come in another order than made."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.ports import Store
from crm.records import Call, CallChange, NewCall, Outcome

AT = datetime(2026, 3, 21, 8, 30, 0, 123456, tzinfo=UTC)

words = st.none() | st.sampled_from(["a", "b", "\udcff"])
moments = st.none() | st.integers(0, 9).map(lambda seconds: AT + timedelta(seconds=seconds))
states = st.none() | st.dictionaries(st.sampled_from("xy"), st.integers(0, 1), max_size=2)


def changes_of(visit: int) -> st.SearchStrategy[CallChange]:
    """What one request of a call may say."""
    return st.builds(
        CallChange,
        visit=st.just(visit),
        language=words,
        queue=words,
        agent=words,
        queued_at=moments,
        answered_at=moments,
        left_queue_at=moments,
        ended_at=moments,
        outcome=st.none() | st.sampled_from(Outcome),
        stage=words,
        state=states,
    )


@st.composite
def requests_of_a_call(draw: st.DrawFn) -> tuple[list[CallChange], list[CallChange]]:
    """The changes of some requests as they were made, and in an order that they may come in.

    One file of a spool keeps its order: what one request said never overtakes itself.
    """
    visits = sorted(draw(st.lists(st.integers(0, 3), max_size=5)))
    made = [draw(changes_of(visit)) for visit in visits]
    order = draw(st.permutations(sorted(set(visits))))
    came = [change for visit in order for change in made if change.visit == visit]
    return made, came


def as_said(begun: Call, made: list[CallChange]) -> Call:
    """The call after changes that came as they were made: the last word on each field stands."""
    for change in made:
        given = {each.name: getattr(change, each.name) for each in fields(change)}
        said: dict[str, Any] = {
            name: value for name, value in given.items() if value is not None and name != "visit"
        }
        begun = replace(begun, **said)
    return begun


@contextmanager
def undone(store: Store) -> Iterator[None]:
    """What is done in here leaves no trace."""
    with suppress(LookupError), store.transaction():
        yield
        raise LookupError


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # each example is undone
@given(requests=requests_of_a_call())
def test_every_order_of_the_same_changes_gives_the_same_call(
    store: Store, call: NewCall, requests: tuple[list[CallChange], list[CallChange]]
) -> None:
    """The one that they give in the order in which they were made."""
    made, came = requests
    with undone(store):
        store.begin_call(call)
        begun = store.call("call-1")
        assert begun is not None
        for change in came:
            store.change_call("call-1", change)
        assert store.call("call-1") == as_said(begun, made)


@pytest.mark.parametrize("order", [*permutations([1, 2, 3])], ids=str)
def test_each_field_is_said_by_the_last_request_that_named_it(
    store: Store, call: NewCall, order: tuple[int, ...]
) -> None:
    """Which request was last is asked of each field: the third said nothing of the queue."""
    said = {
        1: CallChange(1, queue="support", stage="queue support"),
        2: CallChange(2, queue="sales", agent="ali"),
        3: CallChange(3, outcome=Outcome.ANSWERED, ended_at=AT),
    }
    store.begin_call(call)
    for visit in order:
        store.change_call("call-1", said[visit])
    stored = store.call("call-1")
    assert stored is not None
    assert (stored.queue, stored.stage, stored.agent) == ("sales", "queue support", "ali")
    assert (stored.outcome, stored.ended_at) == (Outcome.ANSWERED, AT)


def test_a_request_may_change_its_mind(store: Store, call: NewCall) -> None:
    """What it says later replaces what it said before."""
    store.begin_call(call)
    for stage in ("menu welcome", "menu support"):
        store.change_call("call-1", CallChange(1, stage=stage, state={"stage": stage}))
    stored = store.call("call-1")
    assert stored is not None
    assert (stored.stage, stored.state) == ("menu support", {"stage": "menu support"})


def test_what_a_call_began_with_gives_way_to_any_request(store: Store, call: NewCall) -> None:
    """The language of the line is a guess until the caller has chosen; a later choice stands."""
    store.begin_call(call)
    store.change_call("call-1", CallChange(0, language="en"))
    assert (found := store.call("call-1")) is not None
    assert found.language == "en"
    store.change_call("call-1", CallChange(2, language="lv"))
    store.change_call("call-1", CallChange(1, language="en"))
    assert (found := store.call("call-1")) is not None
    assert found.language == "lv"


def test_an_empty_state_of_a_later_request_stays_empty(store: Store, call: NewCall) -> None:
    """To say that nothing is needed any more is to say something."""
    store.begin_call(call)
    store.change_call("call-1", CallChange(2, state={}))
    store.change_call("call-1", CallChange(1, state={"next": "survey"}))
    assert (found := store.call("call-1")) is not None
    assert found.state == {}


def test_beginning_again_undoes_no_change(store: Store, call: NewCall) -> None:
    """Nor does it make an earlier request the last one."""
    store.begin_call(call)
    store.change_call("call-1", CallChange(2, queue="sales"))
    store.begin_call(call)
    store.change_call("call-1", CallChange(1, queue="support"))
    assert (found := store.call("call-1")) is not None
    assert found.queue == "sales"


def test_another_connection_knows_who_spoke_last(
    open_store: Callable[[], Store], call: NewCall
) -> None:
    """The requests of one call land on several servers."""
    with closing(open_store()) as first, closing(open_store()) as second:
        first.begin_call(call)
        second.change_call("call-1", CallChange(3, agent="zahra"))
        first.change_call("call-1", CallChange(2, agent="ali", queue="support"))
        assert (found := second.call("call-1")) is not None
    assert (found.agent, found.queue) == ("zahra", "support")
