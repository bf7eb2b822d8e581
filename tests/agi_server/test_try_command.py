"""`rahyab try`: a call in the terminal."""

import asyncio
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agi_server.channel import Channel
from agi_server.cli.trial import try_command
from agi_server.commands import SetVariable
from agi_server.listening import listen
from agi_server.server import AgiServer
from agi_server.testing import FakeChannel
from agi_server.trial import TrialResult, place_trial
from crm.importing import import_customers
from crm.ports import Store
from crm.sample import SAMPLE_FILE
from crm.sqlite_store import SqliteStore
from dialplan import contract
from dialplan.contract import Go, Script

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
OPEN = ("--at", "2026-11-24 10:00")
GOLD = "+989121234567"
ENGLISH = "+442079460001"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample customers, our own rules, and no server that runs."""
    with closing(SqliteStore(tmp_path / "rahyab.db")) as store:
        import_customers(store, SAMPLE_FILE, country="IR")
    monkeypatch.setenv("RAHYAB_HOME", str(tmp_path))
    monkeypatch.setenv("RAHYAB_RULES", str(ROOT / "routing_rules.yaml"))
    monkeypatch.setenv("RAHYAB_LISTEN", "127.0.0.1:1")
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    """What the call left behind."""
    with closing(SqliteStore(home / "rahyab.db")) as opened:
        yield opened


def call(*options: str, caller: str = ENGLISH, keyed: str = "") -> Result:
    """Place a call; `keyed` is typed."""
    words = ["--from", caller, "--to", "+982191000000", *options]
    return CliRunner().invoke(try_command, words, input=keyed)


def test_tells_what_is_heard_where_it_goes_and_why() -> None:
    """The whole of it, for a customer who speaks English."""
    result = call(*OPEN, "--keys", "1")

    assert result.exit_code == 0
    assert "«Welcome to Pars Support. For support, press one." in result.output
    number = r"Your tracking number is: \w+ \w+ \w+, \w+ \w+ \w+, \w+ \w+ \w+\. To hear it again"
    assert re.search(number, result.output), "in groups, as it is spoken"
    assert "., " not in result.output
    assert "Waits in the Asterisk queue support-en." in result.output
    assert "✗ gold: customer.segment is standard, not gold" in result.output
    assert "✓ everyone-else" in result.output


@pytest.mark.parametrize(
    ("keys", "why"),
    [("0", "left welcome: key 0"), ("wait wait wait", "left welcome: silence")],
)
def test_tells_why_when_a_menu_decided(keys: str, why: str) -> None:
    """Not only rules send calls on."""
    result = call(*OPEN, "--keys", keys)

    assert "Waits in the Asterisk queue reception." in result.output
    assert why in result.output


@pytest.mark.parametrize(
    ("keys", "end", "why"),
    [
        ("1", "Waits in the Asterisk queue support-fa.", "case opened: "),
        ("2", "Goes out to the number +442079460000.", "left every-way: key 2"),
        ("3", "Is ended with cause 16.", "left every-way: key 3"),
        ("4 09121234567 1", "Is ended with cause 16.", "asked to be called back at +989121234567"),
        ("5", "Goes to extension 201.", "left every-way: key 5"),
        ("wait", "Is ended with cause 17.", "left every-way: silence"),
    ],
)
def test_every_end_is_told(monkeypatch: pytest.MonkeyPatch, keys: str, end: str, why: str) -> None:
    """In words, with what led there."""
    monkeypatch.setenv("RAHYAB_RULES", str(ROOT / "tests" / "conversations" / "routes.yaml"))
    result = call(*OPEN, "--keys", keys)

    assert end in result.output
    assert why in result.output


def test_a_survey_is_asked_and_its_answers_are_shown(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the dialplan would have it asked, by a request of its own; it counts in no report."""
    monkeypatch.setenv("RAHYAB_RULES", str(ROOT / "tests" / "conversations" / "routes.yaml"))
    result = call(*OPEN, "--keys", "3 4")

    assert "From one to five" in result.output
    assert "  > 4" in result.output
    assert "answered score: 4" in result.output
    assert "survey satisfaction: complete" in result.output
    assert "Is ended with cause 16." in result.output
    assert "not keyed" not in result.output
    with closing(SqliteStore(home / "rahyab.db")) as store:
        assert store.answers() == []
        (made,) = store.calls()
        assert {event.visit for event in store.call_story(made.id).timeline} == {1, 2, 3}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("keys", "left"), [("3 4 1 hangup", "1 hangup"), ("3 hangup 5", "5"), ("3 4 wait listen", "")]
)
def test_keys_that_nothing_was_asked_for_are_told(
    monkeypatch: pytest.MonkeyPatch, keys: str, left: str
) -> None:
    """Who wrote them expected a question; words that do nothing are no loss."""
    monkeypatch.setenv("RAHYAB_RULES", str(ROOT / "tests" / "conversations" / "routes.yaml"))
    result = call(*OPEN, "--keys", keys)

    told = [line.strip() for line in result.output.splitlines() if "not keyed" in line]
    assert told == ([f"(not keyed, as nothing more was asked: {left})"] if left else [])


def test_a_survey_that_the_server_fails_at_is_told() -> None:
    """The request that failed is named: the dialplan does not do the same after each."""

    async def incoming(channel: Channel) -> None:
        await channel.send(SetVariable(contract.GO, Go.SURVEY))
        await channel.send(SetVariable(contract.DONE, Script.INCOMING))

    async def fails(channel: Channel) -> None:
        await channel.send(SetVariable(contract.REASON, "broken"))

    async def place() -> TrialResult:
        handlers = {Script.INCOMING: incoming, Script.SURVEY: fails, Script.ENDED: fails}
        server = AgiServer(handlers)
        address = await server.start(listen(port=0))
        try:
            return await place_trial(FakeChannel(), address, None)
        finally:
            await server.drain(1.0)

    result = asyncio.run(place())
    assert (result.script, result.go) == (Script.SURVEY, None)
    assert result.variables[contract.REASON] == "broken"


def test_a_command_for_alerts_that_cannot_be_run_stops_no_trial(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A trial alerts nobody; the service says at its start what is wrong with the command."""
    monkeypatch.setenv("RAHYAB_ALERT_COMMAND", "/nowhere/alert")
    result = call(*OPEN, "--keys", "1")

    assert result.exit_code == 0
    assert "Waits in the Asterisk queue" in result.output


def test_secrets_are_dots_and_text_messages_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is written to; whoever looks over the shoulder reads nothing."""
    monkeypatch.setenv("RAHYAB_RULES", str(ROOT / "tests" / "conversations" / "dialogues.yaml"))
    password = call("--keys", "73915264", "--to", "+982191000017")
    proof = call("--keys", "0", "--to", "+982191000018", caller=GOLD)

    assert "> ••••••••" in password.output
    assert "73915264" not in password.output
    assert "(a text message to the caller: کد شما: " in proof.output


def test_queues_are_unknown_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no Asterisk to ask; rules that ask see that, and so does the reader."""
    monkeypatch.setenv("RAHYAB_RULES", str(ROOT / "tests" / "conversations" / "routes.yaml"))
    result = call("--keys", "", "--to", "+982191000001")

    assert "queue support: waiting unknown, longest wait unknown" in result.output
    assert "Is ended with cause 20." in result.output


def test_the_call_can_be_explained_by_the_rules_that_it_went_by(store: Store) -> None:
    """A server of its own keeps its revision, as the service does."""
    call(*OPEN, "--keys", "1")
    (kept,) = store.revisions()
    (made,) = store.calls()
    assert made.revision == kept.name


def test_caller_who_hangs_up_is_no_failure() -> None:
    """Exit code 0, and where they left."""
    result = call(*OPEN, "--keys", "hangup")

    assert result.exit_code == 0
    assert "The caller hung up." in result.output
    assert "hung up at menu welcome" in result.output


def test_keys_can_be_typed_and_a_wrong_word_is_asked_again() -> None:
    """One line a question."""
    result = call(*OPEN, keyed="one\n3\nhangup\n")

    assert "'one' is not known" in result.output
    assert "tracking number" in result.output
    assert result.exit_code == 0


def test_end_of_input_is_a_hang_up() -> None:
    """Ctrl-D, or a script that is over."""
    assert "The caller hung up." in call(*OPEN, keyed="").output


def test_trial_leaves_nothing_that_counts(store: Store) -> None:
    """The journal marks it; its case does not route the real customer, its message is none."""
    call(*OPEN, "--keys", "1")
    call("--at", "2026-11-24 20:00")

    assert all(one.trial for one in store.calls())
    (match,) = store.look_up_caller(ENGLISH).matches
    assert match.open_cases == 0
    assert [store.call_story(one.id).recordings for one in store.calls()] == [(), ()]  # type: ignore[union-attr]
    assert all(one.ended_at for one in store.calls())


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--at", "tomorrow"), "'tomorrow' is not a moment: write it as 2026-11-24 10:00"),
        (("--at", "1405-09-03 10:00"), "the Gregorian year"),
        (("--keys", "1 x"), "'x' is not known"),
        (("--server", "127.0.0.1:1"), "no server answers at 127.0.0.1:1"),
        (("--server", "127.0.0.1:port"), "is not an address"),
    ],
)
def test_what_cannot_be_is_one_sentence(options: tuple[str, ...], sentence: str) -> None:
    """Exit code 2, and nothing is called."""
    result = call(*options)

    assert result.exit_code == 2
    assert sentence in result.stderr
    assert "Traceback" not in result.output


def test_rules_with_problems_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As every command shows them."""
    (tmp_path / "rules.yaml").write_text("version: 1\n", encoding="utf-8")
    monkeypatch.setenv("RAHYAB_RULES", str(tmp_path / "rules.yaml"))

    result = call(*OPEN)

    assert result.exit_code == 1
    assert "[missing" in result.output


def test_ctrl_c_at_the_keyboard_hangs_up(store: Store) -> None:
    """At once, without waiting for a line; the call's end is in the journal."""
    ours, theirs = pty.openpty()
    words = ["try", "--from", GOLD, "--to", "+982191000000", *OPEN]
    with subprocess.Popen(
        [sys.executable, "-m", "agi_server.cli", *words],
        stdin=theirs,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    ) as person:
        assert person.stdout is not None
        output = b""
        while b"hangup)>" not in output:
            output += os.read(person.stdout.fileno(), 4096)
        person.send_signal(signal.SIGINT)
        rest, _ = person.communicate(timeout=20)
    os.close(ours)
    os.close(theirs)

    assert person.returncode == 0
    assert "The caller hung up." in rest.decode()
    assert store.calls()[0].ended_at is not None
