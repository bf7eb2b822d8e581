"""What an answer says of a customer: from JSON, by declared paths, with all that can be wrong."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from crm.cleaning import on_one_line
from crm.http_lookup.declaration import ContractsSought, CustomerSought, Sought, steps
from crm.records import LEAD_SCORES, MOST_GRACE_DAYS, ContractRecord, Customer

LONGEST_TEXT: Final = 200
"""Characters of a value. A name that is longer is none."""

MOST_CONTRACTS: Final = 50
"""That are looked at."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What an answer means: the customer, None if it knows none, and what could not be used."""

    customer: Customer | None
    remarks: tuple[str, ...] = ()


def understand(answer: Any, sought: CustomerSought) -> Understood:  # noqa: ANN401  whatever JSON can hold
    """Read an answer. A value that cannot be used is left out, and remarked."""
    reader = _Reader()
    name = reader.text(answer, sought.name)
    if not name:
        return Understood(None, tuple(reader.remarks))
    customer = Customer(
        name=name,
        language=reader.text(answer, sought.language),
        segment=reader.text(answer, sought.segment),
        lead_score=reader.lead_score(answer, sought.lead_score),
        contracts=tuple(reader.contracts(answer, sought.contracts)),
    )
    return Understood(customer, tuple(reader.remarks))


def found_at(answer: Any, path: str) -> Any:  # noqa: ANN401  whatever JSON can hold
    """The value at a path; None where the path leads nowhere."""
    for step in steps(path):
        if isinstance(step, int):
            answer = answer[step] if isinstance(answer, list) and step < len(answer) else None
        else:
            answer = answer.get(step) if isinstance(answer, dict) else None
    return answer


@dataclass(slots=True)
class _Reader:
    remarks: list[str] = field(default_factory=list)

    def text(self, answer: object, sought: Sought | None) -> str | None:
        value = None if sought is None else found_at(answer, sought.path)
        if sought is None or value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.remarks.append(f"{sought.path}: this is neither text nor a number")
            return None
        text = on_one_line(str(value), LONGEST_TEXT)
        return sought.values.get(text, text) or None

    def lead_score(self, answer: object, sought: Sought | None) -> int | None:
        return self._whole(answer, sought, LEAD_SCORES[-1])

    def contracts(self, answer: object, sought: ContractsSought | None) -> Iterator[ContractRecord]:
        listed = None if sought is None else found_at(answer, sought.each)
        if sought is None or listed is None:
            return
        for each in (listed if isinstance(listed, list) else [listed])[:MOST_CONTRACTS]:
            contract = self._contract(each, sought)
            if contract is not None:
                yield contract

    def _contract(self, each: object, sought: ContractsSought) -> ContractRecord | None:
        level = self.text(each, sought.level)
        try:
            starts = date.fromisoformat(self.text(each, sought.starts) or "")
            ends = date.fromisoformat(self.text(each, sought.ends) or "")
        except ValueError:
            self.remarks.append(f"{sought.each}: a contract's days are none such as 2026-03-21")
            return None
        if level is None or ends < starts:
            self.remarks.append(f"{sought.each}: a contract has no level, or ends before it begins")
            return None
        grace = self._whole(each, sought.grace_days, MOST_GRACE_DAYS) or 0
        return ContractRecord(level, starts, ends, grace)

    def _whole(self, answer: object, sought: Sought | None, most: int) -> int | None:
        text = self.text(answer, sought)
        if sought is None or text is None:
            return None
        try:
            number = round(float(text))
        except (ValueError, OverflowError):
            number = -1
        if 0 <= number <= most:
            return number
        self.remarks.append(f"{sought.path}: {text!r} is no number from 0 to {most}")
        return None
