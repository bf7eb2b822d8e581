"""The telephone numbers of a country that everybody writes in the same way, read at once.

`phonenumbers` reads anything at all, which takes it some fifteen microseconds; a file of a million
customers cannot wait for that. What is read here goes through the same steps of its algorithm, with
its own metadata, but only where none of its special cases can apply: to all else the answer is
`None`, and the caller asks `phonenumbers` itself. So both always give the same number.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

SHORTEST: Final = 8
"""Digits of the shortest number that is read here, with its country code; shorter ones may be local
or short codes, which have rules of their own."""

_LONGEST_CODE: Final = 3
"""Digits of the longest country code (E.164)."""

_MOST_COUNTRIES: Final = 300
"""More than there are: what is asked for is not always one."""

_NEVER: Final = r"(?!)"

_CODES: Final = frozenset(map(str, COUNTRY_CODE_TO_REGION_CODE))


@dataclass(frozen=True, slots=True)
class _Plan:
    """What `phonenumbers` knows of the numbers of a region.

    Attributes:
        code: The country code, `98`.
        abroad: What stands before a foreign number when it is dialled from here.
        prefix: What stands before a national number when it is dialled here.
        plain_prefix: Whether the prefix is simply left out: nothing in it is kept or rewritten.
        national: What a whole national number looks like.
        lengths: The lengths that a national number may have.
    """

    code: str
    abroad: re.Pattern[str]
    prefix: re.Pattern[str]
    plain_prefix: bool
    national: re.Pattern[str]
    lengths: frozenset[int]


def international(digits: str) -> str | None:
    """A number with its country code, digits alone, in E.164; None if it needs a closer look."""
    if len(digits) < SHORTEST:
        return None
    for end in range(1, _LONGEST_CODE + 1):
        if digits[:end] in _CODES:
            plan, rest = _plan_of_code(digits[:end]), digits[end:]
            if plan is None or len(rest) not in plan.lengths:
                return None
            return None if rest[0] == "0" or plan.prefix.match(rest) else f"+{digits}"
    return None


def national(digits: str, country: str) -> str | None:
    """A number as it is dialled within its country, in E.164; None if it needs a closer look.

    Args:
        digits: Digits alone.
        country: ISO 3166 code in capitals.
    """
    plan = _plan_of(country)
    if plan is None or digits.startswith(plan.code) or plan.abroad.match(digits):
        return None
    rest = digits
    dialled = plan.prefix.match(digits)
    if dialled is not None:
        rest = digits[dialled.end() :]
        kept = plan.national.fullmatch(digits) and not plan.national.fullmatch(rest)
        if kept or not plan.plain_prefix:
            return None
    if len(rest) not in plan.lengths or rest[0] == "0":
        return None
    return f"+{plan.code}{rest}"


@lru_cache(maxsize=len(_CODES))
def _plan_of_code(code: str) -> _Plan | None:
    return _plan(_main_region(int(code)), int(code))


@lru_cache(maxsize=_MOST_COUNTRIES)
def _plan_of(country: str) -> _Plan | None:
    metadata = PhoneMetadata.metadata_for_region(country, None)
    return None if metadata is None else _plan(metadata, metadata.country_code)


def _plan(metadata: PhoneMetadata | None, code: int | None) -> _Plan | None:
    """The plan of a region; None where the metadata lacks what this module stands on."""
    main = None if code is None else _main_region(code)
    if metadata is None or metadata.general_desc is None or main is None:
        return None
    prefix = re.compile(metadata.national_prefix_for_parsing or _NEVER)
    return _Plan(
        code=str(code),
        abroad=re.compile(metadata.international_prefix or _NEVER),
        prefix=prefix,
        plain_prefix=not prefix.groups and not metadata.national_prefix_transform_rule,
        national=re.compile(metadata.general_desc.national_number_pattern or _NEVER),
        lengths=_lengths(metadata) & _lengths(main),
    )


def _lengths(metadata: PhoneMetadata) -> frozenset[int]:
    described = metadata.general_desc
    if described is None:
        return frozenset()
    return frozenset(described.possible_length) - frozenset(described.possible_length_local_only)


def _main_region(code: int) -> PhoneMetadata | None:
    """Of several countries that share a code, the one by which lengths are judged."""
    region = COUNTRY_CODE_TO_REGION_CODE[code][0]
    return PhoneMetadata.metadata_for_region_or_calling_code(code, region)
