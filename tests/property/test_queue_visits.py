"""Words on visits to a queue, as requests of calls and spools bring them: in any order, any often.

The store in memory says in Python what the other says in SQL: both must make the same of it.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.memory_store import MemoryStore
from crm.ports import Store
from crm.records import CallChange, Disposition, NewCall, QueueVisit
from crm.sqlite_store import SqliteStore

AT = datetime(2026, 3, 21, 8, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
CALL = NewCall("", AT, "", "", None, "1", None, "fa", None, "r", {})
WAITING = QueueVisit("", 1, "support", "fa", "", AT, AT)

moments = st.integers(0, 5).map(lambda seconds: AT + seconds * SECOND)
maybe_moments = st.none() | moments
names = st.none() | st.sampled_from(["a", "b"])

words = st.builds(
    QueueVisit,
    call_id=st.integers(0, 3).map(str),
    number=st.integers(1, 2),
    queue=names,
    language=st.just("fa"),
    asterisk_queue=st.just("support-fa"),
    entered_at=moments,
    waiting_since=moments,
    priority=st.integers(-1, 1),
    disposition=st.sampled_from(Disposition),
    left_at=maybe_moments,
    agent=names,
    answered_at=maybe_moments,
    key=names,
)
"""What anybody might write of the visits of four calls, sense or none."""

NUMBERS = count()


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteStore]:
    """A database that lasts for all examples: each has calls and a queue of its own."""
    path = tmp_path_factory.mktemp("visits") / "store.db"
    with closing(SqliteStore(path)) as store:
        yield store


def told(store: Store, mark: str, said: list[QueueVisit], over: set[str]) -> list[object]:
    """What a store makes of words on visits of its own calls and queue."""
    own = [replace(each, call_id=mark + each.call_id, asterisk_queue=mark) for each in said]
    with store.transaction():
        for call_id in sorted({each.call_id for each in own}):
            store.begin_call(replace(CALL, id=call_id, trial=call_id.endswith("3")))
            if call_id.removeprefix(mark) in over:
                store.change_call(call_id, CallChange(1, ended_at=AT))
        for each in own:
            store.keep_queue_visit(each)
    stories = [store.call_story(call_id) for call_id in sorted({each.call_id for each in own})]
    seconds = [AT + number * SECOND for number in range(6)]
    return [
        [story.queue_visits for story in stories if story is not None],
        [each for each in store.queue_visits(limit=1_000_000) if each.asterisk_queue == mark],
        [list(store.callers_waiting(mark, since)) for since in seconds],
        [store.departures(mark, since) for since in seconds],
    ]


@given(st.lists(words, max_size=8), st.sets(st.integers(0, 3).map(str)))
def test_every_store_makes_the_same_of_them(
    sqlite: SqliteStore, said: list[QueueVisit], over: set[str]
) -> None:
    """Also of words that contradict one another."""
    mark = f"q{next(NUMBERS)}-"
    assert told(sqlite, mark, said, over) == told(MemoryStore(), mark, said, over)


ends = st.sampled_from(sorted({*Disposition} - {Disposition.IN_PROGRESS, Disposition.UNKNOWN}))


@given(ends, st.booleans(), st.lists(st.integers(0, 3), max_size=8))
def test_the_end_stays_the_end(
    end: Disposition,
    was_answered: bool,
    order: list[int],
) -> None:
    """Whatever is written again, before or after it: nobody comes back into the queue."""
    answer = {"agent": "ali", "answered_at": AT + SECOND} if was_answered else {}
    beginning = replace(WAITING, call_id="c", asterisk_queue="q")
    talking = replace(beginning, **answer)
    ended = replace(talking, disposition=end, left_at=AT + 2 * SECOND)
    lost = replace(beginning, disposition=Disposition.UNKNOWN, left_at=AT + 3 * SECOND)
    store = MemoryStore()
    store.begin_call(replace(CALL, id="c"))
    for place in (*order, 2):
        store.keep_queue_visit((beginning, talking, ended, lost)[place])
    assert list(store.queue_visits()) == [ended]
    assert list(store.callers_waiting("q", AT)) == []
    assert store.departures("q", AT) == int(end.is_entered)
