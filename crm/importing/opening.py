"""Opens a customer file of whatever kind: CSV or workbook, from elsewhere or of rejected lines."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final

from crm.importing.csv_files import open_csv
from crm.importing.mapping import MappingFile
from crm.importing.rejecting import MendedTable, is_rejected
from crm.importing.tables import (
    CustomerFileError,
    NoHeaderError,
    Reading,
    Sample,
    Table,
    no_progress,
)
from crm.importing.workbooks import is_workbook, open_workbook

MOST_SAMPLED: Final = 200
"""Rows that are looked at to guess what the columns are."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to understand a file.

    Attributes:
        mapping: Which column is what; None: the columns have our own names.
        encoding: The encoding of the file; None: what the mapping says, else it is found out.
    """

    mapping: MappingFile | None = None
    encoding: str | None = None

    @property
    def reading(self) -> Reading:
        """How to read the file."""
        if self.mapping is None:
            return Reading(self.encoding)
        shape = self.mapping.shape
        separator = "\t" if shape.separator == "tab" else shape.separator
        return Reading(self.encoding or shape.encoding, separator, shape.header_line, shape.sheet)


BY_ITSELF: Final = Plan()
"""A file whose columns have our own names, and whose encoding is found out."""


def sample_of(path: Path, plan: Plan, header_line: int) -> Sample | None:
    """The beginning of a file whose header were on this line; None if nothing is there.

    Raises CustomerFileError.
    """
    reading = replace(plan.reading, header_line=header_line)
    try:
        with opened(path, reading) as table:
            rows = islice(table.rows(no_progress), MOST_SAMPLED)
            return Sample(table.header, [row.fields for row in rows], table.described, header_line)
    except NoHeaderError:
        return None


def reading_of(path: Path, plan: Plan) -> Reading:
    """How to read the file: one of rejected lines has its header on the first line, always."""
    reading = plan.reading
    if reading.header_line != 1:
        with suppress(CustomerFileError), opened(path, replace(reading, header_line=1)) as table:
            if isinstance(table, MendedTable):
                return replace(reading, header_line=1)
    return reading


@contextmanager
def opened(path: Path, reading: Reading) -> Iterator[Table]:
    """Open a file. Raises CustomerFileError."""
    try:
        if not path.is_file() and path.exists():
            raise CustomerFileError(
                f"{path} cannot be read: it is a folder, a pipe or a device. Save the customers as"
                " a file, which is read more than once"
            )
        is_book = is_workbook(path)
        if path.suffix.lower() in {".xlsx", ".xlsm"} and not is_book:
            raise CustomerFileError(
                f"{path} is no workbook, whatever its name says: open it in a spreadsheet and save"
                " it as XLSX, or give a CSV file the name that it should have"
            )
        opener = open_workbook if is_book else open_csv
        with opener(path, reading) as table:
            yield MendedTable(table) if is_rejected(table.header) else table
    except OSError as error:
        raise CustomerFileError(f"{path} cannot be read: {error.strerror}") from None
