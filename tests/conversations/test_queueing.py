"""Entering and leaving queues, and what is written down of it, over a real socket and store."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

import pytest

from agi_server.call_state import CallState, VisitState
from agi_server.telling import tell_event
from agi_server.testing import FakeChannel, Press, Queue, QueueMember, ScriptedCaller
from crm.ports import StoreUnavailableError
from crm.records import CallChange, Customer, Disposition, NewCall, Outcome, QueueVisit
from crm.sqlite_store import SqliteStore
from crm.stores import open_store
from dialplan import contract
from dialplan.contract import Go, QueueStatus, Script
from routing.destinations import Priority
from tests.conversations.site import CALL_ID, MAIN_NUMBER, NOW, ServedSite, Site, serving
from tests.conversations.test_routes import Time

RULES = Path(__file__).with_name("queueing.yaml")
RECEPTION = "+982191000001"
SALES = "+982191000002"
STRANGER = "+989351112233"
OWNED = "+989121110000"
EPOCH = int(NOW.timestamp())

SARA, MINA = QueueMember("PJSIP/101"), QueueMember("PJSIP/104")


PATIENCE = 60.0
"""Seconds for every look-up: on a busy machine one that is late would be a fact of its own."""


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agi_server.queue_facts.LOOKUP_BUDGET_SECONDS", PATIENCE)


def play(
    folder: Path,
    conversation: Callable[[ServedSite], Awaitable[None]],
    kind: type[SqliteStore] = SqliteStore,
    clock: Callable[[], datetime] = lambda: NOW,
) -> None:
    """Run one conversation against a server of its own, over the rules beside this file."""

    async def whole() -> None:
        async with serving(folder, kind, RULES, clock) as site:
            site.records.budget = PATIENCE
            with closing(open_store(site.place)) as store:
                store.put_customers(
                    [Customer("Owned", numbers=(OWNED,), preferences={"agent": "sara"})]
                )
            await conversation(site)

    asyncio.run(whole())


def caller(
    *keys: str,
    number: str = STRANGER,
    dialled: str = MAIN_NUMBER,
    waiting: int = 0,
    known: Mapping[str, str] = MappingProxyType({}),
) -> FakeChannel:
    """A caller of whom each queue has so many before them."""
    callers: Sequence[Mapping[str, str]] = [{}] * waiting
    standing = Queue(callers, (SARA, MINA))
    return FakeChannel(
        number=number,
        dialled=dialled,
        known=known,
        caller=ScriptedCaller(*map(Press, keys)),
        queues={"support-fa": standing, "support-en": standing, "reception-fa": standing},
        applications={"QueueLog": 0},
        epoch=EPOCH,
    )


def told(channel: FakeChannel, *names: str) -> tuple[str | None, ...]:
    """What the dialplan was told."""
    return tuple(channel.variables.get(name) for name in names)


def ends(site: Site) -> list[tuple[int, str, Disposition]]:
    """The visits of the call: number, Asterisk's queue, and how each ended."""
    visits = site.story().queue_visits
    return [(each.number, each.asterisk_queue, each.disposition) for each in visits]


def heard(channel: FakeChannel) -> list[str]:
    """The prompts that were played."""
    return [one.file.rpartition("/")[2] for one in channel.heard]


def others(site: Site, *ages: int, priority: int = 0, queue: str = "reception-fa") -> None:
    """Let calls wait in a queue since so many seconds."""
    with closing(open_store(site.place)) as store:
        for age in ages:
            came, id_ = NOW - timedelta(seconds=age), f"other-{queue}-{priority}-{age}"
            store.begin_call(
                NewCall(id_, came, "", "", None, MAIN_NUMBER, None, "fa", None, "0", {})
            )
            store.keep_queue_visit(
                QueueVisit(id_, 199, None, "fa", queue, came, came, priority=priority)
            )


def test_who_is_turned_away_goes_where_the_gate_leads(tmp_path: Path) -> None:
    """With a visit that never came about, and the line that Asterisk's queue log lacks."""

    async def call(site: Site) -> None:
        channel = caller(waiting=4)
        await site.request(channel, Script.INCOMING)
        assert told(channel, contract.GO, contract.CAUSE) == (Go.HANGUP, "21")
        assert ends(site) == [(100, "support-fa", Disposition.FULL)]
        assert channel.executed == [("QueueLog", "support-fa,1700000000.1,NONE,FULL")]
        (turned,) = [one.data for one in site.story().timeline if one.kind == "turned-away"]
        assert turned["why"] == "full"
        (visit,) = site.story().queue_visits
        assert visit.left_at == visit.entered_at == NOW

    play(tmp_path, call)


def test_a_closed_gate_is_closed_also_to_an_empty_queue(tmp_path: Path) -> None:
    """It is Tuesday."""

    async def call(site: Site) -> None:
        channel = caller(dialled=SALES)
        await site.request(channel, Script.INCOMING)
        assert told(channel, contract.GO, contract.EXTENSION) == (Go.EXTENSION, "200")
        assert ends(site) == [(100, "sales", Disposition.CLOSED)]

    play(tmp_path, call)


def test_the_own_agent_is_waited_for_alone_and_then_anybody(tmp_path: Path) -> None:
    """The place is kept, the gate is asked once; written down are both visits, and why sara."""

    async def call(site: Site) -> None:
        channel = caller(number=OWNED, waiting=3)
        await site.request(channel, Script.INCOMING)
        names = (contract.QUEUE, contract.QUEUE_RULE, contract.QUEUE_TIMEOUT)
        assert told(channel, *names) == ("rahyab-agent-sara", "support-fa", "20")
        assert told(channel, contract.QUEUE_POSITION) == ("",)
        assert ends(site) == [(199, "rahyab-agent-sara", Disposition.IN_PROGRESS)]
        others(site, -5, -6, -7, -8, queue="support-fa")
        after = {"status": QueueStatus.TIMEOUT, "queued": str(EPOCH)}
        back = caller(number=OWNED, waiting=4)
        await site.request(back, Script.AFTER_QUEUE, 2, **after)
        assert told(back, *names) == ("support-fa", "support-fa", "300")
        assert told(back, contract.QUEUE_POSITION) == ("1",)
        back.hang_up()
        await site.request(back, Script.ENDED, 3, abandoned="TRUE", queued=str(EPOCH + 20))
        assert ends(site) == [
            (199, "rahyab-agent-sara", Disposition.TIMEOUT),
            (299, "support-fa", Disposition.ABANDONED),
        ]
        assert site.story().call.outcome is Outcome.ABANDONED
        preferred = [one for one in site.story().timeline if one.kind == "preferred"]
        told_of = [line for one in preferred for line in tell_event(one)]
        assert told_of == ["preferred in support: sara, the customer's own agent"]

    play(tmp_path, call)


def test_a_caller_is_told_the_place_and_no_more_than_is_known(tmp_path: Path) -> None:
    """Two are before; how long it takes nobody can say, for nobody has left the queue yet."""

    async def call(site: Site) -> None:
        channel = caller(waiting=2)
        await site.request(channel, Script.INCOMING)
        assert heard(channel)[0] == "queue-place-is"
        assert not any(word.startswith("queue-wait") for word in heard(channel))
        (place,) = [one.data for one in site.story().timeline if one.kind == "place"]
        assert place == {"queue": "support", "ahead": 2, "wait": None}

    play(tmp_path, call)


def test_a_queue_that_moves_tells_how_long_it_takes(tmp_path: Path) -> None:
    """Thirty have left it in the last quarter of an hour."""

    async def call(site: Site) -> None:
        others(site, *range(60, 660, 20), queue="support-fa")
        with closing(open_store(site.place)) as store:
            for visit in store.callers_waiting("support-fa", NOW - timedelta(hours=1)):
                ended = {"disposition": Disposition.ABANDONED, "left_at": NOW}
                store.keep_queue_visit(QueueVisit(**{**_fields(visit), **ended}))
        channel = caller(waiting=2)
        await site.request(channel, Script.INCOMING)
        words = heard(channel)
        assert words[words.index("queue-wait-is") :][1:3] == ["digit-1", "queue-wait-to"]
        (place,) = [one.data for one in site.story().timeline if one.kind == "place"]
        assert place["wait"] == {"shortest": 33, "likely": 81, "longest": 169}

    play(tmp_path, call)


def test_who_has_risen_meanwhile_goes_before(tmp_path: Path) -> None:
    """Though they came with the priority of the caller who comes back, and later."""
    priority = Priority(0, rise=5, every=30)

    async def call(site: Site) -> None:
        time = clock
        await site.request(caller(dialled=RECEPTION), Script.INCOMING)
        others(site, -1, -2, -3, queue="reception-fa")
        with closing(open_store(site.place)) as store:
            for visit in store.callers_waiting("reception-fa", NOW):
                if visit.call_id.startswith("other") and visit.call_id[-1] != "1":
                    going_on = VisitState.from_visit(visit)
                    state = CallState(priority=priority, visit=going_on).to_data()
                    store.change_call(visit.call_id, CallChange(visit=1, state=state))
        time.pass_by(20)
        await back(site, 2, EPOCH, "1")
        time.pass_by(13)
        await back(site, 3, EPOCH + 20, "3")

    async def back(site: Site, visit: int, queued: int, position: str) -> None:
        channel = caller(dialled=RECEPTION, waiting=3)
        await site.request(channel, Script.AFTER_QUEUE, visit, key="5", queued=str(queued))
        assert told(channel, contract.QUEUE_POSITION) == (position,)

    clock = Time()
    play(tmp_path, call, clock=clock)


def _fields(visit: QueueVisit) -> dict[str, object]:
    return {name: getattr(visit, name) for name in QueueVisit.__slots__}


def test_a_key_of_the_queue_leads_where_it_says(tmp_path: Path) -> None:
    """The callback keeps the time of the first entry; the visit ends by that key."""

    async def call(site: Site) -> None:
        time = clock
        await site.request(caller(), Script.INCOMING)
        time.pass_by(40)
        back = caller("1", "1", "1")
        await site.request(back, Script.AFTER_QUEUE, 2, key="1", queued=str(EPOCH))
        assert told(back, contract.GO) == (Go.HANGUP,)
        (visit,) = site.story().queue_visits
        assert (visit.disposition, visit.key) == (Disposition.EXIT_KEY, "1")
        assert visit.left_at == NOW + timedelta(seconds=40)
        with closing(open_store(site.place)) as store:
            (wish,) = store.callbacks()
        assert (wish.number, wish.since) == (STRANGER, NOW)

    clock = Time()
    play(tmp_path, call, clock=clock)


def test_a_key_that_leads_nowhere_leads_back_with_the_place(tmp_path: Path) -> None:
    """The rules may have lost it since the queue was built. The gate is not asked again.

    One came before, and five since: the caller is the second of the seven.
    """

    async def call(site: Site) -> None:
        await site.request(caller(), Script.INCOMING)
        others(site, 10, -1, -2, -3, -4, -5, queue="support-fa")
        back = caller(waiting=6)
        await site.request(back, Script.AFTER_QUEUE, 2, key="5", queued=str(EPOCH))
        where = (contract.GO, contract.QUEUE, contract.QUEUE_POSITION)
        assert told(back, *where) == (Go.QUEUE, "support-fa", "2")
        assert ends(site) == [
            (199, "support-fa", Disposition.EXIT_KEY),
            (299, "support-fa", Disposition.IN_PROGRESS),
        ]

    play(tmp_path, call)


@pytest.mark.parametrize(
    ("status", "go", "disposition", "line"),
    [
        (QueueStatus.FULL, (Go.HANGUP, "21"), Disposition.FULL, "FULL"),
        (QueueStatus.JOINEMPTY, (Go.QUEUE, None), Disposition.JOIN_EMPTY, "JOINEMPTY"),
        (QueueStatus.JOINUNAVAIL, (Go.QUEUE, None), Disposition.JOIN_EMPTY, "JOINEMPTY"),
        (QueueStatus.LEAVEEMPTY, (Go.QUEUE, None), Disposition.LEAVE_EMPTY, None),
        (QueueStatus.LEAVEUNAVAIL, (Go.QUEUE, None), Disposition.LEAVE_EMPTY, None),
        (QueueStatus.WITHDRAW, (Go.QUEUE, None), Disposition.WITHDRAWN, None),
        (QueueStatus.TIMEOUT, (Go.QUEUE, None), Disposition.TIMEOUT, None),
        ("UNKNOWN", (Go.QUEUE, None), Disposition.NOT_ENTERED, None),
    ],
)
def test_every_end_of_a_visit_has_its_name_and_its_way(
    tmp_path: Path, status: str, go: tuple[Go, str | None], disposition: Disposition, line: str
) -> None:
    """A full queue leads where the gate does; what Asterisk does not log, we do."""

    async def call(site: Site) -> None:
        await site.request(caller(), Script.INCOMING)
        back = caller()
        await site.request(back, Script.AFTER_QUEUE, 2, status=status, queued=str(EPOCH))
        assert told(back, contract.GO, contract.CAUSE) == go
        assert ends(site)[0] == (199, "support-fa", disposition)
        logged = [] if line is None else [f"support-fa,1700000000.1,NONE,{line}"]
        assert [options for _, options in back.executed] == logged

    play(tmp_path, call)


@pytest.mark.parametrize("script", [Script.AFTER_QUEUE, Script.ENDED])
def test_who_is_not_let_in_and_hangs_up_is_in_the_queue_log(tmp_path: Path, script: Script) -> None:
    """The application runs on a dead channel, too."""

    async def call(site: Site) -> None:
        await site.request(caller(), Script.INCOMING)
        channel = caller()
        channel.hang_up()
        end = {"status": QueueStatus.FULL, "queued": str(EPOCH)}
        await site.request(channel, script, 2, **end)
        assert ends(site) == [(199, "support-fa", Disposition.FULL)]
        assert channel.executed == [("QueueLog", "support-fa,1700000000.1,NONE,FULL")]

    play(tmp_path, call)


def test_who_overflows_comes_before_whoever_came_later(tmp_path: Path) -> None:
    """And after those of a higher priority, and those who have waited for longer."""

    async def call(site: Site) -> None:
        await site.request(caller(), Script.INCOMING)
        others(site, 30, -100, -200)
        others(site, -150, priority=5)
        back = caller(waiting=4)
        after = {"status": QueueStatus.TIMEOUT, "queued": str(EPOCH)}
        await site.request(back, Script.AFTER_QUEUE, 2, **after)
        assert told(back, contract.QUEUE, contract.QUEUE_POSITION) == ("reception-fa", "3")
        assert "queue-place-is" in heard(back)

    play(tmp_path, call)


def test_a_call_that_nobody_remembers_completes_its_visit_all_the_same(tmp_path: Path) -> None:
    """The store has lost the call; the channel names the queue, the request the visit."""

    async def call(site: Site) -> None:
        known = {contract.QUEUE: "support-fa", contract.QUEUE_RULE: "support-fa"}
        channel = caller(known={**known, contract.PRIORITY: "7"})
        await site.request(channel, Script.AFTER_QUEUE, 2, key="1", queued=str(EPOCH))
        (visit,) = site.story().queue_visits
        assert (visit.number, visit.queue, visit.priority) == (199, "support", 7)
        assert visit.disposition is Disposition.EXIT_KEY

    play(tmp_path, call)


KNOWN = {contract.QUEUE: "support-fa", contract.QUEUE_RULE: "support-fa"}


def begun_elsewhere(site: ServedSite, facts: Mapping[str, Any], revision: str) -> None:
    """Let the store know that the call has begun, and no more: its end is in a spool elsewhere."""
    with closing(open_store(site.place)) as store:
        store.begin_call(
            NewCall(
                CALL_ID, NOW, STRANGER, "", STRANGER, MAIN_NUMBER, None, "fa", None, revision, facts
            )
        )


async def half_known(folder: Path) -> tuple[Mapping[str, Any], str]:
    """The facts and the rules of such a call, which another machine has served."""
    async with serving(folder, rules_file=RULES) as site:
        await site.request(caller(), Script.INCOMING)
        call = site.story().call
        return call.facts, call.revision


def test_what_the_store_knows_half_the_channel_completes(tmp_path: Path) -> None:
    """Another machine could not write where it sent the caller: on it goes as `give_up` says."""

    async def call(site: ServedSite) -> None:
        begun_elsewhere(site, *await half_known(elsewhere))
        back = caller(known={**KNOWN, contract.PRIORITY: "7"})
        after = {"status": QueueStatus.TIMEOUT, "queued": str(EPOCH - 60)}
        await site.request(back, Script.AFTER_QUEUE, 2, **after)
        assert told(back, contract.GO, contract.QUEUE) == (Go.QUEUE, "reception-fa")
        lost, entered = site.story().queue_visits
        assert (lost.number, lost.queue, lost.disposition) == (199, "support", Disposition.TIMEOUT)
        assert (entered.number, entered.waiting_since) == (299, NOW - timedelta(seconds=60))
        assert "begun-anew" in {one.kind for one in site.story().timeline}

    (elsewhere := tmp_path / "elsewhere").mkdir()
    play(tmp_path, call)


def test_a_call_known_half_that_ends_in_a_queue_was_abandoned_there(tmp_path: Path) -> None:
    """And not left in a menu, where the store saw it last."""

    async def call(site: ServedSite) -> None:
        begun_elsewhere(site, *await half_known(elsewhere))
        channel = caller(known=KNOWN)
        channel.hang_up()
        await site.request(channel, Script.ENDED, 2, queued=str(EPOCH), abandoned="TRUE")
        assert ends(site) == [(199, "support-fa", Disposition.ABANDONED)]
        assert site.story().call.outcome is Outcome.ABANDONED

    (elsewhere := tmp_path / "elsewhere").mkdir()
    play(tmp_path, call)


def test_a_visit_that_another_machine_has_ended_is_not_ended_here(tmp_path: Path) -> None:
    """The caller went on from it by the request that is not known here."""

    async def call(site: Site) -> None:
        await site.request(caller(), Script.INCOMING)
        channel = caller(known={contract.QUEUE: "reception-fa"})
        channel.hang_up()
        end = {"queued": str(EPOCH + 60), "abandoned": "TRUE"}
        await site.request(channel, Script.ENDED, 3, **end)
        assert ends(site) == [
            (199, "support-fa", Disposition.UNKNOWN),
            (299, "reception-fa", Disposition.ABANDONED),
        ]
        assert site.story().call.outcome is Outcome.ABANDONED

    play(tmp_path, call, clock=lambda: NOW + timedelta(minutes=5))


def test_a_forgotten_call_goes_on_from_the_own_agent_to_anybody(tmp_path: Path) -> None:
    """The channel tells for which queue the caller waited there; once is enough."""

    async def call(site: Site) -> None:
        known = {contract.QUEUE: "rahyab-agent-sara", contract.QUEUE_RULE: "support-fa"}
        back = caller(number=OWNED, known=known)
        after = {"status": QueueStatus.TIMEOUT, "queued": str(EPOCH)}
        await site.request(back, Script.AFTER_QUEUE, 2, **after)
        assert told(back, contract.GO, contract.QUEUE) == (Go.QUEUE, "support-fa")
        alone, _ = site.story().queue_visits
        assert (alone.number, alone.queue) == (199, "support")

    play(tmp_path, call)


@pytest.mark.parametrize("status", [QueueStatus.CONTINUE, QueueStatus.TIMEOUT])
def test_a_forgotten_call_that_rang_one_agent_has_visited_no_queue(
    tmp_path: Path, status: QueueStatus
) -> None:
    """It goes on as after that agent, and not to the fallback queue."""

    async def call(site: Site) -> None:
        back = caller(known={contract.QUEUE: "", contract.AGENT: "mina"})
        end = {"status": status, "agent": "mina", "hold": "3", "queued": str(EPOCH)}
        await site.request(back, Script.AFTER_QUEUE, 4, **end)
        assert told(back, contract.GO) == (Go.HANGUP,)
        assert ends(site) == []
        assert site.story().call.stage != "queue support"

    play(tmp_path, call)


def test_a_forgotten_call_keeps_its_priority(tmp_path: Path) -> None:
    """Asterisk goes by it in the next queue, too; so must what is written of that visit."""

    async def call(site: Site) -> None:
        back = caller(known={**KNOWN, contract.PRIORITY: "7"})
        after = {"status": QueueStatus.TIMEOUT, "queued": str(EPOCH)}
        await site.request(back, Script.AFTER_QUEUE, 2, **after)
        assert told(back, contract.QUEUE, contract.PRIORITY) == ("reception-fa", "7")
        assert [each.priority for each in site.story().queue_visits] == [7, 7]

    play(tmp_path, call)


def test_a_forgotten_call_that_ends_in_a_queue_was_abandoned_there(tmp_path: Path) -> None:
    """Of one that ends anywhere else nothing can be told."""

    async def call(site: Site) -> None:
        channel = caller(known={contract.QUEUE: "reception-fa"})
        channel.hang_up()
        await site.request(channel, Script.ENDED, 2, queued=str(EPOCH), abandoned="TRUE")
        assert ends(site) == [(199, "reception-fa", Disposition.ABANDONED)]

    play(tmp_path, call)


def test_the_fallback_is_a_visit_of_its_own(tmp_path: Path) -> None:
    """How the one before it ended nobody has told."""

    async def call(site: Site) -> None:
        await site.request(caller(), Script.INCOMING)
        channel = caller()
        channel.hang_up()
        end = {"fell_back": "yes", "queued": str(EPOCH + 60), "agent": "mina", "hold": "9"}
        await site.request(channel, Script.ENDED, 3, **end)
        before, fallback = site.story().queue_visits
        assert before.disposition is Disposition.UNKNOWN
        assert (fallback.number, fallback.queue) == (300, "reception")
        assert fallback.asterisk_queue == contract.FALLBACK_QUEUE
        assert (fallback.disposition, fallback.agent) == (Disposition.ANSWERED, "mina")

    play(tmp_path, call, clock=lambda: NOW + timedelta(minutes=5))


def test_who_speaks_with_an_agent_and_hangs_up_first_was_answered(tmp_path: Path) -> None:
    """The dialplan goes straight to the end of the call."""

    async def call(site: Site) -> None:
        await site.request(caller(), Script.INCOMING)
        channel = caller()
        channel.hang_up()
        end = {"agent": "sara", "hold": "9", "queued": str(EPOCH), "status": "CONTINUE"}
        await site.request(channel, Script.ENDED, 2, **end)
        (visit,) = site.story().queue_visits
        assert (visit.disposition, visit.agent) == (Disposition.ANSWERED, "sara")
        assert visit.answered_at == NOW + timedelta(seconds=9)

    play(tmp_path, call)


def test_a_trial_leaves_no_visit(tmp_path: Path) -> None:
    """And no line in the queue log."""

    async def call(site: Site) -> None:
        channel = caller(waiting=4)
        await site.request(channel, Script.INCOMING, trial="yes")
        assert told(channel, contract.CAUSE) == ("21",)
        assert ends(site) == []
        assert channel.executed == []

    play(tmp_path, call)


def test_a_queue_log_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    """Without app_queue the application is not there."""

    async def call(site: Site) -> None:
        channel = caller(waiting=4)
        channel.applications = {}
        await site.request(channel, Script.INCOMING)
        assert told(channel, contract.DONE, contract.CAUSE) == (Script.INCOMING, "21")

    play(tmp_path, call)


class WithoutPlaces(SqliteStore):
    """A store that cannot say who waits."""

    def callers_waiting(self, asterisk_queue: str, since: datetime) -> NoReturn:
        """Be away."""
        del asterisk_queue, since
        raise StoreUnavailableError("away")


def test_without_the_store_who_is_new_comes_last(tmp_path: Path) -> None:
    """And of who has waited before nobody can tell; they come last, too."""

    async def call(site: Site) -> None:
        channel = caller(waiting=2)
        await site.request(channel, Script.INCOMING)
        assert heard(channel)[0] == "queue-place-is"
        back = caller(waiting=2)
        after = {"status": QueueStatus.TIMEOUT, "queued": str(EPOCH)}
        await site.request(back, Script.AFTER_QUEUE, 2, **after)
        assert told(back, contract.QUEUE, contract.QUEUE_POSITION) == ("reception-fa", "")
        assert heard(back) == []

    play(tmp_path, call, WithoutPlaces)


def test_the_same_request_made_again_writes_the_same_visit(tmp_path: Path) -> None:
    """Another server may have died over it."""

    async def call(site: Site) -> None:
        for _ in range(2):
            await site.request(caller(), Script.INCOMING)
        assert ends(site) == [(199, "support-fa", Disposition.IN_PROGRESS)]
        assert site.story().call.id == CALL_ID

    play(tmp_path, call)
