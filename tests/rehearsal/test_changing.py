"""Past calls through rules that have changed, or not: what is counted, and how it is told."""

import asyncio
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from agi_server.policy import load_policy_file
from agi_server.testing import (
    Action,
    Asked,
    FakeChannel,
    HangUp,
    Press,
    QueueMember,
    ScriptedCaller,
)
from agi_server.testing import Queue as Standing
from crm.records import CallStory
from crm.sqlite_store import SqliteStore
from dialplan.contract import Script
from ivr.prompts import builtin_prompts
from ivr.rulebook import Rulebook
from rehearsal.account import Decided
from rehearsal.journalled import script_of
from rehearsal.judging import run_test
from rehearsal.memory import NotRecorded
from rehearsal.moves import Report
from rehearsal.recorded import KINDS, Recorded, read_call
from rehearsal.rehearse import rehearse
from rehearsal.replay import replay
from rehearsal.timeline import Arrived, AskedCallback, Circled, HungUp, RecordedEnd
from rehearsal.writing import as_test
from routing.call_test_loading import load_tests
from routing.destinations import ToAgent, ToQueue
from routing.facts_data import facts_from_data
from tests.conversations.site import serving

pytestmark = pytest.mark.slow

RULES: Final = Path(__file__).with_name("changing.yaml")
CALLER: Final = "+989351112233"
NOBODY: Final = Standing()
SARA: Final = Standing(members=(QueueMember("PJSIP/101"),))


class AgentComes:
    """A caller who presses 1, and meanwhile somebody logs in."""

    def __init__(self, queues: dict[str, Standing]) -> None:
        self._queues = queues
        self._presses = ScriptedCaller(Press("1"))

    async def __call__(self, asked: Asked, /) -> Action:
        """What to do at a prompt or question."""
        action = await self._presses(asked)
        if isinstance(action, Press):
            self._queues["support"] = SARA
        return action


def _channels() -> Mapping[str, FakeChannel]:
    """The calls of the journal, by name."""

    def call(last: int, *actions: Action, number: str = CALLER, **known: str) -> FakeChannel:
        return FakeChannel(
            number=number,
            dialled=f"+98219100000{last}",
            caller=ScriptedCaller(*actions),
            queues={"support": NOBODY},
            known=known,
        )

    queues = {"support": NOBODY}
    twice = FakeChannel(
        number=CALLER, dialled="+982191000001", caller=AgentComes(queues), queues=queues
    )
    return {
        "twice": twice,
        "circles": call(1, *[Press("1")] * 60),
        "callback": call(2),
        "callback keyed": call(2, Press("1"), Press("09121234567"), Press("1"), number=""),
        "no callback": call(2, Press("1"), HangUp(), number=""),
        "menu named tracking": call(0, Press("1")),
        "look-up": call(0, Press("2"), Press("123456786")),
        "gone": call(0, HangUp()),
        "gone from the look-up": call(0, Press("2"), HangUp()),
        "gone from a message": call(4, HangUp()),
        "north": call(3, SITE_REGION="north"),
        "elsewhere": call(3),
    }


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, CallStory]:
    """The journal of a server that has had these calls."""
    folder = tmp_path_factory.mktemp("changing")

    async def calls() -> None:
        async with serving(folder, rules_file=RULES) as site:
            for name, channel in _channels().items():
                await site.request(channel, Script.INCOMING, call=name.replace(" ", "-"))

    asyncio.run(calls())
    with closing(SqliteStore(folder / "rahyab.db")) as store:
        found = {name: store.call_story(name.replace(" ", "-")) for name in _channels()}
        kept = store.recorded_calls(datetime(2026, 1, 1, tzinfo=UTC), kinds=KINDS)
        assert len(list(kept)) == len(found)
    return {name: story for name, story in found.items() if story is not None}


@pytest.fixture
def recorded(stories: Mapping[str, CallStory]) -> Mapping[str, Recorded]:
    """The calls as they are read back."""
    return {name: _read(story) for name, story in stories.items()}


def _read(story: CallStory) -> Recorded:
    call = read_call(story.call.facts, [each for each in story.timeline if each.kind in KINDS])
    assert call is not None
    return call


def book(folder: Path, *edits: tuple[str, str]) -> Rulebook:
    """The rules after some edits, each of which must have changed something."""
    text = RULES.read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    file = folder / "new.yaml"
    file.write_text(text, encoding="utf-8")
    return Rulebook.of(load_policy_file(file))


def report(rules: Rulebook, *calls: Recorded) -> Report:
    """These calls through these rules."""
    found = Report()
    for call in calls:
        found.add(call, replay(rules, call))
    return found


def why(rules: Rulebook, call: Recorded) -> tuple[str, ...]:
    """Why a call that moves, or is treated otherwise, does so."""
    ((_, reasons),) = report(rules, call).examples.values()
    return reasons


def test_through_unchanged_rules_every_call_goes_as_it_went(
    recorded: Mapping[str, Recorded], tmp_path: Path
) -> None:
    """Looks at a queue that changes, circles, callbacks and names that mean two things included."""
    rules = book(tmp_path)
    for call in recorded.values():
        now = replay(rules, call)
        assert (now.end, now.turns) == (call.end, call.turns)
    found = report(rules, *recorded.values())
    assert found.same == len(recorded)
    assert all(before == after for before, after in found.ends.values())


def test_who_hung_up_in_a_message_is_followed_where_the_rules_lead_now(
    recorded: Mapping[str, Recorded], tmp_path: Path
) -> None:
    """By another way they come to other prompts: what they do there nobody knows."""
    call = recorded["gone from a message"]
    assert call.end == HungUp("voicemail messages")
    moved = book(tmp_path, ("{start: {voicemail: messages}}", "{start: {queue: reception}}"))
    assert replay(moved, call).end == Arrived(ToQueue("reception"))


def test_ends_have_their_own_words(recorded: Mapping[str, Recorded]) -> None:
    """A callback or a circle is no hang-up."""
    assert recorded["twice"].end == Arrived(ToQueue("support"))
    assert recorded["circles"].end == Circled()
    assert recorded["callback"].end == AskedCallback()
    assert recorded["callback keyed"].end == AskedCallback()
    assert recorded["no callback"].end == HungUp("callback")
    assert recorded["gone"].end == HungUp("menu tracking")
    assert recorded["gone from the look-up"].end == HungUp("tracking")


def test_each_look_at_a_queue_is_rehearsed(
    stories: Mapping[str, CallStory], tmp_path: Path
) -> None:
    """And written into the test that is made of the call, which passes."""
    rules, story = book(tmp_path), stories["twice"]
    script = script_of(facts_from_data(story.call.facts), story.timeline)
    account = rehearse(rules, script)
    decided = [each.decision.rule_id for each in account.events(Decided)]
    assert decided == ["nobody", "everyone"]
    text = as_test(rules.policy, script, account, "looks twice")
    (test,) = load_tests(rules.policy, "a.test.yaml", text, known_prompts=builtin_prompts())
    assert run_test(rules, test).passed


def test_journals_of_earlier_versions_are_read(
    stories: Mapping[str, CallStory], tmp_path: Path
) -> None:
    """They hold no stages or questions, no routes of dialogues and no start."""
    story = stories["twice"]
    old = [replace(each, data=_without(each.data)) for each in story.timeline]
    call = read_call(story.call.facts, old)
    assert call is not None
    assert call.keys == {("menu nobody-there", "nobody-there"): ["1"]}
    rules = book(tmp_path)
    assert report(rules, call).same == 1
    moved = book(tmp_path, ('keys: {"1": {rules: by-queue}}', 'keys: {"1": {queue: reception}}'))
    assert why(moved, call) == (
        "key 1 of nobody-there leads to queue reception now, to rules by-queue before",
    )


@pytest.mark.parametrize("name", ["callback", "callback keyed", "look-up"])
def test_what_earlier_versions_never_asked_is_answered_by_silence(
    stories: Mapping[str, CallStory], tmp_path: Path, name: str
) -> None:
    """Whether a number is right was not asked then: the call goes where it went."""
    story = stories[name]
    old = [
        replace(each, data={k: v for k, v in each.data.items() if k != "question"})
        for each in story.timeline
        if each.data.get("question") not in {"confirm", "when", "offers"}
    ]
    call = read_call(story.call.facts, old)
    assert call is not None
    assert replay(book(tmp_path), call).end == call.end


def _without(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """What earlier versions wrote of an event: `then` was only written of decisions."""
    new = {"stage", "question", "start", "variables"} | ({"then"} if "why" in data else set())
    return {key: value for key, value in data.items() if key not in new}


@pytest.mark.parametrize(
    ("name", "edit", "reason"),
    [
        (
            "menu named tracking",
            ("priority: 10, queue: support", "priority: 10, queue: reception"),
            "key 1 of tracking leads to queue reception now, to queue support before",
        ),
        (
            "menu named tracking",
            ('"1": {priority: 10', '"3": {priority: 10'),
            "menu tracking is left by wrong key now, by key 1 before",
        ),
        (
            "look-up",
            ("not_found: {queue: reception}", "not_found: {hangup: 17}"),
            "wrong key at tracking leads to hang up (cause 17) now, to queue reception before",
        ),
        (
            "callback",
            ("{start: {callback: true}}", "{start: {queue: support}}"),
            "the number +982191000002 leads to queue support now, to ask to be called back before",
        ),
        (
            "elsewhere",
            ("priority: 20, then: {queue: support}", "priority: 20, then: {queue: reception}"),
            "rule everyone leads to queue reception now, to queue support before",
        ),
        (
            "gone",
            ("{start: {menu: tracking}}", "{start: {queue: support}}"),
            "the number +982191000000 leads to queue support now, to menu tracking before",
        ),
    ],
)
def test_what_changed_is_named(
    recorded: Mapping[str, Recorded],
    tmp_path: Path,
    name: str,
    edit: tuple[str, str],
    reason: str,
) -> None:
    """The key, the rule or the number that leads elsewhere, both ways."""
    rules = book(tmp_path, edit)
    assert report(rules, recorded[name]).moved.total() == 1
    assert why(rules, recorded[name]) == (reason,)


@pytest.mark.parametrize(
    ("name", "edit", "reason"),
    [
        (
            "menu named tracking",
            ("{priority: 10, queue", "{priority: 30, music: jazz, queue"),
            (
                "key 1 of tracking: before queue support, priority 10;"
                " now queue support, priority 30, music jazz"
            ),
        ),
        (
            "elsewhere",
            ("language: en, priority: 20", "case: open"),
            (
                "rule everyone: before language en, queue support, priority 20;"
                " now open a request, queue support"
            ),
        ),
    ],
)
def test_a_call_that_is_treated_otherwise_is_counted_apart(
    recorded: Mapping[str, Recorded],
    tmp_path: Path,
    name: str,
    edit: tuple[str, str],
    reason: str,
) -> None:
    """It goes where it went: not among those that moved."""
    rules = book(tmp_path, edit)
    found = report(rules, recorded[name])
    assert (found.moved.total(), found.otherwise.total(), found.same) == (0, 1, 0)
    assert why(rules, recorded[name]) == (reason,)


def test_a_state_of_a_queue_that_nobody_looked_at_is_not_known(
    recorded: Mapping[str, Recorded], tmp_path: Path
) -> None:
    """Unless another rule takes the call before it matters."""
    busy = "- {id: busy, when: {queue: {reception: {waiting: '>3'}}}, then: {hangup: 17}}"
    after = (
        "then: {queue: reception}}\n    - {id: everyone",
        f"then: {{queue: reception}}}}\n    {busy}\n    - {{id: everyone",
    )
    rules = book(tmp_path, after)
    assert replay(rules, recorded["elsewhere"]).end == NotRecorded("queue reception waiting")
    assert replay(rules, recorded["north"]).end == recorded["north"].end
    found = report(rules, recorded["elsewhere"], recorded["north"])
    assert (found.unknown, found.same) == ({"queue reception waiting": 1}, 1)


def test_a_variable_that_was_not_declared_is_not_known(
    recorded: Mapping[str, Recorded], tmp_path: Path
) -> None:
    """One that was, and was not set, has its default."""
    late = ("  offer:", "  late: {channel: SITE_LATE}\n  offer:")
    rule = "  by-region:\n    - {id: first, when: {variable: {%s: x}}, then: {hangup: 21}}\n"
    unknown = book(tmp_path, late, ("  by-region:\n", rule % "late"))
    assert replay(unknown, recorded["north"]).end == NotRecorded("variable late")
    known = book(tmp_path, ("  by-region:\n", rule % "offer"))
    assert report(known, recorded["north"]).same == 1


def test_an_agent_whom_the_rules_do_not_have_is_not_offered(
    recorded: Mapping[str, Recorded], tmp_path: Path
) -> None:
    """As on the line: who has left the house since then is rung by nobody."""
    ring = ("{tries: 1, ", "{tries: 1, agent: {ring: 20s, otherwise: {queue: reception}}, ")
    rules = book(tmp_path, ring)

    def end(agent: str) -> RecordedEnd:
        look_up = replace(recorded["look-up"].look_ups[0], found=True, agent=agent)
        keys = {**recorded["look-up"].keys, ("tracking", "offers"): ["1"]}
        return replay(rules, replace(recorded["look-up"], look_ups=[look_up], keys=keys)).end

    assert end("sara") == Arrived(ToAgent("sara"))
    assert end("gone") == Arrived(ToQueue("support"))
