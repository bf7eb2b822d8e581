"""Which ways into queues and out of them tests have reached."""

from pathlib import Path

from agi_server.policy import read_rules
from ivr.prompts import builtin_prompts
from ivr.rulebook import Rulebook
from rehearsal.coverage import coverage, points
from rehearsal.rehearse import rehearse
from routing.loading import load_policy
from routing.rules_text import RulesText
from tests.rehearsal.rules import OFFICE_TIME, RULES, read

PARTS = """\
    give_up: {after: 5m, then: {voicemail: support}}
    gate: {waiting: 7, then: {voicemail: support}}
    prefer: {agent: last, for: 20s}
    say: {prompt: welcome}
    keys: {"1": {callback: true}, "2": {hangup: true}}
"""


def _book(file: Path) -> Rulebook:
    """The rules that we ship, whose first queue has every part."""
    text = read_rules(file).text
    old = "    give_up: {after: 5m, then: {voicemail: support}}\n"
    assert old in text
    whole = RulesText("rules.yaml", text.replace(old, PARTS, 1))
    return Rulebook.of(load_policy(whole, known_prompts=builtin_prompts()))


BOOK = _book(RULES)
CALL = f'{OFFICE_TIME}, keys: "1"'
KNOWN = "customer: {contract: {until: '1405-12-01'}, last_agent: sara}"


def reached(*given: str) -> set[str]:
    """What of the queue a call has reached."""
    test = read(CALL, *given, "expect: {language: fa}", book=BOOK)
    found = coverage(BOOK.policy, [rehearse(BOOK, test.call)])
    names = {point.name for point in found.points}
    assert {each.name for each in found.missed} == names - found.reached
    return {each.removeprefix("queue support, ") for each in found.reached if "support," in each}


def test_each_way_out_of_a_queue_is_a_point_at_its_place() -> None:
    """Where it is written."""
    places = {
        point.name.removeprefix("queue support, "): point.path
        for point in points(BOOK.policy)
        if point.name.startswith("queue support,")
    }
    here = ("queues", "support")
    assert places == {
        "entered": (*here, "need"),
        "step after 20s": (*here, "steps", 0),
        "step after 60s": (*here, "steps", 1),
        "not let in": (*here, "gate"),
        "preferred agent": (*here, "prefer"),
        "key 1": (*here, "keys", "1"),
        "key 2": (*here, "keys", "2"),
        "given up": (*here, "give_up"),
        "answered": here,
    }


def test_whom_the_gate_keeps_out_has_not_entered() -> None:
    """By what is known, or by Asterisk, for whom they came too late."""
    assert reached("queues: {support: {waiting: 7}}") == {"not let in"}
    assert reached("in_queue: {full: true}") == {"entered", "not let in"}


def test_a_key_is_reached_by_who_presses_it() -> None:
    """And the steps before."""
    found = reached('in_queue: {presses: "2", after: 30s}')
    assert found == {"entered", "step after 20s", "key 2"}


def test_who_waits_for_one_agent_alone_comes_to_no_step() -> None:
    """Nor do they give up, when that wait is over."""
    answered = "{answered_by: sara, after: 19s}"
    assert reached(KNOWN, f"in_queue: [{answered}]") == {"preferred agent", "answered"}
    both = reached(KNOWN, f"in_queue: [{{gives_up: true}}, {answered}]")
    assert both == {"preferred agent", "entered", "answered"}
    in_vain = reached(KNOWN, "in_queue: [{gives_up: true}, {gives_up: true}]")
    assert in_vain == {
        *("preferred agent", "entered", "given up"),
        *("step after 20s", "step after 60s"),
    }
