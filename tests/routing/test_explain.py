"""Decisions in words, and as data for the journal."""

import json
from dataclasses import replace
from datetime import datetime

import pytest

from routing.conditions import Allowed, Condition, Prefix, Range
from routing.decide import decide, explanation
from routing.decisions import Clause, Explanation, RuleTest, Sight
from routing.decisions_data import (
    destination_from_data,
    destination_to_data,
    explanation_from_data,
    explanation_to_data,
    route_from_data,
    route_to_data,
)
from routing.destinations import (
    Destination,
    Priority,
    Route,
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
from routing.explain import destination_in_words, explain, route_in_words, rule_line
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


FULL_ROUTE_IN_WORDS = (
    "language en, say hello, open a request, queue support, "
    "priority 10, 5 more every 1m up to 30, music jazz, A=1\\n"
)
ROUTES: list[tuple[Route, str]] = [
    (Route(ToQueue("support")), "queue support"),
    (
        Route(
            ToQueue("support"),
            language="en",
            say=("hello",),
            open_case=True,
            priority=Priority(10, rise=5, every=60, highest=30),
            music="jazz",
            variables=(("A", "1\n"),),
        ),
        FULL_ROUTE_IN_WORDS,
    ),
    (Route(ToCallback(), priority=Priority(0)), "ask to be called back, priority 0"),
]


@pytest.mark.parametrize(("route", "words"), ROUTES)
def test_every_action_of_a_route_has_words_and_data(route: Route, words: str) -> None:
    """In the order in which they are done; a priority of zero is one, too."""
    assert route_in_words(route) == words
    assert route_from_data(json.loads(json.dumps(route_to_data(route)))) == route


def clause(sight: Sight, *allowed: Allowed, held: bool) -> Clause:
    """One condition as it was tested."""
    return Clause(Condition(sight.fact, sight.argument, allowed), sight, held)


TESTS: list[tuple[RuleTest, str]] = [
    (
        RuleTest(
            "a", (clause(Sight("queue.waiting", "sales", 4), Range(6, None, ">5"), held=False),)
        ),
        "✗ a: queue sales waiting is 4, not >5",
    ),
    (
        RuleTest(
            "b", (clause(Sight("case.age", None, "none"), Range(0, 9, "<10s"), "x", held=False),)
        ),
        "✗ b: case.age is none, not <10s or x",
    ),
    (
        RuleTest("c", (clause(Sight("caller.area", None, "+98212"), Prefix("+9821"), held=True),)),
        "✓ c: caller.area is +98212",
    ),
    (
        RuleTest("d", (clause(Sight("caller.area", None, "+371"), Prefix("+9821"), held=False),)),
        "✗ d: caller.area is +371, not +9821…",
    ),
    (
        RuleTest(
            "e",
            (
                clause(
                    Sight("queue.longest_wait", "s", "unavailable", 90), "unavailable", held=True
                ),
            ),
        ),
        "✓ e: queue s longest_wait is unavailable, taken for 1m 30s",
    ),
    (
        RuleTest("f", (clause(Sight("share", "trial", 5), Range(100, 199, "1%..2%"), held=False),)),
        "✗ f: share trial is 0.05%, not 1%..2%",
    ),
    (RuleTest("g", ()), "✓ g: for everyone"),
]


@pytest.mark.parametrize(("test", "words"), TESTS)
def test_every_kind_of_value_has_words_and_data(test: RuleTest, words: str) -> None:
    """As the rules file writes it."""
    assert rule_line(test) == words
    before = Explanation("list", test.rule_id, Route(ToTracking()), (test,), 7, "r")
    back = explanation_from_data(json.loads(json.dumps(explanation_to_data(before))))
    assert back == before
    assert explain(back)[1] == "  … 7 rules before these did not match"


EARLIER = {
    "rules": "arrival",
    "rule": "gold",
    "say": ["hello"],
    "priority": 10,
    "open_case": True,
    "then": {"queue": "support"},
    "tests": [
        {
            "rule": "closed",
            "clauses": [
                {
                    "fact": "hours",
                    "argument": "office",
                    "allowed": ["closed", "holiday"],
                    "seen": "open",
                    "held": False,
                }
            ],
        },
        {
            "rule": "gold",
            "clauses": [
                {
                    "fact": "customer.segment",
                    "argument": None,
                    "allowed": ["gold"],
                    "seen": "gold",
                    "held": True,
                }
            ],
        },
    ],
    "revision": "72cb8d72fb66",
}
"""A decision as the journal kept it before routes carried what is done on the way."""


def test_a_decision_that_was_kept_by_an_earlier_version_is_still_read() -> None:
    """With all that it did on the way."""
    assert explain(explanation_from_data(EARLIER)) == (
        "rules arrival (revision 72cb8d72fb66)",
        "  ✗ closed: hours office is open, not closed or holiday",
        "  ✓ gold: customer.segment is gold",
        "  → say hello, open a request, queue support, priority 10",
    )
    plain = {**EARLIER, "say": [], "priority": None, "open_case": False}
    assert explanation_from_data(plain).route == Route(ToQueue("support"))


def test_text_from_the_store_stays_on_its_line() -> None:
    """A segment with a line break, or with codes for a terminal, cannot draw lines of its own."""
    customer = replace(FACTS.customer, segment="gold\n  ✓ all: \x1b[2J", open_cases=1)
    lines = told(replace(FACTS, customer=customer))
    assert lines[2] == (
        "  ✗ gold: customer.segment is gold\\n  ✓ all: \\x1b[2J, not gold or unavailable"
    )
