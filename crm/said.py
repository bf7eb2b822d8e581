"""Which request of a call said what, packed into one number, so that changes come in any order.

What a field of a call holds is the word of one of the call's requests, and an earlier request that
is written late must not replace it. Each field of `CallChange` has some bits of the number, which
tell the request; 0 is also what nobody has said. One number is all that a row needs for that, and
one statement can both set it and write the fields.
"""

from dataclasses import fields, replace
from typing import Any, Final

from crm.records import CallChange

FIELDS: Final = tuple(each.name for each in fields(CallChange) if each.name != "visit")
"""In the order of their bits, the lowest first: a new one goes to the end."""

_BITS: Final = 6
"""For each field: ten of them leave the sign of a 64-bit number alone."""

_LAST: Final = 2**_BITS - 1
"""Requests of a call that can be told apart. Of those beyond, what is written last counts."""


def saying(change: CallChange) -> tuple[int, int]:
    """What a change does to the number: the bits of it that stay, and those that are set then."""
    replaced = packed = 0
    for place, name in enumerate(FIELDS):
        if getattr(change, name) is not None:
            replaced |= _LAST << place * _BITS
            packed |= min(change.visit, _LAST) << place * _BITS
    every = 2 ** (len(FIELDS) * _BITS) - 1
    return every & ~replaced, packed


def without_what_was_said_later(change: CallChange, said: int) -> CallChange:
    """The change without the fields for which a later request has spoken already."""
    later: dict[str, Any] = {
        name: None
        for place, name in enumerate(FIELDS)
        if said >> place * _BITS & _LAST > min(change.visit, _LAST)
    }
    return replace(change, **later)
