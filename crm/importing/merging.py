"""Two records of one person made one, field by field. Touches nothing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, TypeAlias

from crm.importing.judging import Judged
from crm.importing.mapping import MappingShape, Merge
from crm.records import Customer

_FIELDS: Final = (
    "reference",
    "name",
    "language",
    "segment",
    "numbers",
    "contracts",
    "lead_score",
    "address",
    "notes",
)

MergeRules: TypeAlias = Mapping[str, Merge]
"""How each field merges, by the name of `Customer`'s field; `Merge.LAST` where nothing is said."""


def merge_rules(shape: MappingShape) -> MergeRules:
    """The rules of a mapping.

    Where it says who is the same person, numbers are united and the older reference stays, unless
    it says otherwise.
    """
    told = {"numbers" if name == "phones" else name: how for name, how in shape.merge.items()}
    if not shape.same_person:
        return told
    return {"numbers": Merge.UNITE, "reference": Merge.FILL_GAPS, **told}


def merged(older: Customer, newer: Judged, rules: MergeRules) -> Customer:
    """The older record with what the newer one says.

    What the newer one says nothing about stays. A reference is never taken away.
    """
    said = newer.said
    changes: dict[str, Any] = {
        name: _value(getattr(older, name), getattr(newer.customer, name), rules.get(name))
        for name in _FIELDS
        if name in said.fields
    }
    changes["reference"] = changes.get("reference") or older.reference
    return replace(
        older,
        **changes,
        external_ids=_entries(older.external_ids, newer.customer.external_ids, said.systems),
        preferences=_entries(older.preferences, newer.customer.preferences, said.preferences),
    )


def merged_lines(older: Judged, newer: Judged, rules: MergeRules) -> Judged:
    """Two lines of a file, which are one person, as one."""
    return Judged(merged(older.customer, newer, rules), older.said.with_all(newer.said))


def _value(older: Any, newer: Any, how: Merge | None) -> Any:  # noqa: ANN401  of any field
    if how == Merge.UNITE:
        return tuple(dict.fromkeys((*older, *newer)))
    if how == Merge.FIRST:
        return older
    if how == Merge.FILL_GAPS:
        return newer if older in (None, ()) else older
    return newer


def _entries(
    older: Mapping[str, str], newer: Mapping[str, str], said: frozenset[str]
) -> Mapping[str, str]:
    """Entries by name: those that are said are replaced, or taken away where they are empty."""
    if not said:
        return older
    kept = {name: value for name, value in older.items() if name not in said}
    return {**kept, **newer}
