"""From the spool into the store: each line once, and none lost."""

from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crm.asking_records import MessageKind, MessageStatus, OutboxMessage
from crm.ports import StoreError
from crm.records import (
    CallChange,
    Case,
    CaseState,
    Customer,
    NewCall,
    Outcome,
    Recording,
    TimelineEvent,
)
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
        Drained({name: 0}).write(store, lines, AT)
        raise KeyboardInterrupt  # before the commit
    assert (store.call("call"), store.spool_position(name)) == (None, 0)
    with store.transaction():
        drained = Drained({name: 0}).write(store, lines, AT)
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
    drained = Drained({name: 0}).write(store, lines, AT)
    assert store.spool_position(name) == lines[1].start
    assert [each.line for each in drained.refusals] == [lines[1]]
    again = drained.try_again(store, AT)
    assert "nobody's" in again.refusals[0].reason
    assert again.finish(store).positions == {name: lines[-1].end}
    assert store.spool_position(name) == lines[-1].end
    assert drained.written == 2


def test_a_line_that_came_too_early_is_written_after_all(
    store: SqliteStore, tmp_path: Path
) -> None:
    """A clock that was set back puts an event before the beginning of its call."""
    lines = spooled(tmp_path, [EVENT], [CALL])
    drained = Drained({lines[0].spool: 0}).write(store, lines, AT)
    assert len(drained.refusals) == 1
    again = drained.try_again(store, AT)
    assert (again.refusals, again.written) == ((), 2)


def test_a_refused_batch_is_undone_as_a_whole(store: SqliteStore, tmp_path: Path) -> None:
    """Its good writes too: they come with it, or into the file of the refused."""
    lines = spooled(tmp_path, [CALL, replace(EVENT, call_id="nobody's")])
    Drained({lines[0].spool: 0}).write(store, lines, AT)
    assert store.call("call") is None


def test_lines_written_twice_count_once(store: SqliteStore, tmp_path: Path) -> None:
    """As after a kill between two lines that hold the position back."""
    change = ChangedCall("call", CallChange(2, outcome=Outcome.ANSWERED))
    lines = spooled(tmp_path, [CALL, EVENT], [change, CASE])
    for _ in range(2):
        assert not Drained({lines[0].spool: 0}).write(store, lines, AT).refusals
    story = store.call_story("call")
    assert story is not None
    assert (story.timeline, story.cases) == ((EVENT,), (CASE,))


def test_a_number_that_was_heard_is_always_found(store: SqliteStore, tmp_path: Path) -> None:
    """Also when the call has come to belong to another case meanwhile."""
    store.begin_call(CALL)
    store.open_case(replace(CASE, tracking="999999995"), join=False)
    lines = spooled(tmp_path, [CASE])
    for _ in range(2):
        assert not Drained({lines[0].spool: 0}).write(store, lines, AT).refusals
    assert store.find_case(CASE.tracking) == replace(CASE, call_id=None)


def test_a_store_that_goes_away_refuses_nothing(tmp_path: Path) -> None:
    """What it cannot take now waits."""
    lines = spooled(tmp_path, [CALL])
    path = tmp_path / "store.db"
    with closing(SqliteStore(path)) as store:
        path.unlink()
        with pytest.raises(StoreError):
            Drained({lines[0].spool: 0}).write(store, lines, AT)


@pytest.mark.parametrize("at_once", [True, False])
def test_an_erased_person_does_not_come_back(
    store: SqliteStore, tmp_path: Path, *, at_once: bool
) -> None:
    """What the spool of another machine holds is written emptied, and its recording removed."""
    sound = tmp_path / "sound.wav"
    sound.write_bytes(b"words")
    store.put_customers([Customer("Sara", numbers=("+989121234567",))])
    (sara,) = store.customers()
    begun = replace(CALL, caller="+989121234567", customer_id=sara.id, facts={"who": "Sara"})
    left = Recording("call", "support", str(sound), 1.0, AT, sara.id)
    batches: list[list[Write]] = [[EVENT, left], [begun]]
    lines = spooled(tmp_path / "spool", *(batches[::-1] if at_once else batches))
    store.erase_customer(sara.id or 0, pseudonym="erased-1", at=AT, by="", reason="")
    with store.transaction():
        drained = Drained({lines[0].spool: 0}).write(store, lines, AT)
        assert bool(drained.refusals) is not at_once
        drained.try_again(store, AT)
    story = store.call_story("call")
    assert story is not None
    assert (story.call.caller, story.call.facts, story.recordings) == (None, {}, ())
    assert story.call.customer_name == "erased-1"
    assert not sound.exists()


def test_a_late_recording_that_cannot_be_removed_stays_known(
    store: SqliteStore, tmp_path: Path
) -> None:
    """Else nobody would know that the file is there."""
    store.put_customers([Customer("Sara")])
    (sara,) = store.customers()
    begun = replace(CALL, customer_id=sara.id)
    left = Recording("call", "support", str(tmp_path / "elsewhere" / "x.wav"), 1.0, AT, sara.id)
    lines = spooled(tmp_path / "spool", [begun, left])
    store.erase_customer(sara.id or 0, pseudonym="erased-1", at=AT, by="", reason="")
    with store.transaction():
        Drained({lines[0].spool: 0}).write(store, lines, AT)
    assert store.recordings() == [left]


def test_a_code_that_comes_too_late_is_never_to_be_sent(store: SqliteStore, tmp_path: Path) -> None:
    """Nobody reads it between its coming and its end, whether it came at the first try or not."""
    end = AT + timedelta(minutes=5)
    code = OutboxMessage("m", "call", MessageKind.CODE, "+98", "471108", "fa", AT, end)
    late = replace(code, id="n", call_id="later")
    lines = spooled(tmp_path, [CALL, code], [late], [replace(CALL, id="later")])
    seen = []
    drained = Drained({lines[0].spool: 0}).write(store, lines, end)
    seen += store.messages()
    assert not drained.try_again(store, end).refusals
    seen += store.messages()
    assert {(each.status, each.text) for each in seen} == {(MessageStatus.EXPIRED, "")}
    assert {each.id for each in seen} == {"m", "n"}
