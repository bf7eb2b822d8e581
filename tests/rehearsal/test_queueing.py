"""Gates, agents whom callers know, places and keys of queues, rehearsed and replayed."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from agi_server.policy import load_policy_file
from crm.records import TimelineEvent
from ivr.rulebook import Rulebook
from rehearsal.judging import Verdict, run_test
from rehearsal.memory import NotRecorded
from rehearsal.recorded import read_call
from rehearsal.replay import Replayed, replay
from rehearsal.telling import lines
from rehearsal.timeline import Arrived, Turn
from routing.decisions_data import route_to_data
from routing.destinations import Route, ToExtension, ToHangup, ToQueue
from routing.facts_data import facts_to_data
from tests.rehearsal.rules import read
from tests.sample import FACTS, OFFICE_TIME

RULES: Final = Path(__file__).parents[1] / "conversations" / "queueing.yaml"
BOOK: Final = Rulebook.of(load_policy_file(RULES))
CALLER: Final = 'from: "+989121234567", at: "2026-11-24 10:00"'
GATE: Final = Route(ToHangup(21))
OWNED: Final = "customer: {owner: sara, last_agent: mina}"


def judged(number: int, *entries: str, keys: str = "") -> Verdict:
    """How a test goes whose call dials one of the numbers of `queueing.yaml`."""
    call = f'{CALLER}, to: "+98219100000{number}", keys: "{keys}"'
    return run_test(BOOK, read(call, *entries, book=BOOK))


def told(verdict: Verdict) -> str:
    """The way of the call in words."""
    return "\n".join(lines(verdict.account, BOOK.catalogue))


@pytest.mark.parametrize(
    ("number", "entries"),
    [
        (0, ("queues: {support: {waiting: 4}}", "expect: {hangup: 21}", "never: {queue: support}")),
        (0, ("queues: {support: {waiting: 3}}", "expect: {queue: support, says: queue-place-is}")),
        (0, ("in_queue: {full: true}", "expect: {queue: support, hangup: 21}")),
        (
            0,
            (
                "queues: {support: {waiting: 2, wait: {shortest: 9m, likely: 11m, longest: 12m}}}",
                "expect: {hangup: 21}",
            ),
        ),
        (
            0,
            (
                "queues: {support: {waiting: 2, wait: {shortest: 90s, likely: 2m, longest: 5m}}}",
                "expect: {queue: support, says: [queue-place-is, queue-wait-is, queue-wait-to]}",
            ),
        ),
        (2, ("expect: {extension: '200'}", "never: {queue: sales}")),
        (
            0,
            (
                OWNED,
                "in_queue: [{gives_up: true}, {answered_by: mina, after: 30s}]",
                "expect: {queue: support, variables: {RAHYAB_QUEUE: support-fa}, hangup: 16}",
            ),
        ),
        (
            0,
            (
                OWNED,
                "in_queue: {answered_by: sara, after: 3s}",
                "expect: {asterisk_queue: rahyab-agent-sara, hangup: 16}",
                "never: {asterisk_queue: support-fa}",
            ),
        ),
        (
            0,
            (
                OWNED,
                "agents: [mina]",
                "queues: {support: {waiting: 2, ahead: 1}}",
                "in_queue: {answered_by: mina, after: 40s}",
                "expect: {variables: {RAHYAB_QUEUE_POSITION: '2'}}",
            ),
        ),
        (1, ('in_queue: {presses: "1", after: 40s}', "expect: {callback: true}")),
    ],
)
def test_queues_are_entered_and_left_as_the_rules_say(
    number: int, entries: tuple[str, ...]
) -> None:
    """Gates, full queues, waits too long, closed ones, own agents there and away, and keys."""
    verdict = judged(number, *entries, keys="1" if "presses" in str(entries) else "")
    assert verdict.misses == (), told(verdict)


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ((OWNED, "in_queue: {answered_by: mina}"), "the caller waits for sara alone at first"),
        ((OWNED, "in_queue: {answered_by: sara, after: 40s}"), "nobody waits longer than 20s"),
        ((OWNED, "in_queue: {full: true}"), "the queue of sara alone is never full"),
        (('in_queue: {presses: "5"}',), "the queue support has no key 5"),
    ],
)
def test_what_cannot_happen_in_a_queue_fails_the_test(
    entries: tuple[str, ...], reason: str
) -> None:
    """With the reason."""
    verdict = judged(0, *entries, "expect: {queue: support}")
    assert any(reason in str(miss) for miss in verdict.misses)


def test_the_way_is_told_in_words() -> None:
    """Who is waited for, where the caller is, and why a gate keeps them out."""
    place = "{waiting: 2, ahead: 1, wait: {shortest: 1m, likely: 2m, longest: 3m}}"
    alone = "in_queue: [{gives_up: true}, {presses: '1', after: 9s}]"
    way = told(judged(0, OWNED, f"queues: {{support: {place}}}", alone, "expect: {language: fa}"))
    assert "prefers sara in support: the customer's own agent" in way
    assert "goes to: queue support, to wait for sara alone" in way
    assert "is not answered by sara within 20s in support" in way
    assert "place in support: 1 before the caller; a wait of 1m to 3m, most likely 2m" in way
    assert "leaves support by key 1 after 9s" in way
    assert "is not let into sales: closed" in told(judged(2, "expect: {language: fa}"))


PLACE: Final = {"queue": "support", "ahead": 2, "wait": None}
STANDING: Final = {"waiting": 2, "longest_wait": 9, "agents": 1, "estimated_wait": None}


def past(*events: tuple[str, dict[str, object]], dialled: str = "+982191000000") -> Replayed:
    """A past call with these events, by the rules of `queueing.yaml`."""
    facts = replace(FACTS, dialled=dialled, at=OFFICE_TIME)
    came = ("came-in", {"dialled": dialled, "variables": []})
    timeline = [
        TimelineEvent("1", 1, place, OFFICE_TIME, kind, data)
        for place, (kind, data) in enumerate((came, *events))
    ]
    call = read_call(facts_to_data(facts), timeline)
    assert call is not None
    return replay(BOOK, call)


def test_a_past_call_is_let_in_or_not_by_how_the_queue_stood_then() -> None:
    """Where that was not looked at, nobody can say; the hours everybody knows."""
    arrived = ("arrived", {"queue": "support"})
    seen = ("queues", {"support": STANDING})
    assert past(seen, ("place", PLACE), arrived).end == Arrived(ToQueue("support"))
    full = ("queues", {"support": {**STANDING, "waiting": 4}})
    away = past(full, ("place", PLACE), arrived)
    assert away.end == Arrived(ToHangup(21))
    assert away.turns[-1] == Turn("entering support", "full", GATE)
    assert past(arrived).end == NotRecorded("how the queue support stood")
    assert past(seen, arrived).end == NotRecorded("the likely wait in the queue support")
    closed = past(("arrived", {"queue": "sales"}), dialled="+982191000002")
    assert closed.end == Arrived(ToExtension("200"))


def test_where_only_words_hang_on_a_place_a_past_call_goes_its_way() -> None:
    """Nothing was known of it then."""
    there = past(("arrived", {"queue": "reception"}), dialled="+982191000001")
    assert there.end == Arrived(ToQueue("reception"))


def test_what_a_gate_did_is_read_back() -> None:
    """The turn that it was, and what the call came to."""
    turned = ("turned-away", {"queue": "support", "why": "full", "then": route_to_data(GATE)})
    full = ("queues", {"support": {**STANDING, "waiting": 4}})
    again = past(full, ("place", PLACE), turned, ("arrived", {"hangup": 21}))
    assert again.end == Arrived(ToHangup(21))
