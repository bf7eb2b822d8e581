"""Mounted scripts: their threads, their ends, and what becomes of a caller who leaves."""

import asyncio
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from asterisk.agi import AGIAppError, AGIHangup, AGIResultHangup, AGISIGHUPHangup, AGISIGPIPEHangup

from agi_server.compat import AGI, ScriptThreads, mount, mounting
from agi_server.server import AgiServer
from agi_server.testing import (
    AgiResult,
    FakeChannel,
    Faults,
    HangUp,
    Press,
    ScriptedCaller,
    Silence,
    agi,
)
from agi_server.verdicts import Outcome, Refusal
from tests.conversations.sessions import Run, serving

PATIENCE = 5.0


@dataclass
class Told:
    """What a script has met, for the test that waits for it."""

    errors: list[type[BaseException]] = field(default_factory=list)
    happened: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)


def outcomes(server: AgiServer) -> dict[str, int]:
    """Ended sessions by outcome."""
    return {key.partition("\t")[2]: count for key, count in server.measurements.sessions.items()}


async def play(
    script: Callable[[AGI], object], channel: FakeChannel, faults: Faults | None = None
) -> tuple[AgiResult, AgiServer]:
    """One session of a script."""
    async with serving(mount(script)) as (server, url):
        result = await agi(channel, url, faults=faults)
        assert await server.drain(PATIENCE) == 0
        return result, server


def wait_until_gone(handle: AGI) -> None:
    """What a script does that thinks until its caller has left."""
    pause = threading.Event()
    while True:
        handle.test_hangup()
        pause.wait(0.002)


def test_a_script_runs_in_a_thread_and_talks_to_its_caller(run: Run) -> None:
    """Its last command says that it is done."""
    channel = FakeChannel(number="+37120000000", caller=ScriptedCaller(Press("42#")))
    threads: list[threading.Thread] = []

    def script(handle: AGI) -> None:
        threads.append(threading.current_thread())
        handle.answer()
        handle.set_variable("CODE", handle.get_data("code", 5000, 6) + handle.env["agi_callerid"])

    result, server = run(play(script, channel))

    assert result.status == "SUCCESS"
    assert channel.variables["CODE"] == "42+37120000000"
    assert channel.variables["RAHYAB_DONE"] == "test"
    assert outcomes(server) == {Outcome.COMPLETED: 1}
    assert threads[0] is not threading.main_thread()
    assert not result.was_reset


def test_the_loop_serves_others_while_a_script_blocks(run: Run) -> None:
    """Two scripts that wait for each other: neither holds up the event loop."""
    meeting = threading.Barrier(2, timeout=PATIENCE)

    async def both() -> list[AgiResult]:
        async with serving(mount(lambda handle: (handle.answer(), meeting.wait()))) as (_, url):
            return await asyncio.gather(agi(FakeChannel(), url), agi(FakeChannel(), url))

    assert [result.status for result in run(both())] == ["SUCCESS", "SUCCESS"]


@pytest.mark.parametrize("catches", [False, True])
def test_a_caller_who_leaves_while_the_script_thinks(run: Run, *, catches: bool) -> None:
    """The script learns it at its next command, and whether it catches that makes no odds."""
    told = Told()

    def script(handle: AGI) -> None:
        handle.answer()
        try:
            wait_until_gone(handle)
        except AGIHangup:
            with pytest.raises(AGISIGHUPHangup):
                handle.set_variable("X", "1")
            told.happened.set()
            if not catches:
                raise

    result, server = run(play(script, FakeChannel(leaves_after=1)))

    assert told.happened.is_set()
    assert result.status == "HANGUP"
    assert outcomes(server) == {Outcome.HUNG_UP: 1}


@pytest.mark.parametrize("catches", [False, True])
def test_a_caller_who_leaves_during_a_prompt(run: Run, *, catches: bool) -> None:
    """What pyst2 calls an AGIAppError is one still, and says besides that it is a hang-up."""
    told = Told()

    def script(handle: AGI) -> None:
        try:
            handle.stream_file("hello")
        except AGIAppError as error:
            told.errors.append(type(error))
            if not catches:
                raise

    channel = FakeChannel(caller=ScriptedCaller(during={1: HangUp()}))

    result, server = run(play(script, channel))

    assert result.status == "HANGUP"
    assert outcomes(server) == {Outcome.HUNG_UP: 1}
    assert told.errors[0] in (AGIResultHangup, AGISIGHUPHangup)


def test_a_missing_file_is_told_from_a_hang_up(run: Run) -> None:
    """By its class: a plain AGIAppError, and the script goes on."""

    def script(handle: AGI) -> None:
        try:
            handle.stream_file("missing")
        except AGIHangup:
            handle.set_variable("WHY", "gone")
        except AGIAppError:
            handle.set_variable("WHY", "missing")

    channel = FakeChannel(sounds=lambda file, _: None if file == "missing" else 1.0)

    run(play(script, channel))

    assert channel.variables["WHY"] == "missing"


def test_a_dead_channel_from_the_start_takes_what_works_there(run: Run) -> None:
    """A script of the `h` extension: nobody has hung up during it, so nothing else fails."""
    told = Told()

    def script(handle: AGI) -> None:
        try:
            handle.stream_file("hello")
        except AGIHangup as error:
            told.errors.append(type(error))
        handle.test_hangup()
        handle.set_variable("X", "1")

    channel = FakeChannel()
    channel.hang_up()

    run(play(script, channel))

    assert told.errors == [AGIResultHangup]
    assert channel.variables["X"] == "1"


def test_a_script_that_never_returns_loses_its_session_and_keeps_its_thread(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It counts against the limit until it does return."""
    monkeypatch.setattr(mounting, "AFTER_HANG_UP_SECONDS", 0.05)
    told, threads = Told(), ScriptThreads(1)

    def script(handle: AGI) -> None:
        handle.answer()
        told.go_on.wait(PATIENCE)
        try:
            handle.noop()
        except AGIHangup as error:
            told.errors.append(type(error))
        told.happened.set()

    async def twice() -> tuple[AgiResult, AgiResult, FakeChannel]:
        async with serving(mount(script, threads)) as (server, url):
            first = await agi(FakeChannel(leaves_after=1), url)
            assert server.sessions == 0
            assert threads.running == 1
            channel = FakeChannel()
            second = await agi(channel, url)
            told.go_on.set()
            assert await asyncio.to_thread(told.happened.wait, PATIENCE)
            return first, second, channel

    first, second, refused = run(twice())

    assert first.status == "HANGUP"
    assert second.status == "FAILURE"
    assert refused.variables["RAHYAB_REASON"] == Refusal.OVERLOAD
    assert told.errors == [AGISIGHUPHangup]


def test_a_thread_is_free_again_when_its_script_has_returned(run: Run) -> None:
    """One thread serves any number of callers, one after the other."""
    threads = ScriptThreads(1)

    async def thrice() -> list[str]:
        async with serving(mount(lambda handle: handle.answer(), threads)) as (_, url):
            return [(await agi(FakeChannel(), url)).status for _ in range(3)]

    assert run(thrice()) == ["SUCCESS"] * 3


def test_a_system_without_threads_is_a_refusal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the place is free again."""
    threads = ScriptThreads(1)

    def no_thread(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    async def refused() -> AgiResult:
        async with serving(mount(lambda handle: handle.answer(), threads)) as (_, url):
            with monkeypatch.context() as patch:
                patch.setattr(threading.Thread, "start", no_thread)
                return await agi(FakeChannel(), url)

    assert run(refused()).status == "FAILURE"
    assert threads.running == 0


def raising(error: BaseException) -> Callable[[AGI], None]:
    """A script that answers, and ends by an exception."""

    def script(handle: AGI) -> None:
        handle.answer()
        raise error

    return script


@pytest.mark.parametrize("code", [None, 0, False])
def test_sys_exit_is_an_end_like_any_other(run: Run, code: int | None) -> None:
    """pyst2's scripts are processes, which end so."""
    channel = FakeChannel()

    result, server = run(play(raising(SystemExit(code)), channel))

    assert result.status == "SUCCESS"
    assert channel.variables["RAHYAB_DONE"] == "test"
    assert outcomes(server) == {Outcome.COMPLETED: 1}


@pytest.mark.parametrize(
    ("error", "outcome", "reason"),
    [
        (SystemExit(1), Outcome.REFUSED, Refusal.BAD_REQUEST),
        (SystemExit("no database"), Outcome.REFUSED, Refusal.BAD_REQUEST),
        (ZeroDivisionError(), Outcome.FAILED, Refusal.BUG),
        (AGIAppError("missing"), Outcome.FAILED, Refusal.BUG),
        (StopIteration(), Outcome.FAILED, Refusal.BUG),
        (KeyboardInterrupt(), Outcome.FAILED, Refusal.BUG),
        (GeneratorExit(), Outcome.FAILED, Refusal.BUG),
        (asyncio.CancelledError(), Outcome.FAILED, Refusal.BUG),
    ],
    ids=repr,
)
def test_other_ends_are_failures(
    run: Run, error: BaseException, outcome: Outcome, reason: Refusal
) -> None:
    """A process that fails has AGISTATUS=FAILURE too; the server outlives whatever it is."""
    channel = FakeChannel()

    result, server = run(play(raising(error), channel))

    assert result.status == "FAILURE"
    assert channel.variables["RAHYAB_REASON"] == reason
    assert channel.variables.get("RAHYAB_DONE") is None
    assert outcomes(server) == {outcome: 1}


def test_nothing_that_a_script_prints_reaches_asterisk(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is the server's standard output and error, which are no part of the session."""

    def script(handle: AGI) -> None:
        print("HANGUP")  # noqa: T201  as scripts do
        print("to whom it may concern", file=handle.stderr)
        sys.stdout.flush()
        handle.noop()

    result, _ = run(play(script, FakeChannel()))

    assert [words.split()[0] for words in result.commands] == ["NOOP", "SET"]
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("HANGUP\n", "to whom it may concern\n")


def test_a_lost_connection_is_what_a_broken_pipe_was(run: Run) -> None:
    """At the command that is under way, and at every other."""
    told = Told()

    def script(handle: AGI) -> None:
        handle.answer()
        for _ in range(2):
            try:
                handle.noop()
            except AGIHangup as error:
                told.errors.append(type(error))

    _, server = run(play(script, FakeChannel(), Faults(reset_at_command=2)))

    # An Asterisk that resets the connection has no caller any more.
    assert told.errors == [AGISIGPIPEHangup, AGISIGHUPHangup]
    assert outcomes(server) == {Outcome.HUNG_UP: 1}


def test_a_server_that_stops_ends_the_command_under_way(run: Run) -> None:
    """A script that waits for a key is told, so its thread ends."""
    told = Told()
    asked = asyncio.Event()

    async def caller(_: object) -> Silence:
        asked.set()
        await asyncio.Event().wait()
        return Silence()

    def script(handle: AGI) -> None:
        try:
            handle.get_data("menu")
        except AGIHangup as error:
            told.errors.append(type(error))
        told.happened.set()

    async def stop() -> int:
        async with serving(mount(script)) as (server, url):
            call = asyncio.create_task(agi(FakeChannel(caller=caller), url))
            await asked.wait()
            cut = await server.stop()
            assert await asyncio.to_thread(told.happened.wait, PATIENCE)
            call.cancel()
            return cut

    assert run(stop()) == 1
    assert told.errors == [AGISIGPIPEHangup]


def test_a_script_that_outlives_the_event_loop_is_told() -> None:
    """Its next command says that the session is over."""
    told = Told()

    def script(handle: AGI) -> None:
        told.happened.set()
        told.go_on.wait(PATIENCE)
        try:
            handle.noop()
        except AGIHangup as error:
            told.errors.append(type(error))
        told.happened.set()

    async def begin() -> None:
        async with serving(mount(script)) as (_, url):
            call = asyncio.create_task(agi(FakeChannel(), url))
            assert await asyncio.to_thread(told.happened.wait, PATIENCE)
            call.cancel()

    asyncio.run(begin())
    told.happened.clear()
    told.go_on.set()

    assert told.happened.wait(PATIENCE)
    assert told.errors == [AGISIGPIPEHangup]


def test_a_script_may_have_threads_of_its_own(run: Run) -> None:
    """Their commands go one after the other."""

    def script(handle: AGI) -> None:
        helpers = [
            threading.Thread(target=handle.set_variable, args=(f"X{n}", n)) for n in range(8)
        ]
        for helper in helpers:
            helper.start()
        for helper in helpers:
            helper.join()

    channel = FakeChannel()

    result, _ = run(play(script, channel))

    assert result.status == "SUCCESS"
    assert [channel.variables[f"X{n}"] for n in range(8)] == [str(n) for n in range(8)]


def test_an_asynchronous_function_is_no_script() -> None:
    """It would never run: said when it is mounted, not when a caller waits."""

    async def script(_: AGI) -> None:
        pass

    with pytest.raises(TypeError, match="asynchronous"):
        mount(script)
