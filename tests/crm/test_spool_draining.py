"""From the spool into the store: each line once, and none lost."""

from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crm.ports import StoreError
from crm.records import CallChange, Case, CaseState, NewCall, Outcome, TimelineEvent
from crm.spool import Batch, SpoolWriter, batch_line
from crm.spool_draining import Drained
from crm.spool_reading import Line, waiting_lines
from crm.sqlite_store import SqliteStore
from crm.writes import ChangedCall, Write

AT = datetime(2026, 3, 21, 8, 30, tzinfo=UTC)
CALL = NewCall("call", AT, "", "", None, "1", None, "fa", None, "r", {})
EVENT = TimelineEvent("call", 1, 0, AT, "x")
CASE = Case("123456786", CaseState.NEW, "support", AT, None, "call", "+989121234567")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """With nothing in it."""
    with closing(SqliteStore(tmp_path / "store.db")) as opened:
        yield opened


def spooled(folder: Path, *batches: Sequence[Write]) -> list[Line]:
    """The lines of a spool with these batches."""
    writer = SpoolWriter(folder)
    writer.append([batch_line(Batch(AT, tuple(batch))) for batch in batches])
    name = writer.name
    writer.retire()
    return list(waiting_lines(folder, {name: 0}))


def test_positions_move_with_what_is_written(store: SqliteStore, tmp_path: Path) -> None:
    """In one transaction, which is undone as a whole."""
    lines = spooled(tmp_path, [CALL], [EVENT])
    name = lines[0].spool
    with suppress(KeyboardInterrupt), store.transaction():
        Drained({name: 0}).write(store, lines)
        raise KeyboardInterrupt  # before the commit
    assert (store.call("call"), store.spool_position(name)) == (None, 0)
    with store.transaction():
        drained = Drained({name: 0}).write(store, lines)
    assert store.spool_position(name) == lines[-1].end == drained.positions[name]
    story = store.call_story("call")
    assert story is not None
    assert story.timeline == (EVENT,)


def test_a_refused_line_holds_the_position_until_it_is_settled(
    store: SqliteStore, tmp_path: Path
) -> None:
    """What is behind it is written; a pass that is broken off begins again at it."""
    lost = replace(EVENT, call_id="nobody's")
    lines = spooled(tmp_path, [CALL], [lost], [EVENT])
    name = lines[0].spool
    drained = Drained({name: 0}).write(store, lines)
    assert store.spool_position(name) == lines[1].start
    assert [each.line for each in drained.refusals] == [lines[1]]
    again = drained.try_again(store)
    assert "nobody's" in again.refusals[0].reason
    assert again.finish(store).positions == {name: lines[-1].end}
    assert store.spool_position(name) == lines[-1].end
    assert drained.written == 2


def test_a_line_that_came_too_early_is_written_after_all(
    store: SqliteStore, tmp_path: Path
) -> None:
    """A clock that was set back puts an event before the beginning of its call."""
    lines = spooled(tmp_path, [EVENT], [CALL])
    drained = Drained({lines[0].spool: 0}).write(store, lines)
    assert len(drained.refusals) == 1
    again = drained.try_again(store)
    assert (again.refusals, again.written) == ((), 2)


def test_a_refused_batch_is_undone_as_a_whole(store: SqliteStore, tmp_path: Path) -> None:
    """Its good writes too: they come with it, or into the file of the refused."""
    lines = spooled(tmp_path, [CALL, replace(EVENT, call_id="nobody's")])
    Drained({lines[0].spool: 0}).write(store, lines)
    assert store.call("call") is None


def test_lines_written_twice_count_once(store: SqliteStore, tmp_path: Path) -> None:
    """As after a kill between two lines that hold the position back."""
    change = ChangedCall("call", CallChange(2, outcome=Outcome.ANSWERED))
    lines = spooled(tmp_path, [CALL, EVENT], [change, CASE])
    for _ in range(2):
        assert not Drained({lines[0].spool: 0}).write(store, lines).refusals
    story = store.call_story("call")
    assert story is not None
    assert (story.timeline, story.cases) == ((EVENT,), (CASE,))


def test_a_number_that_was_heard_is_always_found(store: SqliteStore, tmp_path: Path) -> None:
    """Also when the call has come to belong to another case meanwhile."""
    store.begin_call(CALL)
    store.open_case(replace(CASE, tracking="999999995"), join=False)
    lines = spooled(tmp_path, [CASE])
    for _ in range(2):
        assert not Drained({lines[0].spool: 0}).write(store, lines).refusals
    assert store.find_case(CASE.tracking) == replace(CASE, call_id=None)


def test_a_store_that_goes_away_refuses_nothing(tmp_path: Path) -> None:
    """What it cannot take now waits."""
    lines = spooled(tmp_path, [CALL])
    path = tmp_path / "store.db"
    with closing(SqliteStore(path)) as store:
        path.unlink()
        with pytest.raises(StoreError):
            Drained({lines[0].spool: 0}).write(store, lines)
