"""The file of rejected lines: what could not be imported, with the reasons, to be mended."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from crm.importing.columns import REJECTED_COLUMNS
from crm.importing.tables import CustomerFileError, Row, Table

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
    """Writes them to a file, which is made for the first of them."""

    def __init__(self, path: Path, table: Table) -> None:
        super().__init__()
        self.path = path
        self._table = table
        self._columns = [
            place
            for place, name in enumerate(table.header)
            if name.strip().lower() not in REJECTED_COLUMNS
        ]
        self._file: IO[str] | None = None
        self._writer: Any = None  # the csv module has no name for it

    def add(self, row: Row, reason: str) -> None:
        """One more; raises OSError."""
        super().add(row, reason)
        if self._file is None:
            self._open()
        fields = row.fields
        kept = [fields[place] if place < len(fields) else "" for place in self._columns]
        self._writer.writerow([*kept, row.line, reason])

    def _open(self) -> None:
        # What the encoding of the file cannot say can only be in our reasons.
        self._file = self.path.open(
            "w", encoding=self._table.encoding, errors="backslashreplace", newline=""
        )
        self._writer = csv.writer(self._file, delimiter=self._table.separator)
        header = self._table.header
        self._writer.writerow([*(header[place] for place in self._columns), *REJECTED_COLUMNS])

    def close(self) -> None:
        """Have all of it on its way to the disk; raises OSError."""
        if self._file is not None:
            self._file.close()
            self._file = None


def rejected_path(path: Path) -> Path:
    """Where the rejected lines of `path` go: `customers.rejected.csv` beside `customers.csv`."""
    return path.with_name(f"{path.name.removesuffix('.csv').removesuffix('.xlsx')}.rejected.csv")


@contextmanager
def rejected_file(path: Path, table: Table) -> Iterator[RejectedFile]:
    """The file for the rejected lines of `path`; it is removed again if what is inside fails.

    Whoever has read the file closes it before anything is imported, so that a full disk is noticed.
    """
    target = rejected_path(path)
    with _told(target):
        target.unlink(missing_ok=True)  # of an earlier try, which would mislead
    rejected = RejectedFile(target, table)
    try:
        with _told(target):
            yield rejected
    except BaseException:
        rejected.close()
        target.unlink(missing_ok=True)
        raise
    finally:
        rejected.close()


@contextmanager
def _told(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CustomerFileError(
            f"{target}, the file for rejected lines, cannot be written: {error.strerror}"
        ) from None
