"""What a mapping file may say: which column of a customer file is what, and how it is written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails

from crm.importing.dates import date_format
from routing.documents import Document, Position
from routing.names import suggestion
from routing.problems import Path, dotted, one_line, render
from routing.yaml_reading import Misread, read_yaml

BEGIN_MAPPING: Final = "begin with `version: 1`, then `columns:`"

FORMATS: Final = 20
"""Date formats, and other lists that nobody needs to be long."""


class MappingError(Exception):
    """A mapping cannot be used; the message has every finding with its place."""


def _text(value: object) -> object:
    """Text as it is written, also where YAML takes it for a number or a word of its own."""
    if isinstance(value, Misread):
        return value.text
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value


def _texts(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _source(value: object) -> object:
    """A column's name, or several, stand for a source that has only these."""
    return value if isinstance(value, Mapping) else {"columns": value}


Text = Annotated[str, BeforeValidator(_text), StringConstraints(min_length=1, max_length=200)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_texts), Field(max_length=FORMATS)]


class Shape(BaseModel):
    """A part of the file: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Others(StrEnum):
    """What becomes of a value that `values` does not translate."""

    REJECT = "reject"
    KEEP = "keep"
    EMPTY = "empty"


class SourceShape(Shape):
    """Where a field comes from.

    Attributes:
        columns: The columns; what is in several of them is joined.
        constant: What every customer of the file gets.
        values: What stands in the file, and what it means.
        others: What becomes of a value that is not among `values`.
        joined_by: What is put between the values of several columns.
        when_empty: Whether an empty cell erases what the store has, or says nothing.
    """

    columns: Texts = ()
    constant: Text | None = None
    values: dict[Text, Annotated[str, BeforeValidator(_text)]] = {}
    others: Others = Others.REJECT
    joined_by: Annotated[str, BeforeValidator(_text)] | None = None
    when_empty: Literal["erase", "keep"] = "erase"

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if bool(self.columns) == (self.constant is not None):
            raise ValueError("give either columns or a constant")
        return self


Source = Annotated[SourceShape, BeforeValidator(_source)]


class ColumnsShape(Shape):
    """Where each field of a customer comes from; what is not named stays as the store has it."""

    name: Source
    reference: Source | None = None
    language: Source | None = None
    segment: Source | None = None
    phones: Source | None = None
    contract_level: Source | None = None
    contract_from: Source | None = None
    contract_until: Source | None = None
    grace_days: Source | None = None
    lead_score: Source | None = None
    address: Source | None = None
    notes: Source | None = None
    external_ids: dict[Text, Source] = {}
    preferences: dict[Text, Source] = {}

    @model_validator(mode="after")
    def _whole_contract(self) -> Self:
        parts = (self.contract_level, self.contract_from, self.contract_until)
        if any(parts) != all(parts) or (self.grace_days is not None and not all(parts)):
            raise ValueError(
                "a contract needs contract_level, contract_from and contract_until together"
            )
        return self


class Match(StrEnum):
    """By what two lines, or a line and a customer of the store, are the same person."""

    REFERENCE = "reference"
    EXTERNAL_ID = "external_id"
    NUMBER_AND_NAME = "number+name"
    NUMBER = "number"


class Merge(StrEnum):
    """What becomes of a field when two records are one person."""

    FIRST = "first"
    LAST = "last"
    FILL_GAPS = "fill gaps"
    UNITE = "unite"


SINGLE_FIELDS: Final = (
    "reference", "name", "language", "segment", "lead_score", "address", "notes",
)  # fmt: skip
SEVERAL_FIELDS: Final = ("phones", "contracts")

MergedField = Literal[
    "reference", "name", "language", "segment", "lead_score", "address", "notes", "phones",
    "contracts",
]  # fmt: skip


class MappingShape(Shape):
    """A mapping file."""

    version: Literal[1]
    columns: ColumnsShape
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    encoding: Text | None = None
    separator: Literal[",", ";", "|", "\t", "tab"] | None = None
    header_line: Annotated[int, Field(ge=1, le=1000)] = 1
    sheet: Text | None = None
    dates: Texts = ()
    between_phones: Annotated[str, StringConstraints(min_length=1, max_length=10)] = ";؛"
    letters: Literal["persian", "as written"] | None = None
    same_person: Annotated[tuple[Match, ...], BeforeValidator(_texts)] = ()
    merge: dict[MergedField, Merge] = {}

    @field_validator("dates")
    @classmethod
    def _known_dates(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        for each in formats:
            date_format(each)
        return formats

    @field_validator("merge")
    @classmethod
    def _unites_several(cls, merge: dict[str, Merge]) -> dict[str, Merge]:
        for name, how in merge.items():
            if how == Merge.UNITE and name in SINGLE_FIELDS:
                raise ValueError(
                    f"{name} has one value and cannot be united: say first, last or fill gaps"
                )
        return merge

    @model_validator(mode="after")
    def _is_found_again(self) -> Self:
        given = {
            Match.REFERENCE: self.columns.reference is not None,
            Match.EXTERNAL_ID: bool(self.columns.external_ids),
            Match.NUMBER: self.columns.phones is not None,
            Match.NUMBER_AND_NAME: self.columns.phones is not None,
        }
        for match in self.same_person:
            if not given[match]:
                raise ValueError(f"same_person names {match}, which columns does not give")
        if not self.same_person and self.columns.reference is None:
            raise ValueError(
                "a file without references needs same_person, or each import adds everybody again:"
                " same_person: [number+name]"
            )
        return self


@dataclass(frozen=True, slots=True)
class MappingFile:
    """A mapping, and where each part of it is written."""

    shape: MappingShape
    document: Document

    def told(self, path: Path, message: str) -> str:
        """A finding with the place in the mapping that it is about."""
        at = self.document.at_value(path)
        return f"{at.file}:{at.line}:{at.column}: {dotted(path)}: {one_line(message)}"


def load_mapping(text: str, file: str) -> MappingFile:
    """Read a mapping.

    Raises:
        MappingError: With every finding.
    """
    reading = read_yaml(text, file, begin=BEGIN_MAPPING)
    if reading.document is None or reading.problems:
        lines = text.splitlines()
        raise MappingError("\n".join(render(each, lines) for each in sorted(reading.problems)))
    try:
        shape = MappingShape.model_validate(reading.document.data)
    except ValidationError as error:
        findings = sorted(_findings(error, reading.document))
        raise MappingError("\n".join(text for _, text in findings)) from None
    return MappingFile(shape, reading.document)


def _findings(error: ValidationError, document: Document) -> Iterator[tuple[Position, str]]:
    for finding in error.errors(include_url=False):
        path = finding["loc"][:-1] if finding["loc"][-1:] == ("[key]",) else finding["loc"]
        unknown = finding["type"] == "extra_forbidden"
        at = document.at_key(path) if unknown else document.at_value(path)
        where = f"{at.file}:{at.line}:{at.column}:"
        yield at, f"{where} {dotted(path) or 'the mapping'}: {one_line(_told(finding))}"


def _told(finding: ErrorDetails) -> str:
    if finding["type"] == "extra_forbidden":
        return f"this is not known: {suggestion(str(finding['loc'][-1]), _KEYS)}"
    message = _MESSAGES.get(finding["type"], finding["msg"].removeprefix("Value error, "))
    return message[:1].lower() + message[1:]


_MESSAGES: Final = {"missing": "this is missing", "string_too_short": "this is empty"}

_KEYS: Final = (
    *MappingShape.model_fields,
    *ColumnsShape.model_fields,
    *SourceShape.model_fields,
)
