"""The spool on the disk: what it has kept is there, what it could not keep is not."""

import os
import pwd
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crm.records import TimelineEvent
from crm.spool import Batch, SpoolError, SpoolWriter, batch_line, used_bytes
from crm.spool_reading import (
    drain_lock,
    has_owner,
    remove_finished,
    spool_names,
    waiting_lines,
    writes_of_call,
)

AT = datetime(2026, 3, 21, 8, 30, tzinfo=UTC)
ROOT = Path(__file__).parents[2]


def line(number: int, at: datetime = AT) -> bytes:
    """The line of a batch of one event."""
    return batch_line(Batch(at, (TimelineEvent(f"call-{number}", 1, 0, at, "x", {"n": number}),)))


def numbers(folder: Path) -> list[int]:
    """The batches that a reader finds, in its order."""
    lines = waiting_lines(folder, dict.fromkeys(spool_names(folder), 0))
    return [
        write.data["n"]
        for each in lines
        if each.batch is not None
        for write in each.batch.writes
        if isinstance(write, TimelineEvent)
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the spool is; it is not there yet."""
    return tmp_path / "spool"


@pytest.fixture
def writer(folder: Path) -> Iterator[SpoolWriter]:
    """One that writes there."""
    writer = SpoolWriter(folder)
    yield writer
    writer.retire()


def test_lines_are_found_in_their_order(folder: Path, writer: SpoolWriter) -> None:
    """In a folder and a file that nobody else may read."""
    writer.append([line(1), line(2)])
    writer.append([line(3)])
    assert numbers(folder) == [1, 2, 3]
    assert writer.size == used_bytes(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / writer.name).stat().st_mode & 0o777 == 0o600


def test_several_spools_are_read_in_the_order_of_time(folder: Path, writer: SpoolWriter) -> None:
    """As if all processes had written to one."""
    other = SpoolWriter(folder)
    for number in range(6):
        (writer, other)[number % 2].append([line(number, AT + timedelta(seconds=number))])
    assert numbers(folder) == list(range(6))
    other.retire()


def test_a_torn_line_at_the_end_is_not_read(folder: Path, writer: SpoolWriter) -> None:
    """And does not keep a spool from being removed whose process is gone."""
    writer.append([line(1)])
    name, size = writer.name, writer.size
    with (folder / name).open("ab") as file:
        file.write(line(2)[:-5])
    assert numbers(folder) == [1]
    assert not remove_finished(folder, name, size)
    writer.retire()
    assert remove_finished(folder, name, size)
    assert not spool_names(folder)


def test_a_damaged_line_is_told_and_the_next_is_read(folder: Path, writer: SpoolWriter) -> None:
    """With what is wrong with it."""
    damaged = bytearray(line(1))
    damaged[-5] ^= 1
    writer.append([bytes(damaged), line(2)])
    first, second = waiting_lines(folder, {writer.name: 0})
    assert first.batch is None
    assert "checksum" in first.damage
    assert second.batch is not None


def test_nothing_is_removed_that_is_not_in_the_store(folder: Path, writer: SpoolWriter) -> None:
    """Also when its process is gone."""
    writer.append([line(1)])
    name = writer.name
    assert has_owner(folder, name)
    writer.retire()
    assert not has_owner(folder, name)
    assert not remove_finished(folder, name, 0)
    assert numbers(folder) == [1]


def test_one_process_at_a_time_may_empty_a_folder(folder: Path, writer: SpoolWriter) -> None:
    """Until it has done so."""
    writer.append([line(1)])
    for _ in range(2):
        with drain_lock(folder) as first, drain_lock(folder) as second:
            assert (first, second) == (True, False)


def test_a_spool_that_was_deleted_is_not_written_to(folder: Path, writer: SpoolWriter) -> None:
    """What comes later is in another one."""
    writer.append([line(1)])
    (folder / writer.name).unlink()
    writer.append([line(2)])
    assert numbers(folder) == [2]


def test_the_folder_grows_up_to_its_ceiling(folder: Path) -> None:
    """So that it does not take the disk from others."""
    writer = SpoolWriter(folder, ceiling=len(line(1)))
    writer.append([line(1)])
    with pytest.raises(SpoolError, match="reached its"):
        writer.append([line(2)])
    assert numbers(folder) == [1]
    writer.retire()


def test_the_writes_of_one_call_are_found(folder: Path, writer: SpoolWriter) -> None:
    """Among those of others."""
    writer.append([line(number) for number in range(20)])
    (write,) = writes_of_call(folder, "call-1")
    assert isinstance(write, TimelineEvent)
    assert write.call_id == "call-1"


FULL = """
import resource, sys
from pathlib import Path
from crm.spool import SpoolError, SpoolWriter
folder, size, line = Path(sys.argv[1]), int(sys.argv[2]), sys.stdin.buffer.read()
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
writer = SpoolWriter(folder)
writer.append([line])
try:
    writer.append([line, line])
except SpoolError as error:
    print(error)
writer.append([line])
"""


def test_a_full_disk_is_told_and_keeps_no_half_lines(folder: Path) -> None:
    """What fits afterwards is kept."""
    size = len(line(1)) * 2 + 10
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(folder), str(size)],
        input=line(1),
        capture_output=True,
        check=True,
        cwd=ROOT,
    )
    assert b"no room" in done.stdout
    assert numbers(folder) == [1, 1]
    assert used_bytes(folder) == 2 * len(line(1))


READ_ONLY = """
import os, sys
from pathlib import Path
from crm.spool import SpoolError, SpoolWriter
if os.getuid() == 0:
    os.setgid(int(sys.argv[2]))
    os.setuid(int(sys.argv[2]))
try:
    SpoolWriter(Path(sys.argv[1])).append([b"line"])
except SpoolError as error:
    print(error)
"""


def test_a_folder_that_cannot_be_written_is_told(folder: Path) -> None:
    """With what to do; as an ordinary user, for whom rights hold."""
    folder.mkdir(mode=0o555)
    for parent in folder.parents[:3]:
        if os.getuid() == 0:
            parent.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-c", READ_ONLY, str(folder), str(pwd.getpwnam("nobody").pw_uid)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert "let this user write" in done.stdout


def test_where_a_file_stands_nothing_is_kept(folder: Path) -> None:
    """A sentence, no traceback."""
    folder.write_text("in the way")
    with pytest.raises(SpoolError, match="cannot be written"):
        SpoolWriter(folder).append([line(1)])
