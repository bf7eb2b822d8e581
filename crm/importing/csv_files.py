"""Customer files as text: CSV of any of the usual encodings and separators."""

import csv
import io
import os
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from crm.importing.encodings import (
    Encoding,
    EncodingError,
    detected_encoding,
    named_encoding,
)
from crm.importing.tables import (
    PROGRESS_EVERY,
    CustomerFileError,
    NoHeaderError,
    Progress,
    Reading,
    Row,
)

LONGEST_LINE: Final = 64 * 1024
"""Bytes of a line. A file with longer ones is no customer file, and is not read into memory."""

MOST_LINES: Final = 50
"""Lines of a record: an address or a note may have several; a forgotten quotation mark has all."""

SEPARATORS: Final = (",", ";", "\t", "|")

_SPOKEN: Final = {"\t": "tabs"}

_NOT_CLOSED: Final = (
    'a quotation mark is not closed, or stands inside a field: write " as "" within a field in'
    " quotation marks"
)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the file without its end; `problem` if its bytes are no text."""

    number: int
    text: str
    problem: str = ""


class CsvTable:
    """A CSV file that is open.

    Raises:
        CustomerFileError: It has no header, or its encoding cannot be told.
    """

    def __init__(self, path: Path, file: IO[bytes], reading: Reading) -> None:
        self._path = path
        self._file = file
        self._encoding = _encoding(path, reading)
        self._lines = _Lines(path, file, self._encoding)
        first = self._first_line(reading.header_line)
        self.separator = reading.separator or _separator(first)
        self.header: Sequence[str] = _header(path, first, self.separator)
        self.described = (
            f"{self._encoding.name}, separated by {_SPOKEN.get(self.separator, self.separator)}"
        )

    @property
    def encoding(self) -> str:
        """The file's own, with its mark: the spreadsheet that wrote the mark needs it."""
        marked = self._encoding.mark and self._encoding.codec == "utf-8"
        return "utf-8-sig" if marked else self._encoding.codec

    def _first_line(self, wanted: int) -> str:
        for line in self._lines:
            if line.number == wanted and line.text.strip():
                return line.text
            if line.number >= wanted:
                break
        raise NoHeaderError(
            f"{self._path} has no {'first line' if wanted == 1 else f'line {wanted}'} that names"
            " the columns: see docs/importing.md"
        )

    def rows(self, progress: Progress) -> Iterator[Row]:
        """The rows below the header."""
        total = os.fstat(self._file.fileno()).st_size
        blank = f"{self.separator} \t"
        for line in self._lines:
            if line.number % PROGRESS_EVERY == 0:
                progress("reading", min(self._lines.done, total), total)
            if line.problem or '"' in line.text:
                yield self._difficult(line)
            elif line.text.strip(blank):
                yield Row(line.number, line.text.split(self.separator))
        progress("reading", total, total)

    def _difficult(self, line: _Line) -> Row:
        """A line with quotation marks, or with bytes that are no text."""
        torn = line.text.split(self.separator)
        if line.problem:
            return Row(line.number, torn, line.problem)
        taken = [line]
        if line.text.count('"') % 2:
            taken += self._up_to_the_closing_mark()
        fields = _split("\n".join(each.text for each in taken), self.separator)
        if fields is not None and (len(taken) == 1 or len(fields) == len(self.header)):
            return Row(line.number, fields)
        # One forgotten mark must not take the lines after it along.
        self._lines.put_back(taken[1:])
        return Row(line.number, torn, _NOT_CLOSED)

    def _up_to_the_closing_mark(self) -> list[_Line]:
        """The lines that follow, up to one with an odd number of quotation marks."""
        taken: list[_Line] = []
        for line in self._lines:
            taken.append(line)
            if line.problem or len(taken) >= MOST_LINES or line.text.count('"') % 2:
                break
        return taken


class _Lines:
    """The lines of a file, which can be put back."""

    def __init__(self, path: Path, file: IO[bytes], encoding: Encoding) -> None:
        self._path = path
        self._file = file
        self._encoding = encoding
        self._back: deque[_Line] = deque()
        self.done = 0
        self._numbered = enumerate(
            self._wide() if not encoding.has_byte_lines else self._narrow(), 1
        )

    def __iter__(self) -> Iterator[_Line]:
        return self

    def __next__(self) -> _Line:
        if self._back:
            return self._back.popleft()
        number, (text, problem) = next(self._numbered)
        return _Line(number, text, problem)

    def put_back(self, lines: Sequence[_Line]) -> None:
        """These come next, again."""
        self._back.extendleft(reversed(lines))

    def _narrow(self) -> Iterator[tuple[str, str]]:
        """Lines that end with the byte of a line feed."""
        self._file.seek(len(self._encoding.mark))
        codec = self._encoding.codec
        for number, raw in enumerate(iter(lambda: self._file.readline(LONGEST_LINE), b""), 1):
            self._check_length(raw, number)
            self.done += len(raw)
            try:
                yield raw.decode(codec).rstrip("\r\n"), ""
            except UnicodeDecodeError as error:
                wrong = raw[error.start]
                yield (
                    raw.decode(codec, errors="backslashreplace").rstrip("\r\n"),
                    (f"the byte 0x{wrong:02X} is no {self._encoding.name}"),
                )

    def _wide(self) -> Iterator[tuple[str, str]]:
        """Lines of an encoding with several bytes for each letter."""
        self._file.seek(0)
        with _undetached(self._file, self._encoding.codec) as text:
            for number, line in enumerate(iter(lambda: text.readline(LONGEST_LINE), ""), 1):
                self._check_length(line, number)
                self.done += 2 * len(line)
                wrong = "\ufffd" in line
                yield (
                    line.removeprefix("\ufeff").rstrip("\r\n"),
                    (f"it is no {self._encoding.name}" if wrong else ""),
                )

    def _check_length(self, line: bytes | str, number: int) -> None:
        if len(line) == LONGEST_LINE:
            raise CustomerFileError(
                f"{self._path}: line {number} is longer than {LONGEST_LINE // 1024} KiB: this is"
                " no customer file"
            )


@contextmanager
def _undetached(file: IO[bytes], codec: str) -> Iterator[io.TextIOWrapper]:
    """The file as text; it stays open, since whoever opened it closes it."""
    wrapper = io.TextIOWrapper(file, encoding=codec, errors="replace", newline="\n")
    try:
        yield wrapper
    finally:
        if not file.closed:
            wrapper.detach()


def _encoding(path: Path, reading: Reading) -> Encoding:
    try:
        if reading.encoding is not None:
            return named_encoding(reading.encoding, path)
        return detected_encoding(path)
    except EncodingError as error:
        raise CustomerFileError(f"{path}: {error}") from None


def _separator(header: str) -> str:
    """The sign that the header has most of, outside quotation marks; a comma if it has none."""
    outside = "".join(header.split('"')[::2])
    return max(SEPARATORS, key=outside.count)


def _header(path: Path, line: str, separator: str) -> Sequence[str]:
    fields = _split(line, separator)
    if fields is None:
        raise CustomerFileError(f"{path}: the first line is no header: {_NOT_CLOSED}")
    return [" ".join(name.split()) for name in fields]


def _split(record: str, separator: str) -> Sequence[str] | None:
    """The fields of a record; None if its quotation marks are wrong."""
    try:
        return next(csv.reader([record], delimiter=separator, strict=True), [])
    except csv.Error:
        return None


@contextmanager
def open_csv(path: Path, reading: Reading) -> Iterator[CsvTable]:
    """Open a CSV file. Raises CustomerFileError."""
    with path.open("rb") as file:
        yield CsvTable(path, file, reading)
