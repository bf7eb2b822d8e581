"""The names that a rules file defines, and what to suggest for one that it does not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

MOST_NAMES_SHOWN: Final = 12
"""Of a list of allowed names; more would bury the message."""

PLURALS: Final = {
    "queue": "queues",
    "menu": "menus",
    "rule-list": "rules",
    "prompt": "prompts",
    "skill": "skills",
    "survey": "surveys",
    "mailbox": "mailboxes",
    "hours": "hours",
}
"""The kinds of name that are the keys of a section, and the section."""


@dataclass(frozen=True, slots=True)
class Names:
    """What may be mentioned, by kind: the keys of `PLURALS`, `language` and `source`.

    A kind that is absent could not be made out: its section is no mapping, which is a problem of
    its own. Nothing is then said about the mentions. `country` is the business's, None if unread.
    """

    of: Mapping[str, tuple[str, ...]]
    country: str | None


def names_in(data: Mapping[str, object], builtin_prompts: Iterable[str]) -> Names:
    """Collect the names from a file's plain data, whatever else may be wrong with it."""
    found = {
        kind: tuple(section)
        for kind, plural in PLURALS.items()
        if isinstance(section := data.get(plural, {}), dict)
    }
    if "prompt" in found:
        found["prompt"] = tuple(dict.fromkeys((*found["prompt"], *builtin_prompts)))
    business = data.get("business")
    languages = business.get("languages") if isinstance(business, dict) else None
    if isinstance(languages, list):
        found["language"] = tuple(each for each in languages if isinstance(each, str))
    numbers = data.get("numbers")
    if isinstance(numbers, dict):
        found["source"] = _sources(numbers.values())
    country = business.get("country") if isinstance(business, dict) else None
    return Names(found, country if isinstance(country, str) else None)


def _sources(numbers: Iterable[object]) -> tuple[str, ...]:
    sources = (number.get("source") for number in numbers if isinstance(number, dict))
    return tuple(dict.fromkeys(each for each in sources if isinstance(each, str)))


def suggestion(wrong: str, allowed: Iterable[str]) -> str:
    """A hint for a word that is not among those allowed.

    >>> suggestion("suport", ["sales", "support"])
    'did you mean `support`?'
    >>> suggestion("xyz", ["sales", "support"])
    'write one of: sales, support'
    """
    words = list(dict.fromkeys(allowed))
    close = get_close_matches(wrong, words, n=1)
    if close:
        return f"did you mean `{close[0]}`?"
    if not words:
        return ""
    more = ", …" if len(words) > MOST_NAMES_SHOWN else ""
    return f"write one of: {', '.join(words[:MOST_NAMES_SHOWN])}{more}"
