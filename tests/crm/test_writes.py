"""Writes as data: those of an earlier version, and those of what is asked of callers."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from crm.asking_records import AskedSurvey, MessageKind, OutboxMessage, SurveyOutcome
from crm.memory_store import MemoryStore
from crm.records import Callback, Disposition, NewCall, QueueVisit, Recording
from crm.writes import UnreadableWriteError, apply, call_of, from_data, put, to_data

AT = datetime(2026, 3, 21, 8, 30, tzinfo=UTC)
CALL = NewCall("c", AT, "", "", None, "1", None, "fa", None, "r", {})
CALLBACK = Callback("c", "+98", AT, None, "support", "fa")
RECORDING = Recording("c", "main", "/m.wav", 1.5, AT, None)
MESSAGE = OutboxMessage("c/tracking/1", "c", MessageKind.TRACKING, "+98", "123", "fa", AT)
ASKED = AskedSurvey("c", "s", AT, SurveyOutcome.ASKED, None, None, None, None, None, "r", "fa")

VISIT = QueueVisit("c", 1, "support", "fa", "rahyab-support-fa", AT, AT)

OLD: Final[list[Any]] = [
    [
        "callback",
        {
            "call_id": "c",
            "number": "+98",
            "asked_at": "2026-03-21T08:30:00+00:00",
            "customer_id": None,
            "queue": "support",
            "language": "fa",
            "state": "open",
        },
    ],
    [
        "recording",
        {
            "call_id": "c",
            "mailbox": "main",
            "path": "/m.wav",
            "seconds": 1.5,
            "recorded_at": "2026-03-21T08:30:00+00:00",
            "customer_id": None,
            "state": "new",
        },
    ],
]
"""As the version before windows, messages and surveys wrote it."""


def test_what_an_earlier_version_wrote_is_read() -> None:
    """What it did not know has nobody said."""
    assert from_data(OLD) == (CALLBACK, RECORDING)


@pytest.mark.parametrize("name", ["code", "pin", "attempt"])
def test_secrets_are_no_writes(name: str) -> None:
    """They need the store: on a spool they would lie about, and could not be checked."""
    with pytest.raises(UnreadableWriteError):
        from_data([[name, {}]])


def test_messages_and_surveys_are_written_late_and_once() -> None:
    """In their order, after their call."""
    store = MemoryStore()
    complete = replace(ASKED, outcome=SurveyOutcome.COMPLETE)
    for _ in range(2):
        apply(store, (CALL, MESSAGE, ASKED, complete))
    story = store.call_story("c")
    assert story is not None
    assert (story.messages, story.surveys) == ((MESSAGE,), (complete,))


def test_visits_to_queues_are_written_late_and_in_any_order() -> None:
    """Behind their call; an end stays an end."""
    store = MemoryStore()
    ended = replace(VISIT, disposition=Disposition.TIMEOUT, left_at=AT)
    apply(store, (CALL, ended, VISIT, ended))
    story = store.call_story("c")
    assert story is not None
    assert story.queue_visits == (ended,)
    assert call_of(VISIT) == "c"


def test_a_visit_has_its_name_on_a_line() -> None:
    """By which every later version reads it; what it does not tell has nobody said."""
    given = {"call_id": "c", "number": 1, "queue": "support", "language": "fa"}
    given |= {"asterisk_queue": "rahyab-support-fa", "entered_at": AT.isoformat()}
    given |= {"waiting_since": AT.isoformat()}
    assert from_data([["queue-visit", given]]) == (VISIT,)
    assert to_data((VISIT,))[0][0] == "queue-visit"


@pytest.mark.parametrize("promise", [MESSAGE, ASKED], ids=["message", "survey"])
def test_a_caller_may_be_told_of_them(promise: OutboxMessage | AskedSurvey) -> None:
    """They are kept as they were given."""
    store = MemoryStore()
    store.begin_call(CALL)
    assert put(store, promise) == promise
    assert call_of(promise) == "c"


def test_who_is_told_of_a_callback_hears_what_is_kept() -> None:
    """That may be another call's."""
    store = MemoryStore()
    for call_id in ("c", "d"):
        store.begin_call(replace(CALL, id=call_id))
    put(store, CALLBACK)
    assert put(store, replace(CALLBACK, call_id="d", latest=AT)) == replace(CALLBACK, latest=AT)
