"""For how long data on people is kept, as the rules say it."""

import pytest

from routing.differences import differences
from routing.loading import examine, load_policy
from routing.rules import Policy
from routing.rules_text import RulesText
from tests.sample import BUILTIN, POLICY, TEXT


def policy(retention: str) -> Policy:
    """The sample with a line of retention."""
    text = f"{TEXT}\nretention: {retention}\n"
    return load_policy(RulesText("f", text), known_prompts=BUILTIN)


def test_what_is_not_named_is_kept() -> None:
    """Of the kinds, or all of them."""
    assert policy("{calls: 730, audit: 30}").retention == {"calls": 730, "audit": 30}
    assert policy("{}").retention == {}
    assert POLICY.retention == {}


def test_a_difference_is_told() -> None:
    """Kind by kind."""
    found = differences(policy("{calls: 730, audit: 30}"), policy("{calls: 365, answers: 9}"))
    assert {(each.place, each.about, each.before, each.now) for each in found} == {
        ("retention", "calls", "730 days", "365 days"),
        ("retention", "audit", "30 days", None),
        ("retention", "answers", None, "9 days"),
    }


@pytest.mark.parametrize(
    ("retention", "message"),
    [
        ("{calls: 0}", "0 is too low"),
        ("{calls: 40000}", "40000 is too high"),
        ("{call: 30}", "calls"),
        ("{calls: 2y}", "number"),
    ],
)
def test_what_cannot_be_is_told(retention: str, message: str) -> None:
    """With what may stand there."""
    text = f"{TEXT}\nretention: {retention}\n"
    found = examine(RulesText("f", text), known_prompts=BUILTIN, year=2026).problems
    assert any(message in f"{each.message} {each.hint}" for each in found)
