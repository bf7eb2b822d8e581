"""Facts that Asterisk tells and places that only Asterisk can go to, with real callers."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from agi_server.lab.caller import Caller, Ended
from agi_server.lab.scenarios import Call
from agi_server.lab.telephony import CallResult, Telephony
from agi_server.lab.waiting import wait_until
from crm.records import Call as StoredCall
from crm.records import CallStory, Outcome
from crm.sqlite_store import SqliteStore
from tests.live.conftest import Server
from tests.live.routes.conftest import RULES
from tests.live.test_calls import SERVE

pytestmark = [pytest.mark.live, pytest.mark.every_asterisk]

SUPPORT = "+982191000000"
BY_QUEUE = "+982191000001"
BY_VARIABLE = "+982191000002"
OUTSIDE = "+982191000003"
WITH_MUSIC = "+982191000004"
PREFERRED = "+982191000005"
CALLBACK = "+982191000006"
REQUEST = "+982191000007"
LOOK_UP = "+982191000008"
STRANGER = "+989351112233"
SARA, JANIS = "PJSIP/101", "PJSIP/102"
SECONDS = 20.0


@dataclass(slots=True)
class Site:
    """A server over the rules of this folder, and its Asterisk."""

    telephony: Telephony
    server: Server
    home: Path

    def call(self, to: str, **wanted: object) -> CallResult:
        """Place a call and wait for its end."""
        return self.telephony.end_call(self.start(to, **wanted))

    def start(self, to: str, **wanted: object) -> Caller:
        """Place a call that goes on by itself."""
        return self.telephony.start_call(Call(to=to, **{"number": STRANGER, **wanted}))  # type: ignore[arg-type]

    def wait(self, to: str, waiting: int) -> Caller:
        """Place a call, and return when it waits: then so many callers do."""
        caller = self.start(to, patience=90.0)
        assert wait_until(lambda: self.waiting() == waiting, SECONDS), self.shown()
        return caller

    def waiting(self) -> int:
        """How many callers wait in the queue, as its own command tells."""
        shown = self.shown()
        return 0 if "No Callers" in shown else shown.partition("Callers:")[2].count("(wait:")

    def shown(self) -> str:
        """The queue, as Asterisk shows it."""
        return self.telephony.asterisk.rx("queue show support")

    def stories(self) -> Mapping[str, CallStory]:
        """The last call to each number."""
        with closing(SqliteStore(self.home / "rahyab.db")) as store:
            calls: list[StoredCall] = list(store.calls())
            found = {call.dialled: store.call_story(call.id) for call in reversed(calls)}
        return {dialled: story for dialled, story in found.items() if story is not None}

    def ended(self, dialled: str) -> CallStory:
        """The last call to a number, once its end is in the journal."""

        def is_over() -> bool:
            story = self.stories().get(dialled)
            return story is not None and story.call.ended_at is not None

        assert wait_until(is_over, SECONDS)
        return self.stories()[dialled]

    def decided(self) -> tuple[str, Mapping[str, object]]:
        """The rule that decided the call to `BY_QUEUE`, and how the queue was seen."""
        timeline = self.ended(BY_QUEUE).timeline
        (seen,) = (event.data["support"] for event in timeline if event.kind == "queues")
        (decided,) = (event.data["rule"] for event in timeline if event.kind == "decided")
        return decided, seen


@pytest.fixture
def site(
    telephony: Telephony, serving: Callable[..., Server], tmp_path: Path, messages: Path
) -> Iterator[Site]:
    """A server with a fresh database over the rules beside this file."""
    settings = {"RAHYAB_RULES": str(RULES), "RAHYAB_MESSAGES": str(messages)}
    server = serving(*SERVE, **settings)
    yield Site(telephony, server, tmp_path)
    assert "Traceback" not in server.output.read_text()


def test_a_rule_sees_who_waits_how_long_and_who_is_there(site: Site) -> None:
    """One agent talks, one caller waits: as Asterisk's own command shows it a moment later."""
    site.telephony.plug_in(SARA, ring=0.2, talk=60.0)
    talking = site.start(SUPPORT, patience=90.0)
    assert wait_until(lambda: "In use" in site.shown(), SECONDS), site.shown()
    first = site.wait(SUPPORT, 1)
    assert wait_until(lambda: "(wait: 0:03" in site.shown(), SECONDS), site.shown()

    site.call(BY_QUEUE)

    rule, seen = site.decided()
    assert rule == "long-wait"
    assert (seen["waiting"], seen["agents"]) == (1, 1)
    assert seen["longest_wait"] in range(2, 10)
    assert not any("ERROR" in line for line in site.telephony.asterisk.log.lines())
    for caller in (first, talking):
        caller.hang_up()


def test_a_rule_sees_that_nobody_is_there(site: Site) -> None:
    """No telephone at all; then one whose agent is paused; then one that is ready."""
    site.call(BY_QUEUE)
    assert site.decided()[0] == "nobody-there"

    site.telephony.plug_in(SARA)
    site.telephony.asterisk.rx(f"queue pause member {SARA}")
    site.call(BY_QUEUE)
    assert site.decided()[0] == "nobody-there"

    site.telephony.asterisk.rx(f"queue unpause member {SARA}")
    site.call(BY_QUEUE)
    rule, seen = site.decided()
    assert (rule, seen["agents"]) == ("everyone", 1)


def test_asterisk_tells_how_long_answered_callers_have_waited(site: Site) -> None:
    """Unknown before anybody was answered; then the hold time of the one who was."""
    site.telephony.asterisk.rx("queue reset stats support")
    site.telephony.plug_in(SARA, ring=2.2, talk=0.3)
    site.call(BY_QUEUE)
    before = site.decided()[1]["estimated_wait"]

    site.call(SUPPORT)
    site.call(BY_QUEUE)

    assert before is None
    assert site.decided()[1]["estimated_wait"] in range(1, 10)


@pytest.mark.parametrize(("to", "rule"), [("north", "north"), (BY_VARIABLE, "unset")])
def test_a_variable_of_the_sites_dialplan_is_a_fact(site: Site, to: str, rule: str) -> None:
    """Set before the call came to us, or not."""
    site.call(to)
    (decided,) = (one for one in site.ended(BY_VARIABLE).timeline if one.kind == "decided")
    assert decided.data["rule"] == rule


def test_a_number_outside_goes_through_the_sites_own_context(site: Site) -> None:
    """With the caller's own number; the end of the call is reported."""
    result = site.call(OUTSIDE, hangup_after=1.5)

    assert result.logged(f"Out to +442079460000 from {STRANGER}")
    call = site.ended(OUTSIDE).call
    assert (call.outcome, call.stage) == (Outcome.TRANSFERRED, "number +442079460000")


def test_a_number_without_a_way_out_takes_the_fallback(site: Site) -> None:
    """Nobody is dropped because a site has no context for it."""
    site.telephony.plug_in(JANIS, ring=0.2, talk=0.5)
    result = site.call("inside", hangup_after=15.0)

    assert result.logged("rahyab-fallback")
    assert site.ended(OUTSIDE).call.outcome is Outcome.FELL_BACK


@pytest.mark.parametrize(("to", "music"), [(SUPPORT, "calm"), (WITH_MUSIC, "jazz")])
def test_the_music_of_a_route_plays_before_the_queues_own(site: Site, to: str, music: str) -> None:
    """And without one the queue's own does."""
    site.telephony.plug_in(SARA, ring=3.0, talk=0.5)
    result = site.call(to)
    assert result.logged(f"Started music on hold, class '{music}'")


def test_who_has_priority_is_served_before_who_came_first(site: Site) -> None:
    """Two callers wait for the one agent, who talks to a third."""
    site.telephony.plug_in(SARA, ring=0.2, talk=8.0)
    site.start(WITH_MUSIC, patience=90.0)
    assert wait_until(lambda: "In use" in site.shown(), SECONDS), site.shown()
    came_first = site.wait(SUPPORT, 1)
    preferred = site.wait(PREFERRED, 2)

    for caller in (preferred, came_first):
        assert site.telephony.end_call(caller).outcome.ended is Ended.BY_ASTERISK

    last, first = site.ended(SUPPORT).call, site.ended(PREFERRED).call
    assert (last.agent, first.agent) == ("sara", "sara")
    assert last.queued_at is not None
    assert first.queued_at is not None
    assert last.queued_at <= first.queued_at
    assert last.answered_at is not None
    assert first.answered_at is not None
    assert first.answered_at < last.answered_at


NUMBER_KEYED = "hear:enter-callback-number 02191000000# hear:callback-number-right 1"


def test_a_caller_who_hides_their_number_keys_one_to_be_called_back(site: Site) -> None:
    """It is on the list of those who are to be called, before the words are over."""
    result = site.call(CALLBACK, number="", keys=NUMBER_KEYED)

    assert "rahyab/en/we-will-call-you-back" in result.sounds
    assert site.ended(CALLBACK).call.outcome is Outcome.CALLBACK
    assert "+982191000000" in site.server.rahyab("callbacks")


def about_a_request(site: Site) -> str:
    """What a caller keys to speak with Sara, who has answered a call about their request."""
    phone = site.telephony.plug_in(SARA, ring=0.2, talk=0.3)
    site.call(REQUEST, keys="hear:tracking-number-is 5")
    phone.stop()
    (case,) = site.ended(REQUEST).cases
    return f"hear:enter-tracking-number {case.tracking} hear:tracking-state-new 1"


@pytest.mark.parametrize(
    ("ring", "outcome", "agent"),
    [
        (1.5, Outcome.ANSWERED, "sara"),
        (None, Outcome.NOT_ANSWERED, None),
    ],
    ids=["answers", "is-busy"],
)
def test_the_agent_of_a_request_is_rung(
    site: Site, ring: float | None, outcome: Outcome, agent: str | None
) -> None:
    """Dial() of both releases tells the server in the words of a queue how it went."""
    keys = about_a_request(site)
    site.telephony.plug_in(SARA, ring=ring, talk=1.0)
    site.call(LOOK_UP, keys=keys)

    story = site.ended(LOOK_UP)
    assert (story.call.outcome, story.call.agent) == (outcome, agent)
    (visit,) = (event.data for event in story.timeline if event.kind == "left-queue")
    assert visit["status"] == ("CONTINUE" if agent else "TIMEOUT")
    assert (visit["hold"] is not None and visit["hold"] < 5) is bool(agent)


def test_who_hangs_up_on_the_agent_of_a_request_was_answered(site: Site) -> None:
    """The caller first: then the end of the call alone tells of it."""
    keys = about_a_request(site)
    phone = site.telephony.plug_in(SARA, ring=0.2, talk=30.0)
    caller = site.start(LOOK_UP, keys=keys)
    phone.wait_for("answers")
    caller.hang_up()
    site.telephony.end_call(caller)

    call = site.ended(LOOK_UP).call
    assert (call.outcome, call.agent, call.stage) == (Outcome.ANSWERED, "sara", "with agent sara")
