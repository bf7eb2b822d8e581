"""Turns on PostgreSQL: nobody waits for one while others wait for what they hold."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from crm.asking_records import AttemptKind, MessageKind, OneTimeCode, OutboxMessage
from crm.ports import StoreUnavailableError, TurnTakenError
from crm.postgres_store import PostgresStore
from crm.records import Callback, NewCall

pytestmark = pytest.mark.slow

AT = datetime(2026, 3, 21, 8, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PIN = AttemptKind.PIN
CALL = NewCall("call-1", AT, "", "", None, "1", None, "fa", None, "r", {})
CALLBACK = Callback("call-1", "+1", AT, None, "support", "fa")


@pytest.fixture
def store(postgres_database: str) -> Iterator[PostgresStore]:
    """A store with nothing in it."""
    with closing(PostgresStore(postgres_database)) as store:
        yield store


@pytest.fixture
def other(postgres_database: str) -> Iterator[PostgresStore]:
    """Another server's store on the same database."""
    with closing(PostgresStore(postgres_database)) as store:
        yield store


def await_waiting(address: str, future: Future[object]) -> None:
    """Return when a session waits for a lock, or there is none that still could."""
    with psycopg.connect(address, autocommit=True) as watching:
        while not future.done():
            found = watching.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                " AND datname = current_database()"
            ).fetchone()
            if found and found[0]:
                return
            time.sleep(0.01)


def test_who_holds_something_waits_for_no_turn(store: PostgresStore, other: PostgresStore) -> None:
    """They are told which one it is; nothing of theirs is undone but what they undo."""
    with store.transaction():
        store.count_attempt(PIN, "1", AT)
        with other.transaction():
            other.begin_call(CALL)
            with pytest.raises(TurnTakenError) as told:
                other.count_attempt(PIN, "1", AT)
            assert other.count_attempt(PIN, "2", AT) == 1
    assert issubclass(TurnTakenError, StoreUnavailableError)
    with store.transaction():
        store.await_turns(told.value.turns)
        with other.transaction():
            other.begin_call(CALL)
            with pytest.raises(TurnTakenError):
                other.count_attempt(PIN, "1", AT)
    assert other.count_attempt(PIN, "1", AT) == 2


def test_who_holds_nothing_waits(
    store: PostgresStore, other: PostgresStore, postgres_database: str
) -> None:
    """What they have read before makes nobody wait."""

    def count() -> int:
        with other.transaction():
            other.blocked_numbers()
            return other.count_attempt(PIN, "1", AT)

    with ThreadPoolExecutor(1) as threads:
        with store.transaction():
            assert store.count_attempt(PIN, "1", AT) == 1
            counted: Future[object] = threads.submit(count)
            await_waiting(postgres_database, counted)
            assert not counted.done()
        assert counted.result() == 2


def test_a_turn_that_one_has_is_theirs_again(store: PostgresStore) -> None:
    """However much they hold by then."""
    with store.transaction():
        assert [store.count_attempt(PIN, "1", AT) for _ in range(3)] == [1, 2, 3]


@pytest.mark.parametrize("moves_first", [True, False])
def test_who_joins_a_callback_keeps_it_though_its_call_moves_on(
    store: PostgresStore, other: PostgresStore, postgres_database: str, *, moves_first: bool
) -> None:
    """Each waits for the other: neither is there twice, nor lost."""
    for call_id in ("call-1", "call-2"):
        store.begin_call(replace(CALL, id=call_id))
    store.ask_callback(CALLBACK)
    joins = replace(CALLBACK, call_id="call-2", asked_at=AT + MINUTE)
    moves = replace(CALLBACK, number="+2", asked_at=AT + MINUTE)
    first, second = (moves, joins) if moves_first else (joins, moves)
    with ThreadPoolExecutor(1) as threads:
        with store.transaction():
            store.ask_callback(first)
            asked: Future[object] = threads.submit(other.ask_callback, second)
            await_waiting(postgres_database, asked)
        asked.result()
    found = {(each.call_id, each.number) for each in store.callbacks()}
    assert found == {("call-1", "+2"), ("call-2", "+1")}
    story = store.call_story("call-2")
    assert story is not None
    assert story.callback is not None


def test_calls_that_take_each_others_numbers_do_not_wait_in_a_ring(
    store: PostgresStore, other: PostgresStore
) -> None:
    """Both take both turns, in one order."""
    for call_id, number in (("call-1", "+1"), ("call-2", "+2")):
        store.begin_call(replace(CALL, id=call_id))
        store.ask_callback(replace(CALLBACK, call_id=call_id, number=number))

    def swap(own: PostgresStore, call_id: str, numbers: tuple[str, str]) -> None:
        for turn in range(1, 20):
            asked = replace(CALLBACK, call_id=call_id, asked_at=AT + turn * MINUTE)
            own.ask_callback(replace(asked, number=numbers[turn % 2]))

    with ThreadPoolExecutor(2) as threads:
        one = threads.submit(swap, store, "call-1", ("+1", "+2"))
        two = threads.submit(swap, other, "call-2", ("+2", "+1"))
        assert [one.result(), two.result()] == [None, None]
    assert {each.number for each in store.callbacks()} == {"+1", "+2"}


def test_clearing_up_waits_for_nobody(store: PostgresStore, other: PostgresStore) -> None:
    """What somebody else has their hands on is theirs to remove."""
    store.begin_call(CALL)
    code = OneTimeCode("+1", b"salt", b"digest", AT, AT + MINUTE, 3, "call-1")
    message = OutboxMessage(
        "m", "call-1", MessageKind.CODE, "+1", "1", "fa", AT, expires_at=AT + MINUTE
    )
    store.keep_code(code, per_number=1, per_day=1)
    store.queue_message(message)
    later = AT + timedelta(hours=25)
    with store.transaction():
        assert store.forget_secrets(later) == 2
        assert other.forget_secrets(later) == 0
        other.queue_message(replace(message, id="n", written_at=later, expires_at=None))
    assert [each.text for each in store.messages()] == ["", "1"]
