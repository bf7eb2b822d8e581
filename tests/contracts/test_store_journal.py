"""What every store must do with calls and all that is kept of them."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TypeAlias

import pytest

from crm.ports import Store, UnknownRecordError
from crm.records import (
    Answer,
    CallChange,
    Case,
    Customer,
    MessageState,
    NewCall,
    Outcome,
    Recording,
    TimelineEvent,
)

Put: TypeAlias = Callable[..., tuple[int, ...]]

AT = datetime(2026, 3, 21, 8, 30, 0, 123456, tzinfo=UTC)

HOSTILE = [
    "plain",
    "",
    'a "quoted" ${CHANNEL} \\n',
    "نام فارسی",
    "stray byte \udcff",
    "two stray bytes that make one letter \udcc3\udca9",
    "half a pair \ud83d",
    "NUL \x00 and what follows",
    "0912",
    "x" * 300,
]


def test_a_call_comes_back_as_begun(store: Store, sara: Customer, put: Put, call: NewCall) -> None:
    """Each field, and the name of the customer."""
    (sara_id,) = put(sara)
    begun = replace(call, customer_id=sara_id, trial=True)
    store.begin_call(begun)
    stored = store.call("call-1")
    assert stored is not None
    assert {each.name: getattr(stored, each.name) for each in fields(begun)} == {
        each.name: getattr(begun, each.name) for each in fields(begun)
    }
    assert (stored.outcome, stored.state, stored.queue) == (Outcome.IN_PROGRESS, {}, None)
    assert stored.customer_name == "سارا احمدی"


def test_a_beginning_that_comes_late_takes_the_place_of_one_made_up(
    store: Store, call: NewCall
) -> None:
    """A request that knew nothing of the call began it anew; what was learned of it stays."""
    anew = replace(
        call, started_at=AT + timedelta(minutes=10), facts={}, caller=None, revision="r2"
    )
    store.begin_call(anew)
    store.change_call("call-1", CallChange(visit=2, queue="support", language="en"))
    store.begin_call(call)
    kept = store.call("call-1")
    assert kept is not None
    assert (kept.started_at, kept.facts, kept.revision) == (AT, call.facts, "r1")
    assert (kept.caller, kept.queue, kept.language) == (call.caller, "support", "en")
    store.begin_call(anew)
    assert store.call("call-1") == kept


def test_beginning_twice_is_once(store: Store, call: NewCall) -> None:
    """A repeated request does not undo what was learned since."""
    store.begin_call(call)
    store.change_call("call-1", CallChange(queue="support"))
    store.begin_call(replace(call, language="en"))
    stored = store.call("call-1")
    assert stored is not None
    assert (stored.language, stored.queue) == ("fa", "support")


def test_a_change_leaves_what_it_does_not_name(store: Store, call: NewCall) -> None:
    """None means nothing new."""
    store.begin_call(call)
    store.change_call("call-1", CallChange(queue="support", queued_at=AT, state={"a": [1]}))
    store.change_call("call-1", CallChange(agent="ali", outcome=Outcome.ANSWERED))
    store.change_call("call-1", CallChange())
    stored = store.call("call-1")
    assert stored is not None
    assert (stored.queue, stored.queued_at, stored.state) == ("support", AT, {"a": [1]})
    assert (stored.agent, stored.outcome) == ("ali", Outcome.ANSWERED)


def test_every_field_of_a_change_is_kept(store: Store, call: NewCall) -> None:
    """Each column of the change reaches the call."""
    change = CallChange(
        language="en",
        queue="sales",
        agent="ali",
        queued_at=AT,
        answered_at=AT + timedelta(seconds=1),
        left_queue_at=AT + timedelta(seconds=2),
        ended_at=AT + timedelta(seconds=3),
        outcome=Outcome.ABANDONED,
        stage="queue sales",
        state={"visit": 2},
    )
    store.begin_call(call)
    store.change_call("call-1", change)
    call = store.call("call-1")
    said = [each.name for each in fields(change) if each.name != "visit"]
    assert [getattr(call, name) for name in said] == [getattr(change, name) for name in said]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_stored_as_it_came(  # noqa: PLR0913, PLR0917  fixtures
    store: Store,
    text: str,
    call: NewCall,
    event: TimelineEvent,
    case: Case,
    answer: Answer,
    recording: Recording,
) -> None:
    """Whatever bytes the network sent, wherever they end up."""
    call_id = f"id {text}"
    given = {"caller_as_sent": text, "name_as_sent": text, "dialled": text, "source": text}
    store.begin_call(replace(call, id=call_id, **given, facts={"name": text, text: [text]}))
    store.change_call(call_id, CallChange(agent=text, stage=text, state={"last": text}))
    store.add_to_timeline([replace(event, call_id=call_id, kind=text, data={"sent": text})])
    store.open_case(replace(case, call_id=call_id, subject=text), join=False)
    store.keep_answer(replace(answer, call_id=call_id, question=text, value=text))
    store.keep_recording(replace(recording, call_id=call_id, path=text))
    story = store.call_story(call_id)
    assert story is not None
    assert {name: getattr(story.call, name) for name in given} == given
    assert story.call.facts == {"name": text, text: [text]}
    assert (story.call.agent, story.call.stage, story.call.state) == (text, text, {"last": text})
    assert (story.timeline[0].kind, story.timeline[0].data) == (text, {"sent": text})
    assert (story.cases[0].subject, story.recordings[0].path) == (text, text)
    assert (story.answers[0].question, story.answers[0].value) == (text, text)


@pytest.mark.parametrize("text", HOSTILE)
def test_asking_for_hostile_text_finds_nothing(store: Store, text: str) -> None:
    """And raises nothing."""
    assert store.call(text) is None
    assert store.call_story(text) is None
    assert store.find_case(text) is None
    assert store.find_customer(text) is None
    assert list(store.look_up_caller(text).matches) == []


def test_times_are_kept_to_the_microsecond_and_come_back_in_utc(
    store: Store, call: NewCall
) -> None:
    """Whatever zone they came in."""
    tehran = timezone(timedelta(hours=3, minutes=30))
    store.begin_call(replace(call, started_at=AT.astimezone(tehran)))
    stored = store.call("call-1")
    assert stored is not None
    assert stored.started_at == AT
    assert stored.started_at.utcoffset() == timedelta(0)


def test_a_time_without_zone_is_refused(store: Store, call: NewCall) -> None:
    """Nobody could say which moment it is."""
    with pytest.raises(ValueError, match="time zone"):
        store.begin_call(replace(call, started_at=AT.replace(tzinfo=None)))
    assert store.call("call-1") is None


def test_facts_that_json_cannot_say_are_refused(store: Store, call: NewCall) -> None:
    """In every store alike, so that tests with the fake find it."""
    with pytest.raises(TypeError):
        store.begin_call(replace(call, facts={"at": AT}))


def test_unknown_records_are_told(  # noqa: PLR0913, PLR0917  fixtures
    store: Store,
    call: NewCall,
    event: TimelineEvent,
    case: Case,
    answer: Answer,
    recording: Recording,
) -> None:
    """By name, and nothing is kept of them."""
    with pytest.raises(UnknownRecordError, match="call-1"):
        store.change_call("call-1", CallChange(queue="support"))
    with pytest.raises(UnknownRecordError, match="77"):
        store.begin_call(replace(call, customer_id=77))
    with pytest.raises(UnknownRecordError, match="call-1"):
        store.add_to_timeline([event])
    with pytest.raises(UnknownRecordError, match="call-1"):
        store.open_case(case, join=False)
    with pytest.raises(UnknownRecordError, match="call-1"):
        store.keep_answer(answer)
    with pytest.raises(UnknownRecordError, match="call-1"):
        store.keep_recording(recording)
    assert (store.call("call-1"), store.call_story("call-1")) == (None, None)


def test_calls_come_newest_first(store: Store, call: NewCall) -> None:
    """Whatever the order in which they were begun."""
    for minute in (2, 0, 1):
        started = AT + timedelta(minutes=minute)
        store.begin_call(replace(call, id=f"call-{minute}", started_at=started))
    assert [each.id for each in store.calls()] == ["call-2", "call-1", "call-0"]
    assert [each.id for each in store.calls(limit=1)] == ["call-2"]
    since = AT + timedelta(minutes=1)
    assert [each.id for each in store.calls(since=since)] == ["call-2", "call-1"]


def test_a_customers_history_is_theirs_alone(
    store: Store,
    sara: Customer,
    janis: Customer,
    put: Put,
    call: NewCall,
) -> None:
    """Newest first, cut at the limit."""
    sara_id, janis_id = put(sara, janis)
    for minute, customer_id in enumerate((sara_id, janis_id, sara_id, None)):
        started = AT + timedelta(minutes=minute)
        store.begin_call(
            replace(call, id=f"call-{minute}", started_at=started, customer_id=customer_id)
        )
    assert [each.id for each in store.calls_of_customer(sara_id)] == ["call-2", "call-0"]
    assert [each.id for each in store.calls_of_customer(sara_id, limit=1)] == ["call-2"]
    assert list(store.calls_of_customer(77)) == []


def test_a_story_holds_all_of_its_call_and_nothing_else(  # noqa: PLR0913, PLR0917  fixtures
    store: Store,
    call: NewCall,
    case: Case,
    answer: Answer,
    recording: Recording,
    event: TimelineEvent,
) -> None:
    """Events in the order of visits and sequence."""
    for call_id in ("call-1", "call-2"):
        store.begin_call(replace(call, id=call_id))
        store.open_case(replace(case, tracking=f"{call_id}-tracking", call_id=call_id), join=False)
        store.keep_answer(replace(answer, call_id=call_id, tracking=f"{call_id}-tracking"))
        store.keep_recording(replace(recording, call_id=call_id))
    store.add_to_timeline(
        [
            replace(event, sequence=2),
            event,
            replace(event, visit=2),
            replace(event, call_id="call-2"),
        ]
    )
    story = store.call_story("call-1")
    assert story is not None
    assert story.call == store.call("call-1")
    assert story.timeline == (event, replace(event, sequence=2), replace(event, visit=2))
    assert story.cases == (replace(case, tracking="call-1-tracking"),)
    assert story.answers == (replace(answer, tracking="call-1-tracking"),)
    assert story.recordings == (recording,)


def test_a_repeated_event_counts_once(store: Store, call: NewCall, event: TimelineEvent) -> None:
    """Within one batch and across batches; the first one counts."""
    store.begin_call(call)
    store.add_to_timeline([event, replace(event, kind="again")])
    store.add_to_timeline([replace(event, kind="again"), replace(event, sequence=2)])
    store.add_to_timeline([])
    story = store.call_story("call-1")
    assert story is not None
    assert story.timeline == (event, replace(event, sequence=2))


def test_events_are_added_all_or_none(store: Store, call: NewCall, event: TimelineEvent) -> None:
    """A batch is one write."""
    store.begin_call(call)
    with pytest.raises(UnknownRecordError):
        store.add_to_timeline([event, replace(event, sequence=2, call_id="nowhere")])
    story = store.call_story("call-1")
    assert story is not None
    assert story.timeline == ()


def test_a_repeated_answer_or_recording_counts_once(
    store: Store, call: NewCall, answer: Answer, recording: Recording
) -> None:
    """The first one given counts."""
    store.begin_call(call)
    for value, path in (("10", "/one.wav"), ("1", "/two.wav")):
        store.keep_answer(replace(answer, value=value))
        store.keep_recording(replace(recording, path=path))
    store.keep_answer(replace(answer, question="solved", value="yes", given_at=AT + timedelta(1)))
    story = store.call_story("call-1")
    assert story is not None
    assert [answer.value for answer in story.answers] == ["10", "yes"]
    assert [recording.path for recording in story.recordings] == ["/one.wav"]


def test_an_answer_names_a_case_that_exists(store: Store, call: NewCall, answer: Answer) -> None:
    """Reports must not count answers to nothing."""
    store.begin_call(call)
    with pytest.raises(UnknownRecordError, match="123456789"):
        store.keep_answer(replace(answer, tracking="123456789"))


def test_a_message_may_be_recorded_anew(
    store: Store, call: NewCall, case: Case, recording: Recording
) -> None:
    """What was recorded last counts, in whatever order it is written; how it stands is kept."""
    store.begin_call(call)
    store.open_case(case, join=False)
    store.keep_recording(recording)
    store.set_recording_state("call-1", "main", MessageState.DONE)
    later = replace(
        recording,
        path="/new.wav",
        seconds=3.0,
        recorded_at=AT + timedelta(1),
        tracking=case.tracking,
    )
    store.keep_recording(later)
    store.keep_recording(replace(recording, path="/late.wav", recorded_at=AT + timedelta(hours=1)))
    assert store.recordings() == [replace(later, state=MessageState.DONE)]


def test_a_message_of_an_unknown_case_is_refused(
    store: Store, call: NewCall, recording: Recording
) -> None:
    """By its number."""
    store.begin_call(call)
    with pytest.raises(UnknownRecordError, match="123456789"):
        store.keep_recording(replace(recording, tracking="123456789"))
    assert store.recordings() == []
