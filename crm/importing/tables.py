"""What a customer file is to whoever reads it: a header, and rows of text under it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

PROGRESS_EVERY: Final = 500
"""Lines or customers between two reports of progress: some twenty a second and more."""

Progress: TypeAlias = Callable[[str, int, int], None]
"""Is told the stage (`reading`, `storing`), how much is done, and how much there is."""


class CustomerFileError(Exception):
    """The file cannot be imported at all; the message says why and what to do."""


class NoHeaderError(CustomerFileError):
    """Nothing is on the line that should name the columns."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file.

    Attributes:
        line: Its number, from 1; of a record that goes over several lines, the first of them.
        fields: What it holds, as well as the fields can be told apart.
        problem: Why it cannot be read; empty if it can.
    """

    line: int
    fields: Sequence[str]
    problem: str = ""


class Table(Protocol):
    """An open customer file."""

    @property
    def header(self) -> Sequence[str]:
        """The names of the columns, as they are written."""

    @property
    def described(self) -> str:
        """How the file was read, for the report: `UTF-8, separated by ,`."""

    @property
    def encoding(self) -> str:
        """The codec in which its rejected lines are best written."""

    @property
    def separator(self) -> str:
        """What stands between its fields."""

    def rows(self, progress: Progress) -> Iterator[Row]:
        """The rows below the header; those without anything in them are left out.

        Raises CustomerFileError.
        """


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read a file, where somebody said so; None is: find out.

    Attributes:
        encoding: The name of the encoding of a CSV file.
        separator: What stands between the fields of a CSV file.
        header_line: The line with the names of the columns, from 1.
        sheet: The sheet of a workbook; None is the first one.
    """

    encoding: str | None = None
    separator: str | None = None
    header_line: int = 1
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """The beginning of a file: the header, the fields of the first rows, and how it was read."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    described: str
    header_line: int = 1


def no_progress(stage: str, done: int, total: int) -> None:
    """Tell nobody."""
