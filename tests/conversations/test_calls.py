"""Whole calls over real sockets and a real database, with the fake Asterisk on the other side."""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import NoReturn

import pytest

from agi_server.policy import EARLIER_BOOKS
from agi_server.records import READ_SECONDS
from agi_server.testing import FakeChannel, HangUp, Press, ScriptedCaller, Silence
from crm.ports import StoreUnavailableError
from crm.records import Call as StoredCall
from crm.records import CallChange, Case, CaseNote, CaseState, Disposition, Outcome, Revision
from crm.sqlite_store import SqliteStore
from dialplan import contract
from dialplan.contract import Go, QueueStatus, Script
from ivr.course import MOST_MOVES
from ivr.spoken import digits
from routing.rules_text import RulesText
from tests.conversations.site import (
    CALL_ID,
    CONTRACT_ENDED,
    GOLD_CUSTOMER,
    MAIN_NUMBER,
    NOW,
    RULES,
    Site,
    serving,
)

STRANGER = "+989351112233"


def play(
    folder: Path,
    conversation_: Callable[[Site], Awaitable[None]],
    kind: type[SqliteStore] = SqliteStore,
) -> None:
    """Run one conversation against a server of its own."""

    async def whole() -> None:
        async with serving(folder, kind) as site:
            await conversation_(site)

    asyncio.run(whole())


def caller(number: str, *actions: Press | Silence | HangUp, **more: object) -> FakeChannel:
    """A caller of the main number."""
    during: Mapping[int | str, Press | HangUp] = more.pop("during", {})  # type: ignore[assignment]
    script = ScriptedCaller(*actions, during=during)
    return FakeChannel(number=number, dialled=MAIN_NUMBER, caller=script, **more)  # type: ignore[arg-type]


def heard(channel: FakeChannel) -> Sequence[str]:
    """The sounds that were played."""
    return [one.file for one in channel.heard]


def test_served_customer_is_asked_and_answers(tmp_path: Path) -> None:
    """All four requests of a call, on one channel."""

    async def call(site: Site) -> None:
        channel = caller(GOLD_CUSTOMER, Press("1"), Press("10"), Press("1"))

        await site.request(channel, Script.INCOMING)

        variables = channel.variables
        assert variables.get(contract.DONE) == Script.INCOMING
        assert variables.get(contract.GO) == Go.QUEUE
        assert variables.get(contract.QUEUE) == "support-fa"
        assert variables.get(contract.PRIORITY) == "10"
        assert variables.get(contract.MAX_PENALTY) == "1"
        assert variables.get(contract.REASON) == "support/gold"
        (case,) = site.story().cases
        number = [f"rahyab/fa/{prompt}" for prompt in digits(case.tracking, "fa")]
        start = heard(channel).index("rahyab/fa/tracking-number-is") + 1
        assert heard(channel)[start : start + len(number)] == number

        queue = {"agent": "sara", "hold": "7", "queued": "1795501800"}
        await site.request(channel, Script.AFTER_QUEUE, 2, status=QueueStatus.CONTINUE, **queue)
        assert variables.get(contract.GO) == Go.SURVEY

        await site.request(channel, Script.SURVEY, 3)
        assert variables.get(contract.DONE) == Script.SURVEY
        assert variables.get(contract.GO) == Go.HANGUP

        channel.hang_up()
        await site.request(channel, Script.ENDED, 4, **queue)
        story = site.story()
        assert story.call.outcome is Outcome.ANSWERED
        assert story.call.agent == "sara"
        assert [(answer.question, answer.value) for answer in story.answers] == [
            ("score", "10"),
            ("solved", "yes"),
        ]
        assert {answer.tracking for answer in story.answers} == {case.tracking}

    play(tmp_path, call)


def test_repeated_request_counts_nothing_twice(tmp_path: Path) -> None:
    """A request that is made again, as after a server's death, finds the case that it opened."""

    async def call(site: Site) -> None:
        for visit in (1, 2):
            channel = caller(GOLD_CUSTOMER, Press("1"))
            await site.request(channel, Script.INCOMING, visit)
            assert channel.variables.get(contract.GO) == Go.QUEUE
        story = site.story()
        assert len(story.cases) == 1
        assert {event.visit for event in story.timeline} == {1, 2}

    play(tmp_path, call)


def test_ended_contract_is_said_and_leads_to_sales(tmp_path: Path) -> None:
    """No case, no tracking number."""

    async def call(site: Site) -> None:
        channel = caller(CONTRACT_ENDED, Press("1"))
        await site.request(channel, Script.INCOMING)
        assert "rahyab/fa/contract-ended" in heard(channel)
        assert channel.variables.get(contract.QUEUE) == "sales"
        assert not site.story().cases

    play(tmp_path, call)


@pytest.mark.parametrize(
    "status", [status for status in QueueStatus if status is not QueueStatus.CONTINUE]
)
def test_every_way_out_of_a_queue_leads_somewhere(tmp_path: Path, status: QueueStatus) -> None:
    """Whoever was not served goes where the queue gives up to: here a mailbox."""

    async def call(site: Site) -> None:
        channel = caller(GOLD_CUSTOMER, Press("1"), Press("#", after=4.0))
        await site.request(channel, Script.INCOMING)
        await site.request(channel, Script.AFTER_QUEUE, 2, status=status)
        assert channel.variables.get(contract.DONE) == Script.AFTER_QUEUE
        assert channel.variables.get(contract.GO) == Go.HANGUP
        assert "rahyab/fa/message-kept" in heard(channel)
        (recording,) = site.story().recordings
        assert recording.path.endswith(f"{CALL_ID}-support.wav")

    play(tmp_path, call)


def test_missing_prompt_is_skipped_and_told_apart_from_a_hang_up(tmp_path: Path) -> None:
    """The menu goes on, the journal names the file."""

    async def call(site: Site) -> None:
        channel = caller(
            STRANGER,
            Press("0"),
            sounds=lambda file, _: None if file.endswith("/welcome") else 2.0,
        )
        await site.request(channel, Script.INCOMING)
        assert channel.variables.get(contract.DONE) == Script.INCOMING
        assert channel.variables.get(contract.QUEUE) == "reception"
        (missing,) = [one for one in site.story().timeline if one.kind == "missing-prompt"]
        assert missing.data == {"sound": "rahyab/fa/welcome"}

    play(tmp_path, call)


def test_hash_after_a_full_answer_does_not_answer_the_next_question(tmp_path: Path) -> None:
    """`10#`, as many press it, is ten; the second question is asked as if nothing had been."""

    async def call(site: Site) -> None:
        channel = caller(GOLD_CUSTOMER, Press("1"), Press("10#"), Press("2"))
        await site.request(channel, Script.INCOMING)
        await site.request(channel, Script.AFTER_QUEUE, 2, status="CONTINUE", agent="sara")
        await site.request(channel, Script.SURVEY, 3)
        assert [answer.value for answer in site.story().answers] == ["10", "no"]

    play(tmp_path, call)


def test_hang_up_keeps_the_answers_given_before(tmp_path: Path) -> None:
    """And the journal says where the caller left."""

    async def call(site: Site) -> None:
        channel = caller(GOLD_CUSTOMER, Press("1"), Press("9#"), HangUp())
        await site.request(channel, Script.INCOMING)
        await site.request(channel, Script.AFTER_QUEUE, 2, status="CONTINUE", agent="sara")
        await site.request(channel, Script.SURVEY, 3)
        story = site.story()
        assert [(answer.question, answer.value) for answer in story.answers] == [("score", "9")]
        assert story.timeline[-1].data == {"stage": "survey satisfaction"}

    play(tmp_path, call)


class _Slow(SqliteStore):
    """A store that tells of a call, but not as soon as a caller would like."""

    def call(self, call_id: str) -> StoredCall | None:
        time.sleep(2 * READ_SECONDS)
        return super().call(call_id)


class _Down(SqliteStore):
    """A customer file that cannot be asked."""

    def look_up_caller(self, number: str) -> NoReturn:
        raise StoreUnavailableError(f"{number}: the disk is gone")

    def find_case(self, tracking: str) -> Case | None:
        raise StoreUnavailableError(f"{tracking}: the disk is gone")


def test_customer_file_that_is_down_is_not_an_ended_contract(tmp_path: Path) -> None:
    """The fact is `unavailable`, and the caller goes the way of everybody else."""

    async def call(site: Site) -> None:
        channel = caller(CONTRACT_ENDED, Press("1"))
        await site.request(channel, Script.INCOMING)
        assert channel.variables.get(contract.QUEUE) == "support-fa"
        assert "rahyab/fa/contract-ended" not in heard(channel)
        assert site.story().timeline[0].data["customer"] == "unavailable"

    play(tmp_path, call, _Down)


def test_case_file_that_is_down_is_said_to_be(tmp_path: Path) -> None:
    """Not that the number is unknown."""

    async def call(site: Site) -> None:
        channel = caller(STRANGER, Press("3"), Press("123456786"), HangUp())
        await site.request(channel, Script.INCOMING)
        assert "rahyab/fa/tracking-unavailable" in heard(channel)
        assert "rahyab/fa/tracking-unknown" not in heard(channel)

    play(tmp_path, call, _Down)


@pytest.mark.slow
def test_number_that_is_not_on_disk_is_not_read_out(tmp_path: Path) -> None:
    """Neither the store nor the spool takes it: no promise is made, and the call goes on."""
    (tmp_path / "spool").write_text("where the folder should be")

    async def call(site: Site) -> None:
        with closing(sqlite3.connect(site.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            channel = caller(GOLD_CUSTOMER, Press("1"))
            await site.request(channel, Script.INCOMING)
            other.execute("ROLLBACK")
        assert channel.variables.get(contract.DONE) == Script.INCOMING
        assert channel.variables.get(contract.QUEUE) == "support-fa"
        assert "rahyab/fa/tracking-number-is" not in heard(channel)

    play(tmp_path, call)


def test_state_of_the_request_is_told(tmp_path: Path) -> None:
    """As the case stands now, not as it stood when it was opened."""

    async def call(site: Site) -> None:
        await site.request(caller(GOLD_CUSTOMER, Press("1")), Script.INCOMING)
        (case,) = site.story().cases
        with closing(SqliteStore(site.database)) as store:
            store.note_on_case(CaseNote(case.tracking, case.opened_at, "ali", CaseState.WAITING))
        channel = caller(STRANGER, Press("3"), Press(case.tracking), HangUp())
        await site.request(channel, Script.INCOMING, 2)
        assert "rahyab/fa/tracking-state-waiting" in heard(channel)

    play(tmp_path, call)


@pytest.mark.slow
def test_rules_in_a_circle_end_in_the_fallback(tmp_path: Path) -> None:
    """A caller who changes the language for ever is let go on another way."""

    async def call(site: Site) -> None:
        channel = caller(STRANGER, *[Press("9"), Press("8")] * MOST_MOVES)
        result = await site.request(channel, Script.INCOMING)
        assert result.status == "FAILURE"
        assert not channel.variables.get(contract.DONE)
        assert site.story().timeline[-1].kind == "failed"

    play(tmp_path, call)


@pytest.mark.parametrize("script", [Script.AFTER_QUEUE, Script.ENDED])
def test_a_call_that_nobody_remembers_goes_on(tmp_path: Path, script: Script) -> None:
    """Its beginning may still be on another machine; what is learned here is kept."""

    async def call(site: Site) -> None:
        channel = caller(STRANGER)
        result = await site.request(channel, script, status="TIMEOUT")
        assert result.status == "SUCCESS"
        assert channel.variables.get(contract.DONE) == script
        story = site.story()
        assert story.call.caller == STRANGER
        expected = {Script.AFTER_QUEUE: "begun-anew", Script.ENDED: "ended"}
        assert story.timeline[0].kind == expected[script]

    play(tmp_path, call)


@pytest.mark.parametrize(
    ("words", "outcome"),
    [({}, Outcome.LEFT_IN_MENU), ({"queued": "1795501800"}, Outcome.ABANDONED)],
    ids=["at-once", "in-a-queue"],
)
def test_who_hangs_up_before_anything_is_written_is_not_in_progress(
    tmp_path: Path, words: dict[str, str], outcome: Outcome
) -> None:
    """The end is all that is told; what another machine writes later of an earlier request wins."""

    async def call(site: Site) -> None:
        channel = caller(STRANGER)
        channel.hang_up()
        await site.request(channel, Script.ENDED, 3, **words)
        assert site.story().call.outcome is outcome
        with closing(SqliteStore(site.database)) as store:
            store.change_call(CALL_ID, CallChange(visit=1, outcome=Outcome.CALLBACK))
        assert site.story().call.outcome is Outcome.CALLBACK

    play(tmp_path, call)


def test_a_slow_store_still_tells_of_a_call_at_its_end(tmp_path: Path) -> None:
    """Nobody waits then: who hung up in a conversation was answered, and the visit says so."""

    async def story() -> None:
        channel = caller(GOLD_CUSTOMER, Press("1"))
        async with serving(tmp_path) as site:
            await site.request(channel, Script.INCOMING)
        channel.hang_up()
        async with serving(tmp_path, _Slow) as another:
            words = {"agent": "sara", "hold": "7", "queued": "1795501800"}
            await another.request(channel, Script.ENDED, 2, status=QueueStatus.CONTINUE, **words)
            (visit,) = another.story().queue_visits
        assert (visit.disposition, visit.agent) == (Disposition.ANSWERED, "sara")

    asyncio.run(story())


def test_a_survey_that_nobody_remembers_fails_honestly(tmp_path: Path) -> None:
    """Nobody knows which questions were meant: the dialplan takes its own way on."""

    async def call(site: Site) -> None:
        channel = caller(STRANGER)
        result = await site.request(channel, Script.SURVEY, status="TIMEOUT")
        assert result.status == "FAILURE"
        assert not channel.variables.get(contract.DONE)

    play(tmp_path, call)


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("", ""),
        ('9"8', 'say "x"'),
        ("98\n\n200 result=1", "a\n\nb"),
        ("${SHELL(x)}", "$[1/0]"),
        ("):1", "):1,b(c"),
        ("سارا", "سارا احمدی"),
        ("9" * 300, "x" * 300),
        ("\udcff\udcfe", "\udce2\udc82"),
    ],
)
def test_whatever_a_caller_sends_is_stored_as_it_came(
    tmp_path: Path, number: str, name: str
) -> None:
    """And is routed like any other."""

    async def call(site: Site) -> None:
        channel = caller(number, Press("0"), name=name)
        await site.request(channel, Script.INCOMING)
        assert channel.variables.get(contract.QUEUE) == "reception"
        stored = site.story().call
        assert (stored.caller_as_sent, stored.name_as_sent) == (number, name)

    play(tmp_path, call)


def changed(number: int) -> RulesText:
    """The site's rules with another way on from billing: for each number a revision."""
    text = RULES.read_text(encoding="utf-8")
    old = "give_up: {after: 4m, then: {voicemail: support}}"
    assert text.count(old) == 1
    new = f"give_up: {{after: 4m, then: {{hangup: {17 + number}}}}}"
    return RulesText(str(RULES), text.replace(old, new))


def take(site: Site, rules: RulesText) -> None:
    """Put rules in force, as a reload does; the supervisor keeps them in the store."""
    with closing(SqliteStore(site.database)) as store:
        store.keep_revision(Revision(rules.revision, rules.bundled(), NOW))
    site.rules.prepare(rules)
    site.rules.commit()


@pytest.mark.parametrize("kept", [True, False])
def test_a_call_keeps_its_rules_however_often_they_change(tmp_path: Path, kept: bool) -> None:
    """From the store, when no process holds them; else by the present ones, which is told."""

    async def call(site: Site) -> None:
        if kept:
            take(site, changed(0))
        else:
            site.rules.prepare(changed(0))
            site.rules.commit()
        channel = caller(STRANGER, Press("2"))
        await site.request(channel, Script.INCOMING)
        for number in range(1, EARLIER_BOOKS + 2):
            take(site, changed(number))
        await site.request(channel, Script.AFTER_QUEUE, 2, status=QueueStatus.TIMEOUT)
        assert channel.variables.get(contract.CAUSE) == str(17 if kept else 18 + EARLIER_BOOKS)
        events = [event.kind for event in site.story().timeline]
        assert ("other-rules" in events) is not kept

    play(tmp_path, call)


def test_nobody_is_dropped_because_a_queue_is_gone(tmp_path: Path) -> None:
    """Who has not been served waits on in the fallback queue."""

    async def call(site: Site) -> None:
        site.rules.prepare(changed(0))
        site.rules.commit()
        channel = caller(STRANGER, Press("2"))
        await site.request(channel, Script.INCOMING)
        text = RULES.read_text(encoding="utf-8").replace("billing", "payments")
        for number in range(EARLIER_BOOKS + 1):
            take(site, RulesText(str(RULES), f"{text}# {number}\n"))
        await site.request(channel, Script.AFTER_QUEUE, 2, status=QueueStatus.TIMEOUT)
        assert channel.variables.get(contract.GO) == Go.QUEUE
        assert channel.variables.get(contract.QUEUE) == "reception"

    play(tmp_path, call)


@pytest.mark.parametrize("bundle", ["{", "[1]", '{"file": "f", "text": "t", "later": 1}'])
def test_rules_that_are_kept_badly_end_no_call(tmp_path: Path, bundle: str) -> None:
    """It goes on by the present ones."""

    async def call(site: Site) -> None:
        began = changed(0)
        site.rules.prepare(began)
        site.rules.commit()
        with closing(SqliteStore(site.database)) as store:
            store.keep_revision(Revision(began.revision, bundle, NOW))
        channel = caller(STRANGER, Press("2"))
        await site.request(channel, Script.INCOMING)
        for number in range(1, EARLIER_BOOKS + 2):
            take(site, changed(number))
        await site.request(channel, Script.AFTER_QUEUE, 2, status=QueueStatus.TIMEOUT)
        assert channel.variables.get(contract.CAUSE) == str(18 + EARLIER_BOOKS)

    play(tmp_path, call)
