"""Values that callers key in: typed, checked, read back and confirmed."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from stdnum import damm, luhn, verhoeff
from stdnum.iso7064 import mod_97_10

from ivr.effects import Steps
from ivr.keys import Input
from ivr.machine import Given, Invalid, Nothing, Outcome, Question, Valid, Verdict
from ivr.spoken import LARGEST_NUMBER, date_of, day, digits, digits_in_groups, money
from ivr.talk import Talk, choice, is_key, value_question
from routing.callable_numbers import groups_as_dialled
from routing.currencies import WHOLE
from routing.destinations import Route
from routing.dialogues import Entry, EntryKind
from routing.phone_numbers import to_e164

RIGHT: Final = "1"
ANEW: Final = "2"

_CHECKSUMS: Final[Mapping[str, Callable[[str], bool]]] = {
    "damm": damm.is_valid,
    "luhn": luhn.is_valid,
    "verhoeff": verhoeff.is_valid,
    "iso7064": mod_97_10.is_valid,
}

_WRONG: Final = Invalid(("entry-wrong",))
_MISTYPED: Final = Invalid(("entry-mistyped",))
_DATE: Final = re.compile("[0-9]{8}")
_AMOUNT: Final = re.compile(r"(?P<whole>[0-9]+)(?:\*(?P<rest>[0-9]{1,2}))?")

_GREGORIAN: Final = "en"
"""Its calendar holds for languages that have no page of grammar."""


def key_in(talk: Talk, entry: Entry) -> Steps[Route]:
    """Ask for a value, until the caller is content with it.

    Whoever wants to key it anew has as many tries for that as at first, `entry.tries` times in all.
    """
    talk.stage = f"entry {entry.id}"
    question = _question(talk, entry)
    for _ in range(entry.tries):
        outcome = yield from talk.ask(entry.id, question)
        if not isinstance(outcome, Given):
            return (yield from talk.leave(entry.id, outcome, entry.otherwise))
        confirmed = (yield from _confirm(talk, entry, outcome.value)) if entry.confirm else outcome
        if is_key(confirmed, ANEW) and entry.confirm:
            continue
        if not isinstance(confirmed, Given):  # silence confirms nothing
            return (yield from talk.leave(entry.id, confirmed, entry.otherwise))
        _know(talk, entry, outcome.value)
        return (yield from talk.go(entry.id, "finished", entry.then))
    return (yield from talk.leave(entry.id, Nothing("wrong key"), entry.otherwise))


def _confirm(talk: Talk, entry: Entry, value: str) -> Steps[Outcome]:
    say = ("entry-is", *_read_out(talk, entry, value), "entry-right")
    return (yield from talk.ask(entry.id, choice("confirm", *say, keys=(RIGHT, ANEW))))


def _know(talk: Talk, entry: Entry, value: str) -> None:
    """Give the value to whom it is for: a secret one to the channel alone."""
    if not entry.secret:
        talk.know_keyed(entry.id, value)
    if entry.variable is not None:
        give = talk.set_secret if entry.secret else talk.set_variable
        give(entry.variable, value)


def _question(talk: Talk, entry: Entry) -> Question:
    def accept(keyed: str) -> Verdict:
        return _judged(talk, entry, keyed)

    wanted = Input(
        entry.longest,
        entry.first_key_seconds,
        entry.between_keys_seconds,
        has_point=_has_point(entry),
        secret=entry.secret,
    )
    return value_question(entry.id, *entry.say, wanted=wanted, accept=accept, tries=entry.tries)


def _judged(talk: Talk, entry: Entry, keyed: str) -> Verdict:
    """Whether what was keyed is such a value; as conditions and variables know it."""
    match entry.kind:
        case EntryKind.DIGITS:
            return _digits(entry, keyed)
        case EntryKind.DATE:
            read = _date(keyed, talk.language_for_values or _GREGORIAN)
            return _WRONG if read is None else Valid(read.isoformat())
        case EntryKind.AMOUNT:
            return _amount(entry, keyed)
        case EntryKind.PHONE:
            number = to_e164(keyed, talk.book.policy.business.country)
            return _WRONG if number is None or len(keyed) < entry.shortest else Valid(number)


def _digits(entry: Entry, keyed: str) -> Verdict:
    if not (keyed.isdigit() and entry.shortest <= len(keyed) <= entry.longest):
        return _WRONG
    if entry.checksum is not None and not _CHECKSUMS[entry.checksum](keyed):
        return _MISTYPED
    return Valid(keyed)


def _date(keyed: str, language: str) -> date | None:
    """Year, month, day or day, month, year.

    In this order: 14051201 could be the first of month 12 of 1405, or the 14th of month 5 of 1201.
    What is keyed with the year last has no month where it would stand with the year first: 13 and
    14, or 19 and 20.
    """
    if not _DATE.fullmatch(keyed):
        return None
    orders = (
        (keyed[:4], keyed[4:6], keyed[6:]),
        (keyed[4:], keyed[2:4], keyed[:2]),
    )
    for order in orders:
        year, month, day_of_month = map(int, order)
        read = date_of(year, month, day_of_month, language)
        if read is not None:
            return read
    return None


def _amount(entry: Entry, keyed: str) -> Verdict:
    read = _AMOUNT.fullmatch(keyed)
    if read is None or len(keyed) > entry.longest or (read["rest"] and not _has_point(entry)):
        return _WRONG
    whole, hundredths = int(read["whole"]), (read["rest"] or "").ljust(2, "0")
    amount = Decimal(f"{whole}.{hundredths}")
    least, most = entry.least or 0, min(entry.most or LARGEST_NUMBER, LARGEST_NUMBER)
    if not least <= amount <= most:
        return Invalid(("entry-out-of-range",))
    return Valid(f"{whole}.{hundredths}" if read["rest"] else str(whole))


def _has_point(entry: Entry) -> bool:
    return entry.kind is EntryKind.AMOUNT and entry.currency not in WHOLE


def _read_out(talk: Talk, entry: Entry, value: str) -> tuple[str, ...]:
    language = talk.language_for_values
    if language is not None and entry.kind is EntryKind.DATE:
        return day(date.fromisoformat(value), language)
    if language is not None and entry.kind is EntryKind.AMOUNT and entry.currency is not None:
        return money(Decimal(value), entry.currency, language)
    if entry.kind is EntryKind.PHONE:
        return digits_in_groups(groups_as_dialled(value, talk.book.policy.business.country))
    whole, _, hundredths = value.replace("-", "").partition(".")
    rest = ("point", *digits(hundredths, talk.facts.language)) if hundredths else ()
    return (*digits(whole, talk.facts.language), *rest)
