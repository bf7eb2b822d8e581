"""The columns of one file bound to the fields of a customer, by a mapping or by their own names."""

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from crm.importing.mapping import ColumnsShape, MappingShape, Others, SourceShape
from crm.importing.values import LONGEST_TEXT, LineError, shown
from crm.searching import fold

COLUMNS: Final = (
    "reference",
    "name",
    "language",
    "segment",
    "phones",
    "contract_level",
    "contract_from",
    "contract_until",
    "grace_days",
    "lead_score",
)
"""The columns of a customer file, in the order in which we write them; a file may have any order.

All but the optional ones must be there, since a line says everything about its customer: a file
without the columns of the contract would end all contracts. A mapping may leave out more.
"""

OPTIONAL_COLUMNS: Final = ("lead_score", "address", "notes")
"""Columns that came later than the files that sites already make: what a file without one of them
does not say, stays as it is."""

ID_COLUMN: Final = "external_id:"
PREFERENCE_COLUMN: Final = "preference:"
"""What stands before the name of a system, or of a preference, as the name of a column."""

REJECTED_COLUMNS: Final = ("line", "reason")
"""What the file of rejected lines has besides; ignored when that file is corrected and imported."""

_FIELDS: Final = (*COLUMNS, "address", "notes")


class HeaderError(Exception):
    """The header does not name the columns; the message says what to change.

    `place` is the part of the mapping that asked for what is not there; None without a mapping.
    """

    def __init__(self, message: str, place: tuple[str, ...] | None = None) -> None:
        super().__init__(message)
        self.place = place


@dataclass(frozen=True, slots=True)
class BoundSource:
    """Where a field comes from in the rows of one file.

    Attributes:
        label: What to call it when a value is wrong: the column's name in the file.
        text: Its text of a row, without blanks around it; raises LineError.
        keeps_when_empty: Whether an empty text says nothing.
    """

    label: str
    text: Callable[[Sequence[str]], str]
    keeps_when_empty: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """Every field of a customer that a file tells.

    Attributes:
        width: How many fields a row has.
        fields: By the names of `ColumnsShape`.
        external_ids: By system.
        preferences: By name.
    """

    width: int
    fields: Mapping[str, BoundSource]
    external_ids: Mapping[str, BoundSource]
    preferences: Mapping[str, BoundSource]

    def sources(self) -> Iterator[BoundSource]:
        """All of them."""
        yield from self.fields.values()
        yield from self.external_ids.values()
        yield from self.preferences.values()


def own_mapping(header: Sequence[str]) -> MappingShape:
    """The mapping of a file whose columns have our own names.

    Raises:
        HeaderError: Columns are missing, unknown or named twice.
    """
    names = [name.strip().lower() for name in header]
    known = (*_FIELDS, *REJECTED_COLUMNS)
    free = [name for name in names if name.startswith((ID_COLUMN, PREFERENCE_COLUMN))]
    problems = [
        *(_unknown_column(name) for name in names if name not in known and name not in free),
        *(
            f"column {name} is missing"
            for name in COLUMNS
            if name not in names and name not in OPTIONAL_COLUMNS
        ),
        *(
            f"column {name} is there twice"
            for name in dict.fromkeys(names)
            if names.count(name) > 1
        ),
    ]
    if problems:
        raise HeaderError(
            f"{'; '.join(problems)}. The first line must name the columns: {','.join(COLUMNS)}"
            f" ({' and '.join(OPTIONAL_COLUMNS)} may be left out or added); or say with --mapping"
            " which column is what, see --draft-mapping"
        )
    return MappingShape(
        version=1,
        columns=ColumnsShape.model_validate(
            {
                **{name: name for name in _FIELDS if name in names},
                "external_ids": _free(free, ID_COLUMN),
                "preferences": _free(free, PREFERENCE_COLUMN),
            }
        ),
    )


def _free(names: Sequence[str], begin: str) -> Mapping[str, str]:
    return {name.removeprefix(begin): name for name in names if name.startswith(begin)}


def _unknown_column(name: str) -> str:
    close = difflib.get_close_matches(name, _FIELDS, n=1)
    hint = f": did you mean {close[0]}?" if close else ""
    return f"column {name[:LONGEST_TEXT]!r} is not known{hint}"


def bound(shape: ColumnsShape, header: Sequence[str]) -> Columns:
    """The columns of a file with this header.

    Raises:
        HeaderError: A column that the mapping names is not there, or is there twice.
    """
    binder = _Binder(header)
    fields = {
        name: binder.source(source, ("columns", name))
        for name in _FIELDS
        if (source := getattr(shape, name)) is not None
    }
    return Columns(
        width=len(header),
        fields=fields,
        external_ids=binder.sources(shape.external_ids, ("columns", "external_ids")),
        preferences=binder.sources(shape.preferences, ("columns", "preferences")),
    )


class _Binder:
    """Finds columns by their names, however these are written."""

    def __init__(self, header: Sequence[str]) -> None:
        self._header = header
        self._names = [_folded(name) for name in header]

    def sources(
        self, shapes: Mapping[str, SourceShape], place: tuple[str, ...]
    ) -> Mapping[str, BoundSource]:
        return {name: self.source(shape, (*place, name)) for name, shape in shapes.items()}

    def source(self, shape: SourceShape, place: tuple[str, ...]) -> BoundSource:
        if shape.constant is not None:
            constant = shape.constant
            return BoundSource(place[-1], lambda _: constant)
        positions = tuple(self._position(name, place) for name in shape.columns)
        joined_by = shape.joined_by
        if joined_by is None or place[-1] == "phones":
            joined_by = _JOINED_BY.get(place[-1], " ")
        joined = _joined(positions, joined_by)
        label = " + ".join(shape.columns)
        text = _translated(joined, shape, label) if shape.values else joined
        return BoundSource(label, text, shape.when_empty == "keep")

    def _position(self, name: str, place: tuple[str, ...]) -> int:
        count = self._names.count(_folded(name))
        if count == 1:
            return self._names.index(_folded(name))
        if count:
            raise HeaderError(f"the file has {count} columns named {name!r}", place)
        close = difflib.get_close_matches(_folded(name), self._names, n=1)
        hint = f": did you mean {self._header[self._names.index(close[0])]!r}?" if close else ""
        there = ", ".join(filter(None, self._header))
        raise HeaderError(f"the file has no column {name!r}{hint} (it has: {there})", place)


_JOINED_BY: Final = {"phones": "\n", "address": ", ", "notes": "\n"}
"""What is put between several columns of these fields, unless the mapping says otherwise; between
numbers always a sign that no number has in it."""


def _folded(name: str) -> str:
    return fold(" ".join(name.split()))


def _joined(positions: tuple[int, ...], joined_by: str) -> Callable[[Sequence[str]], str]:
    if len(positions) == 1:
        (only,) = positions
        return lambda fields: fields[only].strip()
    return lambda fields: joined_by.join(
        part for position in positions if (part := fields[position].strip())
    )


def _translated(
    text: Callable[[Sequence[str]], str], shape: SourceShape, label: str
) -> Callable[[Sequence[str]], str]:
    """The text as `values` translates it."""
    values = {_folded(written): meant for written, meant in shape.values.items()}

    def translated(fields: Sequence[str]) -> str:
        written = text(fields)
        meant = values.get(_folded(written)) if written else ""
        if meant is not None:
            return meant
        if shape.others == Others.REJECT:
            raise LineError(
                f"{label} {shown(written)} is not among the values of the mapping: add it, or say"
                " `others: keep`"
            )
        return written if shape.others == Others.KEEP else ""

    return translated
