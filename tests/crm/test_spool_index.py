"""What waits of a call is found in every spool, and each spool is read once."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crm.records import CallChange, Case, CaseState, NewCall, TimelineEvent
from crm.spool import Batch, SpoolWriter, batch_line
from crm.spool_index import SpoolIndex
from crm.spool_reading import spool_names
from crm.writes import ChangedCall, Write

AT = datetime(2026, 3, 21, 8, 30, tzinfo=UTC)


def event(call_id: str, visit: int) -> TimelineEvent:
    """An event whose text looks like another call's."""
    return TimelineEvent(call_id, visit, 0, AT, "heard", {"call_id": "call-9", "id": '"id":"x"'})


def line(second: int, *writes: Write) -> bytes:
    """A line of these writes, put off at this second."""
    return batch_line(Batch(AT + timedelta(seconds=second), writes))


def visits(writes: Sequence[Write]) -> list[int]:
    """The visits of events."""
    return [write.visit for write in writes if isinstance(write, TimelineEvent)]


def test_a_call_is_found_in_all_spools_in_the_order_of_time(tmp_path: Path) -> None:
    """Several processes may have served it."""
    one, two = SpoolWriter(tmp_path), SpoolWriter(tmp_path)
    one.append([line(1, event("call-1", 1)), line(3, event("call-1", 3))])
    two.append([line(2, event("call-1", 2)), line(2, event("call-2", 1))])

    index = SpoolIndex(tmp_path)

    assert visits(index.writes_of("call-1")) == [1, 2, 3]
    assert visits(index.writes_of("call-2")) == [1]
    assert index.writes_of("call-9") == ()


@pytest.mark.parametrize(
    "write",
    [
        NewCall("call-1", AT, "", "", None, "", None, "en", None, "r", {"id": "call-9"}),
        ChangedCall("call-1", CallChange(visit=1, stage="menu")),
        Case("123456789", CaseState.NEW, 'said "call_id":"call-9"', AT, None, "call-1"),
    ],
)
def test_whatever_a_line_begins_with_its_call_is_known(tmp_path: Path, write: Write) -> None:
    """Each kind has its fields in an order of its own, and texts of anybody's in them."""
    SpoolWriter(tmp_path).append([line(1, write)])

    assert SpoolIndex(tmp_path).writes_of("call-1") == (write,)
    assert SpoolIndex(tmp_path).writes_of("call-9") == ()


@pytest.mark.parametrize("call_id", ["سیستم-1.1-1", 'a "quoted" \\ one', "1700000000.1-123456"])
def test_any_id_is_found(tmp_path: Path, call_id: str) -> None:
    """The name of an Asterisk may stand in it."""
    SpoolWriter(tmp_path).append([line(1, event(call_id, 1))])

    assert visits(SpoolIndex(tmp_path).writes_of(call_id)) == [1]


def test_what_was_added_and_what_was_removed_is_noticed(tmp_path: Path) -> None:
    """A torn line is not there until the rest of it is."""
    writer = SpoolWriter(tmp_path)
    writer.append([line(1, event("call-1", 1))])
    index = SpoolIndex(tmp_path)
    assert visits(index.writes_of("call-1")) == [1]

    (name,) = spool_names(tmp_path)
    later = line(2, event("call-1", 2))
    with (tmp_path / name).open("ab", buffering=0) as file:
        file.write(later[:40])
        assert visits(index.writes_of("call-1")) == [1]
        file.write(later[40:])
    assert visits(index.writes_of("call-1")) == [1, 2]

    (tmp_path / name).unlink()
    assert index.writes_of("call-1") == ()


def test_a_damaged_line_is_passed_over(tmp_path: Path) -> None:
    """The drainer puts it aside; here it is nobody's."""
    damaged = line(1, event("call-1", 1)).replace(b"heard", b"heart")
    SpoolWriter(tmp_path).append([damaged, line(2, event("call-1", 2))])

    assert visits(SpoolIndex(tmp_path).writes_of("call-1")) == [2]


def test_of_a_long_spool_the_end_is_followed(tmp_path: Path) -> None:
    """So that the first look after a start does not take long."""
    lines = [line(number, event("call-1", number)) for number in range(9)]
    SpoolWriter(tmp_path).append(lines)
    index = SpoolIndex(tmp_path, most_followed=len(lines[-1]) * 2 + 1)

    assert visits(index.writes_of("call-1")) == [7, 8]


def test_no_folder_holds_nothing(tmp_path: Path) -> None:
    """It is made when something is first put off."""
    assert SpoolIndex(tmp_path / "none").writes_of("call-1") == ()
