"""The same script as a process of its own with the real pyst2, and mounted: the same call.

Also what docs/why.md says of pyst2's own AGI: it cannot run off the main thread, and it escapes
nothing.
"""

import asyncio
import json
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from io import StringIO
from pathlib import Path
from signal import SIGHUP

import pytest
from asterisk.agi import AGI as Pyst2AGI  # noqa: N811  it is the other AGI

from agi_server.compat import AGI, mount
from agi_server.testing import (
    AgiResult,
    FakeChannel,
    HangUp,
    Press,
    ScriptedCaller,
    Silence,
    agi,
    split_words,
)
from tests.conversations.dictating import meaning, run
from tests.conversations.pyst2_scripts import (
    order,
    read_note,
    take_note,
    take_quotes,
    wait_for_ever,
)
from tests.conversations.sessions import serving

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def process(script: Callable[[AGI], object]) -> AsyncIterator[str]:
    """Serves one session by a process, as Asterisk starts one: commands by its standard output."""
    line = (
        "from asterisk.agi import AGI\n"
        f"from {script.__module__} import {script.__name__} as script\n"
        "script(AGI())\n"
    )

    async def session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            line,
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert child.stdin is not None
        assert child.stdout is not None
        replies = asyncio.create_task(hand_on(reader, child.stdin, child))
        while command := await child.stdout.readline():
            writer.write(command)
        await child.wait()
        writer.write_eof()
        await replies
        writer.close()
        await writer.wait_closed()
        ended.set()

    ended = asyncio.Event()
    server = await asyncio.start_server(session, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    try:
        yield f"agi://{host}:{port}/test"
        await ended.wait()
    finally:
        server.close()
        await server.wait_closed()


async def hand_on(
    reader: asyncio.StreamReader, stdin: asyncio.StreamWriter, child: asyncio.subprocess.Process
) -> None:
    """What Asterisk says, to the process: the notice of a hang-up is a signal to it."""
    while line := await reader.readline():
        if line != b"HANGUP\n":
            stdin.write(line)
        elif child.returncode is None:
            child.send_signal(SIGHUP)
    stdin.close()


async def on_process(script: Callable[[AGI], object], channel: FakeChannel) -> AgiResult:
    """One call with the real pyst2."""
    async with process(script) as url:
        return await agi(channel, url)


async def mounted(script: Callable[[AGI], object], channel: FakeChannel) -> AgiResult:
    """One call with ours."""
    async with serving(mount(script)) as (_, url):
        return await agi(channel, url)


def sound(file: str, language: str) -> float | None:
    """The seconds of a file."""
    del language
    return None if file == "missing" else 2.0


def orderer() -> FakeChannel:
    """Somebody who stops the welcome, keys 42, is silent, and speaks."""
    caller = ScriptedCaller(Press("42#"), Silence(), Press("#"), during={"welcome": Press("2")})
    return FakeChannel(number="+37120000000", name="Anna B.", caller=caller, sounds=sound)


def commands_of(result: AgiResult) -> list[list[str]]:
    """The commands as Asterisk understands them."""
    return [meaning(split_words(command.strip())) for command in result.commands]


def test_the_same_call() -> None:
    """The same environment, commands, results and exceptions."""
    theirs, ours = orderer(), orderer()

    result_of_pyst2 = run(on_process(order, theirs))
    result = run(mounted(order, ours))

    met, met_by_pyst2 = (
        json.loads(bytes.fromhex(channel.variables["MET"])) for channel in (ours, theirs)
    )
    assert met == met_by_pyst2
    assert met["prompt"] == "2"
    assert met["number"] == ours.variables["ORDER"] == "42"
    assert met["missing"] == met["application"] == "AGIAppError"
    assert met["usage"] == met["level"] == "AGIUsageError"
    assert met["env"]["agi_callerid"] == "+37120000000"
    assert ours.heard == theirs.heard
    assert ours.recordings == theirs.recordings
    assert ours.executed == theirs.executed
    assert ours.messages == theirs.messages
    commands = commands_of(result)
    assert commands.pop() == ["set", "variable", "rahyab_done", "test"]
    states = [words for words in commands if words == ["channel", "status"]]
    assert len(states) == 2  # the script's own, and the one that tells why a file failed
    commands.pop(commands.index(["stream", "file", "missing", ""]) + 1)
    assert commands == commands_of(result_of_pyst2)


@pytest.mark.parametrize("play", [on_process, mounted])
def test_a_script_without_end_ends_with_its_caller(
    play: Callable[[Callable[[AGI], object], FakeChannel], object],
) -> None:
    """By a signal here, by the notice there."""
    channel = FakeChannel(caller=ScriptedCaller(during={3: HangUp()}))

    result = run(play(wait_for_ever, channel))

    assert result.status == "HANGUP"
    assert len(channel.heard) == 3


def test_pyst2_cannot_run_off_the_main_thread() -> None:
    """So no server can have one for each call: it sets a signal handler."""
    errors: list[str] = []

    def make() -> None:
        try:
            Pyst2AGI(stdin=StringIO("\n"), stdout=StringIO(), stderr=StringIO())
        except ValueError as error:
            errors.append(str(error))

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()

    assert errors == ["signal only works in main thread of the main interpreter"]


def test_with_pyst2_a_newline_in_a_text_is_a_command() -> None:
    """Whoever wrote the text has hung up the call; mounted, the script is refused instead."""
    theirs, ours = FakeChannel(), FakeChannel()

    result_of_pyst2 = run(on_process(take_note, theirs))
    result = run(mounted(take_note, ours))

    assert theirs.hung_up
    assert theirs.variables["NOTE"] == "Call back."
    assert [line.strip() for line in result_of_pyst2.commands[:2]] == [
        'SET VARIABLE "NOTE" "Call back.',
        'HANGUP"',
    ]
    assert not ours.hung_up
    assert result.status == "FAILURE"
    assert "NOTE" not in ours.variables


def test_with_pyst2_quotes_in_a_text_divide_it() -> None:
    """Into words that the command does not take; mounted, they arrive."""
    theirs, ours = FakeChannel(), FakeChannel()

    run(on_process(take_quotes, theirs))
    run(mounted(take_quotes, ours))

    assert "NOTE" not in theirs.variables
    assert ours.variables["NOTE"] == 'Anna "the boss" B.'


def test_with_pyst2_a_newline_in_a_value_forges_a_reply() -> None:
    """Whoever chose the value says what the next command is answered; mounted, it is read whole."""
    note = "hello\n200 result=1 (ANSWER)"
    theirs, ours = (FakeChannel(known={"NOTE": note, "DIALSTATUS": "BUSY"}) for _ in range(2))

    run(on_process(read_note, theirs))
    run(mounted(read_note, ours))

    assert theirs.variables["STATE"] != "BUSY"
    assert (ours.variables["READ"], ours.variables["STATE"]) == (repr(note), "BUSY")
