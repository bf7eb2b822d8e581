"""One-time codes, over a real socket with a real store."""

import asyncio
import re
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from agi_server.testing import Asked, FakeChannel, HangUp, Press, Silence
from agi_server.testing.callers import Action
from crm.asking_records import MessageKind, OutboxMessage
from dialplan import contract
from dialplan.contract import Go, QueueStatus, Script
from tests.conversations.dialogues import (
    PROOF,
    STRANGER,
    Time,
    caller,
    events,
    heard,
    in_store,
    is_heard_in_order,
    play,
    went,
)
from tests.conversations.site import ServedSite, Site
from tests.conversations.test_store_away import set_aside


def sent(site: Site) -> list[OutboxMessage]:
    """The codes in the outbox, the newest last."""
    messages = in_store(site, lambda store: store.messages())
    return [each for each in messages if each.kind is MessageKind.CODE]


def code_in(text: str) -> str:
    """The code that a message tells."""
    (code,) = re.findall(r"\d{6}", text)
    return code


class Reader:
    """A caller who reads the newest message and keys its code, after some wrong ones."""

    def __init__(self, site: Site, *, wrong: int = 0) -> None:
        self._site = site
        self._wrong = wrong
        self.code = ""

    async def __call__(self, asked: Asked, /) -> Action:
        """Key it where a code is asked for."""
        if asked.command != "GET DATA" or asked.max_digits != 1:
            return Silence()
        messages = await asyncio.to_thread(sent, self._site)
        self.code = code_in(messages[-1].text)
        if not self._wrong:
            return Press(self.code)
        self._wrong -= 1
        return Press(str((int(self.code) + 1) % 1_000_000).zfill(6))


def calling(site: Site, *, wrong: int = 0, number: str = STRANGER) -> tuple[FakeChannel, Reader]:
    """A caller who reads their messages."""
    reader = Reader(site, wrong=wrong)
    return FakeChannel(number=number, dialled=PROOF, caller=reader), reader


@pytest.mark.parametrize("wrong", [0, 2])
def test_the_right_code_proves_the_telephone(tmp_path: Path, wrong: int) -> None:
    """Rules see it; the code is nowhere but in the message that waits to be sent."""

    async def call(site: Site) -> None:
        channel, reader = calling(site, wrong=wrong)
        await site.request(channel, Script.INCOMING)
        assert is_heard_in_order(channel, "enter-code", *["code-wrong"] * wrong, "code-right")
        assert went(channel)[contract.QUEUE] == "support"
        assert channel.variables.get(contract.REASON) == "by-proof/proven"
        (message,) = sent(site)
        assert message.number == STRANGER
        assert message.expires_at is not None
        story = site.story()
        assert reader.code not in repr(story.timeline)
        assert [each["right"] for each in events(site, "code-checked")] == [False] * wrong + [True]
        codes.append(reader.code)

    codes: list[str] = []
    with capture_logs() as lines:
        play(tmp_path, call)
    assert not [line for line in lines if codes[0] in repr(line)]


def test_it_stays_proven_in_later_requests_of_the_call(tmp_path: Path) -> None:
    """Also for the process that answers them."""

    async def call(site: Site) -> None:
        channel, _ = calling(site)
        await site.request(channel, Script.INCOMING)
        assert site.story().call.state["proven"] is True
        await site.request(channel, Script.AFTER_QUEUE, 2, status=QueueStatus.TIMEOUT)
        assert site.story().call.state["proven"] is True

    play(tmp_path, call)


def test_three_wrong_codes_prove_nothing(tmp_path: Path) -> None:
    """The call goes otherwise."""

    async def call(site: Site) -> None:
        channel, _ = calling(site, wrong=3)
        await site.request(channel, Script.INCOMING)
        assert heard(channel).count("code-wrong") == 3
        assert went(channel)[contract.EXTENSION] == "not-proven"

    play(tmp_path, call)


def test_codes_are_capped_by_number_and_by_day(tmp_path: Path) -> None:
    """Two for one telephone, four in all, until a day has passed."""
    time = Time()

    async def call(site: Site) -> None:
        async def asks(number: str, visit: int) -> bool:
            channel = caller(PROOF, HangUp(), number=number)
            await site.request(channel, Script.INCOMING, visit)
            return "too-many-tries" not in heard(channel)

        numbers = [STRANGER] * 3 + ["+989351112234"] * 2 + ["+989351112235"]
        asked = [await asks(number, visit) for visit, number in enumerate(numbers, start=1)]
        assert asked == [True, True, False, True, True, False]
        assert len(sent(site)) == 4
        time.pass_by(hours=25)
        assert await asks(STRANGER, 7)

    play(tmp_path, call, clock=time)


def test_an_old_code_is_none(tmp_path: Path) -> None:
    """The caller is told that it holds no more."""
    time = Time()

    async def call(site: Site) -> None:
        reader = Reader(site)

        async def slow(asked: Asked, /) -> Action:
            action = await reader(asked)
            if isinstance(action, Press):
                time.pass_by(minutes=11)
            return action

        channel = FakeChannel(number=STRANGER, dialled=PROOF, caller=slow)
        await site.request(channel, Script.INCOMING)
        assert is_heard_in_order(channel, "enter-code", "code-void")
        assert went(channel)[contract.EXTENSION] == "not-proven"
        assert len(events(site, "code-void")) == 1

    play(tmp_path, call, clock=time)


@pytest.mark.parametrize("number", ["", "+982188776655", "anonymous"])
def test_no_code_goes_to_a_telephone_that_reads_none(tmp_path: Path, number: str) -> None:
    """A landline, or one that shows no number."""

    async def call(site: Site) -> None:
        channel = caller(PROOF, number=number)
        await site.request(channel, Script.INCOMING)
        assert heard(channel) == ["code-no-number"]
        assert went(channel)[contract.EXTENSION] == "not-proven"
        assert not sent(site)

    play(tmp_path, call)


@pytest.mark.slow  # waits as long as a caller would
def test_without_the_store_there_are_no_codes(tmp_path: Path) -> None:
    """They could not be checked; the caller is told, and goes on."""

    async def call(site: ServedSite) -> None:
        site.settles = False
        channel = caller(PROOF)
        with set_aside(site.database):
            await site.request(channel, Script.INCOMING)
        assert heard(channel) == ["code-unavailable"]
        assert went(channel)[contract.EXTENSION] == "not-proven"

    play(tmp_path, call)


def test_zero_leads_to_a_person(tmp_path: Path) -> None:
    """Instead of a code."""

    async def call(site: Site) -> None:
        channel = caller(PROOF, Press("0#"))
        await site.request(channel, Script.INCOMING)
        assert went(channel)[contract.QUEUE] == "reception"

    play(tmp_path, call)


def test_who_tries_the_rules_out_sees_the_message(tmp_path: Path) -> None:
    """It is sent to nobody: the terminal shows it."""

    async def call(site: Site) -> None:
        channel = caller(PROOF, HangUp())
        await site.request(channel, Script.INCOMING, trial="yes")
        (text,) = channel.messages
        assert code_in(text)
        assert not site.story().messages
        assert code_in(text) not in repr(site.story().timeline)
        assert channel.variables.get(contract.GO) != Go.QUEUE

    play(tmp_path, call)
