"""What a failure in the middle of a dialogue leaves in the log: no secret of the caller's."""

import asyncio
import re
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from typing import NoReturn

import pytest

from agi_server.commands import Exec, SayDigits, SetVariable, Verbose
from agi_server.commands.base import Command
from agi_server.logs import configure_logs
from agi_server.protocol import LocalProtocolError
from agi_server.settings import LogFormat, LogLevel
from agi_server.testing import FakeChannel, Press
from crm.asking_records import MessageKind, OutboxMessage
from crm.sqlite_store import SqliteStore
from dialplan.contract import Script
from ivr.effects import CheckCode, CheckPin, Keyed, SendText
from tests.conversations.dialogues import DIALOGUES, PROOF, TRACKING, caller, heard
from tests.conversations.site import NOW, serving
from tests.conversations.test_tracking import CASE, PIN, known_case

SECRET = "739164"


class _Buggy(SqliteStore):
    """A store with a bug where a PIN is checked and a code kept."""

    def pin(self, customer_id: int) -> NoReturn:
        """Looking a PIN up fails."""
        raise RuntimeError(f"a bug at customer {customer_id}")

    def queue_message(self, message: OutboxMessage) -> NoReturn:
        """A message cannot be kept, and its words are at hand."""
        raise RuntimeError(f"a bug at {message}")


def _log_of_failure(folder: Path, channel: FakeChannel, form: LogFormat) -> str:
    """What the service writes to its log while this caller meets the bug."""

    async def whole() -> None:
        async with asyncio.timeout(30), serving(folder, _Buggy, DIALOGUES) as site:
            known_case(site)
            await site.request(channel, Script.INCOMING)

    written = StringIO()
    with redirect_stderr(written):
        configure_logs(form, LogLevel.DEBUG)
        asyncio.run(whole())
    return written.getvalue()


@pytest.mark.parametrize("form", LogFormat)
def test_a_bug_while_a_pin_is_checked_shows_no_pin(tmp_path: Path, form: LogFormat) -> None:
    """It shows where the bug is."""
    channel = caller(TRACKING, Press(CASE), Press(f"{PIN}#"))
    told = _log_of_failure(tmp_path, channel, form)
    assert "a handler failed" in told
    assert "a bug at customer" in told
    assert PIN not in told


@pytest.mark.parametrize("form", LogFormat)
def test_a_bug_while_a_code_is_sent_shows_no_code(tmp_path: Path, form: LogFormat) -> None:
    """Nor the message that tells it, nor the digest that it could be guessed by."""
    channel = caller(PROOF)
    told = _log_of_failure(tmp_path, channel, form)
    assert "a handler failed" in told
    assert "a bug at OutboxMessage" in told
    assert "enter-code" not in heard(channel)
    without_ids = re.sub(r"one-time-code/[0-9a-f]{32}", "", told)  # Some begin with six digits.
    assert without_ids != told
    assert not re.search(r"\bcode\W{1,4}\d{6}|drawn|salt|scrypt", without_ids)


@pytest.mark.parametrize(
    "thing",
    [
        Keyed(SECRET),
        CheckPin("123456786", SECRET),
        CheckCode(SECRET),
        SendText("one-time-code", {"code": SECRET}),
        OutboxMessage("1", "1.2-3", MessageKind.CODE, "+98", SECRET, "fa", NOW),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_what_holds_a_secret_does_not_show_it(thing: object) -> None:
    """Wherever it is printed."""
    assert SECRET not in repr(thing)


@pytest.mark.parametrize(
    "command",
    [
        Verbose(f"{SECRET}\n"),
        Verbose(f"{SECRET}\ud800"),
        SetVariable("KEYED", f"{SECRET}\n"),
        SayDigits(f"{SECRET}x"),
        Exec("NoOp", (f"{SECRET}(",)),
    ],
    ids=["line", "half character", "variable", "digits", "application"],
)
def test_what_cannot_be_sent_is_not_told(command: Command[object]) -> None:
    """The message goes into the log."""
    with pytest.raises(LocalProtocolError) as met:
        command.encode()
    assert SECRET not in str(met.value)
