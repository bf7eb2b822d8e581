"""Customer files as workbooks (XLSX), read row by row.

A workbook is a ZIP archive of XML files: what unpacks to more than a customer file can need is
refused by the sizes that the archive declares, beyond which Python's `zipfile` does not read.
"""

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime, time
from itertools import repeat
from pathlib import Path
from typing import IO, Any, Final
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook

from crm.importing.tables import (
    PROGRESS_EVERY,
    CustomerFileError,
    NoHeaderError,
    Progress,
    Reading,
    Row,
)

LARGEST_SHEET: Final = 2 << 30
"""Bytes of XML of a sheet, which is read bit by bit: a full one (1,048,576 rows) of customers has
about 800 MiB."""

LARGEST_TEXTS: Final = 128 << 20
"""Bytes of the texts that cells share: they are kept in memory, at two to three times this size."""

LARGEST_PART: Final = 16 << 20
"""Bytes of anything else, such as the styles: it is read into memory whole."""

_BEGIN: Final = b"PK\x03\x04"
_OLD: Final = b"\xd0\xcf\x11\xe0"
"""How the workbooks of Excel 97 begin (XLS)."""

_BLOCK: Final = 1 << 20
_FORMULA: Final = b"<f"

_BROKEN: Final = (zipfile.BadZipFile, ParseError, KeyError, ValueError, IndexError, AttributeError)
"""What `openpyxl` raises for a workbook that is none, or is damaged."""

_WHOLE: Final = 1e15
"""Whole numbers up to here are exact in a cell (IEEE 754)."""


def is_workbook(path: Path) -> bool:
    """Whether a file is a workbook by its first bytes.

    Raises:
        CustomerFileError: It is one of a kind that cannot be read.
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        begin = file.read(4)
    if begin == _OLD:
        raise CustomerFileError(
            f"{path} is a workbook of an old kind (XLS): open it and save it as XLSX or CSV UTF-8"
        )
    return begin == _BEGIN


class WorkbookTable:
    """A sheet of a workbook that is open.

    Raises:
        CustomerFileError: It is no workbook, or none that can be read.
    """

    encoding = "utf-8-sig"
    separator = ","

    def __init__(self, path: Path, file: IO[bytes], reading: Reading) -> None:
        self._path = path
        self._first = reading.header_line
        parts = _checked_parts(path, file)
        self._values = _sheet(path, file, reading.sheet, values=True)
        self._declared: int = self._values.max_row or 0
        # What a program declares as the size of its sheet is often wrong; all rows are wanted.
        self._values.reset_dimensions()
        # A formula whose result is not in the file looks like an empty cell; so where there are
        # formulas at all, the sheet is read a second time beside the first, as it is written.
        self._formulas = None
        if any(_holds_formulas(file, part) for part in parts):
            self._formulas = _sheet(path, file, reading.sheet, values=False)
            self._formulas.reset_dimensions()
        self._rows = self._numbered()
        self.header: Sequence[str] = self._read_header()
        self.described = f"workbook, sheet {self._values.title}"

    def _read_header(self) -> Sequence[str]:
        for row in self._rows:
            if row.line == self._first and any(row.fields):
                # Cells that were only formatted follow the last name.
                named = max(place for place, name in enumerate(row.fields, 1) if name)
                return [" ".join(name.split()) for name in row.fields[:named]]
            if row.line >= self._first:
                break
        raise NoHeaderError(
            f"{self._path}: row {self._first} of the sheet names no columns: see docs/importing.md"
        )

    def rows(self, progress: Progress) -> Iterator[Row]:
        """The rows below the header."""
        width, last = len(self.header), 0
        for row in self._rows:
            last = row.line
            if last % PROGRESS_EVERY == 0:
                progress("reading", last, max(self._declared, last))
            if any(row.fields):
                yield Row(row.line, _fitted(row.fields, width), row.problem)
        progress("reading", last, last)

    def _numbered(self) -> Iterator[Row]:
        written = (
            repeat(()) if self._formulas is None else self._formulas.iter_rows(values_only=True)
        )
        try:
            for line, (cells, as_written) in enumerate(
                zip(self._values.iter_rows(values_only=True), written, strict=False), 1
            ):
                yield Row(line, [_text(cell) for cell in cells], _problem(cells, as_written))
        except _BROKEN as error:
            raise _damaged(self._path, error) from None


def _fitted(fields: Sequence[str], width: int) -> Sequence[str]:
    """A row of the header's width; a sheet leaves out empty cells at the end of a row."""
    if len(fields) < width:
        return [*fields, *repeat("", width - len(fields))]
    return fields if any(fields[width:]) else fields[:width]


def _text(cell: Any) -> str:  # noqa: ANN401  whatever a cell may hold
    """What a cell holds, as it would stand in a CSV file; dates as ISO 8601."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _WHOLE:
        return str(int(cell))
    return str(cell)


def _problem(cells: Sequence[object], as_written: Sequence[object]) -> str:
    for cell in cells:
        if isinstance(cell, str) and cell.startswith("#") and cell in _ERRORS:
            return f"a cell holds the error {cell}: mend its formula"
    for cell, formula in zip(cells, as_written, strict=False):
        if cell is None and formula is not None:
            return (
                "a cell holds a formula whose result is not in the file: open the file in a"
                " spreadsheet and save it again"
            )
    return ""


_ERRORS: Final = frozenset(
    {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"}
)


def _checked_parts(path: Path, file: IO[bytes]) -> list[str]:
    """The names of the sheets' parts, if all that the archive holds may be unpacked."""
    try:
        with zipfile.ZipFile(file) as archive:
            for part in archive.infolist():
                _check_part(path, archive, part)
            return [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise _damaged(path, error) from None


def _check_part(path: Path, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    name = part.filename
    if not name.endswith((".xml", ".rels")):
        return  # pictures and the like are never unpacked
    most = LARGEST_PART
    if name.startswith("xl/worksheets/"):
        most = LARGEST_SHEET
    elif name.casefold() == "xl/sharedstrings.xml":
        most = LARGEST_TEXTS
    if part.file_size > most:
        raise CustomerFileError(
            f"{path}: {name} in it unpacks to {part.file_size >> 20} MiB, more than {most >> 20}:"
            " save the sheet as CSV UTF-8 and import that"
        )
    with archive.open(part) as unpacked:
        if b"<!DOCTYPE" in unpacked.read(1024):
            raise CustomerFileError(
                f"{path}: {name} in it declares a document type, which no spreadsheet writes: the"
                " file is not read"
            )


def _holds_formulas(file: IO[bytes], part: str) -> bool:
    with zipfile.ZipFile(file) as archive, archive.open(part) as unpacked:
        before = b""
        for block in iter(lambda: unpacked.read(_BLOCK), b""):
            if _FORMULA + b">" in before + block or _FORMULA + b" " in before + block:
                return True
            before = block[-len(_FORMULA) :]
    return False


def _sheet(path: Path, file: IO[bytes], name: str | None, *, values: bool) -> Any:  # noqa: ANN401  openpyxl has three classes of sheets with nothing in common
    try:
        book: Workbook = load_workbook(
            file, read_only=True, data_only=values, keep_links=False, keep_vba=False
        )
    except _BROKEN as error:
        raise _damaged(path, error) from None
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    if not sheets or (name is not None and name not in sheets):
        raise CustomerFileError(
            f"{path} has no sheet {name or ''!r}: it has {', '.join(sheets) or 'none'}"
        )
    return sheets[name] if name is not None else book.worksheets[0]


def _damaged(path: Path, error: Exception) -> CustomerFileError:
    return CustomerFileError(
        f"{path} is no workbook, or is damaged ({type(error).__name__}): open it in a spreadsheet"
        " and save it again, or save it as CSV UTF-8"
    )


@contextmanager
def open_workbook(path: Path, reading: Reading) -> Iterator[WorkbookTable]:
    """Open a workbook. Raises CustomerFileError."""
    with closing(path.open("rb")) as file:
        yield WorkbookTable(path, file, reading)
