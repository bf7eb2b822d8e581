"""A mapping guessed from the header of a file and its first rows, for a person to look over."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from crm.importing.columns import COLUMNS
from crm.importing.tables import Sample
from crm.searching import ascii_digits, fold

_NAMES: Final[Mapping[str, str]] = {
    "reference": (
        "reference|customer id|customer no|customer number|customer code|account number|client id"
        "|id|code|no|کد مشتری|شماره مشتری|کد|شناسه|شماره اشتراک|شناسه مشتری"
        "|klienta nr|klienta numurs|klienta kods|kods|numurs|nr"
    ),
    "name": (
        "name|full name|customer name|company|company name|client|customer|first name|given name"
        "|last name|surname|family name|نام|نام مشتری|نام خانوادگی|نام و نام خانوادگی|نام کامل"
        "|مشتری|شرکت|نام شرکت|vards|uzvards|vards uzvards|vards, uzvards|nosaukums|klients"
        "|uznemums|vards un uzvards"
    ),
    "language": "language|lang|زبان|valoda",
    "segment": "segment|group|category|class|type|گروه|دسته|نوع مشتری|سطح مشتری|segments|grupa",
    "phones": (
        "phone|phones|telephone|tel|mobile|mobile phone|cell|cell phone|home phone|work phone"
        "|phone number|phone 1|phone 2|fax|تلفن|تلفن همراه|همراه|موبایل|شماره تماس|شماره تلفن"
        "|شماره موبایل|تلفن ثابت|تلفن محل کار|talrunis|talruna numurs|mobilais|mobilais talrunis"
        "|telefons|talr|majas talrunis|darba talrunis"
    ),
    "contract_level": (
        "contract level|contract|contract type|plan|support level|نوع قرارداد|سطح قرارداد|قرارداد"
        "|liguma veids|ligums|liguma limenis"
    ),
    "contract_from": (
        "contract from|contract start|start date|valid from|تاریخ شروع|شروع قرارداد"
        "|تاریخ شروع قرارداد|liguma sakums|ligums no|speka no"
    ),
    "contract_until": (
        "contract until|contract end|end date|valid until|expiry date|تاریخ پایان|پایان قرارداد"
        "|تاریخ پایان قرارداد|تاریخ انقضا|liguma beigas|ligums lidz|speka lidz"
    ),
    "grace_days": "grace days|grace|مهلت|روزهای مهلت|pagarinajuma dienas",
    "lead_score": "lead score|score|امتیاز|امتیاز فروش|vertejums",
    "address": (
        "address|street|city|postal code|zip|country|آدرس|نشانی|شهر|استان|کد پستی|adrese|iela"
        "|pilseta|pasta indekss"
    ),
    "notes": (
        "notes|note|comment|comments|remarks|description|توضیحات|یادداشت|ملاحظات|piezimes|komentars"
    ),
}
"""Usual names of columns in English, Persian and Latvian, as `_plain` writes them."""

_SEVERAL: Final = frozenset({"name", "phones", "address"})
"""Fields that are joined of several columns."""

_CONTRACT: Final = ("contract_level", "contract_from", "contract_until")

_DATES: Final = (
    (re.compile(r"1[34]\d\d/\d{1,2}/\d{1,2}"), "jalali %Y/%m/%d"),
    (re.compile(r"1[34]\d\d-\d{1,2}-\d{1,2}"), "jalali %Y-%m-%d"),
    (re.compile(r"\d{1,2}\.\d{1,2}\.(19|20)\d\d"), "%d.%m.%Y"),
    (re.compile(r"(19|20)\d\d/\d{1,2}/\d{1,2}"), "%Y/%m/%d"),
    (re.compile(r"(19|20)\d\d\.\d{1,2}\.\d{1,2}\.?"), "%Y.%m.%d"),
    (re.compile(r"\d{1,2}/\d{1,2}/(19|20)\d\d"), "%d/%m/%Y"),
)
"""How dates look, and the format that says so; of day and month the day is taken to come first."""


def names_known(sample: Sample) -> int:
    """How many columns have names that can be guessed."""
    return sum(map(len, _guessed(sample.header).values()))


def draft_mapping(sample: Sample, country: str) -> str:
    """A mapping as text, for a person to look over.

    Args:
        sample: The beginning of the file.
        country: ISO 3166 code of the country whose numbers are written without a country code.
    """
    found = _guessed(sample.header)
    lines = [
        f"# Guessed from the header ({sample.described}).",
        "# Look over every line, then import with --mapping.",
        "version: 1",
        f"country: {country}",
        *([f"header_line: {sample.header_line}"] if sample.header_line > 1 else []),
        *_dates(sample, found),
        "columns:",
        *_columns(found),
    ]
    mapped = {name for names in found.values() for name in names}
    unused = [name for name in sample.header if name and name not in mapped]
    lines += [f"  # not used: {_quoted(name)}" for name in unused]
    if "reference" not in found:
        lines += [
            "# Without references somebody is found again by their number and name:",
            "same_person: [number+name]",
        ]
    return "\n".join(lines) + "\n"


def _guessed(header: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """The columns of each field."""
    found: dict[str, list[str]] = {}
    for column in header:
        plain = _plain(column)
        for name in _NAMES:
            if plain in _PLAIN_NAMES[name] and (name in _SEVERAL or name not in found):
                found.setdefault(name, []).append(column)
                break
    if not all(name in found for name in _CONTRACT):
        found = {name: given for name, given in found.items() if name not in _TERMS}
    return {name: found[name] for name in _NAMES if name in found}


_TERMS: Final = frozenset({*_CONTRACT, "grace_days"})


def _plain(name: str) -> str:
    """A name of a column without what does not count: case, marks, underlines, colons."""
    return " ".join(re.sub(r"[_\-.:/\u200c]+", " ", fold(name)).split())


_PLAIN_NAMES: Final = {
    name: frozenset(map(_plain, names.split("|"))) | {_plain(name)}
    for name, names in _NAMES.items()
}


def _columns(found: Mapping[str, Sequence[str]]) -> Iterator[str]:
    if "name" not in found:
        yield "  name: WHICH COLUMN?   # none looks like a name"
    for name in (*COLUMNS, "address", "notes"):
        columns = found.get(name, ())
        if len(columns) == 1:
            yield f"  {name}: {_quoted(columns[0])}"
        elif columns:
            yield f"  {name}: [{', '.join(map(_quoted, columns))}]"


def _dates(sample: Sample, found: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The formats of the dates in the columns that hold some."""
    columns = (*found.get("contract_from", ()), *found.get("contract_until", ()))
    places = [place for place, column in enumerate(sample.header) if column in columns]
    texts = [
        ascii_digits(row[place]).strip()
        for row in sample.rows
        for place in places
        if place < len(row)
    ]
    formats = [how for looks, how in _DATES if any(map(looks.fullmatch, texts))]
    if formats:
        yield f"dates: [{', '.join(map(_quoted, formats))}]"


def _quoted(text: str) -> str:
    """A text as YAML takes it for nothing else."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
