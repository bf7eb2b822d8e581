"""The form that a counted word takes, by the plural rules of Unicode CLDR.

A rule is written as in CLDR's `plurals.xml` (Unicode Technical Standard 35, part 3, "Language
Plural Rules"), so that a language's page can take it from there.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

OTHER: Final = "other"
"""The form of what fits no rule."""

PluralRules: TypeAlias = Mapping[str, Callable[[int], bool]]
"""For each form but "other", whether a count takes it; asked in this order."""

_RELATION: Final = re.compile(
    r"(?P<operand>[nivwftce])(?:\s*%\s*(?P<modulus>[1-9]\d*))?\s*(?P<sign>!?=)\s*"
    r"(?P<ranges>\d+(?:\.\.\d+)?(?:\s*,\s*\d+(?:\.\.\d+)?)*)"
)


def compile_rule(text: str) -> Callable[[int], bool]:
    """Make a plural rule ready to be asked, as `n % 10 = 1 and n % 100 != 11`.

    Only whole numbers are counted: what a rule says of decimals never holds for them.

    Args:
        text: The rule; examples after an @, as CLDR has them, are left out.

    Raises:
        ValueError: It is no plural rule; the message says where.
    """
    ways = [
        [_relation(relation) for relation in re.split(r"\band\b", way)]
        for way in re.split(r"\bor\b", text.partition("@")[0])
    ]
    return lambda count: any(all(holds(count) for holds in way) for way in ways)


def form_of(rules: PluralRules, count: int) -> str:
    """The form that a word takes when it is counted `count` times."""
    return next((form for form, holds in rules.items() if holds(count)), OTHER)


def _relation(text: str) -> Callable[[int], bool]:
    found = _RELATION.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text.strip()!r} is no relation, as n % 10 = 2..4 is")
    whole = found["operand"] in "ni"  # the other operands are digits after the point: none
    modulus = int(found["modulus"] or 0)
    spans = [_span(each) for each in found["ranges"].split(",")]
    wanted = found["sign"] == "="

    def holds(count: int) -> bool:
        value = count if whole else 0
        value = value % modulus if modulus else value
        return any(value in span for span in spans) is wanted

    return holds


def _span(text: str) -> range:
    first, _, last = text.strip().partition("..")
    return range(int(first), int(last or first) + 1)
