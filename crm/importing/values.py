"""The values of a customer's line, or the reason why they are none. Touches nothing."""

import re
from datetime import date
from typing import Final

from crm.importing.dates import DateError, DateReader
from crm.records import LEAD_SCORES, MOST_GRACE_DAYS, ContractRecord
from crm.searching import ascii_digits
from routing.phone_numbers import to_e164

LONGEST_TEXT: Final = 200
"""Characters of a reference, name, segment or level: longer ones are a slip of the separator."""

LONGEST_PROSE: Final = 10_000
"""Characters of an address or of notes."""

_SCORE_CURE: Final = (
    f"write {LEAD_SCORES[0]} to {LEAD_SCORES[-1]}, or nothing where it is not known"
)

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})?")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_CONTROL_IN_PROSE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class LineError(Exception):
    """A line is no customer; the message is the reason."""


def checked_text(label: str, text: str) -> str:
    """A text of one line; `label` names its column."""
    if len(text) > LONGEST_TEXT:
        raise LineError(f"{label} is longer than {LONGEST_TEXT} characters")
    if not text.isprintable() and _CONTROL.search(text):
        raise LineError(f"{label} holds a control character: type it anew")
    return text


def checked_prose(label: str, text: str) -> str:
    """A text that may have several lines."""
    if len(text) > LONGEST_PROSE:
        raise LineError(f"{label} is longer than {LONGEST_PROSE} characters")
    if not text.isprintable() and _CONTROL_IN_PROSE.search(text):
        raise LineError(f"{label} holds a control character: type it anew")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def language_code(label: str, text: str) -> str | None:
    """A language code, or None for an empty text."""
    code = text.lower()
    if code and not _LANGUAGE.fullmatch(code):
        raise LineError(f"{label} {shown(text)} is no language code: write fa, en, lv …")
    return code or None


def telephone_numbers(
    label: str, text: str, between: re.Pattern[str], country: str
) -> tuple[str, ...]:
    """Several numbers have a separator between them; each may have spaces inside."""
    if not text:
        return ()
    if not between.search(text):
        return (_number(label, text, country),)
    written = (number.strip() for number in between.split(text))
    return tuple(dict.fromkeys(_number(label, number, country) for number in written if number))


def _number(label: str, text: str, country: str) -> str:
    number = to_e164(text, country)
    if number is None:
        raise LineError(
            f"{label}: {shown(text)} is no telephone number of {country}; write others with their"
            " country code, as in +37120000001, and ; between several"
        )
    return number


def contract(
    labels: tuple[str, str, str, str], texts: tuple[str, str, str, str], read_date: DateReader
) -> tuple[ContractRecord, ...]:
    """The contract of a line: level, first day, last day, days of grace."""
    level, starts, ends, grace = texts
    if not (level and starts and ends):
        if level or starts or ends:
            raise _incomplete(labels, texts)
        if grace.strip("0"):
            raise LineError(f"{labels[3]} is given without a contract")
        return ()
    first, last = _date(labels[1], starts, read_date), _date(labels[2], ends, read_date)
    if last < first:
        raise LineError(f"{labels[2]} {last} is before {labels[1]} {first}")
    return (ContractRecord(checked_text(labels[0], level), first, last, _grace(labels[3], grace)),)


def _incomplete(labels: tuple[str, ...], texts: tuple[str, ...]) -> LineError:
    needed = list(zip(labels[:3], texts[:3], strict=True))
    missing = [label for label, text in needed if not text]
    given = next(label for label, text in needed if text)
    return LineError(f"{' and '.join(missing)} must be given where {given} is")


def _date(label: str, text: str, read_date: DateReader) -> date:
    try:
        return read_date(ascii_digits(text))
    except DateError as error:
        raise LineError(f"{label} {shown(text)} {error}") from None


def _grace(label: str, written: str) -> int:
    text = ascii_digits(written) or "0"
    # No more digits than the greatest value has: int() of very many digits is slow.
    if not text.isascii() or not text.isdigit() or len(text) > len(str(MOST_GRACE_DAYS)):
        raise LineError(f"{label} {shown(written)} is no number of days")
    if int(text) > MOST_GRACE_DAYS:
        raise LineError(f"{label} {text} is more than {MOST_GRACE_DAYS}")
    return int(text)


def lead_score(label: str, written: str) -> int | None:
    """A lead score, or None for an empty text."""
    if not written:
        return None
    text = ascii_digits(written)
    if not text.isascii() or not text.isdigit() or len(text) > len(str(LEAD_SCORES[-1])):
        raise LineError(f"{label} {shown(written)} is no whole number: {_SCORE_CURE}")
    if int(text) not in LEAD_SCORES:
        raise LineError(f"{label} {text} is more than {LEAD_SCORES[-1]}: {_SCORE_CURE}")
    return int(text)


def shown(text: str) -> str:
    """What was written, cut to a length that fits into a reason."""
    longest = 40
    return repr(text if len(text) <= longest else text[: longest - 1] + "…")
