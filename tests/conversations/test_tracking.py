"""Looking up a request, over a real socket with a real store."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import NoReturn

import pytest
from structlog.testing import capture_logs

from agi_server.caps import (
    MOST_LOOK_UPS,
    MOST_PINS,
    MOST_WITHHELD_LOOK_UPS,
    WITHHELD,
    Cap,
    may_try,
)
from agi_server.testing import Action, HangUp, Press
from crm.asking_records import AttemptKind, Pin
from crm.hashed_secrets import digest, new_salt
from crm.ports import Store, StoreUnavailableError
from crm.records import CallChange, NewCall, Outcome
from crm.sqlite_store import SqliteStore
from dialplan import contract
from dialplan.contract import Go, QueueStatus, Script
from tests.conversations.dialogues import (
    DIALOGUES,
    STRANGER,
    TRACKING,
    Time,
    caller,
    end,
    events,
    heard,
    in_store,
    is_heard_in_order,
    play,
    put_case,
    went,
)
from tests.conversations.site import CALL_ID, GOLD_CUSTOMER, NOW, ServedSite, Site, serving

CASE = "123456786"
NOBODYS = "987654329"
PIN = "471108"
EARLIER = "1.1-1"

NUMBER = Press(CASE)
AGENT, NOTE = Press("1"), Press("2")
SERVED = {"agent": "sara", "hold": "7", "queued": "1795501800"}


def known_case(site: Site, *, agent: str | None = None) -> None:
    """A request of the gold customer, who has a PIN; an agent may have spoken about it."""

    def put(store: Store) -> None:
        (match,) = store.look_up_caller(GOLD_CUSTOMER).matches
        whose = match.customer.id
        assert whose is not None
        salt = new_salt()
        store.set_pin(Pin(whose, salt, digest(PIN, salt), NOW))
        store.begin_call(
            NewCall(
                *(EARLIER, NOW, "", "", GOLD_CUSTOMER, TRACKING, None, "fa", whose, "r", {}),
                trial=False,
            )
        )
        store.change_call(EARLIER, CallChange(agent=agent))

    in_store(site, put)
    put_case(site, CASE, number="+989120000000", customer_id=customer(site), call_id=EARLIER)


def customer(site: Site) -> int | None:
    """The id of the gold customer."""
    return in_store(site, lambda store: store.look_up_caller(GOLD_CUSTOMER).matches[0].customer.id)


def tried(site: Site, kind: AttemptKind, subject: str) -> int:
    """How often something was tried."""
    return in_store(site, lambda store: store.attempts(kind, subject, NOW + timedelta(hours=1)))


def test_the_customer_is_told_at_once(tmp_path: Path) -> None:
    """Who calls from their number proves nothing more."""

    async def call(site: Site) -> None:
        known_case(site)
        channel = caller(TRACKING, NUMBER, number=GOLD_CUSTOMER)
        await site.request(channel, Script.INCOMING)
        assert heard(channel)[:2] == ["enter-tracking-number", "tracking-state-waiting"]
        assert "enter-pin" not in heard(channel)
        (looked_up,) = events(site, "looked-up")
        assert looked_up == {"tracking": CASE, "found": True, "callers": True, "agent": None}

    play(tmp_path, call)


def test_a_stranger_needs_the_pin(tmp_path: Path) -> None:
    """Wrong ones are told, the right one opens; none stands in the journal."""

    async def call(site: Site) -> None:
        known_case(site)
        channel = caller(TRACKING, NUMBER, Press("4712#"), Press(f"{PIN}#"))
        await site.request(channel, Script.INCOMING)
        assert is_heard_in_order(channel, "enter-pin", "pin-wrong", "tracking-state-waiting")
        assert [each["right"] for each in events(site, "pin-checked")] == [False, True]
        keyed = [each["keys"] for each in events(site, "pressed") if each["question"] == "pin"]
        assert keyed == ["****", "******"]

    play(tmp_path, call)


def test_who_does_not_know_the_pin_is_told_nothing(tmp_path: Path) -> None:
    """As is who asks for a request whose customer has none, or that has no customer."""

    async def call(site: Site) -> None:
        put_case(site, CASE, number="+989120000000")
        channel = caller(TRACKING, NUMBER, *[Press("471108#")] * 3)
        await site.request(channel, Script.INCOMING)
        assert heard(channel).count("pin-wrong") == 3
        assert not any(prompt.startswith("tracking-state") for prompt in heard(channel))
        assert went(channel)[contract.QUEUE] == "reception"

    play(tmp_path, call)


def test_pins_are_capped_whoever_keys_them(tmp_path: Path) -> None:
    """Then the right one is not taken either, until a day has passed."""
    time = Time()

    async def call(site: Site) -> None:
        known_case(site)
        whose = str(customer(site))
        with closing(SqliteStore(site.database)) as store:
            for _ in range(MOST_PINS):
                store.count_attempt(AttemptKind.PIN, whose, time())
        right = (NUMBER, Press(f"{PIN}#"))
        channel = caller(TRACKING, *right)
        await site.request(channel, Script.INCOMING)
        assert is_heard_in_order(channel, "enter-pin", "too-many-tries")
        assert events(site, "too-many-pins") == [{"tracking": CASE}]
        assert went(channel)[contract.QUEUE] == "reception"
        time.pass_by(hours=25)
        channel = caller(TRACKING, *right)
        await site.request(channel, Script.INCOMING, 2)
        assert "tracking-state-waiting" in heard(channel)

    play(tmp_path, call, clock=time)


@pytest.mark.parametrize(
    ("number", "subject", "most", "cap"),
    [
        (STRANGER, STRANGER, MOST_LOOK_UPS, Cap.LOOK_UPS),
        ("", WITHHELD, MOST_WITHHELD_LOOK_UPS, Cap.WITHHELD_LOOK_UPS),
    ],
    ids=["shown", "withheld"],
)
def test_who_guesses_is_stopped(
    tmp_path: Path, number: str, subject: str, most: int, cap: Cap
) -> None:
    """After so many numbers; a mistyped one is no guess. Somebody is told of it."""

    async def call(site: ServedSite) -> None:
        put_case(site, CASE, number=STRANGER)
        with closing(SqliteStore(site.database)) as store:
            for _ in range(most - 1):
                store.count_attempt(AttemptKind.TRACKING, subject, NOW)
        channel = caller(TRACKING, Press("123456789"), Press(NOBODYS), NUMBER, number=number)
        await site.request(channel, Script.INCOMING)
        said = ("tracking-mistyped", "tracking-unknown", "too-many-tries")
        assert is_heard_in_order(channel, *said)
        assert len(events(site, "too-many-look-ups")) == 1
        assert site.measurements.caps == {cap: 1}

    with capture_logs() as lines:
        play(tmp_path, call)
    (line,) = [each for each in lines if each["event"] == "a cap is reached"]
    assert line == {
        "event": "a cap is reached",
        "log_level": "warning",
        "cap": cap.value,
        "call": CALL_ID,
    }


def test_a_number_that_is_found_counts_too(tmp_path: Path) -> None:
    """Before it is looked for: who is told something has been counted."""

    async def call(site: Site) -> None:
        put_case(site, CASE, number=STRANGER)
        await site.request(caller(TRACKING, NUMBER), Script.INCOMING)
        assert tried(site, AttemptKind.TRACKING, STRANGER) == 1

    play(tmp_path, call)


def test_however_many_guess_at_once_no_more_get_through(tmp_path: Path) -> None:
    """The count decides, not a look at it beforehand; who is refused is not counted."""
    path = tmp_path / "rahyab.db"
    SqliteStore(path).close()

    def guess(number: int) -> bool:
        del number
        with closing(SqliteStore(path)) as store, store.transaction():
            return may_try(store, AttemptKind.TRACKING, STRANGER, NOW, 5)

    with ThreadPoolExecutor(8) as callers:
        assert sum(callers.map(guess, range(24))) == 5
    with closing(SqliteStore(path)) as store:
        assert store.attempts(AttemptKind.TRACKING, STRANGER, NOW) == 5


class _CountsNothing(SqliteStore):
    """A store that can be read, and that no try can be written to."""

    def count_attempt(self, kind: AttemptKind, subject: str, at: datetime) -> NoReturn:
        """The disk is full."""
        raise StoreUnavailableError(f"{kind} {subject} {at}: the disk is full")


@pytest.mark.parametrize("number", [NOBODYS, CASE])
def test_what_cannot_be_counted_is_not_answered(tmp_path: Path, number: str) -> None:
    """Or a guesser would only have to wait for such a store."""

    async def whole() -> None:
        async with asyncio.timeout(30), serving(tmp_path, _CountsNothing, DIALOGUES) as site:
            put_case(site, CASE, number=STRANGER)
            channel = caller(TRACKING, Press(number))
            await site.request(channel, Script.INCOMING)
            assert "tracking-state-waiting" not in heard(channel)
            assert "tracking-unknown" not in heard(channel)
            assert went(channel)[contract.QUEUE] == "reception"

    asyncio.run(whole())


def test_a_trial_counts_nowhere(tmp_path: Path) -> None:
    """Neither numbers nor PINs: no caller is shut out by who tries the rules out."""

    async def call(site: Site) -> None:
        known_case(site)
        whose = str(customer(site))
        answers = (Press(NOBODYS), NUMBER, Press("4712#"), Press(f"{PIN}#"))
        channel = caller(TRACKING, *answers)
        await site.request(channel, Script.INCOMING, trial="yes")
        said = ("tracking-unknown", "pin-wrong", "tracking-state-waiting")
        assert is_heard_in_order(channel, *said)
        assert tried(site, AttemptKind.TRACKING, STRANGER) == 0
        assert tried(site, AttemptKind.PIN, whose) == 0

    play(tmp_path, call)


def test_the_agent_of_the_request_is_rung(tmp_path: Path) -> None:
    """As the dialplan rings one agent; served, the call is over and answered."""

    async def call(site: Site) -> None:
        known_case(site, agent="sara")
        channel = caller(TRACKING, NUMBER, AGENT, number=GOLD_CUSTOMER)
        await site.request(channel, Script.INCOMING)
        assert is_heard_in_order(channel, "tracking-state-waiting", "tracking-agent")
        variables = channel.variables
        assert variables.get(contract.GO) == Go.AGENT
        assert variables.get(contract.AGENT) == "sara"
        assert variables.get(contract.DEVICE) == "PJSIP/101"
        assert variables.get(contract.RING) == "25"
        await site.request(channel, Script.AFTER_QUEUE, 2, status=QueueStatus.CONTINUE, **SERVED)
        assert variables.get(contract.GO) == Go.HANGUP
        await end(site, channel, 3, **SERVED)
        told = site.story().call
        assert (told.outcome, told.agent) == (Outcome.ANSWERED, "sara")

    play(tmp_path, call)


def test_an_agent_who_does_not_answer_is_not_the_end(tmp_path: Path) -> None:
    """The call goes where the rules say, here to a queue."""

    async def call(site: Site) -> None:
        known_case(site, agent="sara")
        channel = caller(TRACKING, NUMBER, AGENT, number=GOLD_CUSTOMER)
        await site.request(channel, Script.INCOMING)
        await site.request(channel, Script.AFTER_QUEUE, 2, status=QueueStatus.TIMEOUT)
        assert channel.variables.get(contract.GO) == Go.QUEUE
        assert channel.variables.get(contract.QUEUE) == "support"
        await end(site, channel, 3, queued="1795501800")
        assert site.story().call.outcome is Outcome.ABANDONED

    play(tmp_path, call)


@pytest.mark.parametrize(
    ("arguments", "outcome"),
    [
        ({"queued": "1795501800", "status": QueueStatus.TIMEOUT}, Outcome.ABANDONED),
        ({**SERVED, "status": QueueStatus.CONTINUE}, Outcome.ANSWERED),
    ],
    ids=["ringing", "speaking"],
)
def test_who_hangs_up_with_one_agent_is_told_as_with_a_queue(
    tmp_path: Path, arguments: dict[str, str], outcome: Outcome
) -> None:
    """The dialplan comes straight to the end of the call then."""

    async def call(site: Site) -> None:
        known_case(site, agent="sara")
        channel = caller(TRACKING, NUMBER, AGENT, number=GOLD_CUSTOMER)
        await site.request(channel, Script.INCOMING)
        await end(site, channel, 2, **arguments)
        told = site.story().call
        answered = outcome is Outcome.ANSWERED
        assert told.outcome is outcome
        assert told.stage == ("with agent sara" if answered else "agent sara")
        assert told.agent == ("sara" if answered else None)
        assert (told.answered_at is not None) is answered

    play(tmp_path, call)


@pytest.mark.parametrize("agent", [None, "gone"])
def test_an_agent_who_is_not_there_is_not_offered(tmp_path: Path, agent: str | None) -> None:
    """Nobody has spoken about the request, or somebody whom the rules do not have any more."""

    async def call(site: Site) -> None:
        known_case(site, agent=agent)
        channel = caller(TRACKING, NUMBER, number=GOLD_CUSTOMER)
        await site.request(channel, Script.INCOMING)
        assert "tracking-agent" not in heard(channel)
        assert "tracking-note" in heard(channel)

    play(tmp_path, call)


@pytest.mark.parametrize(
    ("answers", "hangs_up"),
    [([Press("#", after=6.2), Press("1")], False), ([HangUp(6.0)], True)],
    ids=["kept", "hung up"],
)
def test_a_spoken_note_is_added_to_the_request(
    tmp_path: Path, answers: list[Action], hangs_up: bool
) -> None:
    """Also when the caller ends it by hanging up."""

    async def call(site: Site) -> None:
        known_case(site)
        channel = caller(TRACKING, NUMBER, NOTE, *answers, number=GOLD_CUSTOMER)
        await site.request(channel, Script.INCOMING)
        assert channel.hung_up is hangs_up
        (note,) = site.story().recordings
        assert (note.mailbox, note.tracking) == (f"case {CASE}", CASE)
        assert note.path.endswith(f"/{CALL_ID}-case_{CASE}.wav")
        assert note.seconds == pytest.approx(6.0)
        await end(site, channel, 2)
        assert site.story().call.outcome is not Outcome.VOICEMAIL

    play(tmp_path, call)


@pytest.mark.parametrize(
    "answers",
    [[Press("0#")], [NUMBER, Press("0#")], [NUMBER, Press(f"{PIN}#"), Press("0")]],
    ids=["number", "PIN", "offers"],
)
def test_zero_leads_to_a_person_from_everywhere(tmp_path: Path, answers: list[Action]) -> None:
    """Whatever is asked."""

    async def call(site: Site) -> None:
        known_case(site)
        channel = caller(TRACKING, *answers)
        await site.request(channel, Script.INCOMING)
        assert went(channel)[contract.QUEUE] == "reception"

    play(tmp_path, call)


@pytest.mark.parametrize("prompt", ["enter-tracking-number", "enter-pin", "tracking-note"])
def test_where_the_caller_hangs_up_is_told(tmp_path: Path, prompt: str) -> None:
    """In the journal, and as the outcome of the call."""

    async def call(site: Site) -> None:
        known_case(site)
        channel = caller(TRACKING, NUMBER, Press(f"{PIN}#"), during={prompt: HangUp()})
        await site.request(channel, Script.INCOMING)
        assert events(site, "hung-up") == [{"stage": "tracking"}]
        await end(site, channel, 2)
        assert site.story().call.outcome is Outcome.LEFT_IN_MENU

    play(tmp_path, call)
