"""Decisions in words, and as data for the journal."""

import json
from dataclasses import replace
from datetime import datetime

import pytest

from routing.decide import decide, explanation
from routing.decisions_data import (
    destination_from_data,
    destination_to_data,
    explanation_from_data,
    explanation_to_data,
)
from routing.destinations import (
    Destination,
    ToCallback,
    ToExtension,
    ToHangup,
    ToMenu,
    ToNumber,
    ToQueue,
    ToRules,
    ToSurvey,
    ToTracking,
    ToVoicemail,
)
from routing.explain import destination_in_words, explain
from routing.facts import Facts
from tests.sample import FACTS, POLICY, TEHRAN

DESTINATIONS: list[tuple[Destination, str]] = [
    (ToQueue("support"), "queue support"),
    (ToMenu("welcome"), "menu welcome"),
    (ToRules("arrival"), "rules arrival"),
    (ToTracking(), "track a request"),
    (ToVoicemail("messages"), "voicemail messages"),
    (ToExtension("201"), "extension 201"),
    (ToHangup(17), "hang up (cause 17)"),
    (ToSurvey("satisfaction"), "survey satisfaction"),
    (ToCallback(), "ask to be called back"),
    (ToNumber("+442079460000"), "number +442079460000"),
]


def told(facts: Facts) -> tuple[str, ...]:
    """The decision of the list `arrival` in words."""
    return explain(explanation(decide(POLICY, "arrival", facts)))


def test_a_rule_that_failed_shows_the_clause_and_what_it_saw() -> None:
    """Only the clause that failed: those before it held."""
    assert told(FACTS) == (
        f"rules arrival (revision {POLICY.revision})",
        "  ✗ closed: hours office is open, not closed or holiday",
        "  ✗ gold: case.open is false, not true",
        "  ✓ everyone: for everyone",
        "  → queue support",
    )


def test_a_rule_that_matched_shows_all_that_it_saw() -> None:
    """And what it does, in the order in which the caller notices."""
    at = datetime(2026, 3, 21, 10, 0, tzinfo=TEHRAN)
    gold = replace(FACTS.customer, segment="gold", open_cases=2)
    assert told(replace(FACTS, at=at))[1:] == (
        "  ✓ closed: customer is known, hours office is holiday, hours night is closed",
        "  → say hello, voicemail messages",
    )
    assert told(replace(FACTS, customer=gold))[2:] == (
        "  ✓ gold: case.open is true, customer.segment is gold",
        "  → open a request, queue support, priority 10",
    )


@pytest.mark.parametrize(("destination", "words"), DESTINATIONS, ids=str)
def test_every_destination_has_words_and_data(destination: Destination, words: str) -> None:
    """The data go through JSON and back."""
    assert destination_in_words(destination) == words
    data = json.loads(json.dumps(destination_to_data(destination)))
    assert destination_from_data(data) == destination


def test_a_decision_goes_through_the_journal_and_back() -> None:
    """With every reason."""
    before = explanation(decide(POLICY, "arrival", FACTS))
    assert explanation_from_data(json.loads(json.dumps(explanation_to_data(before)))) == before


def test_text_from_the_store_stays_on_its_line() -> None:
    """A segment with a line break, or with codes for a terminal, cannot draw lines of its own."""
    customer = replace(FACTS.customer, segment="gold\n  ✓ all: \x1b[2J", open_cases=1)
    lines = told(replace(FACTS, customer=customer))
    assert lines[2] == (
        "  ✗ gold: customer.segment is gold\\n  ✓ all: \\x1b[2J, not gold or unavailable"
    )
