"""What every store must do with messages that wait to be sent."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TypeAlias

import pytest

from crm.asking_records import MessageKind, MessageStatus, OneTimeCode, OutboxMessage
from crm.ports import Store, UnknownRecordError
from crm.records import CallChange, Customer, NewCall

Put: TypeAlias = Callable[..., tuple[int, ...]]

AT = datetime(2026, 3, 21, 8, 30, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TEHRAN = timezone(timedelta(hours=3, minutes=30))
NUMBER = "+989121234567"
TRACKING = OutboxMessage(
    "call-1/tracking/1", "call-1", MessageKind.TRACKING, NUMBER, "123 456 789", "fa", AT
)
CODE = replace(
    TRACKING,
    id="call-1/one-time-code/1",
    kind=MessageKind.CODE,
    text="code 4711",
    expires_at=AT + 5 * MINUTE,
)


def test_a_message_comes_back_as_written(
    store: Store, call: NewCall, sara: Customer, put: Put
) -> None:
    """In the list and in the story of its call, its times in UTC, whatever its text."""
    (sara_id,) = put(sara)
    store.begin_call(call)
    written = replace(CODE, text="نام \x00 \udcff", customer_id=sara_id)
    given = replace(written, written_at=AT.astimezone(TEHRAN))
    store.queue_message(given)
    assert store.messages() == [written]
    story = store.call_story("call-1")
    assert story is not None
    assert story.messages == (written,)
    assert story.messages[0].written_at.utcoffset() == timedelta(0)


def test_a_message_is_queued_once(store: Store, call: NewCall) -> None:
    """A request that is repeated sends nothing twice."""
    store.begin_call(call)
    store.queue_message(TRACKING)
    store.queue_message(replace(TRACKING, text="another", number="+371"))
    assert store.messages() == [TRACKING]


def test_the_oldest_come_first(store: Store, call: NewCall) -> None:
    """Those of one moment by id; the limit cuts the end."""
    store.begin_call(call)
    for message_id, minutes in (("d", 2), ("c", 0), ("b", 1), ("a", 1)):
        store.queue_message(replace(TRACKING, id=message_id, written_at=AT + minutes * MINUTE))
    assert [each.id for each in store.messages()] == ["c", "a", "b", "d"]
    assert len(store.messages(status=MessageStatus.WAITING, limit=3)) == 3


def test_they_are_searched_by_number_customer_and_queue(
    store: Store, call: NewCall, sara: Customer, put: Put
) -> None:
    """As everything that is kept of calls."""
    (sara_id,) = put(sara)
    for number, queue in (("1", "support"), ("2", "sales")):
        store.begin_call(replace(call, id=f"call-{number}"))
        store.change_call(f"call-{number}", CallChange(1, queue=queue))
    mine = replace(TRACKING, customer_id=sara_id)
    other = replace(TRACKING, id="o", call_id="call-2", number="+37120000001")
    store.queue_message(mine)
    store.queue_message(other)
    assert store.messages(search="احمدی") == [mine]
    assert store.messages(search="SALES") == [other]
    assert store.messages(search="20000001") == [other]
    assert store.messages(search="nobody") == []


def test_trials_are_not_listed(store: Store, call: NewCall) -> None:
    """Nothing is sent to a real customer because an administrator tried the rules."""
    store.begin_call(replace(call, trial=True))
    store.queue_message(TRACKING)
    assert store.messages() == []
    story = store.call_story("call-1")
    assert story is not None
    assert story.messages == (TRACKING,)


def test_unknown_calls_and_customers_are_told(store: Store, call: NewCall) -> None:
    """By name, and nothing is kept."""
    with pytest.raises(UnknownRecordError, match="call-1"):
        store.queue_message(TRACKING)
    store.begin_call(call)
    with pytest.raises(UnknownRecordError, match="77"):
        store.queue_message(replace(TRACKING, customer_id=77))
    assert store.messages() == []


def later(store: Store, minutes: int, message: OutboxMessage = TRACKING) -> None:
    """Another message is written, some minutes after `AT`."""
    at = AT + minutes * MINUTE
    store.queue_message(replace(message, id=f"later-{minutes}", written_at=at, expires_at=None))


def test_a_code_is_wiped_once_it_has_expired(store: Store, call: NewCall) -> None:
    """By the next message that anybody gets; not before."""
    store.begin_call(call)
    store.queue_message(CODE)
    later(store, 4)
    assert store.messages(status=MessageStatus.WAITING)[0] == CODE
    later(store, 5)
    expired = replace(CODE, text="", status=MessageStatus.EXPIRED)
    assert store.messages(status=MessageStatus.EXPIRED) == [expired]
    assert len(store.messages(status=MessageStatus.WAITING)) == 2


def test_a_message_that_holds_no_secret_keeps_its_text(store: Store, call: NewCall) -> None:
    """But is not sent any more."""
    store.begin_call(call)
    store.queue_message(replace(TRACKING, expires_at=AT + MINUTE))
    later(store, 1)
    (expired,) = store.messages(status=MessageStatus.EXPIRED)
    assert expired.text == TRACKING.text


def test_another_code_wipes_too(store: Store, call: NewCall) -> None:
    """As does whoever clears up."""
    store.begin_call(call)
    store.queue_message(CODE)
    at = AT + 5 * MINUTE
    code = OneTimeCode(NUMBER, b"s", b"d", at, at + MINUTE, 3, "call-1")
    assert store.keep_code(code, per_number=1, per_day=1)
    assert [each.text for each in store.messages()] == [""]


def test_clearing_up_wipes(store: Store, call: NewCall) -> None:
    """Also where nobody calls."""
    store.begin_call(call)
    store.queue_message(CODE)
    assert store.forget_secrets(AT + 4 * MINUTE) == 0
    assert store.messages() == [CODE]
    store.forget_secrets(AT + 5 * MINUTE)
    assert [each.text for each in store.messages()] == [""]


@pytest.mark.parametrize("status", [MessageStatus.SENT, MessageStatus.EXPIRED])
def test_a_code_that_waits_no_longer_is_not_kept(
    store: Store, call: NewCall, status: MessageStatus
) -> None:
    """Whoever writes it."""
    store.begin_call(call)
    store.queue_message(replace(CODE, status=status))
    assert store.messages() == [replace(CODE, status=status, text="")]


def test_a_code_that_comes_late_from_a_spool_has_expired(store: Store, call: NewCall) -> None:
    """As far as its own line tells."""
    store.begin_call(call)
    store.queue_message(replace(CODE, expires_at=AT))
    assert [(each.text, each.status) for each in store.messages()] == [("", MessageStatus.EXPIRED)]
