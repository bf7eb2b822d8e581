"""Watching queues over a manager interface: the shipped fake, and a store in the head."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from agi_server import queue_watch
from agi_server.app import keeping
from agi_server.call_state import CallState, VisitState
from agi_server.measurements import Measurements
from agi_server.queue_watch import watching_queues
from agi_server.spooling import Spooling
from agi_server.store_threads import StoreThreads
from agi_server.visits import entered_number
from ami import reconnecting
from ami.testing import FakeCaller, FakeManager, fake_manager
from crm.memory_store import MemoryDatabase, MemoryStore
from crm.ports import StoreUnavailableError
from crm.records import Call, CallChange, NewCall
from crm.writes import ChangedCall
from routing.destinations import Priority

AT = datetime(2026, 3, 21, 8, 30, tzinfo=UTC)
RISING = Priority(1, rise=3, every=60, highest=7)
SARA, JANIS = ("sara", "PJSIP/101"), ("janis", "PJSIP/102")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounds and pauses are short."""
    monkeypatch.setattr(queue_watch, "ROUND_SECONDS", 0.01)
    monkeypatch.setattr(reconnecting, "PAUSES_SECONDS", (0.01,))


@dataclass(slots=True)
class World:
    """A PBX, a store and a clock; the watch runs beside them."""

    manager: FakeManager
    store: MemoryStore
    spool: Spooling
    away: bool = False
    """Whether the server finds no store."""
    takes_nothing: bool = False
    """Whether the store can be read, and not be written."""
    measurements: Measurements = field(default_factory=Measurements)
    now: datetime = AT

    def begin(self, call: str, priority: Priority | None, queued: datetime | None = AT) -> None:
        """A call of ours that has been sent to a queue."""
        self.store.begin_call(a_call(call))
        self.say(call, priority, queued)

    def say(
        self, call: str, priority: Priority | None, queued: datetime | None, visit: int = 1
    ) -> None:
        """What the request has said that sent the call to the queue."""
        self.store.change_call(call, sent_to_queue(priority, queued, visit))

    def join(self, call: str, priority: Priority | None, *, has: int, **other: str) -> None:
        """Such a call enters the queue `support`."""
        self.begin(call, priority)
        self.enter(call, has=has, **other)

    def enter(self, call: str, *, has: int, **other: str) -> None:
        """A channel of this call enters the queue."""
        ours = {"RAHYAB_CALL": call, "RAHYAB_VISIT": "1", "RAHYAB_QUEUE": "support"}
        self.manager.join(f"SIP/{call}", "support", priority=has, variables={**ours, **other})

    def line(self) -> list[tuple[str, int]]:
        """Who waits, and with which priority."""
        return [(each.channel.removeprefix("SIP/"), each.priority) for each in self.manager.callers]

    def told(self, call: str) -> list[tuple[int, str, Mapping[str, Any]]]:
        """What the journal of a call has been told."""
        story = self.store.call_story(call)
        assert story is not None
        return [(event.visit, event.kind, event.data) for event in story.timeline]

    async def rounds(self, count: int = 3) -> None:
        """Let some rounds pass: in each a newcomer is looked up, who is nobody's call."""
        for _ in range(count):
            asked = len(self.manager.asked)
            self.manager.join(f"SIP/stranger-{asked}", "other")
            await until(lambda asked=asked: len(self.manager.asked) > asked)  # type: ignore[misc]


def a_call(call: str) -> NewCall:
    """The beginning of a call."""
    return NewCall(call, AT, "", "", None, "1", None, "fa", None, "r", {})


def sent_to_queue(priority: Priority | None, queued: datetime | None, visit: int = 1) -> CallChange:
    """What a request has said that sent its call to the queue `support`."""
    there = VisitState(entered_number(visit), "support", "fa", "support", AT, AT, 1)
    state = CallState(priority=priority, first_queued_at=queued, visit=there)
    return CallChange(visit=visit, state=state.to_data())


async def until(seen: Callable[[], bool]) -> None:
    """Return when something is so; fails after a minute."""
    async with asyncio.timeout(60):
        while not seen():  # noqa: ASYNC110  there is no event to wait for
            await asyncio.sleep(0.005)


@asynccontextmanager
async def watched(
    folder: Path, manager: FakeManager, database: MemoryDatabase
) -> AsyncIterator[World]:
    """A world that is watched."""
    spool = Spooling(folder / "spool", lambda: world.now)
    world = World(manager, MemoryStore(database), spool)

    class Troubled(MemoryStore):
        def call(self, call_id: str) -> Call | None:
            if world.away:
                raise StoreUnavailableError("away")
            return super().call(call_id)

        def change_call(self, call_id: str, change: CallChange) -> None:
            if world.takes_nothing:
                raise StoreUnavailableError("full")
            super().change_call(call_id, change)

    stores = StoreThreads(lambda: Troubled(database))
    async with (
        keeping(stores, spool, clock=lambda: world.now) as records,
        watching_queues(manager.access, records, lambda: world.now, world.measurements),
    ):
        yield world


def play(folder: Path, story: Callable[[World], Awaitable[None]]) -> None:
    """Play a story in a world that is watched."""

    async def begin() -> None:
        async with fake_manager() as manager, watched(folder, manager, MemoryDatabase()) as world:
            await until(lambda: world.measurements.manager_up == 1)
            await story(world)
        assert world.measurements.manager_up == 0

    asyncio.run(begin())


def test_who_is_due_overtakes(tmp_path: Path) -> None:
    """Neither earlier nor further than the rules say."""

    async def story(world: World) -> None:
        world.join("fixed", Priority(5), has=5)
        world.join("rising", RISING, has=1)
        await world.rounds()
        assert world.line()[:2] == [("fixed", 5), ("rising", 1)]
        world.now += timedelta(seconds=61)
        await until(lambda: ("rising", 4) in world.line())
        world.now += timedelta(seconds=3600)
        await until(lambda: world.line()[0] == ("rising", 7))
        await world.rounds()
        assert world.line()[:2] == [("rising", 7), ("fixed", 5)]
        assert world.measurements.priority_rises == 2

    play(tmp_path, story)


def test_who_waited_before_the_link_was_there_rises_too(tmp_path: Path) -> None:
    """Also after it was lost: Asterisk tells who waits."""

    async def story(world: World) -> None:
        world.join("first", RISING, has=1)
        await world.rounds()
        world.manager.drop()
        await until(lambda: world.manager.logins == 2)
        world.now += timedelta(seconds=61)
        await until(lambda: ("first", 4) in world.line())

    play(tmp_path, story)


def test_equals_keep_their_order_and_nobody_falls(tmp_path: Path) -> None:
    """Whoever has waited longest is raised first; who has more than is due keeps it."""

    async def story(world: World) -> None:
        for call in ("a", "b", "c"):
            world.join(call, RISING, has=1)
            world.now += timedelta(milliseconds=1)
        world.join("high", RISING, has=9)
        await world.rounds()
        world.now += timedelta(seconds=61)
        await until(lambda: world.measurements.priority_rises == 3)
        await world.rounds()
        ours = [each for each in world.line() if not each[0].startswith("stranger")]
        assert ours == [("high", 9), ("a", 4), ("b", 4), ("c", 4)]

    play(tmp_path, story)


@pytest.mark.parametrize(
    "other",
    [
        {"RAHYAB_QUEUE": "elsewhere"},
        {"RAHYAB_CALL": "nobody"},
        {"RAHYAB_CALL": ""},
        {"RAHYAB_CALL": "x" * 5000},
        {"RAHYAB_CALL": "\x1b[31m"},
    ],
)
def test_only_calls_in_queues_that_we_sent_them_to_rise(
    other: dict[str, str], tmp_path: Path
) -> None:
    """Not in the fallback queue or in one of the site's own, and not a call that nobody knows."""

    async def story(world: World) -> None:
        world.join("a", RISING, has=1, **other)
        world.now += timedelta(seconds=600)
        world.join("b", RISING, has=1)
        await until(lambda: ("b", 7) in world.line())
        assert ("a", 1) in world.line()

    play(tmp_path, story)


def test_while_the_store_is_away_nobody_is_forgotten(tmp_path: Path) -> None:
    """Callers are looked up when it is back."""

    async def story(world: World) -> None:
        world.away = True
        world.join("a", RISING, has=1)
        world.now += timedelta(seconds=61)
        await world.rounds()
        assert world.line()[0] == ("a", 1)
        world.away = False
        await until(lambda: ("a", 4) in world.line())

    play(tmp_path, story)


def test_a_ring_and_the_pause_for_it_are_told_in_the_journal(tmp_path: Path) -> None:
    """The pause to the call whose ring was the cause, and once, however many servers watch."""

    async def story(world: World) -> None:
        database = world.store._database
        async with watched(tmp_path / "other", world.manager, database) as other:
            await until(lambda: other.measurements.manager_up == 1)
            world.join("a", None, has=0)
            world.manager.ring_out("SIP/a", "support", SARA, 77)
            world.manager.pause("support", SARA)
            for each in (world, other):
                await until(lambda each=each: each.measurements.agents_paused["support"] == 1)  # type: ignore[misc]
            await until(lambda: len(world.told("a")) == 2)
        assert world.told("a") == [
            (1, "agent-rang-out", {"agent": "sara", "queue": "support", "ring": 5.0}),
            (1, "agent-paused", {"agent": "sara", "queue": "support", "reason": "Auto-Pause"}),
        ]

    play(tmp_path, story)


def test_pauses_for_other_reasons_are_nobodys(tmp_path: Path) -> None:
    """A break, a pause in another queue, of another agent, or a second one."""

    async def story(world: World) -> None:
        world.join("a", None, has=0)
        world.manager.pause("support", SARA)
        world.manager.ring_out("SIP/a", "support", SARA, 77)
        world.manager.pause("support", SARA, "lunch")
        world.manager.pause("sales", SARA)
        world.manager.pause("support", JANIS)
        world.manager.ring_out("SIP/a", "support", JANIS, 78)
        await until(lambda: len(world.told("a")) == 2)
        assert [(kind, data["agent"]) for _, kind, data in world.told("a")] == [
            *(("agent-rang-out", "sara"), ("agent-rang-out", "janis"))
        ]
        assert not world.measurements.agents_paused

    play(tmp_path, story)


def test_rings_of_strangers_are_counted_and_written_nowhere(tmp_path: Path) -> None:
    """A call that is none of ours, or whose channel is gone before it was seen."""

    async def story(world: World) -> None:
        world.manager.join("SIP/x", "support")
        world.manager.ring_out("SIP/x", "support", SARA, 77)
        world.manager.ring_out("SIP/gone", "support", SARA, 78)
        world.manager.pause("support", SARA)
        await until(lambda: world.measurements.agents_paused["support"] == 1)
        assert world.measurements.agents_rang_out == {"support": 2}

    play(tmp_path, story)


def test_missing_rights_are_told_once(tmp_path: Path) -> None:
    """With what to write in manager.conf."""

    async def story(world: World) -> None:
        world.manager.may_report = False
        world.join("a", RISING, has=1)
        world.join("b", RISING, has=1)
        await world.rounds()

    with capture_logs() as logs:
        play(tmp_path, story)
    (line,) = (line for line in logs if "rights" in line or "cure" in line)
    assert "write = reporting" in line["cure"]


def test_a_channel_that_gets_another_name_is_followed(tmp_path: Path) -> None:
    """As a transfer does; the old name is not asked for again and again."""

    async def story(world: World) -> None:
        world.join("a", RISING, has=1)
        await world.rounds()
        (caller, *_) = world.manager.callers
        world.manager.variables["SIP/b"] = world.manager.variables.pop("SIP/a")
        caller.channel = "SIP/b"
        world.now += timedelta(seconds=61)
        await until(lambda: ("b", 4) in world.line())
        world.now += timedelta(seconds=600)
        await until(lambda: ("b", 7) in world.line())
        asked = [each for each in world.manager.asked if each.get("Caller") == "SIP/a"]
        assert asked == []

    play(tmp_path, story)


def test_a_name_that_cannot_be_asked_for_harms_nobody_else(tmp_path: Path) -> None:
    """A line break in it would be an action of its own to Asterisk."""

    async def story(world: World) -> None:
        world.manager.join("SIP/x\nAction: Logoff", "support", variables={"RAHYAB_CALL": "x"})
        world.join("a", RISING, has=1)
        world.now += timedelta(seconds=61)
        await until(lambda: ("a", 4) in world.line())
        assert world.manager.logins == 1

    play(tmp_path, story)


def test_who_leaves_is_not_raised(tmp_path: Path) -> None:
    """Also at the very moment."""

    async def story(world: World) -> None:
        world.join("a", RISING, has=1)
        world.join("b", RISING, has=1)
        await world.rounds()
        world.manager.callers[:] = [
            each for each in world.manager.callers if each.channel != "SIP/a"
        ]
        world.now += timedelta(seconds=61)
        await until(lambda: ("b", 4) in world.line())
        world.manager.emit("QueueCallerLeave", {"Channel": "SIP/a", "Queue": "support"})
        await world.rounds()
        assert world.measurements.priority_rises == 1

    play(tmp_path, story)


def test_an_older_asterisk_is_not_asked_again_and_again(tmp_path: Path) -> None:
    """It takes the priority down and moves nobody: that is all that it can do."""

    async def story(world: World) -> None:
        world.manager.at_once = False
        world.join("fixed", Priority(5), has=5)
        world.join("rising", RISING, has=1)
        world.now += timedelta(seconds=600)
        await until(lambda: ("rising", 7) in world.line())
        await world.rounds()
        assert world.line()[:2] == [("fixed", 5), ("rising", 7)]
        assert world.measurements.priority_rises == 1

    play(tmp_path, story)


def test_a_call_that_is_half_told_is_looked_up_again(tmp_path: Path) -> None:
    """Its beginning is in the store, and what its last request has said is not there yet."""

    async def story(world: World) -> None:
        world.store.begin_call(a_call("a"))
        world.enter("a", has=1)
        world.join("b", RISING, has=1)
        world.now += timedelta(seconds=61)
        await until(lambda: ("b", 4) in world.line())
        world.say("a", RISING, AT)
        world.now += timedelta(seconds=11)
        await until(lambda: ("a", 4) in world.line())

    play(tmp_path, story)


def test_what_waits_in_a_spool_counts(tmp_path: Path) -> None:
    """The store has the beginning, and could not take what came after it."""

    async def story(world: World) -> None:
        world.takes_nothing = True
        world.store.begin_call(a_call("a"))
        await world.spool.keep("a", (ChangedCall("a", sent_to_queue(RISING, AT)),), "full")
        world.enter("a", has=1)
        world.now += timedelta(seconds=61)
        await until(lambda: ("a", 4) in world.line())

    play(tmp_path, story)


def test_what_an_earlier_visit_has_left_is_not_taken_for_this_one(tmp_path: Path) -> None:
    """The caller came back and was sent here with another priority, which is not told yet."""

    async def story(world: World) -> None:
        world.join("a", RISING, has=1, RAHYAB_VISIT="2")
        world.join("b", RISING, has=1)
        world.now += timedelta(seconds=61)
        await until(lambda: ("b", 4) in world.line())
        world.say("a", Priority(1, rise=2, every=60, highest=3), AT, visit=2)
        world.now += timedelta(seconds=11)
        await until(lambda: ("a", 3) in world.line())

    play(tmp_path, story)


def test_a_call_that_nobody_knows_yet_is_looked_up_again(tmp_path: Path) -> None:
    """Another machine has begun it, and keeps it until the store is back."""

    async def story(world: World) -> None:
        world.enter("a", has=1)
        world.join("b", RISING, has=1)
        world.now += timedelta(seconds=61)
        await until(lambda: ("b", 4) in world.line())
        world.begin("a", RISING)
        world.now += timedelta(seconds=11)
        await until(lambda: ("a", 4) in world.line())

    play(tmp_path, story)


def test_who_waits_is_listed_again_and_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """All queues: whom no event told of is found, and forgotten."""
    monkeypatch.setattr(queue_watch, "LIST_SECONDS", 0.01)

    async def story(world: World) -> None:
        world.begin("a", RISING)
        world.manager.queues.add("support")
        variables = {"RAHYAB_CALL": "a", "RAHYAB_VISIT": "1", "RAHYAB_QUEUE": "support"}
        world.manager.variables["SIP/a"] = variables
        await until(lambda: len(world.manager.asked) > 1)
        world.manager.callers.append(FakeCaller("1780000000.7", "SIP/a", "support", 1))
        world.now += timedelta(seconds=61)
        await until(lambda: ("a", 4) in world.line())

    play(tmp_path, story)
