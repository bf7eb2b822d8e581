"""Values that callers key in: typed, checked, read back and confirmed."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from stdnum import damm, luhn, verhoeff
from stdnum.iso7064 import mod_97_10

from ivr import machine
from ivr.effects import Steps
from ivr.keys import Input
from ivr.machine import Again, Given, Invalid, Nothing, Question, Valid, Verdict, WantsPerson
from ivr.spoken import date_of, day, digits, money
from ivr.talk import Talk, choice, is_key
from routing.callable_numbers import as_dialled
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
_DATE_DIGITS: Final = 8


def key_in(talk: Talk, entry: Entry) -> Steps[Route]:
    """Ask for a value, until the caller is content with it."""
    talk.stage = f"entry {entry.id}"
    question = _question(talk, entry)
    for _ in range(entry.tries):
        outcome = yield from talk.ask(entry.id, question)
        if not isinstance(outcome, Given):
            return (yield from talk.leave(entry.id, outcome, entry.otherwise))
        value = outcome.value
        if entry.confirm:
            say = ("entry-is", *_read_out(talk, entry, value), "entry-right")
            confirmed = yield from talk.ask(entry.id, choice("confirm", *say, keys=(RIGHT, ANEW)))
            if is_key(confirmed, ANEW):
                continue
            if isinstance(confirmed, WantsPerson):
                return (yield from talk.leave(entry.id, confirmed, entry.otherwise))
        if not entry.secret:
            talk.know_keyed(entry.id, value)
        if entry.variable is not None:
            talk.set_variables({entry.variable: value})
        return (yield from talk.go(entry.id, "finished", entry.then))
    return (yield from talk.leave(entry.id, Nothing("wrong key"), entry.otherwise))


def _question(talk: Talk, entry: Entry) -> Question:
    def accept(keyed: str) -> Verdict:
        return _judged(talk, entry, keyed)

    return Question(
        id=entry.id,
        say=entry.say,
        input=Input(
            entry.longest,
            entry.first_key_seconds,
            entry.between_keys_seconds,
            has_point=entry.kind is EntryKind.AMOUNT,
            secret=entry.secret,
        ),
        accept=accept,
        silence=Again(entry.tries - 1, machine.NOTHING_PRESSED),
        wrong=Again(entry.tries - 1),
        rounds=entry.tries,
    )


def _judged(talk: Talk, entry: Entry, keyed: str) -> Verdict:
    """Whether what was keyed is such a value; as conditions and variables know it."""
    match entry.kind:
        case EntryKind.DIGITS:
            return _digits(entry, keyed)
        case EntryKind.DATE:
            read = _date(keyed, talk.facts.language)
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
    """Day, month, year or year, month, day: no year is a day and a month, so both are clear."""
    if len(keyed) != _DATE_DIGITS or not keyed.isdigit():
        return None
    orders = (
        (keyed[4:], keyed[2:4], keyed[:2]),
        (keyed[:4], keyed[4:6], keyed[6:]),
    )
    for order in orders:
        year, month, day_of_month = map(int, order)
        read = date_of(year, month, day_of_month, language)
        if read is not None:
            return read
    return None


def _amount(entry: Entry, keyed: str) -> Verdict:
    whole, point, hundredths = keyed.partition("*")
    well_formed = whole.isdigit() and (hundredths.isdigit() if point else True)
    if not well_formed or len(hundredths) > 2:  # noqa: PLR2004  hundredths have two digits
        return _WRONG
    amount = Decimal(f"{whole}.{hundredths or 0}")
    too_small = entry.least is not None and amount < entry.least
    if too_small or (entry.most is not None and amount > entry.most):
        return Invalid(("entry-out-of-range",))
    return Valid(f"{int(whole)}.{hundredths:0<2}" if hundredths else str(int(whole)))


def _read_out(talk: Talk, entry: Entry, value: str) -> tuple[str, ...]:
    language = talk.facts.language
    match entry.kind:
        case EntryKind.DATE:
            return day(date.fromisoformat(value), language)
        case EntryKind.AMOUNT if entry.currency is not None:
            return money(Decimal(value), entry.currency, language)
        case EntryKind.PHONE:
            return digits(as_dialled(value, talk.book.policy.business.country), language)
        case _:
            whole, _, hundredths = value.partition(".")
            rest = ("point", *digits(hundredths, language)) if hundredths else ()
            return (*digits(whole, language), *rest)
