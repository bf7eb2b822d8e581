"""What every store must do with visits to queues."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import permutations

import pytest

from crm.people import DataKind
from crm.ports import Store, UnknownRecordError
from crm.records import CallChange, Customer, Disposition, NewCall, QueueVisit
from tests.contracts.somebody import NUMBER, PERSON, keep_all_of

AT = datetime(2026, 3, 21, 8, 30, 0, 123456, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
TEHRAN = timezone(timedelta(hours=3, minutes=30))
QUEUE = "rahyab-support-fa"

WAITING = QueueVisit("call-1", 1, "support", "fa", QUEUE, AT, AT, priority=5)
TALKING = replace(WAITING, agent="ali", answered_at=AT + 20 * SECOND)
ANSWERED = replace(TALKING, disposition=Disposition.ANSWERED, left_at=AT + 80 * SECOND)


def visits_of(store: Store, call_id: str = "call-1") -> tuple[QueueVisit, ...]:
    """The visits in the story of a call."""
    story = store.call_story(call_id)
    assert story is not None
    return tuple(story.queue_visits)


def begin(store: Store, call: NewCall, *ids: str) -> None:
    """Begin calls of these ids."""
    for call_id in ids:
        store.begin_call(replace(call, id=call_id))


def test_a_visit_comes_back_as_kept(store: Store, call: NewCall) -> None:
    """In the list and in the story of its call, in UTC, whatever the names."""
    store.begin_call(call)
    kept = replace(ANSWERED, queue="نام \x00\udcff", agent="\udcff", key="1", priority=-7)
    store.keep_queue_visit(
        replace(
            kept, entered_at=AT.astimezone(TEHRAN), left_at=(AT + 80 * SECOND).astimezone(TEHRAN)
        )
    )
    assert list(store.queue_visits()) == [kept]
    assert visits_of(store) == (kept,)
    assert store.queue_visits()[0].entered_at.utcoffset() == timedelta(0)
    bare = replace(WAITING, number=2, queue=None)
    store.keep_queue_visit(bare)
    assert visits_of(store) == (kept, bare)


def test_a_visit_of_an_unknown_call_is_told(store: Store) -> None:
    """And not kept."""
    with pytest.raises(UnknownRecordError, match="call-1"):
        store.keep_queue_visit(WAITING)
    assert list(store.queue_visits()) == []


def test_the_visits_of_a_call_come_in_their_order(store: Store, call: NewCall) -> None:
    """However they were written."""
    begin(store, call, "call-1", "call-2")
    for number in (3, 1, 2):
        store.keep_queue_visit(replace(WAITING, number=number))
    store.keep_queue_visit(replace(WAITING, call_id="call-2"))
    assert [each.number for each in visits_of(store)] == [1, 2, 3]


def test_what_is_written_again_in_any_order_gives_the_same(store: Store, call: NewCall) -> None:
    """A beginning that comes late puts nobody back into the queue."""
    for count, order in enumerate(permutations((WAITING, TALKING, ANSWERED))):
        call_id = f"call-{count}"
        begin(store, call, call_id)
        for visit in (*order, *order):
            store.keep_queue_visit(replace(visit, call_id=call_id))
        assert visits_of(store, call_id) == (replace(ANSWERED, call_id=call_id),)


def test_what_an_end_leaves_open_is_filled_in(store: Store, call: NewCall) -> None:
    """From what an earlier request has told, written before or after it."""
    bare = replace(ANSWERED, queue=None, agent=None, answered_at=None)
    for count, order in enumerate(permutations((TALKING, bare))):
        call_id = f"call-{count}"
        begin(store, call, call_id)
        for visit in order:
            store.keep_queue_visit(replace(visit, call_id=call_id))
        assert visits_of(store, call_id) == (replace(ANSWERED, call_id=call_id),)


def test_of_two_ends_the_one_that_is_known_counts_and_then_the_earlier(
    store: Store, call: NewCall
) -> None:
    """In any order: who reports the end of the call may not know that the queue ended before."""
    timeout = replace(WAITING, disposition=Disposition.TIMEOUT, left_at=AT + 60 * SECOND)
    abandoned = replace(WAITING, disposition=Disposition.ABANDONED, left_at=AT + 90 * SECOND)
    unknown = replace(WAITING, disposition=Disposition.UNKNOWN, left_at=AT + 30 * SECOND)
    for count, order in enumerate(permutations((WAITING, timeout, abandoned, unknown))):
        call_id = f"call-{count}"
        begin(store, call, call_id)
        for visit in order:
            store.keep_queue_visit(replace(visit, call_id=call_id))
        assert visits_of(store, call_id) == (replace(timeout, call_id=call_id),)


def test_the_newest_visits_come_first(store: Store, call: NewCall) -> None:
    """By when the caller came; those of one moment in one order; the limit cuts the oldest."""
    begin(store, call, "call-1", "call-2", "call-3")
    for call_id, number, minutes in (
        ("call-2", 1, 0), ("call-1", 2, 2), ("call-1", 1, 1), ("call-3", 1, 2), ("call-3", 2, 2)
    ):  # fmt: skip
        entered_at = AT + minutes * MINUTE
        store.keep_queue_visit(
            replace(WAITING, call_id=call_id, number=number, entered_at=entered_at)
        )
    keys = [(each.call_id, each.number) for each in store.queue_visits()]
    assert keys == [("call-3", 2), ("call-3", 1), ("call-1", 2), ("call-1", 1), ("call-2", 1)]
    assert [(each.call_id, each.number) for each in store.queue_visits(limit=2)] == keys[:2]
    since = (AT + MINUTE).astimezone(TEHRAN)
    assert [(each.call_id, each.number) for each in store.queue_visits(since=since)] == keys[:4]


def test_visits_are_found_by_number_name_and_queue(
    store: Store, call: NewCall, sara: Customer
) -> None:
    """By Asterisk's queue where the rules have it no more."""
    store.put_customers([sara])
    found = store.find_customer("C-1")
    assert found is not None
    store.begin_call(replace(call, customer_id=found.id))
    store.begin_call(replace(call, id="call-2", caller=None))
    theirs, other = WAITING, replace(WAITING, call_id="call-2", queue="sales")
    gone = replace(other, number=2, queue=None, asterisk_queue="rahyab-old-fa")
    for visit in (theirs, other, gone):
        store.keep_queue_visit(visit)
    assert list(store.queue_visits(search="912 123")) == [theirs]
    assert list(store.queue_visits(search="احمدی")) == [theirs]
    assert list(store.queue_visits(search="SALE")) == [other]
    assert list(store.queue_visits(search="old")) == [gone]
    assert list(store.queue_visits(search="rahyab-support")) == []
    assert len(store.queue_visits(search="")) == 3


def test_trials_visit_no_queue(store: Store, call: NewCall) -> None:
    """But their story tells where they would have waited."""
    store.begin_call(replace(call, trial=True))
    store.begin_call(replace(call, id="call-2", trial=True))
    store.keep_queue_visit(WAITING)
    store.keep_queue_visit(replace(ANSWERED, call_id="call-2"))
    assert list(store.queue_visits()) == list(store.callers_waiting(QUEUE, AT)) == []
    assert store.departures(QUEUE, AT) == 0
    assert visits_of(store) == (WAITING,)


def test_visits_stand_in_the_file_of_their_customer(
    store: Store, call: NewCall, sara: Customer
) -> None:
    """Those of their calls and of no other, the newest first."""
    store.put_customers([sara])
    found = store.find_customer("C-1")
    assert found is not None
    store.begin_call(replace(call, customer_id=found.id))
    store.begin_call(replace(call, id="call-2"))
    second = replace(WAITING, number=2, entered_at=AT + MINUTE)
    for visit in (ANSWERED, second, replace(WAITING, call_id="call-2")):
        store.keep_queue_visit(visit)
    assert store.customer_file(found.id or 0).queue_visits == (second, ANSWERED)
    assert store.customer_file(found.id or 0, limit=1).queue_visits == (second,)


def test_an_erased_person_has_waited_nonetheless(store: Store) -> None:
    """What can be counted stays, as of every call, and tells of nobody."""
    person = keep_all_of(store, PERSON, NUMBER)
    (before,) = store.queue_visits(search=PERSON)
    store.erase_customer(person, pseudonym="erased-1", at=AT, by="admin", reason="asked")
    store.erase_again([before.call_id])
    assert list(store.queue_visits()) == [before] == list(visits_of(store, before.call_id))
    assert list(store.queue_visits(search=PERSON)) == []


def test_a_call_that_is_kept_no_longer_stays_countable(store: Store) -> None:
    """With its visits."""
    keep_all_of(store, PERSON, NUMBER)
    (before,) = store.queue_visits()
    today = (AT + MINUTE).date()
    assert store.prune(DataKind.CALLS, AT + MINUTE, today, limit=9).records == 1
    assert list(store.queue_visits()) == [before]
    assert store.departures(before.asterisk_queue, AT) == 1


def test_who_waits_is_told_in_the_order_of_turns(store: Store, call: NewCall) -> None:
    """The higher priority first, then who began to wait earlier, also in another queue."""
    for name, priority, minutes in (("a", 0, 0), ("b", 5, 3), ("c", 5, 2), ("d", 0, -1)):
        begin(store, call, name)
        waiting_since = AT + minutes * MINUTE
        visit = replace(WAITING, call_id=name, priority=priority, waiting_since=waiting_since)
        store.keep_queue_visit(replace(visit, entered_at=AT + 5 * MINUTE))
    waiting = store.callers_waiting(QUEUE, AT)
    assert [each.call_id for each in waiting] == ["c", "b", "d", "a"]
    assert waiting[0].waiting_since == AT + 2 * MINUTE
    assert list(store.callers_waiting("rahyab-sales-fa", AT)) == []


def test_of_who_waits_the_state_of_the_call_is_told_too(store: Store, call: NewCall) -> None:
    """By call, and of nobody else: neither of a queue beside it nor of a call that has ended."""
    for name in ("a", "b", "ended"):
        begin(store, call, name)
        store.change_call(name, CallChange(visit=1, state={"music": name}))
        store.keep_queue_visit(replace(WAITING, call_id=name))
    begin(store, call, "none yet")
    store.keep_queue_visit(replace(WAITING, call_id="none yet"))
    begin(store, call, "sales")
    store.keep_queue_visit(replace(WAITING, call_id="sales", asterisk_queue="rahyab-sales-fa"))
    store.change_call("ended", CallChange(visit=2, ended_at=AT))
    known = store.states_of_callers_waiting(QUEUE, AT)
    assert known == {"a": {"music": "a"}, "b": {"music": "b"}, "none yet": {}}
    assert known.keys() == {each.call_id for each in store.callers_waiting(QUEUE, AT)}
    assert store.states_of_callers_waiting(QUEUE, AT + MINUTE) == {}


def test_those_of_one_place_come_in_one_order(store: Store, call: NewCall) -> None:
    """By when they entered, and then by call."""
    for name, seconds in (("b", 1), ("c", 0), ("a", 1)):
        begin(store, call, name)
        visit = replace(WAITING, call_id=name, entered_at=AT + seconds * SECOND)
        store.keep_queue_visit(visit)
    assert [each.call_id for each in store.callers_waiting(QUEUE, AT)] == ["c", "a", "b"]


def test_who_has_come_to_an_end_waits_no_more(store: Store, call: NewCall) -> None:
    """Answered, gone, never let in, of a call that has ended, or come too long ago."""
    ended = replace(WAITING, disposition=Disposition.TIMEOUT, left_at=AT)
    blocked = replace(WAITING, disposition=Disposition.FULL, left_at=AT)
    early = replace(WAITING, entered_at=AT - timedelta(microseconds=1))
    for name, visit in (
        ("talking", TALKING), ("ended", ended), ("blocked", blocked), ("early", early),
        ("over", WAITING), ("waiting", WAITING),
    ):  # fmt: skip
        begin(store, call, name)
        store.keep_queue_visit(replace(visit, call_id=name))
    store.change_call("over", CallChange(1, ended_at=AT + MINUTE))
    waiting = store.callers_waiting(QUEUE, AT.astimezone(TEHRAN))
    assert [each.call_id for each in waiting] == ["waiting"]


@pytest.mark.parametrize("disposition", Disposition)
def test_who_was_let_in_and_is_gone_has_departed(
    store: Store, call: NewCall, disposition: Disposition
) -> None:
    """In any way, from the moment on at which it ended; who was not let in has not."""
    store.begin_call(call)
    left_at = None if disposition is Disposition.IN_PROGRESS else AT + MINUTE
    store.keep_queue_visit(replace(WAITING, disposition=disposition, left_at=left_at))
    let_in = left_at is not None and disposition.is_entered
    assert store.departures(QUEUE, (AT + MINUTE).astimezone(TEHRAN)) == int(let_in)
    assert store.departures(QUEUE, AT + MINUTE + timedelta(microseconds=1)) == 0
    assert store.departures("rahyab-sales-fa", AT) == 0


def test_an_answered_one_departs_with_the_answer(store: Store, call: NewCall) -> None:
    """Whether they still speak or not."""
    begin(store, call, "call-1", "call-2")
    store.keep_queue_visit(TALKING)
    store.keep_queue_visit(replace(ANSWERED, call_id="call-2"))
    assert store.departures(QUEUE, AT + 20 * SECOND) == 2
    assert store.departures(QUEUE, AT + 21 * SECOND) == 0


def test_moments_without_zone_are_refused(store: Store) -> None:
    """Nobody knows when they are."""
    naive = AT.replace(tzinfo=None)
    for asking in (
        lambda: store.queue_visits(since=naive),
        lambda: store.callers_waiting(QUEUE, naive),
        lambda: store.departures(QUEUE, naive),
    ):
        with pytest.raises(ValueError, match="time zone"):
            asking()
