"""What every store must do for calls that are decided anew, and for the rules as they were."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from crm.ports import Store, StoreError
from crm.records import (
    LoadedRevision,
    NewCall,
    RecordedCall,
    Revision,
    TimelineEvent,
)

AT = datetime(2026, 3, 21, 8, 30, 0, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)
REVISION = Revision("0123456789ab", '{"file": "rules.yaml", "text": "نام"}', AT)


def ids(store: Store, since: datetime) -> list[str]:
    """The recorded calls by id."""
    return [recorded.id for recorded in store.recorded_calls(since)]


def test_a_recorded_call_has_what_it_was_decided_by(
    store: Store, call: NewCall, event: TimelineEvent
) -> None:
    """Facts as stored, and the events of the wanted kinds in their order."""
    store.begin_call(call)
    store.begin_call(replace(call, id="call-2"))
    store.add_to_timeline(
        [
            replace(event, visit=2, kind="keys"),
            replace(event, sequence=2, kind="decided"),
            event,
            replace(event, call_id="call-2", kind="decided"),
        ]
    )
    first, second = store.recorded_calls(AT, kinds={"keys", "decided"})
    assert first == RecordedCall(
        "call-1",
        AT,
        "r1",
        call.facts,
        (replace(event, sequence=2, kind="decided"), replace(event, visit=2, kind="keys")),
    )
    assert second.events == (replace(event, call_id="call-2", kind="decided"),)


@pytest.mark.parametrize("kinds", [(), ("nothing of this kind",)])
def test_events_that_are_not_wanted_are_left_out(
    store: Store, call: NewCall, event: TimelineEvent, kinds: tuple[str, ...]
) -> None:
    """The call comes nonetheless."""
    store.begin_call(call)
    store.add_to_timeline([event])
    (recorded,) = store.recorded_calls(AT, kinds=kinds)
    assert recorded.events == ()


def test_they_come_oldest_first_from_the_moment_on(store: Store, call: NewCall) -> None:
    """The moment included, in whatever zone it is given; those of one moment by id."""
    for call_id, hours in (("d", 2), ("c", 1), ("b", 1), ("a", 0)):
        store.begin_call(replace(call, id=call_id, started_at=AT + hours * HOUR))
    since = (AT + HOUR).astimezone(timezone(timedelta(hours=3, minutes=30)))
    assert ids(store, since) == ["b", "c", "d"]
    assert store.count_calls(since) == 3
    assert ids(store, AT) == ["a", "b", "c", "d"]
    assert ids(store, AT + 3 * HOUR) == []
    assert store.count_calls(AT + 3 * HOUR) == 0


def test_trials_are_left_out(store: Store, call: NewCall) -> None:
    """Nobody called."""
    store.begin_call(replace(call, trial=True))
    assert (ids(store, AT), store.count_calls(AT)) == ([], 0)


def test_very_many_come_each_once(store: Store, call: NewCall, event: TimelineEvent) -> None:
    """More than are read in one go; many of one moment, and with ids that are no text."""
    many = [f"call-{number:04}" for number in range(1_200)] + ["stray \udcff", "stray \udcfe"]
    with store.transaction():
        for number, call_id in enumerate(many):
            store.begin_call(replace(call, id=call_id, started_at=AT + number // 700 * HOUR))
            store.add_to_timeline([replace(event, call_id=call_id)])
    recorded = list(store.recorded_calls(AT, kinds=["played"]))
    assert sorted(each.id for each in recorded) == sorted(many)
    assert all(len(each.events) == 1 for each in recorded)
    assert all(each.events[0].call_id == each.id for each in recorded)
    moments = [each.started_at for each in recorded]
    assert moments == sorted(moments)
    assert store.count_calls(AT) == len(many)


def test_others_may_write_and_we_may_ask_meanwhile(
    opened: Callable[[], Store], call: NewCall
) -> None:
    """A replay takes a minute, and the server goes on."""
    reader, writer = (opened(), opened())
    with writer.transaction():
        for number in range(600):
            writer.begin_call(replace(call, id=f"call-{number:04}"))
    stream = reader.recorded_calls(AT)
    seen = [next(stream).id]
    writer.begin_call(replace(call, id="later", started_at=AT - HOUR))
    assert reader.call("later") is not None
    seen += [each.id for each in stream]
    assert seen == [f"call-{number:04}" for number in range(600)]


def test_a_moment_without_zone_is_refused(store: Store) -> None:
    """At once, not when the first call is asked for."""
    for ask in (store.recorded_calls, store.count_calls):
        with pytest.raises(ValueError, match="time zone"):
            ask(AT.replace(tzinfo=None))


def test_a_closed_store_says_so(opened: Callable[[], Store]) -> None:
    """In each of these operations."""
    closed = opened()
    closed.close()
    with pytest.raises(StoreError):
        list(closed.recorded_calls(AT))
    with pytest.raises(StoreError):
        closed.count_calls(AT)
    with pytest.raises(StoreError):
        closed.keep_revision(REVISION)
    with pytest.raises(StoreError):
        closed.revisions()


def test_a_revision_comes_back_as_kept(store: Store) -> None:
    """By its name, and by no other."""
    store.keep_revision(REVISION)
    assert store.revision(REVISION.name) == REVISION
    assert store.revision("another") is None


def test_a_revision_kept_again_is_loaded_later(store: Store) -> None:
    """Never earlier; its text stays, since the name is made of it."""
    store.keep_revision(REVISION)
    store.keep_revision(replace(REVISION, loaded_at=AT + HOUR, bundle="another"))
    assert store.revision(REVISION.name) == replace(REVISION, loaded_at=AT + HOUR)
    store.keep_revision(REVISION)
    assert store.revision(REVISION.name) == replace(REVISION, loaded_at=AT + HOUR)
    assert len(store.revisions()) == 1


def test_the_revision_loaded_last_comes_first(store: Store) -> None:
    """The one before it is what a rollback returns to; the limit cuts the oldest."""
    for name, hours in (("a", 0), ("b", 1), ("c", 2), ("a", 3)):
        store.keep_revision(replace(REVISION, name=name, loaded_at=AT + hours * HOUR))
    newest = LoadedRevision("a", AT + 3 * HOUR)
    assert store.revisions(limit=2) == [newest, LoadedRevision("c", AT + 2 * HOUR)]
    assert [loaded.name for loaded in store.revisions()] == ["a", "c", "b"]


def test_rules_of_any_text_are_kept(store: Store) -> None:
    """However long, and with letters that are none."""
    long = replace(REVISION, bundle="سلام\udcff\x00 " * 100_000)
    store.keep_revision(long)
    assert store.revision(REVISION.name) == long
