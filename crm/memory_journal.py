"""The journal in the store in memory: calls, their timelines, answers and recordings."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from crm.asking_records import AskedSurvey, OutboxMessage
from crm.call_rows import begun_call
from crm.memory_searching import is_found
from crm.memory_session import MemorySession
from crm.memory_tables import (
    Tables,
    as_stored,
    callback_of,
    check_case,
    check_customer,
    is_trial,
    known_call,
    newest,
    newest_first,
    stored_record,
    utc,
    with_name,
)
from crm.people import AgentRecord
from crm.ports import MOST_LAST_CUSTOMERS, UnknownRecordError
from crm.records import (
    Answer,
    Call,
    CallChange,
    CallStory,
    MessageState,
    NewCall,
    QueueVisit,
    RecordedCall,
    Recording,
    TimelineEvent,
)

OfCall = TypeVar("OfCall", Answer, AskedSurvey, OutboxMessage, QueueVisit, Recording)

_OF_THE_BEGINNING: Final = {each.name for each in fields(NewCall)} - {"id", "language"}
"""What a call's beginning alone tells; its language, later requests may have changed."""


class MemoryJournal(MemorySession):
    """The operations on calls and what is kept of them."""

    def begin_call(self, call: NewCall) -> None:
        """Put a call into the journal."""
        with self._tables() as tables:
            begun = tables.calls.get(call.id)
            if begun is not None and begun.started_at <= call.started_at:
                return
            check_customer(tables, call.customer_id)
            new = _new_call(call)
            if begun is None:
                tables.said[call.id] = {"language": 0}
                tables.calls[call.id] = new
            else:
                earlier = {name: getattr(new, name) for name in _OF_THE_BEGINNING}
                tables.calls[call.id] = replace(begun, **earlier)

    def change_call(self, call_id: str, change: CallChange) -> None:
        """Add what a request learned, in any order of requests."""
        with self._tables() as tables:
            call = known_call(tables, call_id)
            said = dict(tables.said[call_id])
            given = {each.name: getattr(change, each.name) for each in fields(change)}
            visit = given.pop("visit")
            learned = {
                name: as_stored(value)
                for name, value in given.items()
                if value is not None and said.get(name, visit) <= visit
            }
            tables.calls[call_id] = replace(call, **learned)
            tables.said[call_id] = said | dict.fromkeys(learned, visit)

    def add_to_timeline(self, events: Iterable[TimelineEvent]) -> None:
        """Append events."""
        with self.transaction():
            timeline = self._database.tables.timeline
            for event in events:
                known_call(self._database.tables, event.call_id)
                key = (event.call_id, event.visit, event.sequence)
                timeline.setdefault(key, stored_record(event))

    def keep_answer(self, answer: Answer) -> None:
        """Keep one answer."""
        with self._tables() as tables:
            known_call(tables, answer.call_id)
            check_case(tables, answer.tracking)
            key = (answer.call_id, answer.survey, answer.question)
            tables.answers.setdefault(key, stored_record(answer))

    def answers(
        self,
        *,
        since: datetime | None = None,
        survey: str | None = None,
        search: str = "",
        limit: int = 50,
    ) -> Sequence[Answer]:
        """Answers to this survey, or to any."""
        earliest = _earliest(since)
        with self._tables() as tables:
            found = [
                each
                for each in tables.answers.values()
                if survey in {None, each.survey}
                and each.given_at >= earliest
                and not is_trial(tables, each.call_id)
                and is_found(tables, each, search, tables.calls[each.call_id].caller, each.queue)
            ]
        return newest(found, lambda each: (each.given_at, each.call_id, each.question), limit)

    def keep_recording(self, recording: Recording) -> None:
        """Keep the reference to a recorded message."""
        with self._tables() as tables:
            known_call(tables, recording.call_id)
            check_customer(tables, recording.customer_id)
            check_case(tables, recording.tracking)
            key, given = (recording.call_id, recording.mailbox), stored_record(recording)
            kept = tables.recordings.setdefault(key, given)
            if kept.recorded_at < given.recorded_at:
                tables.recordings[key] = replace(
                    given, state=kept.state, customer_id=kept.customer_id
                )

    def recordings(
        self, *, state: MessageState | None = None, search: str = "", limit: int = 50
    ) -> Sequence[Recording]:
        """Messages in this state, or in any."""
        with self._tables() as tables:
            calls = tables.calls
            found = [
                each
                for each in tables.recordings.values()
                if state in {None, each.state}
                and not is_trial(tables, each.call_id)
                and is_found(
                    tables, each, search, calls[each.call_id].caller, calls[each.call_id].queue
                )
            ]
        return sorted(found, key=lambda each: (each.recorded_at, each.call_id))[:limit]

    def set_recording_state(self, call_id: str, mailbox: str, state: MessageState) -> Recording:
        """Say how a message stands."""
        with self._tables() as tables:
            key = (call_id, mailbox)
            if key not in tables.recordings:
                raise UnknownRecordError(f"The call {call_id!r} left no message in {mailbox!r}")
            tables.recordings[key] = replace(tables.recordings[key], state=state)
            return tables.recordings[key]

    def calls(self, *, since: datetime | None = None, limit: int = 20) -> Sequence[Call]:
        """The newest calls first."""
        earliest = _earliest(since)
        with self._tables() as tables:
            calls = [call for call in tables.calls.values() if call.started_at >= earliest]
            return newest_first(tables, calls, limit)

    def calls_of_customer(self, customer_id: int, *, limit: int = 50) -> Sequence[Call]:
        """The customer's calls."""
        with self._tables() as tables:
            calls = [call for call in tables.calls.values() if call.customer_id == customer_id]
            return newest_first(tables, calls, limit)

    def call(self, call_id: str) -> Call | None:
        """One call as the journal has it."""
        with self._tables() as tables:
            call = tables.calls.get(call_id)
            return None if call is None else with_name(tables, call)

    def call_story(self, call_id: str) -> CallStory | None:
        """One call with its timeline and all that hangs on it."""
        with self._tables() as tables:
            call = self.call(call_id)
            if call is None:
                return None
            tracking = tables.case_calls.get(call_id)
            return CallStory(
                call,
                tuple(tables.timeline[key] for key in sorted(tables.timeline) if key[0] == call_id),
                () if tracking is None else (tables.cases[tracking],),
                _by_time(
                    tables.answers.values(), call_id, lambda each: (each.given_at, each.question)
                ),
                _by_time(tables.recordings.values(), call_id, lambda each: each.recorded_at),
                callback_of(tables, call_id),
                _by_time(tables.surveys.values(), call_id, lambda each: (each.at, each.survey)),
                _by_time(tables.outbox.values(), call_id, lambda each: (each.written_at, each.id)),
                _by_time(tables.visits.values(), call_id, lambda each: each.number),
            )

    def count_calls(self, since: datetime) -> int:
        """How many calls have begun since then, trials left out."""
        with self._tables() as tables:
            return len(_begun_since(tables, since))

    def recorded_calls(
        self, since: datetime, *, kinds: Collection[str] = ()
    ) -> Iterator[RecordedCall]:
        """The calls that have begun since then, trials left out, the oldest first."""
        with self._tables() as tables:
            calls = _begun_since(tables, since)
            return iter([_recorded_call(tables, call, kinds) for call in calls])

    def agents(self, *, limit: int = 50) -> Sequence[AgentRecord]:
        """Who has answered calls, by name."""
        answered: defaultdict[str, list[Call]] = defaultdict(list)
        with self._tables() as tables:
            for call in tables.calls.values():
                if call.agent is not None and not call.trial:
                    answered[call.agent].append(call)
        return [_agent(name, calls) for name, calls in sorted(answered.items())][:limit]


def _earliest(since: datetime | None) -> datetime:
    return datetime.min.replace(tzinfo=UTC) if since is None else utc(since)


def _by_time(
    records: Iterable[OfCall], call_id: str, key: Callable[[OfCall], Any]
) -> tuple[OfCall, ...]:
    """Those of the call, sorted."""
    return tuple(sorted((each for each in records if each.call_id == call_id), key=key))


def _begun_since(tables: Tables, since: datetime) -> Sequence[Call]:
    """The calls that are no trials and have begun since then, the oldest first."""
    earliest = utc(since)
    calls = tables.calls.values()
    found = (call for call in calls if call.started_at >= earliest and not call.trial)
    return sorted(found, key=lambda call: (call.started_at, call.id))


def _recorded_call(tables: Tables, call: Call, kinds: Collection[str]) -> RecordedCall:
    """What can be decided anew of a call, with its events of these kinds."""
    keys = (key for key in sorted(tables.timeline) if key[0] == call.id)
    events = (tables.timeline[key] for key in keys)
    wanted = tuple(event for event in events if event.kind in kinds)
    return RecordedCall(call.id, call.started_at, call.revision, call.facts, wanted)


def _agent(name: str, calls: Collection[Call]) -> AgentRecord:
    """The agent who has answered these calls."""
    latest = newest(calls, _talked_at)
    customers = dict.fromkeys(each.customer_id for each in latest if each.customer_id is not None)
    last = tuple(customers)[:MOST_LAST_CUSTOMERS]
    return AgentRecord(name, len(calls), _talked_at(latest[0]), last)


def _talked_at(call: Call) -> datetime:
    """When the agent of the call answered; the beginning of the call where nobody has told."""
    return call.answered_at or call.started_at


def _new_call(call: NewCall) -> Call:
    """A call as it is stored when it begins."""
    given = {each.name: as_stored(getattr(call, each.name)) for each in fields(call)}
    return replace(begun_call(call), **given)
