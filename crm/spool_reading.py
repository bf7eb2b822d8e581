"""Reading the spools of a folder: what waits for the store, in the order of time."""

import fcntl
import heapq
import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from crm.spool import SUFFIX, Batch, DamagedLineError, read_batch, sync_folder
from crm.writes import Write

MOST_SEARCHED: Final = 64 * 2**20
"""Bytes of each spool that are searched for a call, from its end: some 50 ms, while a caller waits.
Who is in a queue began before the last few thousand calls only on the longest day."""

REFUSED_SUFFIX: Final = ".refused"

_FILE_RIGHTS: Final = 0o600


@dataclass(frozen=True, slots=True)
class Line:
    """One line that waits.

    Attributes:
        spool: Name of the file.
        start: Where it begins there, in bytes.
        end: Where the next one begins.
        text: The line, without its end.
        at: When it was put off; of a damaged one, when the one before it was.
        batch: What it holds; None of a damaged one.
        damage: What is wrong with it; empty of a good one.
    """

    spool: str
    start: int
    end: int
    text: bytes
    at: datetime
    batch: Batch | None
    damage: str = ""


def spool_names(folder: Path) -> Sequence[str]:
    """The spools of a folder, the oldest first; none where there is no folder. Raises OSError."""
    try:
        return sorted(each.name for each in folder.iterdir() if each.name.endswith(SUFFIX))
    except FileNotFoundError:
        return ()


def waiting_lines(folder: Path, positions: Mapping[str, int]) -> Iterator[Line]:
    """The whole lines behind these positions, of all these spools, in the order of time.

    A torn line at the end of a spool is not among them. Raises OSError.
    """
    each = (_lines(folder / name, position) for name, position in positions.items())
    return heapq.merge(*each, key=lambda line: (line.at, line.spool, line.start))


def count_waiting(folder: Path, name: str, position: int) -> int:
    """How many lines of a spool stand behind a position; 0 where it is gone."""
    count = 0
    with suppress(FileNotFoundError), (folder / name).open("rb") as file:
        file.seek(position)
        while block := file.read(2**20):
            count += block.count(b"\n")
    return count


def _lines(path: Path, position: int) -> Iterator[Line]:
    at = datetime.min.replace(tzinfo=UTC)
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        file.seek(position)
        for whole in file:
            if not whole.endswith(b"\n"):
                return
            line = _line(path.name, position, whole, at)
            at = line.at
            yield line
            position = line.end


def _line(spool: str, start: int, whole: bytes, before: datetime) -> Line:
    text, end = whole[:-1], start + len(whole)
    try:
        batch = read_batch(text)
    except DamagedLineError as error:
        return Line(spool, start, end, text, before, None, str(error))
    # Two lines of a spool stay in their order, also when the clock was set back between them.
    return Line(spool, start, end, text, max(batch.at, before), batch)


def writes_of_call(folder: Path, call_id: str) -> tuple[Write, ...]:
    """What waits of one call, in the order of time; only the last part of a long spool is searched.

    Raises:
        OSError: The folder cannot be read.
    """
    positions = {name: _late_line(folder / name) for name in spool_names(folder)}
    sought = call_id.encode("ascii", "replace")  # our ids are ASCII; any other one is not found
    found: list[tuple[datetime, Batch]] = []
    for name, position in positions.items():
        found += (
            (line.at, line.batch)
            for line in _lines_with(folder / name, position, sought)
            if line.batch is not None
        )
    batches = (batch for _, batch in sorted(found, key=lambda each: each[0]))
    return tuple(write for batch in batches for write in batch.writes if call_of(write) == call_id)


def call_of(write: Write) -> str | None:
    """Which call a write belongs to."""
    id_: str | None = getattr(write, "call_id", None)
    return getattr(write, "id", id_)


def _lines_with(path: Path, position: int, sought: bytes) -> Iterator[Line]:
    with suppress(FileNotFoundError), path.open("rb") as file:
        file.seek(position)
        earliest = datetime.min.replace(tzinfo=UTC)
        for whole in file:
            if sought in whole and whole.endswith(b"\n"):
                yield _line(path.name, position, whole, earliest)
            position += len(whole)


def _late_line(path: Path) -> int:
    """Where the first line begins that is searched."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        if size > MOST_SEARCHED:
            file.seek(size - MOST_SEARCHED)
            file.readline()
            return file.tell()
    return 0


@contextmanager
def drain_lock(folder: Path) -> Generator[bool]:
    """Whether we alone may empty the spools of this folder, for as long as the context lasts.

    Raises OSError.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield _lock(descriptor)
    finally:
        os.close(descriptor)


def remove_finished(folder: Path, name: str, position: int) -> bool:
    """Remove a spool that is in the store up to this position, if it can never grow again.

    Nothing is removed while its process lives, nor while a whole line stands behind the position.

    Returns:
        Whether it is gone. Raises OSError.
    """
    path = folder / name
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return True
    try:
        if not _lock(descriptor) or next(_lines(path, position), None) is not None:
            return False
        path.unlink()
        sync_folder(folder)
        return True
    finally:
        os.close(descriptor)


def has_owner(folder: Path, name: str) -> bool:
    """Whether the process that writes a spool lives. Raises OSError."""
    try:
        descriptor = os.open(folder / name, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        return not _lock(descriptor)
    finally:
        os.close(descriptor)


def refuse(folder: Path, line: Line, reason: str) -> Path:
    """Put a line that the store refuses aside, for a person to look at; the file that it is in.

    Raises OSError.
    """
    path = folder / f"{line.spool}{REFUSED_SUFFIX}"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, _FILE_RIGHTS)
    try:
        with os.fdopen(os.dup(descriptor), "wb") as file:
            file.write(b"# " + reason.encode("ascii", "backslashreplace").replace(b"\n", b" "))
            file.write(b"\n" + line.text + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync_folder(folder)
    return path


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
