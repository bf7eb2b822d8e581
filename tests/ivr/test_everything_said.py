"""Nothing is said that is not in the catalogue: every path, in every language."""

from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

from ivr.prompts import BUILTIN_LANGUAGES, SILENCES, Catalogue, builtin_prompts
from ivr.spoken import (
    CURRENCIES,
    clock_time,
    day,
    digits_in_groups,
    duration,
    money,
    number,
    ordinal,
)
from ivr.spoken.values import Gender
from routing.callable_numbers import groups_as_dialled
from routing.currencies import WHOLE
from routing.destinations import (
    Destination,
    Route,
    ToCallback,
    ToEntry,
    ToHangup,
    ToMenu,
    ToProof,
    ToQueue,
    ToTracking,
    ToVoicemail,
)
from routing.dialogues import Callbacks, Entry, EntryKind, KeyChoice, Proof, SurveyQuestion
from routing.loading import load_policy
from routing.rules import Announcements, Policy
from routing.rules_text import RulesText
from tests.ivr.walking import Walk, with_every_rule_open
from tests.sample import FACTS, POLICY

EXAMPLE: Final = Path("routing_rules.yaml")
WELCOME: Final = Route(ToMenu("welcome"))


def example() -> Policy:
    """The rules that the program is shipped with."""
    text = RulesText(EXAMPLE.name, EXAMPLE.read_text(encoding="utf-8"))
    return load_policy(text, known_prompts=builtin_prompts())


def in_every_language(policy: Policy) -> Policy:
    """A business that speaks all that the program does, with its own texts supplied."""
    languages = tuple(dict.fromkeys((*policy.business.languages, *BUILTIN_LANGUAGES)))
    supplied = dict.fromkeys(languages, "x")
    return replace(
        policy,
        business=replace(policy.business, languages=languages),
        prompts={id_: {**supplied, **texts} for id_, texts in policy.prompts.items()},
    )


ENTRY: Final = Entry(
    id="digits",
    say=("hello",),
    kind=EntryKind.DIGITS,
    shortest=4,
    longest=8,
    checksum="damm",
    least=None,
    most=None,
    currency=None,
    secret=False,
    confirm=True,
    tries=2,
    variable=None,
    then=Route(ToProof()),
    otherwise=Route(ToHangup()),
    first_key_seconds=8.0,
    between_keys_seconds=4.0,
)


def rich() -> Policy:
    """The sample rules, with all that callers can be asked."""
    tracking = POLICY.tracking
    to_all: list[Destination] = [ToTracking(), ToCallback(), ToVoicemail("messages")]
    entries = {
        each.id: each
        for each in (
            ENTRY,
            replace(ENTRY, id="date", kind=EntryKind.DATE, shortest=8),
            replace(ENTRY, id="plain", kind=EntryKind.AMOUNT, shortest=1, most=Decimal("9.5")),
            *(
                replace(ENTRY, id=each.lower(), kind=EntryKind.AMOUNT, shortest=1, currency=each)
                for each in CURRENCIES
            ),
            replace(ENTRY, id="phone", kind=EntryKind.PHONE, longest=15),
            replace(ENTRY, id="secret", secret=True, confirm=False, variable="SITE_PIN"),
        )
    }
    to_all += [ToEntry(entry) for entry in entries]
    keys = tuple(KeyChoice(str(key), None, Route(to)) for key, to in enumerate(to_all, start=11))
    survey = POLICY.surveys["satisfaction"]
    comment = SurveyQuestion("comment", "hello", None, {}, record=60)
    return replace(
        POLICY,
        menus={"welcome": replace(POLICY.menus["welcome"], keys=keys)},
        numbers={},
        unlisted=Route(ToMenu("welcome"), open_case=True),
        entries=entries,
        tracking=replace(
            tracking, identified=True, agent_ring=20, agent_otherwise=WELCOME, note=60, sms=True
        ),
        callbacks=Callbacks(
            countries=("IR",),
            premium=False,
            hours="office",
            window=7200,
            days=7,
            tries=2,
            then=WELCOME,
            otherwise=WELCOME,
        ),
        proof=Proof(6, 300, 2, 3, 100, Route(ToQueue("support")), WELCOME),
        queues={
            id_: replace(queue, say=Announcements(place=True, wait=True, prompts=(), every=60))
            for id_, queue in POLICY.queues.items()
        },
        mailboxes={"messages": replace(POLICY.mailboxes["messages"], review=True)},
        surveys={
            survey.id: replace(survey, questions=(*survey.questions, comment), consent="hello")
        },
    )


SAID_BY_RULES: Final = {"please-hold", "leave-a-message"}
"""Prompts of the program that it says only where the rules name them."""


@pytest.mark.slow
def test_all_that_callers_can_be_asked_is_written() -> None:
    """And of what the program has, nothing is there that nobody hears.

    In one language: no prompt of the program lacks any (`test_prompts`), and values are below.
    """
    policy = rich()
    walk = walked(replace(policy, business=replace(policy.business, languages=("fa",))))
    assert not unwritten(walk)
    heard = {prompt for prompt, _ in walk.heard}
    unheard = builtin_prompts().keys() - heard - SAID_BY_RULES
    assert {each for each in unheard if not each.startswith("digit-")} == set()


def walked(policy: Policy) -> Walk:
    """A policy of which every path was walked."""
    walk = Walk(with_every_rule_open(policy), FACTS)
    walk.walk()
    return walk


def unwritten(walk: Walk) -> set[tuple[str, str]]:
    """What was said that has no text in the language in which it was said."""
    catalogue = Catalogue.of(walk.policy)
    return {
        (prompt, language)
        for prompt, language in walk.heard
        if catalogue.text(prompt, language) is None
    }


@pytest.mark.parametrize("policy", [example(), POLICY], ids=["example", "sample"])
@pytest.mark.slow
def test_the_rules_say_nothing_that_is_not_written(policy: Policy) -> None:
    """In the languages of the business. Each of its own prompts is heard somewhere."""
    walk = walked(policy)
    assert not unwritten(walk)
    assert set(policy.prompts) <= {prompt for prompt, _ in walk.heard}
    assert {language for _, language in walk.heard} == set(policy.business.languages)


@pytest.mark.parametrize("policy", [example(), POLICY], ids=["example", "sample"])
@pytest.mark.slow
def test_the_rules_can_be_said_in_every_language_of_the_program(policy: Policy) -> None:
    """Where the business has written its own texts, the program has the rest."""
    walk = walked(in_every_language(policy))
    assert not unwritten(walk)
    assert {language for _, language in walk.heard} == set(BUILTIN_LANGUAGES)


def test_a_text_that_is_missing_is_found() -> None:
    """So that the others are no empty promise."""
    prompts = {**POLICY.prompts, "hello": {"fa": "سلام"}}
    assert unwritten(walked(replace(POLICY, prompts=prompts))) == {("hello", "en")}


NUMBERS: Final = (
    ("IR", ("+989121234567", "+982191000000", "+989601")),
    ("LV", ("+37121234567", "+37163123456")),
    ("GB", ("+442079460958", "+447400123456")),
    ("US", ("+12015550123",)),
)


@pytest.mark.parametrize("language", BUILTIN_LANGUAGES)
def test_every_value_is_written(language: str) -> None:
    """Numbers of each country, days of four years, each minute of a day, amounts of each kind."""
    catalogue = Catalogue({}, [language])
    days = [date(2024, 1, 1) + timedelta(days=ahead) for ahead in range(4 * 366)]
    said = {
        prompt
        for row in (
            *(digits_in_groups(groups_as_dialled(each, at))
              for at, _ in NUMBERS for _, own in NUMBERS for each in own),
            *(day(each, language) for each in days),
            *(day(each, language, each - timedelta(days=ahead)) for each in days[-9:]
              for ahead in (0, 1, 9)),
            *(clock_time(time(minute // 60, minute % 60), language) for minute in range(24 * 60)),
            *(money(Decimal(whole), each, language) for each in CURRENCIES
              for whole in (*range(130), 1000, 21000, 10**6, 10**9)),
            *(money(Decimal(hundredths) / 100, each, language) for each in CURRENCIES
              for hundredths in range(0 if each in WHOLE else 300)),
        )
        for prompt in row
    }  # fmt: skip
    assert {each for each in said if catalogue.text(each, language) is None} == set()
    assert {f"digit-{digit}" for digit in range(10)} <= said


GENDERS: Final[tuple[Gender, ...]] = ("masculine", "feminine")


@pytest.mark.parametrize("language", BUILTIN_LANGUAGES)
def test_every_count_is_written(language: str) -> None:
    """Numbers and places in either gender, and durations from seconds to years."""
    catalogue = Catalogue({}, [language])
    large = [digit * 10**power + more for digit in (1, 2, 9) for power in range(3, 11)
             for more in (0, 1, 11, 345)]  # fmt: skip
    said = {
        prompt
        for row in (
            *(number(each, language, gender) for gender in GENDERS
              for each in (*range(1100), *large)),
            *(ordinal(each, language, gender) for gender in GENDERS for each in range(1, 1000)),
            *(duration(each, language) for each in (*range(200), *large)),
            *(duration(each * unit, language) for unit in (60, 3600, 86400) for each in range(130)),
        )
        for prompt in row
    }  # fmt: skip
    assert {each for each in said if catalogue.text(each, language) is None} == set()
    assert duration(60, language)[-1] in said


def test_silences_are_no_texts_that_are_missing() -> None:
    """A pause has no words, and is there in every language."""
    catalogue = Catalogue({}, BUILTIN_LANGUAGES)
    texts = {catalogue.text(each, code) for each in SILENCES for code in BUILTIN_LANGUAGES}
    assert texts == {""}
