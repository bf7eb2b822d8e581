"""Importing a customer file (CSV): every good line, in one transaction, or nothing at all.

The whole file is read and judged first; only then is the database locked, so that calls of a server
that runs meanwhile wait as briefly as can be. Lines that are no customers go to a file beside it,
with the reason; corrected, that file can be imported in turn.
"""

import codecs
import csv
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Final, TypeAlias

from crm.customer_lines import (
    COLUMNS,
    REJECTED_COLUMNS,
    HeaderError,
    LineError,
    LineReader,
    fields_of,
    read_header,
)
from crm.ports import ImportCounts, Store
from crm.records import Customer

PROGRESS_EVERY: Final = 500
"""Lines or customers between two reports of progress: some twenty a second."""

LONGEST_LINE: Final = 64 * 1024
"""Bytes of a line. A file with longer ones is no customer file, and is not read into memory."""

_OTHER_ENCODINGS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

Progress: TypeAlias = Callable[[str, int, int], None]
"""Is told the stage (`reading`, `storing`), how much is done, and how much there is."""


class CustomerFileError(Exception):
    """The file cannot be imported at all; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that is no customer; `text` is as it was written."""

    line: int
    text: str
    reason: str

    def fields(self) -> Sequence[str]:
        """The fields, as well as they can be told apart."""
        try:
            return fields_of(self.text)
        except LineError:
            return self.text.split(",")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. `rejected_file` is None when no line was rejected."""

    counts: ImportCounts
    rejected: int
    rejected_file: Path | None


def no_progress(stage: str, done: int, total: int) -> None:
    """Tell nobody."""


def import_customers(
    store: Store, path: Path, *, country: str, progress: Progress = no_progress
) -> ImportReport:
    """Import a customer file.

    Args:
        store: Where the customers go.
        path: The file: UTF-8, with or without a byte order mark, columns as in `COLUMNS`. What the
            columns that it lacks would say (`OPTIONAL_COLUMNS`) stays as the store has it.
        country: ISO 3166 code of the country whose numbers are written without a country code.
        progress: Is told how far it is.

    Raises:
        CustomerFileError: The file, or the file for rejected lines beside it, cannot be used.
        StoreError: The store failed. In both cases nothing was imported.
    """
    source = _Source(path, country)
    good, rejected = source.read(progress)
    customers: Iterable[Customer] = _counted(good, progress)
    if "lead_score" not in source.header:
        customers = _with_stored_scores(store, customers)
    with _rejected_lines_written(path, source, rejected) as rejected_file:
        counts = store.put_customers(customers)
    return ImportReport(counts, len(rejected), rejected_file)


def rejected_path(path: Path) -> Path:
    """Where the rejected lines of `path` go: `customers.rejected.csv` beside `customers.csv`."""
    return path.with_name(f"{path.name.removesuffix('.csv')}.rejected.csv")


class _Source:
    """The file as lines of text, and what of it the file of rejected lines shares."""

    def __init__(self, path: Path, country: str) -> None:
        self._path = path
        self._country = country
        self.header: Sequence[str] = COLUMNS
        self.has_mark = False

    def read(self, progress: Progress) -> tuple[list[Customer], list[Rejected]]:
        """Judge every line of the file."""
        good: list[Customer] = []
        rejected: list[Rejected] = []
        seen: dict[str, int] = {}
        lines = self._lines(progress)
        reader = self._reader(lines)
        for number, line in lines:
            if not line.strip(", \t"):
                continue
            try:
                customer = reader.customer(fields_of(line))
                _check_unseen(customer, number, seen)
            except LineError as error:
                rejected.append(Rejected(number, line, str(error)))
            else:
                good.append(customer)
        return good, rejected

    def _reader(self, lines: Iterator[tuple[int, str]]) -> LineReader:
        _, first = next(lines, (1, ""))
        if not first.strip():
            raise CustomerFileError(
                f"{self._path} has no first line that names the columns: {','.join(COLUMNS)}"
            )
        try:
            self.header = read_header(first)
        except HeaderError as error:
            raise CustomerFileError(f"{self._path}: {error}") from None
        return LineReader(self.header, self._country)

    def _lines(self, progress: Progress) -> Iterator[tuple[int, str]]:
        """The lines with their numbers, without line ends and byte order mark."""
        with _readable(self._path) as file:
            total, done = os.fstat(file.fileno()).st_size, 0
            for number, raw in enumerate(iter(lambda: file.readline(LONGEST_LINE), b""), start=1):
                done += len(raw)
                if number % PROGRESS_EVERY == 0:
                    progress("reading", done, total)
                yield number, self._text(number, raw)
            progress("reading", done, total)

    def _text(self, number: int, raw: bytes) -> str:
        if len(raw) == LONGEST_LINE:
            raise CustomerFileError(
                f"{self._path}: line {number} is longer than {LONGEST_LINE // 1024} KiB: this is no"
                " customer file"
            )
        if number == 1 and raw.startswith(codecs.BOM_UTF8):
            self.has_mark = True
            raw = raw.removeprefix(codecs.BOM_UTF8)
        try:
            return raw.decode().rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise self._not_utf8(number, raw, error) from None

    def _not_utf8(self, number: int, raw: bytes, error: UnicodeDecodeError) -> CustomerFileError:
        found = f"line {number} holds the byte 0x{raw[error.start]:02X}"
        if number == 1 and raw.startswith(_OTHER_ENCODINGS):
            found = "it is UTF-16"
        return CustomerFileError(
            f"{self._path} is not UTF-8 ({found}): save it again as “CSV UTF-8”, or convert it:"
            f" iconv -f WINDOWS-1256 -t UTF-8 {self._path.name} (WINDOWS-1257 for Latvian)"
        )


@contextmanager
def _readable(path: Path) -> Iterator[IO[bytes]]:
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise CustomerFileError(f"{path} cannot be read: {error.strerror}") from None


def _check_unseen(customer: Customer, number: int, seen: dict[str, int]) -> None:
    """The first line with a reference counts; `seen` remembers it."""
    reference = customer.reference or ""
    first = seen.setdefault(reference, number)
    if first != number:
        raise LineError(f"reference {reference} is on line {first} already")


def _with_stored_scores(store: Store, customers: Iterable[Customer]) -> Iterator[Customer]:
    """The customers with the lead scores that they have in the store already."""
    for customer in customers:
        stored = store.find_customer(customer.reference or "")
        yield customer if stored is None else replace(customer, lead_score=stored.lead_score)


def _counted(customers: Sequence[Customer], progress: Progress) -> Iterator[Customer]:
    for done, customer in enumerate(customers):
        if done % PROGRESS_EVERY == 0:
            progress("storing", done, len(customers))
        yield customer
    progress("storing", len(customers), len(customers))


@contextmanager
def _rejected_lines_written(
    path: Path, source: _Source, rejected: Sequence[Rejected]
) -> Iterator[Path | None]:
    """Write the rejected lines before what is inside, and remove them again if that fails.

    So a full disk is noticed before anything is imported.
    """
    target = rejected_path(path)
    try:
        target.unlink(missing_ok=True)  # of an earlier try, which would mislead
        if rejected:
            _write_rejected(target, source, rejected)
    except OSError as error:
        raise CustomerFileError(
            f"{target}, the file for rejected lines, cannot be written: {error.strerror}"
        ) from None
    try:
        yield target if rejected else None
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _write_rejected(target: Path, source: _Source, rejected: Sequence[Rejected]) -> None:
    # With the mark where the source had it: spreadsheets need it to see that this is UTF-8.
    encoding = "utf-8-sig" if source.has_mark else "utf-8"
    columns = [name for name in source.header if name not in REJECTED_COLUMNS]
    with target.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*columns, *REJECTED_COLUMNS])
        for each in rejected:
            given = dict(zip(source.header, each.fields(), strict=False))
            row = [given.get(name, "") for name in columns]
            writer.writerow([*row, each.line, each.reason])
