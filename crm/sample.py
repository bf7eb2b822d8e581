"""Makes `crm/samples/customers.csv`: `python -m crm.sample`.

Made-up customers of a small software company. The first seven are fixed, for examples and tests:

C-0001  +989121234567  Persian, gold, lead score 85, contract running until 2030-12-31
C-0002  +989127654321  Persian, contract ended 2025-12-31
C-0003  +37120000001   Latvian who speaks English, running until 2030-12-31
C-0004  +442079460001  English, standard, running until 2030-12-31
C-0005  +442079460002  English, contract ended 2025-12-31
C-0006  +982188880000  Persian, shares the number with the next one: an ambiguous caller
C-0007  +982188880000

The others are drawn from a fixed seed, so that every run writes the same file. British numbers are
from the ranges that Ofcom keeps for fiction; the others have a valid form and nothing more.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Final, TypeAlias, TypeVar

from crm.importing.columns import COLUMNS
from crm.records import LEAD_SCORES

T = TypeVar("T")

SEED: Final = 20260321
CUSTOMERS: Final = 200
SAMPLE_FILE: Final = Path(__file__).parent / "samples" / "customers.csv"

FIRST_DAY: Final = date(2024, 1, 1)
LAST_DAY: Final = date(2031, 12, 31)

Line: TypeAlias = tuple[str, ...]
"""The fields of one customer, as in COLUMNS."""

_RUNNING: Final = ("2025-01-01", "2030-12-31", "14")
_ENDED: Final = ("2024-01-01", "2025-12-31", "14")

_FIXED: Final[tuple[Line, ...]] = (
    ("C-0001", "سارا احمدی", "fa", "gold", "+989121234567", "gold", *_RUNNING, "85"),
    ("C-0002", "رضا کریمی", "fa", "standard", "+989127654321", "standard", *_ENDED, "40"),
    ("C-0003", "Jānis Bērziņš", "en", "silver", "+37120000001", "silver", *_RUNNING, "55"),
    ("C-0004", "Emma Taylor", "en", "standard", "+442079460001", "standard", *_RUNNING, "15"),
    ("C-0005", "Oliver Wright", "en", "standard", "+442079460002", "standard", *_ENDED, ""),
    ("C-0006", "شرکت آفتاب", "fa", "silver", "+982188880000", "silver", *_RUNNING, "70"),
    ("C-0007", "شرکت مهتاب", "fa", "standard", "+982188880000", "", "", "", "", ""),
)


@dataclass(frozen=True, slots=True)
class _People:
    """Where a customer may come from: names, languages, and how numbers are written there.

    In a form of number `#` stands for a digit, `@` for a digit that makes it unique.
    """

    given_names: Sequence[str]
    family_names: Sequence[str]
    languages: Sequence[str]
    numbers: Sequence[str]


_PERSIAN: Final = _People(
    (
        "آرش", "امیر", "بهرام", "پویا", "حسین", "رضا", "سعید", "علی", "کامران", "محمد", "مهدی",
        "نیما", "الهام", "پریسا", "زهرا", "سارا", "شیرین", "فاطمه", "لیلا", "مریم", "نگار",
    ),
    (
        "احمدی", "اکبری", "جعفری", "حسینی", "رحیمی", "رستمی", "زارعی", "صادقی", "عباسی", "قاسمی",
        "کاظمی", "کریمی", "محمدی", "مرادی", "موسوی", "نوری", "هاشمی", "یوسفی",
    ),
    ("fa",),
    ("0912 5## @@@@", "+98935###@@@@", "0901-4##-@@@@", "021 8#2# @@@@", "+98 31 3#2# @@@@"),
)  # fmt: skip

_LATVIAN: Final = _People(
    (
        "Andris", "Edgars", "Jānis", "Kārlis", "Māris", "Mārtiņš", "Pēteris", "Raivis", "Anna",
        "Elīna", "Ilze", "Inga", "Kristīne", "Līga", "Santa", "Zane",
    ),
    (
        "Balodis", "Bērziņš", "Eglītis", "Jansons", "Kalniņš", "Krūmiņš", "Liepiņš", "Ozols",
        "Petersons", "Vītols", "Zariņš", "Žagars",
    ),
    ("lv", "lv", "en"),
    ("+371 26 ##@@@@", "+371 2918@@@@", "+37167##@@@@"),
)  # fmt: skip

_ENGLISH: Final = _People(
    (
        "Alice", "Amelia", "Arthur", "Charlotte", "Daniel", "Emily", "George", "Grace", "Harry",
        "Isla", "Jack", "Lucy", "Noah", "Olivia", "Sophie", "Thomas",
    ),
    (
        "Baker", "Brown", "Carter", "Clarke", "Davies", "Evans", "Green", "Hughes", "Johnson",
        "Lewis", "Morgan", "Roberts", "Smith", "Turner", "Walker", "Wood",
    ),
    ("en",),
    ("+44 7700 900@@@", "+44 20 7946 0@@@", "+44 161 496 0@@@"),
)  # fmt: skip

_MIX: Final = (_PERSIAN, _PERSIAN, _PERSIAN, _LATVIAN, _ENGLISH)
_SEGMENTS: Final = ("standard", "standard", "standard", "silver", "silver", "gold")
_GRACE_DAYS: Final = (0, 14, 30, 90, 365)
_YEARS_OF_CONTRACT: Final = (1, 2, 3, 5)
_DAYS_OF_STARTS: Final = 3 * 365
_WITHOUT_CONTRACT: Final = 0.12
_WITH_SECOND_NUMBER: Final = 0.25
_WITHOUT_SCORE: Final = 0.4


class _Draw:
    """Draws from a seeded source.

    Only `Random.random` is used: of all its methods it alone is promised to give the same numbers
    in every version of Python.
    """

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311  the same sample each time is the purpose

    def below(self, end: int) -> int:
        return int(self._random.random() * end)

    def one(self, choices: Sequence[T]) -> T:
        return choices[self.below(len(choices))]

    def happens(self, probability: float) -> bool:
        return self._random.random() < probability


def sample_lines() -> list[Line]:
    """The lines of the sample, without the header."""
    draw, draw_score = _Draw(SEED), _Draw(SEED + 1)
    drawn = (
        (*_line(draw, number), _score(draw_score))
        for number in range(len(_FIXED) + 1, CUSTOMERS + 1)
    )
    return [*_FIXED, *drawn]


def _score(draw: _Draw) -> str:
    """A lead score, drawn apart from all else so that the others are those of earlier samples."""
    score = draw.below(LEAD_SCORES.stop)
    return "" if draw.happens(_WITHOUT_SCORE) else str(score)


def _line(draw: _Draw, number: int) -> Line:
    """All fields but the lead score."""
    people = draw.one(_MIX)
    name = f"{draw.one(people.given_names)} {draw.one(people.family_names)}"
    segment = draw.one(_SEGMENTS)
    phones = [_phone(draw, people, number)]
    if draw.happens(_WITH_SECOND_NUMBER):
        phones.append(_phone(draw, people, CUSTOMERS + number))
    contract = _contract(draw, segment)
    language = draw.one(people.languages)
    return (f"C-{number:04}", name, language, segment, "; ".join(phones), *contract)


def _phone(draw: _Draw, people: _People, unique: int) -> str:
    form = draw.one(people.numbers)
    places = form.count("@")
    form = form.replace("@" * places, f"{unique:0{places}}")
    return "".join(str(draw.below(10)) if sign == "#" else sign for sign in form)


def _contract(draw: _Draw, level: str) -> Line:
    if draw.happens(_WITHOUT_CONTRACT):
        return ("", "", "", "")
    starts = FIRST_DAY + timedelta(days=draw.below(_DAYS_OF_STARTS))
    ends = starts.replace(day=1, year=starts.year + draw.one(_YEARS_OF_CONTRACT))
    ends = min(ends - timedelta(days=1), LAST_DAY)
    return (level, starts.isoformat(), ends.isoformat(), str(draw.one(_GRACE_DAYS)))


def write_sample(path: Path) -> None:
    """Write the sample as a customer file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(sample_lines())


if __name__ == "__main__":
    SAMPLE_FILE.parent.mkdir(exist_ok=True)
    write_sample(SAMPLE_FILE)
