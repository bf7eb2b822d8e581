"""Values that can be keyed in at an entry, as conditions name them."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from routing.conditions import NONE
from routing.dialogue_compiling import compile_entry
from routing.dialogue_model import EntryShape
from routing.dialogues import Entry, EntryKind

_AMOUNT = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]{2})?")
_PHONE = re.compile(r"\+[1-9][0-9]{4,14}")


def can_be_keyed(shape: EntryShape, value: str) -> bool:
    """Whether a caller can have keyed this, as it is kept; `none` is always possible."""
    entry = compile_entry("", shape)
    return value == NONE or _KINDS[entry.kind](entry, value)


def written_as(shape: EntryShape) -> str:
    """How such values are written in conditions."""
    entry = compile_entry("", shape)
    match entry.kind:
        case EntryKind.DATE:
            return 'write a day: "2026-11-24"'
        case EntryKind.AMOUNT:
            limits = "" if entry.least is None else f", from {entry.least} to {entry.most}"
            return f'write an amount: "12", "12.50"{limits}'
        case EntryKind.PHONE:
            return 'write + and the country code: "+982191000000"'
    low, high = entry.shortest, entry.longest
    return f"write {low} digits" if low == high else f"write {low} to {high} digits"


def _digits(entry: Entry, value: str) -> bool:
    return value.isdecimal() and entry.shortest <= len(value) <= entry.longest


def _day(_entry: Entry, value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _amount(entry: Entry, value: str) -> bool:
    if not _AMOUNT.fullmatch(value):
        return False
    amount = Decimal(value)
    enough = entry.least is None or amount >= entry.least
    return enough and (entry.most is None or amount <= entry.most)


def _phone(_entry: Entry, value: str) -> bool:
    return _PHONE.fullmatch(value) is not None


_KINDS: Final[Mapping[EntryKind, Callable[[Entry, str], bool]]] = {
    EntryKind.DIGITS: _digits,
    EntryKind.DATE: _day,
    EntryKind.AMOUNT: _amount,
    EntryKind.PHONE: _phone,
}
