"""The names that a rules file defines, and what to suggest for one that it does not."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, TypeGuard
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from routing.dialogues import RECORDED
from routing.rules import CALLERS_LANGUAGE

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
    "agent": "agents",
    "variable": "variables",
    "entry": "entries",
}
"""The kinds of name that are the keys of a section, and the section."""

WORD: Final = "word-"
"""Begins the id of a word of numbers, times, dates and amounts: no prompt of a site is named so."""

_ID = re.compile(r"[a-z][a-z0-9-]*")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_SCALE = re.compile(r"([0-9]{1,3})\.\.([0-9]{1,3})")
_SECTIONS: Final = frozenset(PLURALS.values()) | {
    "version",
    "include",
    "define",
    "business",
    "numbers",
    "unlisted",
    "person",
    "uninterrupted",
    "tracking",
    "callbacks",
    "proof",
    "texts",
    "retention",
    "unavailable",
    "tests",
}
_ENTRIES: Final[Mapping[str, type]] = {"skills": str, "rules": list}
"""What the entries of a section are; those of the others are mappings."""


@dataclass(frozen=True, slots=True)
class Names:
    """What may be mentioned, by kind: the keys of `PLURALS`, `language`, `source` and `rule`.

    A kind that is absent could not be made out: its section is malformed or misspelt, which is a
    problem of its own. Nothing is then said about the mentions. `country` is the business's, None
    if it could not be read. `answers` are those that each question of a survey can have; None if
    the surveys could not be made out. `timezone` is the business's, None as with the country.
    """

    of: Mapping[str, tuple[str, ...]]
    country: str | None
    answers: Mapping[str, tuple[str, ...]] | None = None
    timezone: ZoneInfo | None = None


def names_in(
    data: Mapping[str, object], builtin_prompts: Iterable[str], *, guess: bool = True
) -> Names:
    """Collect the names from a file's plain data, whatever else may be wrong with it.

    Args:
        data: The sections.
        builtin_prompts: The ids of the prompts that need no definition.
        guess: Whether a section that is not there may stand under another name, so that nothing is
            said of mentions. Wrong for a file in which nothing else is: there it is just missing.
    """
    found = {
        kind: tuple(section)
        for kind, plural in PLURALS.items()
        if isinstance(section := data.get(plural, {}), dict)
        and not (guess and _misspelt(plural, data))
    }
    if "prompt" in found:
        found["prompt"] = tuple(dict.fromkeys((*found["prompt"], *builtin_prompts)))
    business = data.get("business")
    languages = business.get("languages") if isinstance(business, dict) else None
    if isinstance(languages, list):
        spoken = tuple(each for each in languages if is_language(each))
        if spoken and len(spoken) == len(languages):
            found["language"] = spoken
    numbers = data.get("numbers")
    if isinstance(numbers, dict):
        found["source"] = _sources(numbers.values())
    if "rule-list" in found:
        found["rule"] = _rules(data.get("rules"))
    if "queue" in found and "language" in found:
        queues = data.get("queues", {})
        sections = queues.items() if isinstance(queues, dict) else ()
        told_apart = {str(each): _by_language(queue) for each, queue in sections}
        found["asterisk-queue"] = asterisk_queues(told_apart, found["language"])
    if {"menu", "entry"} <= found.keys():
        found["menu-or-entry"] = (*found["menu"], *found["entry"])
    if found.keys() >= {*STAGES.values()}:
        found["stage"] = stages(found)
    answers = _answers(data.get("surveys", {})) if "survey" in found else None
    country = business.get("country") if isinstance(business, dict) else None
    return Names(
        found,
        country if isinstance(country, str) else None,
        answers,
        _zone(business.get("timezone") if isinstance(business, dict) else None),
    )


def _zone(name: object) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if isinstance(name, str) else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def asterisk_queues(queues: Mapping[str, bool], languages: Iterable[str]) -> tuple[str, ...]:
    """How Asterisk names queues.

    Args:
        queues: Each queue, and whether its callers are told apart by language.
        languages: Those of the business.
    """
    spoken = tuple(languages)
    named = (
        tuple(f"{queue}-{each}" for each in spoken) if by_language else (queue,)
        for queue, by_language in queues.items()
    )
    return tuple(name for names in named for name in names)


STAGES: Final[Mapping[str, str]] = {
    "menu": "menu",
    "entry": "entry",
    "queue": "queue",
    "entering": "queue",
    "survey": "survey",
    "voicemail": "mailbox",
    "agent": "agent",
}
"""Where callers can hang up, as the journal names it, and what kind of name follows."""


def stages(names: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Where callers can hang up, as the journal names it: of the names of each kind."""
    named = (f"{stage} {each}" for stage, kind in STAGES.items() for each in names[kind])
    return (*named, "tracking", "callback", "proof")


def _by_language(queue: object) -> bool:
    """Whether a queue, right or wrong as it may be, asks for the language, or says something."""
    if not isinstance(queue, dict):
        return False
    say = queue.get("say")
    needs = repr((queue.get("need"), queue.get("steps")))
    return CALLERS_LANGUAGE in needs or (isinstance(say, dict) and bool(say.get("prompt")))


def _answers(surveys: object) -> Mapping[str, tuple[str, ...]] | None:
    """The answers to each question; None if one of them cannot be made out."""
    found: dict[str, tuple[str, ...]] = {}
    for survey in surveys.values() if isinstance(surveys, dict) else ():
        questions = survey.get("questions") if isinstance(survey, dict) else None
        for question in questions if isinstance(questions, list) else (None,):
            answers = _answers_to(question) if isinstance(question, dict) else None
            if answers is None or not isinstance(question, dict):
                return None
            id_ = str(question.get("id"))
            found[id_] = (*found.get(id_, ()), *answers)
    return found


def _answers_to(question: Mapping[str, object]) -> tuple[str, ...] | None:
    keys, scale = question.get("keys"), question.get("scale")
    if question.get("yes_no") is True:
        return ("yes", "no")
    if "record" in question:
        return (RECORDED,)
    if isinstance(keys, dict):
        return tuple(str(each) for each in keys.values())
    marks = _SCALE.fullmatch(scale) if isinstance(scale, str) else None
    return None if marks is None else marks_of(int(marks[1]), int(marks[2]))


def marks_of(low: int, high: int) -> tuple[str, ...]:
    """The marks of a scale, as they are kept."""
    return tuple(str(mark) for mark in range(low, high + 1))


def is_id(word: str) -> bool:
    """Whether this is written like a name of the file: small letters, digits, hyphens."""
    return _ID.fullmatch(word) is not None


def is_word(prompt: str) -> bool:
    """Whether this is the id of a word of which values are made, which no route has to name."""
    return prompt.startswith(WORD)


def is_language(code: object) -> TypeGuard[str]:
    """Whether this is written like a language: two or three small letters (ISO 639)."""
    return isinstance(code, str) and _LANGUAGE.fullmatch(code) is not None


def _misspelt(section: str, data: Mapping[str, object]) -> bool:
    """Whether a section seems to stand there under a wrong name, or within another one."""
    if section in data:
        return False
    others = [key for key in data if key not in _SECTIONS]
    within = (each.get(section) for each in data.values() if isinstance(each, dict))
    return bool(get_close_matches(section, others)) or any(
        _looks_like(section, each) for each in within
    )


def _looks_like(section: str, value: object) -> bool:
    """Whether this may be a whole section: an entry of another one can be called like it."""
    kind = _ENTRIES.get(section, dict)
    return isinstance(value, dict) and all(isinstance(each, kind) for each in value.values())


def _sources(numbers: Iterable[object]) -> tuple[str, ...]:
    sources = (number.get("source") for number in numbers if isinstance(number, dict))
    return tuple(dict.fromkeys(each for each in sources if isinstance(each, str)))


def suggestion(wrong: str, allowed: Iterable[str]) -> str:
    """A hint for a word that is not among those allowed.

    >>> suggestion("suport", ["sales", "support"])
    'did you mean "support"?'
    >>> suggestion("xyz", ["sales", "support"])
    'write one of: sales, support'
    """
    words = list(dict.fromkeys(allowed))
    close = get_close_matches(wrong, words, n=1)
    if close:
        return f'did you mean "{close[0]}"?'
    if not words:
        return ""
    more = ", …" if len(words) > MOST_NAMES_SHOWN else ""
    return f"write one of: {', '.join(words[:MOST_NAMES_SHOWN])}{more}"


def _rules(lists: object) -> tuple[str, ...]:
    """The rules, each by its id alone and as `list/id`."""
    ids = [
        (name, rule["id"])
        for name, rules in (lists.items() if isinstance(lists, dict) else ())
        for rule in (rules if isinstance(rules, list) else ())
        if isinstance(rule, dict) and isinstance(rule.get("id"), str)
    ]
    return tuple(dict.fromkeys([*(rule for _, rule in ids), *(f"{n}/{rule}" for n, rule in ids)]))
