"""Differences between two versions of the rules, as an administrator reads them."""

import pytest

from routing.differences import Difference, differences
from routing.loading import load_policy
from routing.rules import Policy
from routing.rules_text import RulesText
from tests.sample import BUILTIN, POLICY, TEXT


def changed(*edits: tuple[str, str]) -> Policy:
    """The policy of the sample after some edits, each of which must have changed something."""
    text = TEXT
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return load_policy(RulesText("f", text), known_prompts=BUILTIN)


def told(old: Policy, new: Policy) -> list[tuple[str, str, str | None, str | None]]:
    """The differences without the calls."""
    return [(each.place, each.about, each.before, each.now) for each in differences(old, new)]


def test_another_text_with_the_same_meaning_is_no_difference() -> None:
    """Comments, order within a mapping and spelling do not count."""
    same = changed(
        ("skills: {reception: everything, ", "# nothing\nskills: {reception: everything, ")
    )
    assert same.revision != POLICY.revision
    assert told(POLICY, same) == []


def test_calls_that_a_rule_sends_elsewhere_are_named_by_what_they_show() -> None:
    """Nothing is said of those that earlier rules take away."""
    hot = "    - {id: hot, when: {customer.lead_score: '>=50'}, then: {queue: reception}}\n"
    later = changed(("    - id: everyone\n", f"{hot}    - id: everyone\n"))
    assert told(POLICY, later) == [
        (
            "rules.arrival",
            "customer.lead_score >=50",
            "queue support (rule everyone)",
            "queue reception (rule hot)",
        )
    ]


def test_a_value_that_leaves_a_rule_is_told_apart_from_those_that_stay() -> None:
    """Of `[gold, unavailable]` only `unavailable` goes another way."""
    (found,) = differences(POLICY, changed(("[gold, unavailable]", "gold")))
    assert found.about == "case.open true, customer.segment unavailable"
    assert found.now == "queue support (rule everyone)"
    assert [values.in_words() for values in found.calls][-2:] == [
        "case.open true",
        "customer.segment unavailable",
    ]


def test_swapped_rules_differ_where_both_match() -> None:
    """The calls that only one of them matches go as before."""
    first = "    - id: a\n      when: {language: fa}\n      then: {queue: reception}\n"
    second = "    - id: b\n      when: {source: website}\n      then: {hangup: true}\n"
    at = "    - id: everyone\n"
    old, new = changed((at, first + second + at)), changed((at, second + first + at))
    (found,) = differences(old, new)
    assert found.about == "language fa, source website"
    assert (found.before, found.now) == ("queue reception (rule a)", "hang up (cause 16) (rule b)")


@pytest.mark.parametrize(
    ("edit", "difference"),
    [
        (("ring: 20s", "ring: 25s"), ("queues.reception", "ring", "20s", "25s")),
        (
            ("after: 1m, need", "after: 2m, need"),
            ("queues.support", "need after 1m", "support 1 or more", None),
        ),
        (("name: Reza Karimi", "name: Reza K."), ("agents.reza", "name", "Reza Karimi", "Reza K.")),
        (("reception: 5", "reception: 6"), ("agents.reza", "skill reception", "5", "6")),
        (('fri: "22:00-06:00", ', ""), ("hours.night", "fri", "22:00-06:00", "closed")),
        (("longest: 1m", "longest: 2m"), ("mailboxes.messages", "longest", "1m", "2m")),
        (
            ("1: {say_key: hello, rules: arrival}", "1: {say_key: hello, queue: support}"),
            (
                "menus.welcome",
                "key 1",
                "rules arrival (offered by hello)",
                "queue support (offered by hello)",
            ),
        ),
        (
            ("scale: 1..10", "scale: 1..5"),
            ("surveys.satisfaction", "question score", "hello, 1 to 10", "hello, 1 to 5"),
        ),
        (
            ("hello: {fa: سلام, en: Hello}", "hello: {fa: سلام, en: Hi}"),
            ("prompts.hello", "en", "Hello", "Hi"),
        ),
        (
            ("unlisted: {hangup: true}", "unlisted: {hangup: 17}"),
            ("business", "start of unlisted numbers", "hang up (cause 16)", "hang up (cause 17)"),
        ),
    ],
)
def test_every_section_is_compared(
    edit: tuple[str, str], difference: tuple[str, str, str | None, str | None]
) -> None:
    """By aspects of its entries."""
    assert difference in told(POLICY, changed(edit))


def test_an_entry_that_is_new_or_gone_is_told_whole() -> None:
    """Its place, and all that there is to say of it."""
    new = changed(("hours:\n", "hours:\n  late: {open: {mon: '18:00-20:00'}}\n"))
    (found,) = differences(POLICY, new)
    assert found == Difference("hours.late", "", None, found.now)
    assert found.now is not None
    assert "mon: 18:00-20:00; tue: closed" in found.now
    (gone,) = differences(new, POLICY)
    assert (gone.place, gone.before, gone.now) == ("hours.late", found.now, None)
