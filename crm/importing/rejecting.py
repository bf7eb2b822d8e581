"""The file of rejected lines: what could not be imported, with the reasons, to be mended."""

import csv
import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from crm.importing.tables import CustomerFileError, Progress, Row, Table

REJECTED_COLUMNS: Final = ("line", "reason")
"""What the file of rejected lines begins with; the columns of the source follow. They come first so
that a line keeps all its fields, also where these are too many or too few."""

NOT_MENDED: Final = "not mended yet, or its reason is not emptied: "
"""What stands before the reason of a line that was rejected before."""

MOST_SHOWN: Final = 20
"""Rejected lines that a report tells by itself; the file has all of them."""


class Rejections:
    """Takes rejected lines one by one, and tells how many there were and why the first were."""

    def __init__(self) -> None:
        self.count = 0
        self.first: list[tuple[int, str]] = []

    def add(self, row: Row, reason: str) -> None:
        """One more."""
        self.count += 1
        if self.count <= MOST_SHOWN:
            self.first.append((row.line, reason))


class RejectedFile(Rejections):
    """Writes them to a draft, which is made for the first of them and takes its place at the end.

    Only their owner can read it: it holds people's data.
    """

    def __init__(self, path: Path, table: Table) -> None:
        super().__init__()
        self.path = path
        self._draft = path.with_name(f"{path.name}.part")
        self._table = table
        self._file: IO[str] | None = None
        self._writer: Any = None  # the csv module has no name for it

    def add(self, row: Row, reason: str) -> None:
        """One more; raises OSError."""
        super().add(row, reason)
        if self._file is None:
            self._open()
        self._writer.writerow([row.line, reason, *row.fields])

    def _open(self) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        draft = os.open(self._draft, flags, 0o600)
        # What the encoding of the file cannot say can only be in our reasons.
        self._file = os.fdopen(
            draft, "w", encoding=self._table.encoding, errors="backslashreplace", newline=""
        )
        _hold(draft, self.path)
        os.ftruncate(draft, 0)  # of a run that was killed
        os.fchmod(draft, 0o600)
        self._writer = csv.writer(self._file, delimiter=self._table.separator)
        self._writer.writerow([*REJECTED_COLUMNS, *self._table.header])

    def check(self) -> None:
        """Have all of it on the disk, and see that it can take its place; raises OSError."""
        if self.path.is_dir():
            raise IsADirectoryError(0, "a folder has this name")
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())

    def take_place(self) -> None:
        """Replace what an earlier run has rejected; raises OSError."""
        if self._file is None:
            self.path.unlink(missing_ok=True)
            return
        self._draft.replace(self.path)
        self._close()

    def give_up(self) -> None:
        """Leave no draft behind. Idempotent."""
        if self._file is not None:
            self._draft.unlink(missing_ok=True)
            self._close()

    def _close(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            file.close()


def _hold(draft: int, path: Path) -> None:
    try:
        fcntl.flock(draft, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CustomerFileError(
            f"another import of the same file is at work: it writes {path}. Wait for its end"
        ) from None


def rejected_path(path: Path) -> Path:
    """Where the rejected lines of `path` go, beside it: one file for each file.

    >>> print(rejected_path(Path("people.csv")), rejected_path(Path("people.xlsx")))
    people.rejected.csv people.xlsx.rejected.csv
    """
    return path.with_name(f"{path.name.removesuffix('.csv')}.rejected.csv")


@contextmanager
def rejected_file(path: Path, table: Table) -> Iterator[RejectedFile]:
    """The file for the rejected lines of `path`, if what is inside succeeds.

    What is inside calls `check` before anything is imported, so that a full disk is noticed. The
    file of an earlier run stays until all is done: somebody may be at work on it.
    """
    rejected = RejectedFile(rejected_path(path), table)
    try:
        with _told(rejected.path):
            yield rejected
            rejected.take_place()
    finally:
        rejected.give_up()


@contextmanager
def _told(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CustomerFileError(
            f"{target}, the file for rejected lines, cannot be written: {error.strerror}"
        ) from None


def is_rejected(header: Sequence[str]) -> bool:
    """Whether a header is that of a file of rejected lines."""
    begin = tuple(name.strip().lower() for name in header[: len(REJECTED_COLUMNS)])
    return begin == REJECTED_COLUMNS and len(header) > len(begin)


class MendedTable:
    """A file of rejected lines as a table like the one that they come from.

    Only a line whose reason somebody has emptied is taken for a mended one. All others are rejected
    once more: they were refused as they stand, and nobody may have looked at them.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self.header: Sequence[str] = table.header[len(REJECTED_COLUMNS) :]
        self.described = table.described
        self.encoding = table.encoding
        self.separator = table.separator

    def rows(self, progress: Progress) -> Iterator[Row]:
        """The lines without the two columns of ours."""
        for row in self._table.rows(progress):
            _, reason, *fields = (*row.fields, "", "")[: max(len(row.fields), 2)]
            reason = reason.strip().removeprefix(NOT_MENDED)
            told = f"{NOT_MENDED}{reason}" if reason else ""
            yield Row(row.line, fields, told or row.problem)
