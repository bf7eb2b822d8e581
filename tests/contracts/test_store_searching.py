"""How lists of what callers left are searched: by number, by whose it is, by queue."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeAlias

import pytest

from crm.ports import Store
from crm.records import Answer, Callback, CallChange, Customer, NewCall, Recording

Put: TypeAlias = Callable[..., tuple[int, ...]]

AT = datetime(2026, 3, 21, 8, 30, tzinfo=UTC)


@pytest.fixture
def _kept(  # noqa: PLR0913, PLR0917  one of each kind
    store: Store, sara: Customer, put: Put, call: NewCall, answer: Answer, recording: Recording
) -> None:
    """What two calls left: one of Sara's to a queue of hers, one of nobody to another."""
    (sara_id,) = put(sara)
    for call_id, owner, number, queue in (
        ("hers", sara_id, "+989121234567", "Support"),
        ("stray", None, "+37120000001", "sales"),
    ):
        store.begin_call(replace(call, id=call_id, customer_id=owner, caller=number))
        store.change_call(call_id, CallChange(1, queue=queue))
        store.keep_answer(replace(answer, call_id=call_id, queue=queue, tracking=None))
        store.keep_recording(replace(recording, call_id=call_id, customer_id=None))
        store.ask_callback(Callback(call_id, number, AT, None, queue, "fa"))


@pytest.mark.usefixtures("_kept")
@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", ["hers", "stray"]),
        ("0912 123", ["hers"]),
        ("2000", ["stray"]),
        ("SUPP", ["hers"]),
        ("sal", ["stray"]),
        ("احمدي", ["hers"]),
        ("%", []),
        ("nobody", []),
    ],
)
def test_what_is_searched_is_found(store: Store, search: str, found: list[str]) -> None:
    """The customer is that of the call where the record names none; case does not count."""
    for listed in (
        store.callbacks(search=search),
        store.recordings(search=search),
        store.answers(search=search),
    ):
        assert sorted(each.call_id for each in listed) == found


@pytest.mark.usefixtures("_kept")
def test_a_search_goes_with_the_other_conditions(store: Store) -> None:
    """Both must hold."""
    assert store.answers(search="sal", survey="no such survey") == []
    assert len(store.answers(search="sal", since=AT, limit=1)) == 1
