"""Rules that ask how queues stand, and what they see where Asterisk does not tell."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from agi_server import queue_facts
from agi_server.channel import Channel
from agi_server.environment import line_limit
from agi_server.testing import FakeChannel, Queue, QueueMember, agi_in_process
from dialplan import contract
from dialplan.contract import Script
from routing.facts import QueueFacts
from tests.conversations.site import Site, serving
from tests.conversations.test_routes import ROUTES, STRANGER
from tests.sample import POLICY

BY_QUEUES = "+982191000001"
EPOCH = 1_795_501_800

SARA = QueueMember("PJSIP/101")
MINA = QueueMember("PJSIP/104", "INUSE")
RECEPTION = Queue(members=(MINA,))


def waiting(*seconds: int) -> tuple[Mapping[str, str], ...]:
    """Callers who have waited so long."""
    return tuple({contract.QUEUED_AT: str(EPOCH - each)} for each in seconds)


def call_in(folder: Path, queues: Mapping[str, Queue]) -> tuple[str, Mapping[str, object]]:
    """Which rule decided, and what the journal keeps of the queues that were looked at."""

    async def whole() -> tuple[str, Mapping[str, object]]:
        async with serving(folder, rules_file=ROUTES) as site:
            channel = FakeChannel(number=STRANGER, dialled=BY_QUEUES, queues=queues, epoch=EPOCH)
            await site.request(channel, Script.INCOMING)
            rule = (channel.variables.get(contract.REASON) or "").removeprefix("by-queues/")
            return rule, _noted(site)

    return asyncio.run(whole())


def _noted(site: Site) -> Mapping[str, object]:
    (event,) = [one for one in site.story().timeline if one.kind == "queues"]
    return event.data


@pytest.mark.parametrize(
    ("support", "rule"),
    [
        (Queue(), "nobody-there"),
        (Queue(members=(SARA, MINA)), "everyone"),
        (Queue(members=(MINA,)), "everyone"),
        (Queue(members=(QueueMember("PJSIP/101", paused=True),)), "nobody-there"),
        (Queue(members=(QueueMember("PJSIP/101", "UNAVAILABLE"),)), "nobody-there"),
        (Queue(waiting(120), (SARA,)), "everyone"),
        (Queue(waiting(121), (SARA,)), "long-wait"),
        (Queue(waiting(100, 3), (SARA,)), "many"),
        (Queue(members=(SARA,), hold_time=61), "slow"),
        (Queue(members=(SARA,), hold_time=61, sets_variables=False), "everyone"),
    ],
)
def test_rules_see_how_queues_stand(tmp_path: Path, support: Queue, rule: str) -> None:
    """Who waits and how long, who could answer (on a call or not), and how long it took lately."""
    assert call_in(tmp_path, {"support-fa": support, "reception": RECEPTION})[0] == rule


def test_the_journal_keeps_what_was_seen(tmp_path: Path) -> None:
    """By the ids of the rules, as facts are stored; so that the decision can be made again."""
    support = Queue(waiting(40, 8), (SARA, MINA), hold_time=25, completed=3)
    rule, noted = call_in(tmp_path, {"support-fa": support, "reception": RECEPTION})
    assert rule == "many"
    assert noted == {
        "support": {"waiting": 2, "longest_wait": 40, "agents": 2, "estimated_wait": 25},
        "reception": {"waiting": 0, "longest_wait": 0, "agents": 1, "estimated_wait": None},
    }


@pytest.mark.parametrize("queues", [{}, {"reception": RECEPTION}])
def test_a_queue_that_asterisk_does_not_have_is_no_empty_one(
    tmp_path: Path, queues: Mapping[str, Queue]
) -> None:
    """Also without app_queue: nothing is known, where its functions would tell 0."""
    rule, noted = call_in(tmp_path, queues)
    assert rule == "unknown"
    assert noted["support"] == dict.fromkeys(
        ("waiting", "longest_wait", "agents", "estimated_wait")
    )


def test_a_caller_whose_beginning_is_not_known_has_no_longest_wait(tmp_path: Path) -> None:
    """The site's own dialplan let them in, or they have left just now."""
    noted = call_in(tmp_path, {"support-fa": Queue(({},), (SARA,))})[1]
    assert noted["support"] == {
        "waiting": 1,
        "longest_wait": None,
        "agents": 1,
        "estimated_wait": None,
    }


def test_no_more_time_is_spent_than_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When Asterisk takes too long, the queues are unknown and the call goes on."""
    monkeypatch.setattr(queue_facts, "LOOKUP_BUDGET_SECONDS", 0)
    rule, noted = call_in(tmp_path, {"support-fa": Queue((), (SARA,)), "reception": RECEPTION})
    assert rule == "unknown"
    assert set(noted) == {"support", "reception"}


@pytest.mark.parametrize("version", ["22.10.1", "16.28.0"])
def test_a_queue_of_many_members_is_counted_in_several_lines(version: str) -> None:
    """None of them longer than this Asterisk takes."""
    members = tuple(
        QueueMember(f"PJSIP/{number}", paused=number % 2 == 0) for number in range(1000, 1300)
    )
    channel = FakeChannel(queues={"reception": Queue(members=members)}, version=version)
    seen: dict[str, QueueFacts] = {}

    async def look(session: Channel) -> None:
        seen.update(await queue_facts.look_at_queues(session, POLICY, "fa", ("reception",)))

    result = asyncio.run(agi_in_process(channel, look))
    assert seen == {"reception": QueueFacts(waiting=0, longest_wait=0, agents=150)}
    assert len(result.commands) > 2
    assert max(len(line) + 1 for line in result.commands) <= line_limit(version)
