"""Queues that are watched over a real manager interface, with the rights of the shipped sample."""

import asyncio
import json
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from agi_server.lab.caller import Caller
from agi_server.lab.scenarios import Call
from agi_server.lab.telephony import Telephony
from agi_server.lab.waiting import wait_until
from agi_server.waiting_callers import identity
from ami.session import opened_session
from crm.records import CallStory
from crm.sqlite_store import SqliteStore
from tests.live.conftest import COMMAND, Server
from tests.live.test_calls import SERVE
from tests.live.watch.conftest import RULES

pytestmark = [pytest.mark.live, pytest.mark.every_asterisk]

ANYBODY, FIXED, RISING = "+982191000000", "+982191000001", "+982191000002"
SARA, JANIS = "PJSIP/101", "PJSIP/102"
SECONDS = 30.0

PUTS_AT_ONCE = {"sid"}
"""Releases whose Asterisk puts who has risen at the new place at once: 18.20, 20.5 and later."""


@dataclass(slots=True)
class Site:
    """A server that watches the queues of its Asterisk."""

    telephony: Telephony
    server: Server
    home: Path

    def wait(self, to: str, waiting: int) -> Caller:
        """Place a call, and return when it waits: then so many callers do."""
        caller = self.telephony.start_call(Call(to=to, number="+989351112233", patience=90.0))
        assert wait_until(lambda: len(self.priorities()) == waiting, SECONDS), self.shown()
        return caller

    def priorities(self) -> Sequence[int]:
        """Of those who wait, the first in line first, as Asterisk's own command tells."""
        return [int(found) for found in re.findall(r"prio: (\d+)\)", self.shown())]

    def waited(self, priority: int) -> int:
        """Seconds for which the caller with this priority has waited, as Asterisk counts."""
        found = re.search(rf"\(wait: (\d+):(\d+), prio: {priority}\)", self.shown())
        assert found is not None, self.shown()
        return int(found[1]) * 60 + int(found[2])

    def shown(self) -> str:
        """The queue, as Asterisk shows it."""
        return self.telephony.asterisk.rx("queue show support")

    def story(self) -> CallStory | None:
        """The newest call."""
        with closing(SqliteStore(self.home / "rahyab.db")) as store:
            return next((store.call_story(call.id) for call in store.calls()), None)

    def kinds(self) -> Sequence[str]:
        """What the journal of the newest call tells, in order."""
        story = self.story()
        return [] if story is None else [event.kind for event in story.timeline]


@pytest.fixture
def site(telephony: Telephony, serving: Callable[..., Server], tmp_path: Path) -> Iterator[Site]:
    """A server with a fresh database, its link up."""
    access = telephony.asterisk.manager
    assert access is not None
    server = serving(
        *SERVE,
        RAHYAB_RULES=str(RULES),
        RAHYAB_WORKERS="2",
        RAHYAB_AMI=f"{access.host}:{access.port}",
        RAHYAB_AMI_USER=access.user,
        RAHYAB_AMI_SECRET=access.secret,
    )
    assert wait_until(lambda: "manager link up" in server.output.read_text(), SECONDS)
    yield Site(telephony, server, tmp_path)
    output = server.output.read_text()
    assert "Traceback" not in output
    assert output.count("manager link up") == 1
    assert access.secret not in output


def test_who_rises_overtakes_while_both_wait(site: Site, suite: str) -> None:
    """One who came with less stands ahead in the end; who is at the height rises no further.

    Asterisk 16 counts the new priority, too, but only for callers who come later.
    """
    site.telephony.plug_in(SARA, ring=0.2, talk=90.0)
    site.wait(ANYBODY, 0)
    assert wait_until(lambda: "In use" in site.shown(), SECONDS), site.shown()
    site.wait(FIXED, 1)
    site.wait(RISING, 2)
    assert site.priorities() == [5, 1]

    assert wait_until(lambda: 4 in site.priorities(), SECONDS), site.shown()
    # Due after six seconds, at the most two seconds late; and a busy machine has a few more.
    assert 5 <= site.waited(4) <= 12
    assert wait_until(lambda: 7 in site.priorities(), SECONDS), site.shown()

    assert site.priorities() == ([7, 5] if suite in PUTS_AT_ONCE else [5, 7])
    site.wait(FIXED, 3)
    assert site.priorities() == ([7, 5, 5] if suite in PUTS_AT_ONCE else [5, 7, 5])
    assert not any("ERROR" in line for line in site.telephony.asterisk.log.lines())


def test_an_agent_who_does_not_answer_is_paused_and_told_of(site: Site) -> None:
    """The call goes on to the second agent, and its journal has the ring and the pause."""
    site.telephony.plug_in(SARA, ring=60.0)
    answering = site.telephony.plug_in(JANIS, ring=0.2, talk=1.0)

    site.telephony.place_call(Call(to=ANYBODY, number="+989351112233", patience=60.0))

    answering.wait_for("answers")
    assert wait_until(lambda: "ended" in site.kinds(), SECONDS), site.kinds()
    kinds = site.kinds()
    told = ["agent-rang-out", "agent-paused", "left-queue"]
    assert [kind for kind in kinds if kind in told] == told
    story = site.story()
    assert story is not None
    assert story.call.agent == "janis"
    rang, paused = (each for each in story.timeline if each.kind in told[:2])
    assert rang.data == {"agent": "sara", "queue": "support", "ring": rang.data["ring"]}
    assert 4.0 <= rang.data["ring"] <= 8.0
    assert paused.data == {"agent": "sara", "queue": "support", "reason": "Auto-Pause"}
    shown = site.server.rahyab("calls", "show", story.call.id)
    assert "agent sara did not answer: rang" in shown
    assert "agent sara was paused in support for it" in shown


def test_a_caller_has_the_same_id_in_events_and_lists(site: Site) -> None:
    """By which the watch knows them; it is not the agent's in the event of a ring."""
    site.telephony.plug_in(SARA, ring=60.0)
    access = site.telephony.asterisk.manager
    assert access is not None
    told: dict[str, str] = {}

    async def listen() -> None:
        async with opened_session(access) as session, asyncio.timeout(SECONDS):
            await asyncio.to_thread(site.wait, ANYBODY, 1)
            listed = await session.ask_list("QueueStatus")
            told.update((each.event, identity(each)) for each in listed if each.get("Position"))
            while "QueueCallerLeave" not in told:
                event = await session.next_event()
                if event.event in {"QueueCallerJoin", "AgentRingNoAnswer", "QueueCallerLeave"}:
                    told[event.event] = identity(event)

    asyncio.run(listen())
    assert set(told) == {"QueueEntry", "QueueCallerJoin", "AgentRingNoAnswer", "QueueCallerLeave"}
    (unique,) = set(told.values())
    assert re.fullmatch(r"(.*-)?\d+\.\d+", unique)


def test_status_tells_how_the_link_stands(site: Site) -> None:
    """Once the worker has reported, which it does each second."""

    def is_told() -> bool:
        asked = subprocess.run(
            [*COMMAND, "status", "--json"],
            env=dict(site.server.environment),
            capture_output=True,
            check=False,
        )
        return asked.returncode == 0 and json.loads(asked.stdout)["manager"] == "up"

    assert wait_until(is_told, SECONDS)
