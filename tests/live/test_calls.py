"""Whole calls through a real Asterisk: what was played, where they went, what is stored."""

import sys
import wave
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

import pytest

from agi_server.lab.caller import Ended
from agi_server.lab.scenarios import Call
from agi_server.lab.telephony import CallResult, Telephony
from agi_server.lab.waiting import wait_until
from crm.records import Call as StoredCall
from crm.records import CallStory, CaseState, Outcome
from crm.sqlite_store import SqliteStore
from ivr.spoken import digits
from tests.live.conftest import Server

pytestmark = pytest.mark.live

ROOT = Path(__file__).parents[2]
SERVE = (sys.executable, "-m", "agi_server.cli", "serve")

MAIN_NUMBER = "+982191000000"
LONDON_NUMBER = "+442079460000"
GOLD_CUSTOMER = "+989121234567"
CONTRACT_ENDED = "+989127654321"
STRANGER = "+989351112233"
OPEN_HOURS = "2026-11-24 10:00"

SARA, JANIS, REZA, MINA = "PJSIP/101", "PJSIP/102", "PJSIP/103", "PJSIP/104"

END_SECONDS = 15.0


@dataclass(slots=True)
class Site:
    """A server with the sample customers, on the Asterisk of this worker."""

    telephony: Telephony
    server: Server
    home: Path
    placed: list[str] = field(default_factory=list)

    def call(self, **wanted: object) -> CallResult:
        """Place a call during opening hours, unless told otherwise, and wait for its end."""
        defaults = {"to": MAIN_NUMBER, "number": GOLD_CUSTOMER, "at": OPEN_HOURS, "patience": 45.0}
        return self.telephony.place_call(Call(**{**defaults, **wanted}))  # type: ignore[arg-type]

    def journal(self) -> list[StoredCall]:
        """All calls, the newest first."""
        with closing(SqliteStore(self.home / "rahyab.db")) as store:
            return list(store.calls())

    def story(self) -> CallStory:
        """The newest call, once its end is in the journal."""
        wait_until(lambda: self.journal() and self.journal()[0].ended_at, END_SECONDS)
        call = self.journal()[0]
        assert call.ended_at is not None, f"the end of {call.id} was never reported"
        with closing(SqliteStore(self.home / "rahyab.db")) as store:
            story = store.call_story(call.id)
        assert story is not None
        return story


@pytest.fixture
def site(
    telephony: Telephony, serving: Callable[..., Server], tmp_path: Path, messages: Path
) -> Iterator[Site]:
    """A fresh database with the sample customers, and a server over it."""
    settings = {
        "RAHYAB_RULES": str(ROOT / "routing_rules.yaml"),
        "RAHYAB_MESSAGES": str(messages),
        "RAHYAB_LOG_FORMAT": "json",
    }
    server = serving(
        *SERVE,
        before=[("customers", "import", str(ROOT / "crm/samples/customers.csv"))],
        **settings,
    )
    yield Site(telephony, server, tmp_path)
    assert "Traceback" not in server.output.read_text()


def spoken(*prompts: str, language: str = "fa") -> list[str]:
    """The sound names of prompts."""
    return [f"rahyab/{language}/{prompt}" for prompt in prompts]


def heard(result: CallResult, *prompts: str, language: str = "fa") -> bool:
    """Whether these prompts were played, in this order, perhaps with others between."""
    sounds = iter(result.sounds)
    return all(wanted in sounds for wanted in spoken(*prompts, language=language))


def test_customer_is_served_and_asked(site: Site) -> None:
    """Welcome in the customer's language, tracking number, agent, and both answers kept."""
    phone = site.telephony.plug_in(SARA, ring=1.0, talk=3.0)

    result = site.call(keys="hear:welcome 1 hear:rate-us 10 hear:was-it-solved 1")

    story = site.story()
    (case,) = story.cases
    number = digits(case.tracking, "fa")
    assert heard(result, "welcome", "tracking-number-is", *number, "rate-us", "was-it-solved")
    assert heard(result, "was-it-solved", "thank-you-for-your-answers")
    assert result.outcome.ended is Ended.BY_ASTERISK
    assert phone.wait_for("answers")

    call = story.call
    assert call.outcome is Outcome.ANSWERED
    assert (call.caller, call.dialled, call.source) == (GOLD_CUSTOMER, MAIN_NUMBER, "website")
    assert (call.queue, call.agent, call.language) == ("support", "sara", "fa")
    assert call.customer_id == case.customer_id
    assert call.answered_at is not None
    assert call.left_queue_at is not None
    assert 2 <= (call.left_queue_at - call.answered_at).total_seconds() <= 5
    assert call.ended_at is not None
    assert 8 <= (call.ended_at - call.started_at).total_seconds() <= 60

    assert case.state is CaseState.NEW
    assert {answer.question: answer.value for answer in story.answers} == {
        "score": "10",
        "solved": "yes",
    }
    for answer in story.answers:
        assert (answer.call_id, answer.agent, answer.queue) == (call.id, "sara", "support")
        assert (answer.tracking, answer.revision) == (case.tracking, call.revision)

    with closing(SqliteStore(site.home / "rahyab.db")) as store:
        assert call.customer_id is not None
        assert [past.id for past in store.calls_of_customer(call.customer_id)] == [call.id]
    assert "gold" in site.server.rahyab("calls", "show", call.id)


def test_gold_customer_waits_in_the_queue_of_their_language(site: Site) -> None:
    """The compiled queue, the priority and the penalty window reach Asterisk."""
    site.telephony.plug_in(SARA, ring=0.5, talk=0.5)

    result = site.call(keys="hear:welcome 1 hear:rate-us hangup")

    assert result.logged('Queue("PJSIP')
    assert result.logged("support-fa,c")
    (sent,) = [event for event in site.story().timeline if event.kind == "sent"][:1]
    assert sent.data["QUEUE_PRIO"] == "10"


def test_customer_whose_contract_has_ended_hears_so_and_reaches_sales(site: Site) -> None:
    """Said first, then the sales queue; no case is opened."""
    phone = site.telephony.plug_in(REZA, ring=0.5, talk=0.5)

    result = site.call(number=CONTRACT_ENDED, keys="hear:welcome 1")

    assert heard(result, "welcome", "contract-ended")
    assert phone.wait_for("answers")
    story = site.story()
    assert (story.call.queue, story.call.agent) == ("sales", "reza")
    assert story.call.outcome is Outcome.ANSWERED
    assert not story.cases


def test_silent_stranger_hears_the_menu_three_times_and_reaches_reception(site: Site) -> None:
    """Asked again twice, then a person."""
    phone = site.telephony.plug_in(MINA, ring=0.5, talk=0.5)

    result = site.call(number=STRANGER, patience=100.0)

    assert result.sounds.count("rahyab/fa/welcome") == 3
    assert phone.wait_for("answers")
    story = site.story()
    assert story.call.queue == "reception"
    assert story.call.customer_id is None
    assert [event.data["why"] for event in story.timeline if event.kind == "left"] == ["silence"]


def test_wrong_key_is_called_so_and_the_menu_said_again(site: Site) -> None:
    """`not a choice`, the menu, and then the right key."""
    site.telephony.plug_in(MINA, ring=0.5, talk=0.5)

    result = site.call(number=STRANGER, keys="hear:welcome 7 hear:not-a-choice hear:welcome 0")

    assert heard(result, "welcome", "not-a-choice", "welcome")
    assert result.sounds.count("rahyab/fa/welcome") == 2
    assert site.story().call.queue == "reception"


@pytest.mark.parametrize(
    ("at", "announcement", "rule"),
    [
        ("2026-11-24 20:00", "closed-now", "closed-now"),
        ("2026-11-27 10:00", "closed-now", "closed-now"),
        ("2027-03-28 10:00", "closed-for-holiday", "closed-today"),
        ("2027-02-11 10:00", "closed-for-holiday", "closed-today"),
    ],
    ids=["evening", "friday", "own-closing", "public-holiday"],
)
def test_closed_line_takes_a_message(site: Site, at: str, announcement: str, rule: str) -> None:
    """The announcement, the tone, and a message that is really on disk."""
    result = site.call(at=at, keys="hear:leave-a-message hear:beep wait:1 speak:3 #")

    assert heard(result, announcement, "leave-a-message", "message-kept")
    story = site.story()
    assert story.call.outcome is Outcome.VOICEMAIL
    (recording,) = story.recordings
    assert 2.0 <= recording.seconds <= 6.0
    with wave.open(recording.path) as message:
        assert message.getframerate() == 8000
        assert max(message.readframes(message.getnframes())) > 0
        assert abs(message.getnframes() / 8000 - recording.seconds) < 0.5
    decided = next(event.data for event in story.timeline if event.kind == "decided")
    assert decided["rule"] == rule


def test_message_that_ends_with_a_hang_up_is_kept(site: Site) -> None:
    """How most callers end a message."""
    site.call(at="2026-11-24 20:00", keys="hear:leave-a-message hear:beep wait:1 speak:3 hangup")

    story = site.story()
    (recording,) = story.recordings
    assert Path(recording.path).stat().st_size > 16_000
    assert story.call.outcome is Outcome.VOICEMAIL


def test_caller_follows_up_an_earlier_request(site: Site) -> None:
    """The number heard in one call tells the state in the next."""
    site.call(keys="hear:welcome 1 hear:tracking-number-is hangup")
    (case,) = site.story().cases

    result = site.call(
        keys=f"hear:welcome 3 hear:enter-tracking-number {case.tracking} "
        "hear:tracking-state-new hear:welcome hangup"
    )

    assert heard(result, "welcome", "enter-tracking-number", "tracking-state-new", "welcome")
    assert len(site.journal()) == 2


def test_mistyped_and_unknown_numbers_are_told_apart_and_three_tries_are_enough(site: Site) -> None:
    """Mistyped by the check digit, unknown by the store; then reception."""
    site.call(keys="hear:welcome 1 hear:tracking-number-is hangup")
    (case,) = site.story().cases
    wrong = str((int(case.tracking[-1]) + 1) % 10)
    mistyped = case.tracking[:-1] + wrong
    unknown = "123456786" if case.tracking != "123456786" else "987654329"
    phone = site.telephony.plug_in(MINA, ring=0.5, talk=0.5)

    result = site.call(
        keys=f"hear:welcome 3 hear:enter-tracking-number {mistyped} "
        f"hear:tracking-mistyped hear:enter-tracking-number {unknown} "
        "hear:tracking-unknown hear:enter-tracking-number 12# hear:tracking-mistyped"
    )

    assert heard(
        result,
        *("enter-tracking-number", "tracking-mistyped"),
        *("enter-tracking-number", "tracking-unknown"),
        *("enter-tracking-number", "tracking-mistyped"),
    )
    assert result.sounds.count("rahyab/fa/enter-tracking-number") == 3
    assert phone.wait_for("answers")
    assert site.story().call.queue == "reception"


def test_hang_up_in_the_menu_is_in_the_journal(site: Site) -> None:
    """Where the caller left."""
    site.call(keys="hear:welcome hangup")

    story = site.story()
    assert story.call.outcome is Outcome.LEFT_IN_MENU
    assert story.call.stage == "menu welcome"
    assert [event.data for event in story.timeline if event.kind == "hung-up"] == [
        {"stage": "menu welcome"}
    ]


def test_hang_up_in_the_queue_is_an_abandoned_call(site: Site) -> None:
    """The tracking number that was given out stays."""
    phone = site.telephony.plug_in(SARA, ring=60.0)
    caller = site.telephony.start_call(
        Call(MAIN_NUMBER, number=GOLD_CUSTOMER, at=OPEN_HOURS, keys="hear:welcome 1")
    )
    phone.wait_for("rings", 40.0)
    caller.hang_up()
    site.telephony.end_call(caller)

    story = site.story()
    assert story.call.outcome is Outcome.ABANDONED
    assert story.call.stage == "queue support"
    assert story.call.agent is None
    assert len(story.cases) == 1


def test_caller_whom_nobody_can_serve_is_given_a_mailbox(site: Site) -> None:
    """No agent's phone is there: the queue does not let the caller in, and gives up at once."""
    result = site.call(keys="hear:welcome 1 hear:leave-a-message hangup")

    assert heard(result, "tracking-number-is", "leave-a-message")
    story = site.story()
    left = next(event.data for event in story.timeline if event.kind == "left-queue")
    assert left["status"] in ("JOINEMPTY", "JOINUNAVAIL")
    assert story.call.outcome is Outcome.NOT_ANSWERED


def test_hang_up_in_the_survey_keeps_what_was_answered(site: Site) -> None:
    """The mark is kept, the second question has no answer."""
    site.telephony.plug_in(SARA, ring=0.5, talk=0.5)

    site.call(keys="hear:welcome 1 hear:rate-us 7# hear:was-it-solved hangup")

    story = site.story()
    assert [(answer.question, answer.value) for answer in story.answers] == [("score", "7")]
    assert story.call.stage == "survey satisfaction"
    assert story.call.outcome is Outcome.ANSWERED


def test_caller_who_hangs_up_on_the_agent_was_answered(site: Site) -> None:
    """No survey, but the agent and the talk are in the journal."""
    phone = site.telephony.plug_in(SARA, ring=0.5, talk=30.0)
    caller = site.telephony.start_call(
        Call(MAIN_NUMBER, number=GOLD_CUSTOMER, at=OPEN_HOURS, keys="hear:welcome 1")
    )
    phone.wait_for("answers", 40.0)
    caller.hang_up()
    site.telephony.end_call(caller)

    call = site.story().call
    assert (call.outcome, call.agent) == (Outcome.ANSWERED, "sara")
    assert call.answered_at is not None


def test_server_killed_before_the_call(site: Site) -> None:
    """The static queue takes the call."""
    phone = site.telephony.plug_in(MINA, ring=0.5, talk=0.5)
    site.server.kill()

    result = site.call()

    assert result.logged('"rahyab-fallback"')
    assert phone.wait_for("answers")
    assert result.outcome.ended is Ended.BY_ASTERISK


def test_server_killed_in_the_menu(site: Site) -> None:
    """The caller in mid-menu goes on to the fallback queue and is answered."""
    phone = site.telephony.plug_in(MINA, ring=0.5, talk=0.5)
    caller = site.telephony.start_call(Call(MAIN_NUMBER, number=GOLD_CUSTOMER, at=OPEN_HOURS))
    wait_until(lambda: caller.log.played, 20.0)
    site.server.kill()
    result = site.telephony.end_call(caller)

    assert "rahyab/fa/welcome" in result.sounds
    assert result.logged('"rahyab-fallback"')
    assert phone.wait_for("answers")
    assert result.outcome.ended is Ended.BY_ASTERISK


@pytest.mark.parametrize(
    "caller",
    [
        {"number": "+989351112233", "name": 'She said "hello"'},
        {"number": "+989351112233", "name": "line\\nSET VARIABLE X 1\\n"},
        {"number": "+989351112233", "name": "${SHELL(touch rahyab-owned)}$[1/0]"},
        {"number": "+989351112233", "name": "):1,b(c"},
        {"number": "+989351112233", "name": "سارا احمدی"},
        {"number": "+989351112233", "name": "x" * 300},
        {"number": "9" * 300, "name": "long number"},
        {"number": "", "name": ""},
        {"user": "98%0aagi_callerid:%20forged%0a", "name": "newline in the number"},
        {"user": "98%0a%0a200%20result=1", "name": "an empty line in the number"},
        {"user": "98%22%5c%24%7bX%7d%29:1", "name": "hostile number"},
        {"withheld": True},
    ],
    ids=[
        *("quotes", "newline-escape", "expression", "brackets", "persian", "long-name"),
        *("long-number", "nothing", "real-newline", "empty-line", "hostile-number", "withheld"),
    ],
)
def test_hostile_caller_is_routed_like_any_other(site: Site, caller: dict[str, object]) -> None:
    """Nothing is injected, nothing breaks, and what was sent is stored as Asterisk had it."""
    site.telephony.plug_in(MINA, ring=0.5, talk=0.5)

    result = site.call(**{"number": "", **caller}, keys="hear:welcome 0")

    assert heard(result, "welcome")
    assert not result.logged('"rahyab-fallback"')
    story = site.story()
    assert (story.call.queue, story.call.outcome) == ("reception", Outcome.ANSWERED)
    name = caller.get("name")
    if name and isinstance(name, str):
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        assert story.call.name_as_sent == quoted[:79]
    if caller.get("number"):
        assert story.call.caller_as_sent == str(caller["number"])[:79]
    if "user" in caller:
        # What stands behind a colon is a password to SIP, and never reaches us.
        sent = unquote(str(caller["user"])).partition(":")[0]
        assert story.call.caller_as_sent == sent
    assert not result.logged("SHELL(")
    assert not list(site.telephony.asterisk.folder.rglob("rahyab-owned"))


def test_english_number_speaks_english_to_strangers(site: Site) -> None:
    """The number's language, until the caller is known or chooses another."""
    site.telephony.plug_in(MINA, ring=0.5, talk=0.5)

    result = site.call(
        to=LONDON_NUMBER, number="+442079469999", keys="hear:welcome 8 hear:welcome 0"
    )

    assert result.sounds[0] == "rahyab/en/welcome"
    assert "rahyab/fa/welcome" in result.sounds
    call = site.story().call
    assert (call.language, call.source) == ("fa", "london-office")
