"""What every store must tell of the number that calls: whose it is, and whether it is blocked."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import pytest

from crm.ports import MOST_MATCHES, Store
from crm.records import (
    OPEN_STATES,
    BlockedNumber,
    CallChange,
    CallerMatch,
    CallerRecord,
    Case,
    CaseNote,
    CaseState,
    Customer,
    NewCall,
)

Put: TypeAlias = Callable[..., tuple[int, ...]]

AT = datetime(2026, 3, 21, 8, 30, 0, 123456, tzinfo=UTC)
NUMBER = "+989121234567"
SHARED = "+982188880000"
BLOCKED = BlockedNumber(NUMBER, AT, "abusive calls")


def last_agent(store: Store) -> str | None:
    """Who last spoke with the only owner of the number."""
    (match,) = store.look_up_caller(NUMBER).matches
    return match.last_agent


def talk(store: Store, call: NewCall, agent: str, answered_at: datetime | None = None) -> None:
    """Begin a call and let an agent answer it."""
    store.begin_call(call)
    store.change_call(call.id, CallChange(agent=agent, answered_at=answered_at))


def test_a_customer_is_found_by_each_number(store: Store, sara: Customer, put: Put) -> None:
    """With contracts, score and all other numbers; by nothing but the whole number."""
    (sara_id,) = put(replace(sara, lead_score=85))
    found = CallerMatch(replace(sara, lead_score=85, id=sara_id), 0, None, None)
    for number in sara.numbers:
        assert store.look_up_caller(number) == CallerRecord((found,), blocked=False)
    assert store.look_up_caller("+989121234568") == CallerRecord((), blocked=False)
    assert store.look_up_caller("") == CallerRecord((), blocked=False)


def test_a_shared_number_finds_all_its_customers(
    store: Store, sara: Customer, janis: Customer, put: Put
) -> None:
    """In order of their ids, each with what is theirs: such a caller is ambiguous."""
    sara_id, janis_id = put(sara, replace(janis, numbers=sara.numbers))
    matches = store.look_up_caller(SHARED).matches
    assert [match.customer for match in matches] == [
        replace(sara, id=sara_id),
        replace(janis, numbers=sara.numbers, id=janis_id),
    ]


def test_a_number_of_very_many_is_cut(store: Store) -> None:
    """A switchboard must not slow a call down. The first ones are told."""
    store.put_customers(
        Customer(name="x", reference=str(number), numbers=(SHARED,))
        for number in range(MOST_MATCHES + 5)
    )
    found = [match.customer.reference for match in store.look_up_caller(SHARED).matches]
    assert found == [str(number) for number in range(MOST_MATCHES)]


@pytest.mark.parametrize("state", CaseState)
def test_open_cases_are_counted(  # noqa: PLR0913, PLR0917  fixtures
    store: Store,
    state: CaseState,
    sara: Customer,
    janis: Customer,
    put: Put,
    call: NewCall,
    case: Case,
) -> None:
    """The own ones, as long as somebody works on them."""
    sara_id, janis_id = put(sara, janis)
    store.begin_call(replace(call, customer_id=sara_id))
    store.begin_call(replace(call, id="call-2", customer_id=janis_id))
    store.open_case(replace(case, customer_id=sara_id), join=False)
    store.open_case(
        replace(case, tracking="987654321", call_id="call-2", customer_id=janis_id),
        join=False,
    )
    store.note_on_case(CaseNote("123456789", AT, "ali", state))
    (match,) = store.look_up_caller(NUMBER).matches
    is_open = state in OPEN_STATES
    assert (match.open_cases, match.oldest_open_case) == (is_open, AT if is_open else None)


def test_the_age_of_the_oldest_open_case_is_told(
    store: Store, sara: Customer, put: Put, call: NewCall, case: Case
) -> None:
    """Whatever the order in which they were opened; once it is closed, that of the next one."""
    (sara_id,) = put(sara)
    for hours in (2, 0, 1):
        store.begin_call(replace(call, id=f"call-{hours}", customer_id=sara_id))
        opened = replace(case, tracking=str(hours), call_id=f"call-{hours}", customer_id=sara_id)
        store.open_case(replace(opened, opened_at=AT + timedelta(hours=hours)), join=False)
    (match,) = store.look_up_caller(NUMBER).matches
    assert (match.open_cases, match.oldest_open_case) == (3, AT)
    store.note_on_case(CaseNote("0", AT, "ali", CaseState.CLOSED))
    (match,) = store.look_up_caller(NUMBER).matches
    assert (match.open_cases, match.oldest_open_case) == (2, AT + timedelta(hours=1))


def test_cases_of_trial_calls_are_not_counted(
    store: Store, sara: Customer, put: Put, call: NewCall, case: Case
) -> None:
    """An administrator's trial must not change how a real customer is routed."""
    (sara_id,) = put(sara)
    store.begin_call(replace(call, customer_id=sara_id, trial=True))
    store.open_case(replace(case, customer_id=sara_id), join=False)
    (match,) = store.look_up_caller(NUMBER).matches
    assert (match.open_cases, match.oldest_open_case) == (0, None)


def test_the_last_agent_is_the_one_who_spoke_last(
    store: Store, sara: Customer, put: Put, call: NewCall
) -> None:
    """Calls that nobody answered since do not count, nor the order in which they were begun."""
    (sara_id,) = put(sara)
    of_sara = replace(call, customer_id=sara_id)
    assert last_agent(store) is None
    talk(store, of_sara, "ali", AT + timedelta(minutes=40))
    talk(store, replace(of_sara, id="call-2", started_at=AT + timedelta(1)), "zahra", AT)
    store.begin_call(replace(of_sara, id="call-3", started_at=AT + timedelta(days=2)))
    assert last_agent(store) == "ali"


def test_a_talk_whose_beginning_is_unknown_counts_from_its_call(
    store: Store, sara: Customer, put: Put, call: NewCall
) -> None:
    """The dialplan may not have told when the agent answered."""
    (sara_id,) = put(sara)
    talk(store, replace(call, customer_id=sara_id), "ali", AT + timedelta(minutes=1))
    later = replace(call, id="call-2", customer_id=sara_id, started_at=AT + timedelta(minutes=2))
    talk(store, later, "zahra")
    assert last_agent(store) == "zahra"


def test_agents_of_trials_and_of_others_are_not_the_last(
    store: Store, sara: Customer, janis: Customer, put: Put, call: NewCall
) -> None:
    """Nor those who spoke with somebody whom nobody knew."""
    sara_id, janis_id = put(sara, janis)
    talk(store, replace(call, id="trial", customer_id=sara_id, trial=True), "ali", AT)
    talk(store, replace(call, id="other", customer_id=janis_id), "zahra", AT)
    talk(store, replace(call, id="nobody"), "omid", AT)
    assert last_agent(store) is None


def test_a_blocked_number_is_told(store: Store, sara: Customer, put: Put) -> None:
    """Beside whose it is, and also if it is nobody's; other numbers of its owner are not."""
    put(sara)
    store.block_number(BLOCKED)
    store.block_number(replace(BLOCKED, number="+37120000009"))
    found = store.look_up_caller(NUMBER)
    assert (found.blocked, len(found.matches)) == (True, 1)
    assert store.look_up_caller("+37120000009") == CallerRecord((), blocked=True)
    assert not store.look_up_caller(SHARED).blocked


def test_blocking_twice_is_once(store: Store) -> None:
    """Since the first time, for the reason that was given last."""
    assert store.block_number(BLOCKED) == BLOCKED
    again = BlockedNumber(NUMBER, AT + timedelta(days=1), "again")
    assert store.block_number(again) == replace(BLOCKED, reason="again")
    assert store.blocked_numbers() == [replace(BLOCKED, reason="again")]


def test_unblocking_says_whether_it_was_blocked(store: Store) -> None:
    """Twice is once; and it may be blocked again, from then on."""
    store.block_number(BLOCKED)
    assert [store.unblock_number(NUMBER), store.unblock_number(NUMBER)] == [True, False]
    assert (store.blocked_numbers(), store.look_up_caller(NUMBER).blocked) == ([], False)
    later = replace(BLOCKED, since=AT + timedelta(days=1))
    assert store.block_number(later) == later


def test_blocked_numbers_come_newest_first(store: Store) -> None:
    """Those of one moment by number."""
    for number, hours in (("+3", 1), ("+2", 0), ("+1", 0)):
        store.block_number(BlockedNumber(number, AT + timedelta(hours=hours), ""))
    assert [blocked.number for blocked in store.blocked_numbers()] == ["+3", "+1", "+2"]


def test_a_reason_of_any_text_is_kept(store: Store) -> None:
    """As it was given, down to stray bytes."""
    hostile = replace(BLOCKED, reason="نام \udcff \x00 [red]")
    assert store.block_number(hostile) == hostile
    assert store.blocked_numbers() == [hostile]


def test_an_error_undoes_blocking(store: Store) -> None:
    """It counts with all else in a transaction."""

    def fail() -> None:
        with store.transaction():
            store.block_number(BLOCKED)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert store.blocked_numbers() == []
