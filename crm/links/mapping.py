"""A record of another CRM as a customer of ours: only what the mapping names is touched."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from crm.cleaning import on_one_line
from crm.languages import HOW_TO_WRITE, language_code
from crm.links.declaration import ContractTaken, ModuleMapping, Taken
from crm.links.ports import SourceRecord
from crm.records import LEAD_SCORES, ContractRecord, Customer
from routing.phone_numbers import to_e164

LONGEST_TEXT: Final = 10_000
"""Characters of a value that are kept: a note of several pages, and nothing that fills the disk."""

_NO_DAYS: Final = frozenset({"", "0000-00-00"})
"""How CRMs on MySQL say that there is no day."""


class RefusedRecordError(Exception):
    """No customer can be made of the record; the message says why."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a record says of a customer.

    Attributes:
        system: The name of the link.
        id: The record's id in the other CRM.
        reference: The customer's reference, where the mapping names one and there is one.
        said: The fields of `crm.records.Customer` that are named, with their new values.
        preferences: The preferences that are named; None takes one away.
        remarks: What could not be used and was left as it is, with the reason.
    """

    system: str
    id: str
    reference: str | None
    said: Mapping[str, Any]
    preferences: Mapping[str, str | None]
    remarks: tuple[str, ...]

    @property
    def numbers(self) -> tuple[str, ...]:
        """The telephone numbers that are named, in E.164."""
        numbers: tuple[str, ...] = self.said.get("numbers", ())
        return numbers

    def upon(self, stored: Customer | None) -> Customer:
        """The customer as they are from now on.

        A reference that they have already stays: it is that of the site's own books.
        """
        before = stored or Customer(name="", reference=self.reference)
        preferences = {**before.preferences, **self.preferences}
        return replace(
            before,
            **self.said,
            reference=before.reference or self.reference,
            preferences={name: value for name, value in preferences.items() if value is not None},
            external_ids={**before.external_ids, self.system: self.id},
        )


def map_record(
    record: SourceRecord, mapping: ModuleMapping, *, system: str, country: str
) -> Mapped:
    """Read a record.

    Args:
        record: What came.
        mapping: Which of its fields is what.
        system: The name of the link.
        country: ISO 3166 code of the country whose numbers are written without a country code.

    Raises:
        RefusedRecordError: It has no name.
    """
    reader = _Reader(record)
    name = reader.text(mapping.name)
    if name is None:
        raise RefusedRecordError("it has no name")
    said: dict[str, Any] = {"name": name}
    if mapping.numbers:
        reader.add_numbers(mapping.numbers, country, said)
    reader.add_language(mapping.language, said)
    for field_name in ("segment", "address", "notes"):
        taken: Taken | None = getattr(mapping, field_name)
        if taken is not None:
            said[field_name] = reader.text(taken)
    reader.add_lead_score(mapping.lead_score, said)
    reader.add_contracts(mapping.contract, said)
    return Mapped(
        system=system,
        id=record.id,
        reference=None if mapping.reference is None else reader.text(mapping.reference),
        said=said,
        preferences={key: reader.text(taken) for key, taken in mapping.preferences.items()},
        remarks=tuple(reader.remarks),
    )


@dataclass(slots=True)
class _Reader:
    """Takes values of one record, and remembers what could not be used."""

    record: SourceRecord
    remarks: list[str] = field(default_factory=list)

    def text(self, taken: Taken) -> str | None:
        """A value; None where there is none."""
        if taken.always is not None:
            return taken.always
        text = on_one_line(
            " ".join(self.record.fields.get(name, "") for name in taken.fields), LONGEST_TEXT
        )
        return taken.values.get(text, text) or None

    def add_numbers(self, names: list[str], country: str, said: dict[str, Any]) -> None:
        """The telephone numbers in these fields, each once.

        Where something is written and none of it is a number, those that are here stay.
        """
        found: dict[str, None] = {}
        unusable = []
        for name in names:
            written = self.record.fields.get(name, "").strip()
            number = to_e164(written, country) if written else None
            if number is not None:
                found[number] = None
            elif written:
                unusable.append(f"{name}: {written[:40]!r} is no telephone number of {country}")
        if found or not unusable:
            said["numbers"] = tuple(found)
        self.remarks += unusable

    def add_language(self, taken: Taken | None, said: dict[str, Any]) -> None:
        """The code of the language; what is none leaves the one that is here."""
        if taken is None:
            return
        text = self.text(taken)
        code = None if text is None else language_code(text)
        if text is None or code is not None:
            said["language"] = code
        else:
            self.remarks.append(f"{text[:40]!r} is no language code: {HOW_TO_WRITE}")

    def add_lead_score(self, taken: Taken | None, said: dict[str, Any]) -> None:
        if taken is None:
            return
        text = self.text(taken)
        try:
            score = None if text is None else round(float(text))
        except (ValueError, OverflowError):
            score = -1
        if score is None or score in LEAD_SCORES:
            said["lead_score"] = score
        else:
            self.remarks.append(f"{text!r} is no lead score from 0 to {LEAD_SCORES[-1]}")

    def add_contracts(self, taken: ContractTaken | None, said: dict[str, Any]) -> None:
        if taken is None:
            return
        level, starts, ends = map(self.text, (taken.level, taken.starts, taken.ends))
        if level is None or (starts or "") in _NO_DAYS or (ends or "") in _NO_DAYS:
            said["contracts"] = ()
            return
        try:
            first, last = date.fromisoformat(starts or ""), date.fromisoformat(ends or "")
        except ValueError:
            self.remarks.append(f"{starts!r} to {ends!r} are no days such as 2026-03-21")
            return
        if last < first:
            self.remarks.append(f"the contract ends ({last}) before it begins ({first})")
            return
        said["contracts"] = (ContractRecord(level, first, last, taken.grace_days),)
