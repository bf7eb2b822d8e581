"""Nothing is said that is not in the catalogue: every path, in every language."""

from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

from ivr.prompts import BUILTIN_LANGUAGES, SILENCES, Catalogue, builtin_prompts
from ivr.spoken import CURRENCIES, clock_time, day, digits, money
from routing.callable_numbers import as_dialled
from routing.dialogues import Callbacks, Entry, EntryKind, Proof
from routing.loading import load_policy
from routing.rules import Policy
from routing.rules_text import RulesText
from tests.ivr.walking import Walk, with_every_rule_open
from tests.sample import FACTS, POLICY

EXAMPLE: Final = Path("routing_rules.yaml")


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
def test_the_rules_say_nothing_that_is_not_written(policy: Policy) -> None:
    """In the languages of the business. Each of its own prompts is heard somewhere."""
    walk = walked(policy)
    assert not unwritten(walk)
    assert set(policy.prompts) <= {prompt for prompt, _ in walk.heard}
    assert {language for _, language in walk.heard} == set(policy.business.languages)


@pytest.mark.parametrize("policy", [example(), POLICY], ids=["example", "sample"])
def test_the_rules_can_be_said_in_every_language_of_the_program(policy: Policy) -> None:
    """Where the business has written its own texts, the program has the rest."""
    walk = walked(in_every_language(policy))
    assert not unwritten(walk)
    assert {language for _, language in walk.heard} == set(BUILTIN_LANGUAGES)


def test_a_text_that_is_missing_is_found() -> None:
    """So that the others are no empty promise."""
    prompts = {**POLICY.prompts, "hello": {"fa": "سلام"}}
    assert unwritten(walked(replace(POLICY, prompts=prompts))) == {("hello", "en")}
