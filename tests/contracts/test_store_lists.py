"""What every store must do with lists of answers, messages and agents."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TypeAlias

import pytest

from crm.people import AgentRecord
from crm.ports import MOST_LAST_CUSTOMERS, Store, UnknownRecordError
from crm.records import Answer, CallChange, Customer, MessageState, NewCall, Recording

Put: TypeAlias = Callable[..., tuple[int, ...]]

AT = datetime(2026, 3, 21, 8, 30, 0, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)


def answer_at_hours(store: Store, call: NewCall, answer: Answer, *hours: int) -> None:
    """One call and one answer, of its hour, for each."""
    for hour in hours:
        store.begin_call(replace(call, id=f"call-{hour}"))
        given = replace(answer, call_id=f"call-{hour}", value=str(hour), given_at=AT + hour * HOUR)
        store.keep_answer(given)


def test_the_newest_answers_come_first(store: Store, call: NewCall, answer: Answer) -> None:
    """Whatever the order in which they were given; the limit cuts the oldest."""
    answer_at_hours(store, call, answer, 1, 3, 0, 2)
    assert [each.value for each in store.answers()] == ["3", "2", "1", "0"]
    assert [each.value for each in store.answers(limit=2)] == ["3", "2"]
    assert store.answers(limit=1) == [
        replace(answer, call_id="call-3", value="3", given_at=AT + 3 * HOUR)
    ]


def test_answers_since_a_moment(store: Store, call: NewCall, answer: Answer) -> None:
    """The moment included, in whatever zone it is given; one without zone is refused."""
    answer_at_hours(store, call, answer, 0, 1, 2)
    since = (AT + HOUR).astimezone(timezone(timedelta(hours=3, minutes=30)))
    assert [each.value for each in store.answers(since=since)] == ["2", "1"]
    assert store.answers(since=AT + 3 * HOUR) == []
    with pytest.raises(ValueError, match="time zone"):
        store.answers(since=AT.replace(tzinfo=None))


def test_answers_to_one_survey(store: Store, call: NewCall, answer: Answer) -> None:
    """And to no other; both conditions count."""
    answer_at_hours(store, call, answer, 0, 1)
    store.keep_answer(replace(answer, call_id="call-0", survey="delivery \udcff"))
    assert [each.value for each in store.answers(survey="satisfaction")] == ["1", "0"]
    assert [each.survey for each in store.answers(survey="delivery \udcff")] == ["delivery \udcff"]
    assert [each.value for each in store.answers(survey="satisfaction", since=AT + HOUR)] == ["1"]
    assert store.answers(survey="none") == []


def test_answers_of_trials_are_left_out(store: Store, call: NewCall, answer: Answer) -> None:
    """Nobody was satisfied."""
    store.begin_call(replace(call, trial=True))
    store.keep_answer(answer)
    assert store.answers() == store.answers(survey="satisfaction") == []


def test_who_waits_longest_for_an_ear_comes_first(
    store: Store, call: NewCall, recording: Recording
) -> None:
    """Whatever the order in which they were left; the limit cuts the newest."""
    for hours in (2, 0, 1):
        store.begin_call(replace(call, id=f"call-{hours}"))
        left = replace(recording, call_id=f"call-{hours}", recorded_at=AT + hours * HOUR)
        store.keep_recording(left)
    assert [each.call_id for each in store.recordings()] == ["call-0", "call-1", "call-2"]
    for state in (None, MessageState.NEW):
        found = store.recordings(state=state, limit=2)
        assert [each.call_id for each in found] == ["call-0", "call-1"]
    assert store.recordings(limit=1) == [replace(recording, call_id="call-0")]


def test_a_message_that_was_heard_is_no_longer_new(
    store: Store, call: NewCall, recording: Recording
) -> None:
    """It may become so again; of two messages of one call only the one that is named."""
    store.begin_call(call)
    other = replace(recording, mailbox="sales", recorded_at=AT + HOUR)
    store.keep_recording(recording)
    store.keep_recording(other)
    done = replace(recording, state=MessageState.DONE)
    assert store.set_recording_state("call-1", "main", MessageState.DONE) == done
    assert store.recordings(state=MessageState.NEW) == [other]
    assert store.recordings(state=MessageState.DONE) == [done]
    assert store.recordings() == [done, other]
    assert store.set_recording_state("call-1", "main", MessageState.NEW) == recording


def test_keeping_a_message_again_does_not_make_it_new(
    store: Store, call: NewCall, recording: Recording
) -> None:
    """A spool that is written late tells of what somebody has heard already."""
    store.begin_call(call)
    store.keep_recording(recording)
    done = store.set_recording_state("call-1", "main", MessageState.DONE)
    store.keep_recording(recording)
    assert store.recordings() == [done]


def test_messages_of_trials_are_left_out(store: Store, call: NewCall, recording: Recording) -> None:
    """Nobody waits for an answer."""
    store.begin_call(replace(call, trial=True))
    store.keep_recording(recording)
    assert store.recordings() == store.recordings(state=MessageState.NEW) == []


@pytest.mark.parametrize(("call_id", "mailbox"), [("call-1", "sales"), ("call-2", "main")])
def test_unknown_messages_are_told(
    store: Store, call_id: str, mailbox: str, call: NewCall, recording: Recording
) -> None:
    """By call and mailbox."""
    store.begin_call(call)
    store.keep_recording(recording)
    with pytest.raises(UnknownRecordError, match=call_id):
        store.set_recording_state(call_id, mailbox, MessageState.DONE)
    assert store.recordings() == [recording]


def answered(store: Store, call: NewCall, agent: str, hours: int, told: bool = True) -> None:
    """A call that an agent answered some hours after `AT`."""
    answered_at = AT + hours * HOUR
    call_id = f"{agent}-{hours}-{call.customer_id}"
    store.begin_call(replace(call, id=call_id, started_at=answered_at - HOUR / 60))
    store.change_call(call_id, CallChange(agent=agent, answered_at=answered_at if told else None))


def test_agents_come_by_name_with_their_calls(
    store: Store, call: NewCall, sara: Customer, janis: Customer, put: Put
) -> None:
    """How many, when the last was, and with whom: the newest first, each once."""
    sara_id, janis_id = put(sara, janis)
    of_sara, of_janis = (replace(call, customer_id=each) for each in (sara_id, janis_id))
    answered(store, of_sara, "zahra", 1)
    answered(store, of_janis, "zahra", 2)
    answered(store, of_sara, "zahra", 3)
    answered(store, call, "zahra", 4)
    answered(store, of_janis, "ali", 9)
    store.begin_call(replace(call, id="nobody answered"))
    zahra = AgentRecord("zahra", 4, AT + 4 * HOUR, (sara_id, janis_id))
    assert store.agents() == [AgentRecord("ali", 1, AT + 9 * HOUR, (janis_id,)), zahra]
    assert [agent.name for agent in store.agents(limit=1)] == ["ali"]


def test_an_agent_s_last_call_may_have_no_known_beginning_of_its_talk(
    store: Store, call: NewCall, sara: Customer, put: Put
) -> None:
    """Then the call's beginning counts, as it does for the customer's last agent."""
    (sara_id,) = put(sara)
    answered(store, replace(call, customer_id=sara_id), "ali", 2)
    answered(store, call, "ali", 5, told=False)
    assert store.agents() == [AgentRecord("ali", 2, AT + 5 * HOUR - HOUR / 60, (sara_id,))]


def test_agents_of_trials_are_left_out(store: Store, call: NewCall) -> None:
    """Also from the counts of those who answered real calls."""
    answered(store, replace(call, trial=True), "omid", 1)
    answered(store, replace(call, trial=True), "ali", 2)
    answered(store, call, "ali", 0)
    assert store.agents() == [AgentRecord("ali", 1, AT, ())]


def test_an_agent_has_so_many_last_customers(store: Store, call: NewCall) -> None:
    """The newest ones."""
    many = MOST_LAST_CUSTOMERS + 3
    store.put_customers(Customer(name="x", reference=str(number)) for number in range(many))
    ids = [customer.id for customer in store.customers()]
    for hours, customer_id in enumerate(ids):
        answered(store, replace(call, customer_id=customer_id), "ali", hours)
    (ali,) = store.agents()
    assert ali.answered == many
    assert ali.last_customers == tuple(reversed(ids))[:MOST_LAST_CUSTOMERS]


def test_an_agent_of_any_name_is_listed(store: Store, call: NewCall) -> None:
    """Names come from the switch."""
    answered(store, call, "نام \udcff \x00", 0)
    assert [agent.name for agent in store.agents()] == ["نام \udcff \x00"]
