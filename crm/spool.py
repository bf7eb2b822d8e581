"""The spool: what the store could not take, on disk until it can.

A folder of this machine, with a file for each process that had something to put off. A process only
appends to its own file, one line for each batch of writes, and is told that a batch is kept when it
is on the disk. A line begins with a checksum of the rest, so that one which a crash has torn is
told from a whole one. While a process lives it holds a lock (flock) on its file, which the system
gives up with it. `crm.spool_reading` is the other end.
"""

import errno
import fcntl
import json
import os
import time
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from typing import Final

from crm.ports import StoreError
from crm.writes import UnreadableWriteError, Write, from_data, to_data, to_json

SUFFIX: Final = ".spool"

CEILING_BYTES: Final = 2**30
"""Of all files of the folder. A call takes some 10 kB, so this is a hundred thousand of them: a day
without the store at a large site. Beyond it the disk may be needed more by others."""

FOLDER_RIGHTS: Final = 0o700
"""It tells who called, like the database."""

_FILE_RIGHTS: Final = 0o600

_CHECKSUM_DIGITS: Final = 8


class SpoolError(StoreError):
    """The spool could not keep a batch; the message says why and what to do."""


class DamagedLineError(ValueError):
    """A line of a spool is not what was written; the message says how."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Writes that belong together: all are done or none.

    Attributes:
        at: When it was put off.
        writes: In their order.
    """

    at: datetime
    writes: tuple[Write, ...]


def batch_line(batch: Batch) -> bytes:
    """The line of a batch, with its end."""
    text = to_json({"at": batch.at.isoformat(), "writes": to_data(batch.writes)}).encode("ascii")
    return b"%08x %s\n" % (zlib.crc32(text), text)


def read_batch(line: bytes) -> Batch:
    """The batch of a whole line, given without its end.

    Raises:
        DamagedLineError: It is not what was written, or of a version that we do not know.
    """
    checksum, _, text = line.partition(b" ")
    if checksum != b"%08x" % zlib.crc32(text):
        raise DamagedLineError("the line is damaged: its checksum is wrong")
    try:
        data = json.loads(text)
        return Batch(datetime.fromisoformat(data["at"]), from_data(data["writes"]))
    except UnreadableWriteError as error:
        raise DamagedLineError(f"another version of rahyab wrote the line: {error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedLineError(f"the line cannot be read: {error!r}") from error


class SpoolWriter:
    """Appends to files of this process; used by one thread at a time.

    Args:
        folder: Where; it is made when it is first needed.
        ceiling: Bytes that all files of the folder may have.

    Attributes:
        name: Of the file that is written now; empty while there is none.
        size: Its bytes; all of it is on the disk.
    """

    def __init__(self, folder: Path, *, ceiling: int = CEILING_BYTES) -> None:
        self._folder = folder
        self._ceiling = ceiling
        self._descriptor: int | None = None
        self.name = ""
        self.size = 0

    def append(self, lines: Sequence[bytes]) -> None:
        """Have lines on the disk, all of them; when it raises, none is.

        Raises:
            SpoolError: They cannot be kept.
        """
        data = b"".join(lines)
        try:
            self._check_room(len(data))
            self._write(self._opened(), data)
        except OSError as error:
            raise SpoolError(f"The spool {self._folder} {_reason(error)}") from error
        self.size += len(data)

    def retire(self) -> None:
        """Give the file up: whoever has written all of it to the store may remove it."""
        if self._descriptor is None:
            return
        if self.size == 0:
            with suppress(OSError):
                (self._folder / self.name).unlink()
        with suppress(OSError):
            os.close(self._descriptor)
        self._descriptor, self.name, self.size = None, "", 0

    def _check_room(self, more: int) -> None:
        if used_bytes(self._folder) + more > self._ceiling:
            raise SpoolError(
                f"The spool {self._folder} has reached its {self._ceiling} bytes: bring the store"
                " back, so that it can be emptied"
            )

    def _opened(self) -> int:
        if self._descriptor is not None and os.fstat(self._descriptor).st_nlink == 0:
            self.retire()  # somebody has removed the file: what is written to it is nowhere
        if self._descriptor is None:
            self._begin()
        assert self._descriptor is not None  # noqa: S101  `_begin` has set it
        return self._descriptor

    def _begin(self) -> None:
        """Make a file. It gets its name when it is locked: nobody takes it for a dead process's."""
        _make_folder(self._folder)
        name = f"{time.time_ns():020d}-{os.getpid()}-{token_hex(4)}{SUFFIX}"
        new = self._folder / f".{name}.new"
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, _FILE_RIGHTS)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            os.fsync(descriptor)
            new.rename(self._folder / name)
            sync_folder(self._folder)
        except OSError:
            os.close(descriptor)
            for each in (new, self._folder / name):
                each.unlink(missing_ok=True)
            raise
        self._descriptor, self.name, self.size = descriptor, name, 0

    def _write(self, descriptor: int, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        except OSError:
            self._cut(descriptor)
            raise
        try:
            os.fsync(descriptor)
        except OSError:
            # What the disk holds of this file is not known any more: go on in another one.
            self._cut(descriptor)
            self.retire()
            raise

    def _cut(self, descriptor: int) -> None:
        """Take back what was written of lines that are not kept."""
        try:
            os.ftruncate(descriptor, self.size)
        except OSError:
            self.retire()  # a torn line may stand at its end, and nothing behind it


def used_bytes(folder: Path) -> int:
    """What the files of a spool take; 0 where there is no folder."""
    try:
        with os.scandir(folder) as entries:
            return sum(each.stat().st_size for each in entries if each.name.endswith(SUFFIX))
    except FileNotFoundError:
        return 0


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    folder.mkdir(FOLDER_RIGHTS, parents=True, exist_ok=True)
    sync_folder(folder.parent)


def _reason(error: OSError) -> str:
    """What is wrong, and what to do."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
            return f"has no room on its disk ({error.strerror}): free some"
        case errno.EROFS | errno.EACCES | errno.EPERM:
            return f"cannot be written ({error.strerror}): let this user write in the folder"
        case errno.EIO:
            return "cannot be written: the disk gave an error, look into the system's log (dmesg)"
    return f"cannot be written: {error.strerror or error}"
