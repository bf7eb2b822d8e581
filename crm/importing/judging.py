"""One row of a customer file as a customer, or the reason why not. Touches nothing."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, TypeAlias

from crm.importing.columns import BoundSource, Columns
from crm.importing.dates import DateReader, date_format, date_reader
from crm.importing.letters import PERSIAN_COUNTRIES, stored_form
from crm.importing.mapping import MappingShape
from crm.importing.values import (
    LineError,
    checked_prose,
    checked_text,
    contract,
    language_code,
    lead_score,
    telephone_numbers,
)
from crm.records import ContractRecord, Customer
from crm.searching import ascii_digits

CONTRACT_FIELDS: Final = ("contract_level", "contract_from", "contract_until", "grace_days")

_STORED_AS: Final = {"phones": "numbers", **dict.fromkeys(CONTRACT_FIELDS, "contracts")}
"""Fields of a customer that have other names than in a file."""

Texts: TypeAlias = Sequence[str]


@dataclass(frozen=True, slots=True)
class Said:
    """What a row says something about; all else stays as the store has it.

    Attributes:
        fields: Fields of a customer, by name.
        systems: Systems whose ids it gives.
        preferences: Preferences that it gives.
    """

    fields: frozenset[str]
    systems: frozenset[str] = frozenset()
    preferences: frozenset[str] = frozenset()

    def with_all(self, other: "Said") -> "Said":
        """What either says something about."""
        if self is other:
            return self
        return Said(
            self.fields | other.fields,
            self.systems | other.systems,
            self.preferences | other.preferences,
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """A row that is a customer, and what it says anything about."""

    customer: Customer
    said: Said


class LineReader:
    """Reads the rows of one file.

    Args:
        columns: The columns of the file, by field.
        shape: How values are written.
        country: ISO 3166 code of the country whose numbers are written without a country code.
    """

    def __init__(self, columns: Columns, shape: MappingShape, country: str) -> None:
        self._columns = columns
        self._country = country
        self._between = re.compile(f"[\n{re.escape(shape.between_phones)}]")
        letters = shape.letters or ("persian" if country in PERSIAN_COUNTRIES else "as written")
        self._persian = letters == "persian"
        self._read_date: DateReader = date_reader([date_format(each) for each in shape.dates])
        self._labels = {name: source.label for name, source in columns.fields.items()}
        level, starts, ends, grace = map(self._label, CONTRACT_FIELDS)
        self._contract_labels = (level, starts, ends, grace)
        self._needs_reference = shape.columns.reference is not None and not shape.same_person
        self._keeps = any(each.keeps_when_empty for each in columns.sources())
        self._said = _said(columns.fields.keys(), columns.external_ids, columns.preferences)

    def judge(self, fields: Texts) -> Judged:
        """The customer of a row.

        Raises:
            LineError: The first reason why it is none.
        """
        if len(fields) != self._columns.width:
            raise LineError(
                f"there are {len(fields)} fields instead of {self._columns.width}: put a field that"
                " holds the separator in quotation marks"
            )
        texts = {name: source.text(fields) for name, source in self._columns.fields.items()}
        customer = Customer(
            reference=self._reference(texts),
            name=self._name(texts),
            language=language_code(self._label("language"), texts.get("language", "")),
            segment=self._optional("segment", texts, checked_text),
            numbers=self._numbers(texts),
            contracts=self._contracts(texts),
            lead_score=lead_score(self._label("lead_score"), texts.get("lead_score", "")),
            address=self._optional("address", texts, checked_prose),
            notes=self._optional("notes", texts, checked_prose),
            external_ids=self._ids(fields),
            preferences=self._preferences(fields),
        )
        return Judged(customer, self._said_by(texts, fields) if self._keeps else self._said)

    def _label(self, name: str) -> str:
        return self._labels.get(name, name)

    def _reference(self, texts: Mapping[str, str]) -> str | None:
        text = checked_text(self._label("reference"), ascii_digits(texts.get("reference", "")))
        if not text and self._needs_reference:
            raise LineError(f"{self._label('reference')} is empty")
        return self._stored(text) or None

    def _name(self, texts: Mapping[str, str]) -> str:
        text = self._stored(checked_text(self._label("name"), texts["name"]))
        if not text:
            raise LineError(f"{self._label('name')} is empty")
        return text

    def _optional(
        self, name: str, texts: Mapping[str, str], check: Callable[[str, str], str]
    ) -> str | None:
        text = texts.get(name)
        return self._stored(check(self._label(name), text)) or None if text else None

    def _numbers(self, texts: Mapping[str, str]) -> tuple[str, ...]:
        text = texts.get("phones", "")
        return telephone_numbers(self._label("phones"), text, self._between, self._country)

    def _contracts(self, texts: Mapping[str, str]) -> tuple[ContractRecord, ...]:
        level, starts, ends, grace = (texts.get(name, "") for name in CONTRACT_FIELDS)
        level = self._stored(level)
        return contract(self._contract_labels, (level, starts, ends, grace), self._read_date)

    def _ids(self, fields: Texts) -> Mapping[str, str]:
        if not self._columns.external_ids:
            return {}
        return {
            system: checked_text(source.label, text)
            for system, source in self._columns.external_ids.items()
            if (text := ascii_digits(source.text(fields)))
        }

    def _preferences(self, fields: Texts) -> Mapping[str, str]:
        if not self._columns.preferences:
            return {}
        return {
            name: self._stored(checked_text(source.label, text))
            for name, source in self._columns.preferences.items()
            if (text := source.text(fields))
        }

    def _stored(self, text: str) -> str:
        return text if text.isascii() else stored_form(text, persian=self._persian).strip()

    def _said_by(self, texts: Mapping[str, str], fields: Texts) -> Said:
        """What a row says of which some empty fields say nothing."""
        told = self._columns.fields
        silent = {name for name, text in texts.items() if not text and told[name].keeps_when_empty}
        return _said(
            told.keys() - silent,
            _telling(self._columns.external_ids, fields),
            _telling(self._columns.preferences, fields),
        )


def _said(names: AbstractSet[str], systems: Iterable[str], preferences: Iterable[str]) -> Said:
    fields = {_STORED_AS.get(name, name) for name in names}
    return Said(frozenset(fields), frozenset(systems), frozenset(preferences))


def _telling(sources: Mapping[str, BoundSource], fields: Texts) -> Iterator[str]:
    for name, source in sources.items():
        if not source.keeps_when_empty or source.text(fields):
            yield name
