"""One-time codes, over a real socket with a real store."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from structlog.testing import capture_logs

from agi_server.testing import Asked, FakeChannel, HangUp, Press, Silence
from agi_server.testing.callers import Action
from crm.asking_records import AttemptKind, MessageKind, OneTimeCode, OutboxMessage
from crm.ports import Store
from crm.sqlite_store import SqliteStore
from dialplan import contract
from dialplan.contract import Go, QueueStatus, Script
from tests.conversations.dialogues import (
    DIALOGUES,
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
from tests.conversations.site import NOW, ServedSite, Site, serving
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


def test_the_code_of_a_trial_is_nobody_elses(tmp_path: Path) -> None:
    """It proves in the trial; a code that the caller was really sent stays what it was."""

    def codes_given(store: Store) -> int:
        return store.attempts(AttemptKind.CODE, STRANGER, NOW + timedelta(hours=1))

    async def call(site: Site) -> None:
        await site.request(caller(PROOF, HangUp()), Script.INCOMING)
        before = in_store(site, lambda store: store.try_code(STRANGER, NOW))
        assert before is not None

        class Shown(Reader):
            """Reads the message that the terminal shows."""

            async def __call__(self, asked: Asked, /) -> Action:
                """Key one wrong code, then the right one."""
                if asked.command != "GET DATA" or asked.max_digits != 1:
                    return Silence()
                self.code = code_in(trial.messages[-1])
                wrong, self._wrong = self._wrong, 0
                return Press(str(int(self.code) ^ 1).zfill(6) if wrong else self.code)

        trial = FakeChannel(number=STRANGER, dialled=PROOF, caller=Shown(site, wrong=1))
        await site.request(trial, Script.INCOMING, 2, trial="yes")
        assert is_heard_in_order(trial, "enter-code", "code-wrong", "code-right")
        kept = in_store(site, lambda store: store.try_code(STRANGER, NOW))
        assert kept is not None
        assert (kept.digest, kept.tries) == (before.digest, before.tries - 1)
        assert in_store(site, codes_given) == 1

    play(tmp_path, call)


class _UsedElsewhere(SqliteStore):
    """A store in which another call uses the code up at the same moment."""

    def use_code(self, number: str, salt: bytes) -> bool:
        """The other call comes first."""
        super().use_code(number, salt)
        return super().use_code(number, salt)


class _HangsUp(SqliteStore):
    """A store during whose work the caller hangs up."""

    leave: ClassVar[Callable[[], object]]

    def try_code(self, number: str, at: datetime) -> OneTimeCode | None:
        """The caller leaves when the code is already being compared."""
        code = super().try_code(number, at)
        type(self).leave()
        return code


def _with(folder: Path, store: type[SqliteStore], call: Callable[[Site], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with asyncio.timeout(30), serving(folder, store, DIALOGUES) as site:
            site.settles = True
            await call(site)

    asyncio.run(whole())


def test_of_two_calls_with_the_same_code_one_is_proven(tmp_path: Path) -> None:
    """The other hears that it holds no more."""

    async def call(site: Site) -> None:
        channel, _ = calling(site)
        await site.request(channel, Script.INCOMING)
        assert is_heard_in_order(channel, "enter-code", "code-void")
        assert "code-right" not in heard(channel)
        assert went(channel)[contract.EXTENSION] == "not-proven"

    _with(tmp_path, _UsedElsewhere, call)


def test_a_right_code_is_used_up_though_the_caller_hangs_up(tmp_path: Path) -> None:
    """Whoever calls next from that number cannot use it again."""

    async def call(site: Site) -> None:
        channel, _ = calling(site)
        loop = asyncio.get_running_loop()
        _HangsUp.leave = lambda: loop.call_soon_threadsafe(channel.hang_up)
        await site.request(channel, Script.INCOMING)
        with closing(SqliteStore(site.database)) as store:
            assert store.try_code(STRANGER, NOW) is None

    _with(tmp_path, _HangsUp, call)


def test_a_message_of_several_lines_can_be_tried_out(tmp_path: Path) -> None:
    """No command to Asterisk holds the end of a line."""
    rules = tmp_path / "rules.yaml"
    texts = (
        '\ntexts:\n  one-time-code: {fa: "Pars\\nکد شما:\\n{code}\\n", en: "Your code:\\n{code}"}\n'
    )
    rules.write_text(DIALOGUES.read_text(encoding="utf-8") + texts, encoding="utf-8")
    channel = caller(PROOF, HangUp())

    async def whole() -> None:
        async with asyncio.timeout(30), serving(tmp_path, rules_file=rules) as site:
            await site.request(channel, Script.INCOMING, trial="yes")

    asyncio.run(whole())
    (text,) = channel.messages
    assert text == f"Pars / کد شما: / {code_in(text)}"
    assert "enter-code" in heard(channel)
