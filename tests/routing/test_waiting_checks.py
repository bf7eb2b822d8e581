"""What the checks make of gates, words that are said in queues, and keys: nothing for nothing.

The mistakes themselves are in `tests/bad_rules`.
"""

import pytest

from ivr.prompts import builtin_prompts
from routing.catalogue import EXAMPLE_YEAR
from routing.loading import examine
from routing.rules_text import RulesText

RULES = """
version: 1
business:
  name: Pars Support
  country: IR
  timezone: Asia/Tehran
  languages: [fa, en]
  fallback: reception
numbers:
  "+982191000000": {{start: {{queue: reception}}}}
unlisted: {{queue: reception}}
hours:
  office: {{open: {{sat-wed: "08:00-17:00"}}}}
  late: {{open: {{sat-wed: "08:00-22:00"}}}}
skills: {{reception: everything}}
agents:
  mina: {{name: Mina, device: PJSIP/104, skills: {{reception: 9}}, shift: {shift}}}
  reza: {{name: Reza, device: PJSIP/103, skills: {{reception: 4}}, shift: {shift}}}
queues:
  reception:
    need: [{{skill: reception}}]
    give_up: {{after: 5m, then: {{voicemail: messages}}}}
{more}
mailboxes:
  messages: {{say: please-speak}}
prompts:
  please-speak: {{fa: "پیام بگذارید.", en: Please leave a message.}}
  press-one: {{fa: "عدد یک.", en: Press one.}}
"""

SAID = '    say: {prompt: press-one, every: 45s}\n    keys: {"1": {voicemail: messages}}\n'


def found(more: str, shift: str = "late", tests: str = "") -> set[str]:
    """What is found of these rules: the code, and about what."""
    text = RulesText("rules.yaml", RULES.format(more=more, shift=shift) + tests)
    problems = examine(text, known_prompts=builtin_prompts(), year=EXAMPLE_YEAR).problems
    return {f"{each.code} {each.path}" for each in problems}


def test_a_gate_by_hours_closes_the_queue_when_nobody_is_at_work() -> None:
    """So nobody has to be; and the hours of a gate, and prompts said in queues, are used."""
    gate = "    gate: {hours: office, then: {voicemail: messages}}\n"
    alone = "nobody-on-shift queues.reception.need"
    assert found(f"{gate}{SAID}", shift="office") == {"unused hours.late"}
    assert found(SAID, shift="office") == {alone, "unused hours.late"}
    assert found(f"{gate}{SAID}") == set()
    assert found(SAID) == {"unused hours.office"}


NIGHT = """
  night:
    need: [{skill: reception}]
    give_up: {after: 5m, then: {voicemail: messages}}
"""


@pytest.mark.parametrize(
    ("bounds", "alone"),
    [("hours: office", True), ("waiting: 20", False), ("hours: office, waiting: 20", False)],
)
def test_where_a_gate_leads_calls_come_at_the_hours_that_it_keeps_out(
    bounds: str, alone: bool
) -> None:
    """Only then, where it keeps nobody out for another reason: so somebody ought to be there."""
    gate = f"    gate: {{{bounds}, then: {{queue: night}}}}\n"
    problems = found(f"{gate}{SAID}{NIGHT}")
    assert ("nobody-on-shift queues.night.need" in problems) == alone
    assert "nobody-on-shift queues.reception.need" not in problems


def test_a_key_that_changes_the_language_may_lead_back() -> None:
    """The caller waits on among those of that language."""
    said = "    say: {prompt: press-one}\n"
    back = '    keys: {"1": {queue: reception}}\n'
    in_english = '    keys: {"1": {language: en, queue: reception}}\n'
    told = {"key-to-the-same-queue queues.reception.keys.1"}
    assert found(f"{said}{back}") - found(f"{said}{in_english}") == told


@pytest.mark.parametrize(
    ("expected", "unknown"),
    [("reception", True), ("reception-en", False), ("reception-fa", False)],
)
def test_a_queue_in_which_something_is_said_is_one_for_each_language(
    expected: str, unknown: bool
) -> None:
    """Also to those who write tests: they can expect no other."""
    tests = f"""
tests:
  - name: a caller waits
    call: {{from: "+989121234567", to: "+982191000000", at: "2026-11-24 10:00"}}
    expect: {{asterisk_queue: {expected}}}
"""
    problem = "unknown-asterisk-queue tests[0].expect.asterisk_queue"
    assert (problem in found(SAID, tests=tests)) == unknown
