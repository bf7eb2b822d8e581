"""Names: of what a rules file defines, and mentions of them; and languages.

A mention is checked on the spot against the context of the validation, as `routing.fields` says.
"""

import re
from collections.abc import Callable
from typing import Annotated, Final

from pydantic import AfterValidator, ValidationInfo

from routing.conditions import NONE, UNAVAILABLE
from routing.fields import complaint, names
from routing.names import PLURALS, is_id, is_language, suggestion
from routing.rules import CALLERS_LANGUAGE
from routing.written import Kind, Written, pattern

LONGEST_ID: Final = 40
"""Characters. Asterisk cuts queue names at 79, and a language is appended to ours."""

MENU_OR_ENTRY: Final = "menu-or-entry"
"""What a caller keys something in at, as a kind of name."""

_NAME = "[a-z][a-z0-9-]{0,39}"


def _id(value: str) -> str:
    if not is_id(value):
        hint = "begin with a small letter a to z; then small letters, digits and hyphens"
        raise complaint("bad-id", f'"{value}" is not an id', hint)
    if len(value) > LONGEST_ID:
        raise complaint("bad-id", f"an id of more than {LONGEST_ID} characters", "shorten it")
    return value


def _language(value: str) -> str:
    if is_language(value):
        return value
    hint = "write its two or three letters: fa, en"
    raise complaint("bad-language", f'"{value}" is not a language', hint)


def _queue_id(value: str) -> str:
    if _id(value) == "general" or value.startswith("rahyab-"):
        hint = "`general` and names that begin with `rahyab-` mean something else to Asterisk"
        raise complaint("reserved-id", f'a queue cannot be called "{value}"', hint)
    return value


def _known(kind: str, *words: str) -> Callable[[str, ValidationInfo], str]:
    """A validator of mentions: the name must be defined in the file, or be one of `words`."""

    def check(value: str, info: ValidationInfo) -> str:
        known = names(info).of.get(kind)
        if known is None or value in known or value in words:
            return value
        missing = _MISSING.get(kind, "")
        # A name that is itself refused is no cure; its own finding tells how it is written.
        good = [each for each in known if kind not in PLURALS or is_id(each)]
        twins = [each for each in known if each not in good and each.lower() == value]
        hint = suggestion(value, (*good, *words))
        if not good and "did you mean" not in hint:
            hint = missing or hint
        if twins:
            hint = f'"{twins[0]}" is defined: write it there in small letters'
        there_is = "there are" if kind == "hours" else "there is"
        message = f'{there_is} no {kind.replace("-", " ")} "{value}"'
        raise complaint(f"unknown-{kind.partition('-or-')[0]}", message, hint)

    return check


_MISSING: Final = {kind: f"define it under `{section}`" for kind, section in PLURALS.items()} | {
    MENU_OR_ENTRY: "define it under `menus`, or under `entries`"
}
"""What to do where nothing of a kind is defined."""


NAME: Final = Kind(
    "Name",
    "Small letters a to z, digits and hyphens, beginning with a letter; 40 characters at most:"
    " `opening-hours`. What a file mentions by name must be defined in it.",
)
LANGUAGE: Final = Kind(
    "Language",
    "Two or three small letters (ISO 639), as they stand under `languages` of `business`:"
    " `fa`, `en`.",
)
_ANY_NAME: Final = pattern("write a name: small letters, digits and hyphens", _NAME)
_ANY_LANGUAGE: Final = pattern("write a language in two or three small letters: fa", "[a-z]{2,3}")


def _mention(section: str, kind: str, *others: str) -> Written:
    """How a mention of a name is written."""
    also = "".join(f" or `{each}`" for each in others)
    hint = f"write the name of {kind}, as under `{section}`"
    schema = pattern(hint, _NAME, *map(re.escape, others)) if others else pattern(hint, _NAME)
    return Written(f"the name of {kind}{also}", schema, section=section)


Id = Annotated[str, AfterValidator(_id), Written("a name", _ANY_NAME, kind=NAME)]
QueueId = Annotated[str, AfterValidator(_queue_id), Written("a name", _ANY_NAME, kind=NAME)]
LanguageCode = Annotated[
    str, AfterValidator(_language), Written("a language", _ANY_LANGUAGE, kind=LANGUAGE)
]
QueueName = Annotated[str, AfterValidator(_known("queue")), _mention("queues", "a queue")]
MenuName = Annotated[str, AfterValidator(_known("menu")), _mention("menus", "a menu")]
RuleListName = Annotated[
    str, AfterValidator(_known("rule-list")), _mention("rules", "a list of rules")
]
PromptName = Annotated[str, AfterValidator(_known("prompt")), _mention("prompts", "a prompt")]
SkillName = Annotated[str, AfterValidator(_known("skill")), _mention("skills", "a skill")]
SurveyName = Annotated[str, AfterValidator(_known("survey")), _mention("surveys", "a survey")]
AgentName = Annotated[str, AfterValidator(_known("agent")), _mention("agents", "an agent")]
DeclaredVariable = Annotated[
    str, AfterValidator(_known("variable")), _mention("variables", "a variable")
]
AgentOrWord = Annotated[
    str,
    AfterValidator(_known("agent", NONE, UNAVAILABLE)),
    _mention("agents", "an agent", NONE, UNAVAILABLE),
]
RuleName = Annotated[
    str,
    AfterValidator(_known("rule")),
    Written(
        "the id of a rule, or `list/rule`",
        pattern("write the id of a rule, or list/rule", rf"{_NAME}(?:/{_NAME})?"),
        section="rules",
    ),
]
DialogueName = Annotated[
    str, AfterValidator(_known(MENU_OR_ENTRY)), _mention("menus", "a menu or an entry")
]
EntryName = Annotated[str, AfterValidator(_known("entry")), _mention("entries", "an entry")]
MailboxName = Annotated[str, AfterValidator(_known("mailbox")), _mention("mailboxes", "a mailbox")]
HoursName = Annotated[str, AfterValidator(_known("hours")), _mention("hours", "hours")]
LanguageName = Annotated[
    str,
    AfterValidator(_known("language")),
    Written("a language", _ANY_LANGUAGE, kind=LANGUAGE),
]
WantedSkill = Annotated[
    str,
    AfterValidator(_known("skill", CALLERS_LANGUAGE)),
    Written(
        f'the name of a skill or `"{CALLERS_LANGUAGE}"`',
        pattern(
            f'write the name of a skill, or "{CALLERS_LANGUAGE}" in quotes', _NAME, r"\{language\}"
        ),
        section="skills",
    ),
]
SourceOrNone = Annotated[
    str, AfterValidator(_known("source", NONE)), _mention("numbers", "a source", NONE)
]
CustomerLanguage = Annotated[
    str,
    AfterValidator(_known("language", NONE, UNAVAILABLE)),
    Written(
        f"a language, `{NONE}` or `{UNAVAILABLE}`",
        pattern("write a language (fa), none or unavailable", "[a-z]{2,3}", NONE, UNAVAILABLE),
        kind=LANGUAGE,
    ),
]
