"""What a request of a call has written, as data: done now, or put on a line of a spool for later.

Every write is idempotent on the key that its record names, so doing it again does no harm.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Any, Final, TypeAlias, TypeVar, assert_never, get_args, get_type_hints

from crm.asking_records import AskedSurvey, OutboxMessage
from crm.ports import Store
from crm.records import (
    Answer,
    Callback,
    CallChange,
    Case,
    NewCall,
    QueueVisit,
    Recording,
    TimelineEvent,
)


@dataclass(frozen=True, slots=True)
class ChangedCall:
    """What a request learned of its call. Unique by (call, visit)."""

    call_id: str
    change: CallChange


Write: TypeAlias = (
    NewCall
    | TimelineEvent
    | ChangedCall
    | Case
    | Callback
    | Answer
    | Recording
    | OutboxMessage
    | AskedSurvey
    | QueueVisit
)
"""One write of a request. Those of one request are done in their order: a call is begun first."""

Promise = TypeVar("Promise", Case, Callback, Answer, Recording, OutboxMessage, AskedSurvey)
"""A write that the caller is told of."""


class UnreadableWriteError(ValueError):
    """A line holds no writes that this version knows; the message says what is wrong with it."""


def put(store: Store, write: Promise, *, join: bool = False) -> Promise:
    """Do one write of which a caller is to be told.

    Args:
        store: Where.
        write: What.
        join: Whether a case may be put to one that is open already: see `Store.open_case`.

    Returns:
        The record as the store has it now.
    """
    match write:
        case Case():
            return store.open_case(write, join=join)
        case Callback():
            return store.ask_callback(write)
        case _:
            _apply_one(store, write)
    return write


def apply(store: Store, writes: Iterable[Write]) -> None:
    """Do writes that were put off, in their order.

    A case keeps the number that it has here, which the caller may have heard.

    Raises:
        StoreError: The store could not, or refused one of them.
    """
    for kind, group in groupby(writes, key=type):
        if kind is TimelineEvent:
            store.add_to_timeline(each for each in group if isinstance(each, TimelineEvent))
        else:
            for write in group:
                _apply_one(store, write)


def _apply_one(store: Store, write: Write) -> None:
    match write:
        case NewCall() | TimelineEvent() | ChangedCall() | QueueVisit():
            _apply_to_journal(store, write)
        case Case():
            _open_case(store, write)
        case Callback():
            store.ask_callback(write)
        case Answer():
            store.keep_answer(write)
        case Recording():
            store.keep_recording(write)
        case OutboxMessage():
            store.queue_message(write)
        case AskedSurvey():
            store.note_survey(write)
        case _:
            assert_never(write)


def _apply_to_journal(
    store: Store, write: NewCall | TimelineEvent | ChangedCall | QueueVisit
) -> None:
    match write:
        case NewCall():
            store.begin_call(write)
        case TimelineEvent():
            store.add_to_timeline((write,))
        case ChangedCall(call_id, change):
            store.change_call(call_id, change)
        case QueueVisit():
            store.keep_queue_visit(write)
        case _:
            assert_never(write)


def _open_case(store: Store, case: Case) -> None:
    """Open a case whose number the caller may have heard: a number that is heard must be found.

    The call may belong to another case by now, where a write that was given up for its slowness
    has come through nonetheless. The number then gets a case which no call belongs to.
    """
    kept = store.open_case(case, join=False)
    if kept.tracking != case.tracking and store.find_case(case.tracking) is None:
        store.open_case(replace(case, call_id=None), join=False)


def call_of(write: Write) -> str | None:
    """Which call a write belongs to."""
    return write.id if isinstance(write, NewCall) else write.call_id


_KINDS: Final[Mapping[str, type]] = {
    "begin": NewCall,
    "event": TimelineEvent,
    "change": ChangedCall,
    "case": Case,
    "callback": Callback,
    "answer": Answer,
    "recording": Recording,
    "message": OutboxMessage,
    "survey": AskedSurvey,
    "queue-visit": QueueVisit,
}
"""What each write is called on a line. A name is never given to anything else: lines of an earlier
version are read by later ones."""

_NAMES: Final = {kind: name for name, kind in _KINDS.items()}


def to_data(writes: Sequence[Write]) -> list[Any]:
    """Writes as JSON can hold them: each is its name and its fields."""
    return [[_NAMES[type(write)], _record_to_data(write)] for write in writes]


def from_data(data: object) -> tuple[Write, ...]:
    """What `to_data` gave, of this version or an earlier one.

    Raises:
        UnreadableWriteError: There is something that this version does not know.
    """
    if not isinstance(data, list):
        raise UnreadableWriteError("writes are a list")
    return tuple(_read_write(each) for each in data)


def to_json(value: object) -> str:
    """JSON in ASCII on one line.

    NUL and the lone surrogates that stand for stray bytes of the network come back as they were.
    """
    return json.dumps(value, separators=(",", ":"))


def _record_to_data(record: object) -> dict[str, Any]:
    return {each.name: _value(getattr(record, each.name)) for each in fields(record)}  # type: ignore[arg-type]


def _value(value: Any) -> Any:  # noqa: ANN401  whatever a field of a record holds
    match value:
        case datetime():
            return value.isoformat()
        case StrEnum():
            return value.value
        case CallChange():
            return _record_to_data(value)
        case Mapping():
            return dict(value)
    return value


def _read_write(data: object) -> Any:  # noqa: ANN401  one of the kinds
    match data:
        case [str(name), dict(given)] if name in _KINDS:
            return _read_record(_KINDS[name], given)
    raise UnreadableWriteError("a write of a kind that this version does not know")


def _read_record(kind: type, data: Mapping[str, Any]) -> Any:  # noqa: ANN401  a `kind`
    readers = _READERS[kind]
    if unknown := data.keys() - readers.keys():
        raise UnreadableWriteError(f"{_NAMES.get(kind, 'a change')} has no {', '.join(unknown)}")
    try:
        return kind(**{name: readers[name](value) for name, value in data.items()})
    except (TypeError, ValueError) as error:
        raise UnreadableWriteError(str(error)) from error


_Reader: TypeAlias = Callable[[Any], Any]


def _reader(hint: object) -> _Reader:
    """How the value of a field with this type is read."""
    for kind in get_args(hint) or (hint,):
        if kind is datetime:
            return _or_none(datetime.fromisoformat)
        if kind is CallChange:
            return lambda data: _read_record(CallChange, data)
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            return _or_none(kind)
    return lambda value: value


def _or_none(read: _Reader) -> _Reader:
    return lambda value: None if value is None else read(value)


_READERS: Final[Mapping[type, Mapping[str, _Reader]]] = {
    kind: {name: _reader(hint) for name, hint in get_type_hints(kind).items()}
    for kind in (*_KINDS.values(), CallChange)
}
