"""Queues in words: nothing of what callers meet in them is left out when versions are compared."""

from dataclasses import replace

import pytest

from ivr.prompts import builtin_prompts
from routing.describing_queues import queue_in_words
from routing.describing_routes import named_routes
from routing.destinations import Route, ToCallback, ToHangup, ToQueue
from routing.differences import differences
from routing.loading import load_policy
from routing.rules import Announcements, Gate, Policy, Preference
from routing.rules_text import RulesText
from tests.sample import TEXT

OLD = "    survey: satisfaction\n  reception:\n"
PARTS = """\
    survey: satisfaction
    gate:
      {hours: office, waiting: 20, per_agent: 5, wait: 4m, then: {voicemail: messages}}
    prefer: {agent: [owner, last], for: 20s}
    say: {place: true, wait: true, prompt: [hello, not-a-choice], every: 45s}
    keys: {"1": {callback: true}, "2": {language: en, queue: support}}
  reception:
"""


FIVE_EACH = "while 5 wait for each agent who is there"
FOUR_MINUTES = "who would likely wait more than 4m"


def policy_of(text: str) -> Policy:
    """The rules that a text is."""
    return load_policy(RulesText("rules.yaml", text), known_prompts=builtin_prompts())


WHOLE = TEXT.replace(OLD, PARTS, 1)
POLICY = policy_of(WHOLE)


@pytest.mark.parametrize(
    ("old", "new", "about", "now"),
    [
        (
            "waiting: 20",
            "waiting: 21",
            "not let in",
            f"outside the hours office or while 21 wait or {FIVE_EACH} or {FOUR_MINUTES}",
        ),
        ("hours: office, ", "", "not let in", None),
        ("per_agent: 5", "per_agent: 6", "not let in", None),
        ("wait: 4m", "wait: 3m", "not let in", None),
        (
            "wait: 4m, then: {voicemail: messages}",
            "wait: 4m, then: {hangup: 17}",
            "not let in, then",
            "hang up (cause 17)",
        ),
        (
            "agent: [owner, last]",
            "agent: last",
            "preferred",
            "the one who last spoke with the customer, for 20s",
        ),
        (
            "for: 20s",
            "for: 30s",
            "preferred",
            "the customer's own agent, else the one who last spoke with the customer, for 30s",
        ),
        ("place: true, ", "", "heard on coming in", "how long it will take"),
        ("wait: true, ", "", "heard on coming in", "how many are before them"),
        ("prompt: [hello, not-a-choice]", "prompt: hello", "heard every 45s", "hello"),
        ("every: 45s", "every: 46s", "heard every 46s", "hello, then not-a-choice"),
        ('"1": {callback: true}', '"1": {hangup: 17}', "key 1", "hang up (cause 17)"),
        ('"2": {language: en, queue: support}', "", "key 2", None),
    ],
)
def test_whatever_is_changed_of_a_queue_is_told(
    old: str, new: str, about: str, now: str | None
) -> None:
    """What of it, and how it is now."""
    assert old in WHOLE
    changed = policy_of(WHOLE.replace(old, new, 1))
    told = {each.about: each.now for each in differences(POLICY, changed)}
    assert about in told
    assert now is None or told[about] == now
    assert list(differences(POLICY, POLICY)) == []


def test_a_queue_without_them_tells_nothing_of_them() -> None:
    """As there is nothing to tell."""
    bare = {"need", "need after 20s", "need after 1m", "ring", "give up after", "then", "music"}
    plain = policy_of(TEXT).queues["support"]
    assert queue_in_words(plain).keys() == {*bare, "survey"}
    silent = replace(plain, say=Announcements(place=False, wait=False, prompts=(), every=60))
    assert queue_in_words(silent) == queue_in_words(plain)


def test_every_way_out_of_a_queue_has_a_name() -> None:
    """Whoever looks for what leads to a list finds it."""
    ways = {
        name: route
        for name, route in named_routes(POLICY)
        if name.startswith("queue support") and "given up" not in name
    }
    assert ways == {
        "queue support, not let in": POLICY.queues["support"].gate.then,  # type: ignore[union-attr]
        "queue support, key 1": Route(ToCallback()),
        "queue support, key 2": Route(ToQueue("support"), language="en"),
    }


def test_the_rules_become_what_they_say() -> None:
    """In the order in which they are written."""
    queue = POLICY.queues["support"]
    assert queue.prefer == Preference(("owner", "last"), 20)
    assert queue.say == Announcements(
        place=True, wait=True, prompts=("hello", "not-a-choice"), every=45
    )
    assert queue.gate is not None
    assert replace(queue.gate, then=Route(ToHangup())) == Gate(
        "office", 20, 5, 240, Route(ToHangup())
    )
    assert list(queue.keys) == ["1", "2"]
