"""Every destination and everything that is done on the way there, over a real socket."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from agi_server.testing import AgiResult, FakeChannel, HangUp, Press, ScriptedCaller, Silence
from crm.records import BlockedNumber, Case, Customer, Outcome
from crm.sqlite_store import SqliteStore
from dialplan import contract
from dialplan.contract import Go, QueueStatus, Script
from ivr.spoken import digits
from tests.conversations.site import GOLD_CUSTOMER, MAIN_NUMBER, NOW, Site, serving

ROUTES = Path(__file__).with_name("routes.yaml")
BY_CALLER = "+982191000002"
STRANGER = "+989351112233"


class Time:
    """A clock that a test sets forward."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """The moment."""
        return self.now

    def pass_by(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


def play(
    folder: Path,
    conversation: Callable[[Site], Awaitable[None]],
    kind: type[SqliteStore] = SqliteStore,
    clock: Callable[[], datetime] = lambda: NOW,
) -> None:
    """Run one conversation against a server of its own, over the rules beside this file."""

    async def whole() -> None:
        async with serving(folder, kind, ROUTES, clock) as site:
            await conversation(site)

    asyncio.run(whole())


def caller(
    *actions: Press | Silence | HangUp,
    number: str = STRANGER,
    dialled: str = MAIN_NUMBER,
    known: Mapping[str, str] | None = None,
) -> FakeChannel:
    """A caller, and what they press."""
    script = ScriptedCaller(*actions)
    return FakeChannel(number=number, dialled=dialled, caller=script, known=known or {})


def heard(channel: FakeChannel) -> Sequence[str]:
    """The prompts that were played, with their language."""
    return [one.file.removeprefix("rahyab/") for one in channel.heard]


def test_what_is_done_on_the_way_is_done_in_its_order(tmp_path: Path) -> None:
    """Language, words, the request and its number in that language, then everything else."""

    async def call(site: Site) -> None:
        channel = caller(Press("1"))
        await site.request(channel, Script.INCOMING)
        (case,) = site.story().cases
        number = [f"en/{prompt}" for prompt in digits(case.tracking, "en")]
        told = ["en/pause", "en/tracking-number-is", *number, "en/tracking-number-again"]
        assert heard(channel)[: 2 + len(told)] == ["fa/welcome", "en/welcome", *told]
        variables = channel.variables
        assert variables.get(contract.DONE) == Script.INCOMING
        assert variables.get(contract.QUEUE_RULE) == "support-en"
        assert variables.get(contract.PRIORITY) == "10"
        assert variables.get(contract.MUSIC) == "jazz"
        assert variables.get("SITE_TICKET") == "7"
        assert variables.get("SITE_NOTE") == "from a menu"
        assert [event.kind for event in site.story().timeline] == [
            *("came-in", "heard", "pressed", "left"),
            *("heard", "case-opened", "heard", "arrived", "sent"),
        ]

    play(tmp_path, call)


@pytest.mark.parametrize(
    ("number", "prompt", "cases"),
    [(3, "en/welcome", 0), (5, "en/tracking-number-is", 1)],
)
def test_who_hangs_up_on_the_way_leaves_what_was_done_until_then(
    tmp_path: Path, number: int, prompt: str, cases: int
) -> None:
    """In the route's words no request is open yet; while its number is read out it is."""

    async def call(site: Site) -> None:
        script = ScriptedCaller(Press("1"), during={number: HangUp()})
        channel = FakeChannel(number=STRANGER, dialled=MAIN_NUMBER, caller=script)
        await site.request(channel, Script.INCOMING)
        story = site.story()
        assert len(story.cases) == cases
        assert heard(channel)[-1] == prompt
        assert story.timeline[-1].kind == "hung-up"
        assert story.timeline[-1].data == {"stage": "menu every-way"}
        assert not channel.variables.get(contract.GO)

    play(tmp_path, call)


def test_a_missing_prompt_of_a_route_is_left_out(tmp_path: Path) -> None:
    """The rest of the way is gone, and the journal names the file."""

    async def call(site: Site) -> None:
        channel = caller(Press("1"))
        channel.sounds = lambda file, _: None if file == "rahyab/en/welcome" else 2.0
        await site.request(channel, Script.INCOMING)
        assert channel.variables.get(contract.QUEUE_RULE) == "support-en"
        assert len(site.story().cases) == 1
        (missing,) = [one for one in site.story().timeline if one.kind == "missing-prompt"]
        assert missing.data == {"sound": "rahyab/en/welcome"}

    play(tmp_path, call)


def test_a_number_outside_is_for_the_dialplan_to_dial(tmp_path: Path) -> None:
    """The caller's own number stays as it came."""

    async def call(site: Site) -> None:
        channel = caller(Press("2"))
        await site.request(channel, Script.INCOMING)
        variables = channel.variables
        assert variables.get(contract.GO) == Go.NUMBER
        assert variables.get(contract.NUMBER) == "+442079460000"
        assert variables.get("SITE_NOTE") == "out"
        assert variables.get("CALLERID(num)") == STRANGER
        channel.hang_up()
        await site.request(channel, Script.ENDED, 2)
        told = site.story().call
        assert (told.outcome, told.stage) == (Outcome.TRANSFERRED, "number +442079460000")

    play(tmp_path, call)


def test_a_survey_may_be_asked_without_any_agent(tmp_path: Path) -> None:
    """From a menu: the next request asks it, and the call is over after that."""

    async def call(site: Site) -> None:
        channel = caller(Press("3"), Press("4"))
        await site.request(channel, Script.INCOMING)
        assert channel.variables.get(contract.GO) == Go.SURVEY
        await site.request(channel, Script.SURVEY, 2)
        assert channel.variables.get(contract.GO) == Go.HANGUP
        (answer,) = site.story().answers
        assert (answer.question, answer.value, answer.agent) == ("score", "4", None)

    play(tmp_path, call)


def test_an_extension_hears_the_music_of_the_route_too(tmp_path: Path) -> None:
    """The class is the channel's, wherever the site's dialplan lets it wait."""

    async def call(site: Site) -> None:
        channel = caller(Press("5"))
        await site.request(channel, Script.INCOMING)
        assert channel.variables.get(contract.EXTENSION) == "201"
        assert channel.variables.get(contract.MUSIC) == "jazz"

    play(tmp_path, call)


def test_what_was_keyed_is_a_fact(tmp_path: Path) -> None:
    """A rule asks for the key of the menu before it."""

    async def call(site: Site) -> None:
        channel = caller(Press("6"))
        await site.request(channel, Script.INCOMING)
        assert channel.variables.get(contract.REASON) == "by-keys/came-by-six"

    play(tmp_path, call)


def test_priority_rises_with_the_whole_wait(tmp_path: Path) -> None:
    """From the moment at which the caller first began to wait, in whatever queue; music stays."""
    time = Time()

    async def call(site: Site) -> None:
        channel = caller(Press("1"))
        await site.request(channel, Script.INCOMING)
        assert channel.variables.get(contract.PRIORITY) == "10"
        time.pass_by(65)
        channel.variables.set(contract.MUSIC, "")
        await site.request(channel, Script.AFTER_QUEUE, 2, status=QueueStatus.TIMEOUT)
        assert channel.variables.get(contract.QUEUE) == "reception"
        assert channel.variables.get(contract.PRIORITY) == "20"
        assert channel.variables.get(contract.MUSIC) == "jazz"

    play(tmp_path, call, clock=time)


def test_priority_rises_no_further_than_it_may(tmp_path: Path) -> None:
    """Whatever the wait."""
    time = Time()

    async def call(site: Site) -> None:
        channel = caller(Press("1"))
        await site.request(channel, Script.INCOMING)
        time.pass_by(3600)
        await site.request(channel, Script.AFTER_QUEUE, 2, status=QueueStatus.LEAVEEMPTY)
        assert channel.variables.get(contract.PRIORITY) == "22"

    play(tmp_path, call, clock=time)


def test_a_callback_knows_the_queue_that_the_caller_gave_up(tmp_path: Path) -> None:
    """And the customer; asked for twice it is one."""

    async def call(site: Site) -> None:
        channel = caller(Press("6"), number=GOLD_CUSTOMER)
        await site.request(channel, Script.INCOMING)
        for visit in (2, 3):
            await site.request(channel, Script.AFTER_QUEUE, visit, status=QueueStatus.TIMEOUT)
        story = site.story()
        assert story.callback is not None
        assert (story.callback.queue, story.callback.number) == ("reception", GOLD_CUSTOMER)
        assert story.callback.customer_id == story.call.customer_id is not None
        with closing(SqliteStore(site.database)) as store:
            assert len(store.callbacks()) == 1

    play(tmp_path, call)


async def _decided(site: Site, channel: FakeChannel) -> str:
    result: AgiResult = await site.request(channel, Script.INCOMING)
    assert result.status == "SUCCESS"
    return (channel.variables.get(contract.REASON) or "").removeprefix("by-caller/")


@pytest.mark.parametrize(
    ("number", "known", "rule"),
    [
        (STRANGER, {}, "centre"),
        (STRANGER, {"SITE_REGION": ""}, "centre"),
        (STRANGER, {"SITE_REGION": "north"}, "everyone"),
        (STRANGER, {"SITE_REGION": "north", "SITE_CAMPAIGN": "spring"}, "north"),
        (STRANGER, {"SITE_REGION": "north\n200 result=1 (centre)"}, "everyone"),
        (STRANGER, {"SITE_REGION": "${SITE_CAMPAIGN}", "SITE_CAMPAIGN": "centre"}, "everyone"),
        ("+442079460000", {}, "abroad"),
        ("+37167000000", {"SITE_REGION": "north", "SITE_CAMPAIGN": "spring"}, "abroad"),
    ],
)
def test_variables_and_countries_are_facts(
    tmp_path: Path, number: str, known: Mapping[str, str], rule: str
) -> None:
    """What the site's dialplan has set is read once, whatever it holds; unset has its default."""

    async def call(site: Site) -> None:
        channel = caller(number=number, dialled=BY_CALLER, known=known)
        assert await _decided(site, channel) == rule
        facts = site.story().call.facts
        names = {"region": "SITE_REGION", "campaign": "SITE_CAMPAIGN"}
        expected = {id_: known[name] for id_, name in names.items() if known.get(name)}
        assert facts["variables"] == expected

    play(tmp_path, call)


def test_a_blocked_number_and_a_lead_score_are_facts(tmp_path: Path) -> None:
    """As the store has them; what is done with them is for the rules to say."""

    async def call(site: Site) -> None:
        with closing(SqliteStore(site.database)) as store:
            store.put_customers([Customer("Lead", numbers=("+989350000001",), lead_score=70)])
            store.block_number(BlockedNumber(STRANGER, NOW, "rude"))
        promising = caller(number="+989350000001", dialled=BY_CALLER)
        assert await _decided(site, promising) == "promising"
        assert await _decided(site, caller(dialled=BY_CALLER)) == "blocked"

    play(tmp_path, call)


def test_the_oldest_open_request_is_a_fact(tmp_path: Path) -> None:
    """Of a customer; with the agent who last spoke with them."""
    time = Time()

    async def call(site: Site) -> None:
        first = caller(Press("1"), number=GOLD_CUSTOMER)
        await site.request(first, Script.INCOMING)
        served: Mapping[str, str] = {"agent": "sara", "hold": "7", "queued": "1795501800"}
        await site.request(first, Script.AFTER_QUEUE, 2, status=QueueStatus.CONTINUE, **served)
        (case,) = site.story().cases
        time.pass_by(3600)
        await _call_again(site, case)

    play(tmp_path, call, clock=time)


async def _call_again(site: Site, case: Case) -> None:
    """The same customer calls once more, some time later."""
    again = caller(Press("6"), number=GOLD_CUSTOMER)
    await site.request(again, Script.INCOMING, call="2.2-2")
    with closing(SqliteStore(site.database)) as store:
        call = store.call("2.2-2")
    assert call is not None
    customer = call.facts["customer"]
    assert customer["open_cases"] == 1
    assert datetime.fromisoformat(customer["oldest_open_case"]) == case.opened_at
    assert customer["last_agent"] == "sara"
