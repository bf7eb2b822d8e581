"""One line of a customer file as a customer, or the reason why not. Touches nothing."""

import csv
import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from crm.records import LEAD_SCORES, ContractRecord, Customer
from crm.searching import ascii_digits
from routing.phone_numbers import to_e164

COLUMNS: Final = (
    "reference",
    "name",
    "language",
    "segment",
    "phones",
    "contract_level",
    "contract_from",
    "contract_until",
    "grace_days",
    "lead_score",
)
"""The columns of a customer file, in the order in which we write them; a file may have any order.

All but the optional ones must be there, since a line says everything about its customer: a file
without the columns of the contract would end all contracts.
"""

OPTIONAL_COLUMNS: Final = ("lead_score",)
"""Columns that came later than the files that sites already make: what a file without one of them
does not say, stays as it is."""

REJECTED_COLUMNS: Final = ("line", "reason")
"""What the file of rejected lines has besides; ignored when that file is corrected and imported."""

LONGEST_TEXT: Final = 200
"""Characters of a reference, name, segment or level: longer ones are a slip of the separator."""

MOST_GRACE_DAYS: Final = 3650

_SCORE_CURE: Final = (
    f"write {LEAD_SCORES[0]} to {LEAD_SCORES[-1]}, or nothing where it is not known"
)

_YEARS: Final = range(1970, 2200)
_HIJRI_YEARS: Final = range(1300, 1500)
"""Years of the Solar Hijri calendar that somebody may mean: 1921 to 2121."""

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})?")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_BETWEEN_PHONES: Final = re.compile("[;؛]")


class HeaderError(Exception):
    """The first line does not name the columns; the message says what to change."""


class LineError(Exception):
    """A line is no customer; the message is the reason."""


def fields_of(line: str) -> Sequence[str]:
    """Split one line of a CSV file; a field in quotation marks may not run over to the next line.

    Raises:
        LineError: It cannot be split.
    """
    try:
        return next(csv.reader([line], strict=True), [])
    except csv.Error:
        raise LineError(
            'a quotation mark is not closed on this line, or stands inside a field: write " as ""'
            " within a field in quotation marks"
        ) from None


def read_header(line: str) -> Sequence[str]:
    """The names of the columns from the first line.

    Raises:
        HeaderError: Columns are missing, unknown or named twice.
    """
    try:
        names = [name.strip().lower() for name in fields_of(line)]
    except LineError as error:
        raise HeaderError(f"the first line is no header: {error}") from None
    if len(names) == 1 and re.search("[;\t]", names[0]):
        raise HeaderError(
            "the columns are not separated by commas: save the file as CSV with commas"
        )
    known = (*COLUMNS, *REJECTED_COLUMNS)
    problems = [
        *(_unknown_column(name) for name in names if name not in known),
        *(
            f"column {name} is missing"
            for name in COLUMNS
            if name not in names and name not in OPTIONAL_COLUMNS
        ),
        *(f"column {name} is there twice" for name in known if names.count(name) > 1),
    ]
    if problems:
        raise HeaderError(
            f"{'; '.join(problems)}. The first line must name the columns: {','.join(COLUMNS)}"
            f" ({' and '.join(OPTIONAL_COLUMNS)} may be left out)"
        )
    return names


def _unknown_column(name: str) -> str:
    close = difflib.get_close_matches(name, COLUMNS, n=1)
    hint = f": did you mean {close[0]}?" if close else ""
    return f"column {name[:LONGEST_TEXT]!r} is not known{hint}"


@dataclass(frozen=True, slots=True)
class LineReader:
    """Reads the lines of one file: `header` as `read_header` gave it, `country` for its numbers."""

    header: Sequence[str]
    country: str

    def customer(self, fields: Sequence[str]) -> Customer:
        """The customer of a line.

        Raises:
            LineError: The first reason why it is none.
        """
        if len(fields) != len(self.header):
            raise LineError(
                f"there are {len(fields)} fields instead of {len(self.header)}: put a field that"
                " holds a comma in quotation marks"
            )
        line = dict(zip(self.header, (field.strip() for field in fields), strict=True))
        return Customer(
            reference=_needed(line, "reference"),
            name=_needed(line, "name"),
            language=_language(line["language"]),
            segment=_text(line, "segment") or None,
            numbers=_numbers(line["phones"], self.country),
            contracts=_contracts(line),
            lead_score=_lead_score(line.get("lead_score", "")),
        )


def _needed(line: Mapping[str, str], column: str) -> str:
    text = _text(line, column)
    if not text:
        raise LineError(f"{column} is empty")
    return text


def _text(line: Mapping[str, str], column: str) -> str:
    text = line[column]
    if len(text) > LONGEST_TEXT:
        raise LineError(f"{column} is longer than {LONGEST_TEXT} characters")
    if _CONTROL.search(text):
        raise LineError(f"{column} holds a control character: type it anew")
    return text


def _language(text: str) -> str | None:
    code = text.lower()
    if code and not _LANGUAGE.fullmatch(code):
        raise LineError(f"language {_shown(text)} is no language code: write fa, en, lv …")
    return code or None


def _numbers(text: str, country: str) -> tuple[str, ...]:
    """Several numbers have `;` between them; each may have spaces inside."""
    written = [number.strip() for number in _BETWEEN_PHONES.split(text) if number.strip()]
    return tuple(dict.fromkeys(_number(number, country) for number in written))


def _number(text: str, country: str) -> str:
    number = to_e164(text, country)
    if number is None:
        raise LineError(
            f"phones: {_shown(text)} is no telephone number of {country}; write others with their"
            " country code, as in +37120000001, and ; between several"
        )
    return number


def _contracts(line: Mapping[str, str]) -> tuple[ContractRecord, ...]:
    columns = ("contract_level", "contract_from", "contract_until")
    given = [column for column in columns if line[column]]
    if not given:
        if line["grace_days"].strip("0"):
            raise LineError("grace_days is given without a contract")
        return ()
    if missing := [column for column in columns if column not in given]:
        raise LineError(f"{' and '.join(missing)} must be given where {given[0]} is")
    starts, ends = _date(line, "contract_from"), _date(line, "contract_until")
    if ends < starts:
        raise LineError(f"contract_until {ends} is before contract_from {starts}")
    return (ContractRecord(_text(line, "contract_level"), starts, ends, _grace(line)),)


def _date(line: Mapping[str, str], column: str) -> date:
    text = ascii_digits(line[column])
    try:
        day = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise LineError(
            f"{column} {_shown(line[column])} is no date: write year-month-day, as in 2026-03-21"
        )
    if day.year in _HIJRI_YEARS:
        raise LineError(f"{column} {text} looks like a Solar Hijri date: write the Gregorian one")
    if day.year not in _YEARS:
        raise LineError(f"{column} {text} is not between {_YEARS[0]} and {_YEARS[-1]}")
    return day


def _grace(line: Mapping[str, str]) -> int:
    text = ascii_digits(line["grace_days"]) or "0"
    # No more digits than the greatest value has: int() of very many digits is slow.
    if not text.isascii() or not text.isdigit() or len(text) > len(str(MOST_GRACE_DAYS)):
        raise LineError(f"grace_days {_shown(line['grace_days'])} is no number of days")
    if int(text) > MOST_GRACE_DAYS:
        raise LineError(f"grace_days {text} is more than {MOST_GRACE_DAYS}")
    return int(text)


def _lead_score(written: str) -> int | None:
    if not written:
        return None
    text = ascii_digits(written)
    if not text.isascii() or not text.isdigit() or len(text) > len(str(LEAD_SCORES[-1])):
        raise LineError(f"lead_score {_shown(written)} is no whole number: {_SCORE_CURE}")
    if int(text) not in LEAD_SCORES:
        raise LineError(f"lead_score {text} is more than {LEAD_SCORES[-1]}: {_SCORE_CURE}")
    return int(text)


def _shown(text: str) -> str:
    """What was written, cut to a length that fits into a reason."""
    longest = 40
    return repr(text if len(text) <= longest else text[: longest - 1] + "…")
