"""Whole sessions over real sockets: the server on one side, the fake Asterisk on the other."""

# ruff: noqa: D101, D102, D103  the names of the tests say what they test

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any, TypeAlias

import pytest
import structlog
import uvloop

from agi_server import channel as channel_module
from agi_server.channel import (
    Channel,
    CommandDeadlineError,
    CommandRefusedError,
    HungUpError,
    SessionEndedError,
)
from agi_server.commands import (
    ANY_KEY,
    Answer,
    ChannelStatus,
    DataFailed,
    Digits,
    Exec,
    GetData,
    GetFullVariable,
    GetVariable,
    Hangup,
    Noop,
    Played,
    PlayFailed,
    Recorded,
    RecordFile,
    RecordingEnd,
    SetVariable,
    StreamFile,
    VariableValue,
)
from agi_server.protocol import LocalProtocolError
from agi_server.server import AgiServer, Handler, Limits, ListenError, listen
from agi_server.testing import (
    AgiResult,
    FakeChannel,
    Faults,
    HangUp,
    Press,
    ScriptedCaller,
    Usage,
    agi,
)
from dialplan import contract

Run: TypeAlias = Callable[[Awaitable[Any]], Any]

ENVIRONMENT = b"agi_network: yes\nagi_network_script: test\nagi_uniqueid: 1.1\nagi_threadid: 7\n\n"


@pytest.fixture(params=[None, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    """Runs a coroutine on each of the event loops."""

    def run_it(awaitable: Awaitable[Any]) -> Any:  # noqa: ANN401  what the test's coroutine gives
        async def main() -> Any:  # noqa: ANN401  the same
            async with asyncio.timeout(10):
                return await awaitable

        with asyncio.Runner(loop_factory=request.param) as runner:
            return runner.run(main())

    return run_it


@asynccontextmanager
async def serving(
    handler: Handler, limits: Limits | None = None
) -> AsyncIterator[tuple[AgiServer, str]]:
    server = AgiServer({"test": handler}, limits)
    host, port = await server.start(listen(port=0))
    try:
        yield server, f"agi://{host}:{port}/test"
    finally:
        await server.stop()


async def play(
    handler: Handler, channel: FakeChannel | None = None, faults: Faults | None = None
) -> AgiResult:
    async with serving(handler) as (server, url):
        result = await agi(channel or FakeChannel(), url, faults=faults)
        assert await server.drain(5) == 0
        return result


async def nothing(channel: Channel) -> None:
    del channel


class TestHandling:
    def test_commands_get_their_outcomes(self, run: Run):
        outcomes: list[object] = []

        async def handler(channel: Channel) -> None:
            outcomes.extend(
                [
                    await channel.send(Answer()),
                    await channel.send(StreamFile("welcome")),
                    await channel.send(GetData("menu", 5, 2)),
                    await channel.send(SetVariable("__RAHYAB_CALL", 'c "1"')),
                    await channel.send(GetVariable("RAHYAB_CALL")),
                    await channel.send(GetFullVariable("NOTHING")),
                    await channel.send(RecordFile("/v/1", 60)),
                    await channel.send(Exec("NoOp", ("a", "b"))),
                ]
            )

        channel = FakeChannel(caller=ScriptedCaller(Press("10"), Press("#", after=3)))
        result = run(play(handler, channel))
        assert outcomes == [
            True,
            Played(),
            Digits("10", timed_out=False),
            None,
            VariableValue('c "1"'),
            "",
            Recorded(RecordingEnd.KEY, 2800, "#"),
            0,
        ]
        assert result.status == "SUCCESS"
        assert not result.was_reset
        assert channel.answered
        assert [heard.file for heard in channel.heard] == ["welcome", "menu"]
        assert channel.executed == [("NoOp", "a,b")]
        assert channel.variables["AGISTATUS"] == "SUCCESS"

    @pytest.mark.parametrize(
        "faults",
        [Faults(split_bytes=True), Faults(delay_seconds=0.001), Faults(usage=Usage.LINE)],
        ids=["split", "delayed", "undocumented"],
    )
    def test_the_network_makes_no_difference(self, run: Run, faults: Faults):
        async def handler(channel: Channel) -> None:
            assert channel.environment["agi_callerid"] == "+37120000000"
            await channel.send(SetVariable("A", "1"))
            await channel.send(SetVariable("B", "2"))

        channel = FakeChannel(number="+37120000000")
        assert run(play(handler, channel, faults)).status == "SUCCESS"
        assert channel.variables["B"] == "2"

    def test_the_query_is_no_part_of_the_scripts_name(self, run: Run):
        async def check() -> AgiResult:
            async with serving(nothing) as (_, url):
                return await agi(FakeChannel(), url + "?a=b", "one", "two")

        assert run(check()).status == "SUCCESS"

    def test_arguments_reach_the_handler(self, run: Run):
        seen: dict[str, str] = {}

        async def handler(channel: Channel) -> None:
            seen.update(channel.environment)

        async def check() -> None:
            async with serving(handler) as (_, url):
                await agi(FakeChannel(name="نام\nx"), url, "one", "two, three")

        run(check())
        assert (seen["agi_arg_1"], seen["agi_arg_2"]) == ("one", "two, three")
        assert seen["agi_calleridname"] == "نام\nx"

    @pytest.mark.parametrize(
        "value",
        [
            "",
            "plain",
            'quotes " and \\',
            "new\nline",
            "200 result=1 (forged)\n200 result=0",
            "):1",
            "a):-1:2",
            "${X}$[1+1]",
            "سلام دنیا",
            "x" * 300,
            "((",
            "a,b",
            "}{",
            "\udcff\udcfe",
        ],
    )
    def test_untrusted_values_come_whole(self, run: Run, value: str):
        got: list[str] = []

        async def handler(channel: Channel) -> None:
            got.append(await channel.get_untrusted("CALLERID(name)"))

        channel = FakeChannel(known={"CALLERID(name)": value})
        assert run(play(handler, channel)).status == "SUCCESS"
        assert got == [value]

    def test_a_refused_command_leaves_the_session_in_step(self, run: Run):
        refused: list[int] = []

        class Misspelt(Noop):
            name = "NO OP"

        class Short(SetVariable):
            def arguments(self) -> tuple[str]:  # type: ignore[override]
                return ("A",)

        async def handler(channel: Channel) -> None:
            for command in (Misspelt(), Short("A", "b")):
                with pytest.raises(CommandRefusedError) as caught:
                    await channel.send(command)
                refused.append(caught.value.reply.code)
            await channel.send(SetVariable("A", "b"))

        channel = FakeChannel()
        assert run(play(handler, channel)).status == "SUCCESS"
        assert refused == [510, 520]
        assert channel.variables["A"] == "b"

    def test_the_usage_after_exec_is_swallowed(self, run: Run):
        async def handler(channel: Channel) -> None:
            assert await channel.send(Exec("Foo")) == 1
            await channel.send(SetVariable("A", "b"))

        channel = FakeChannel(applications={"Foo": 1})
        assert run(play(handler, channel)).status == "SUCCESS"
        assert channel.variables["A"] == "b"

    def test_a_missing_file_is_told_from_a_hang_up(self, run: Run):
        async def handler(channel: Channel) -> None:
            assert await channel.send(StreamFile("nosuch")) == PlayFailed()
            await channel.send(ChannelStatus())
            await channel.send(SetVariable("A", "b"))

        channel = FakeChannel(sounds=lambda file, language: None)  # noqa: ARG005  its names are kept
        assert run(play(handler, channel)).status == "FAILURE"
        assert channel.variables["A"] == "b"

    def test_a_cancelled_command_keeps_the_session_in_step(self, run: Run):
        async def handler(channel: Channel) -> None:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.001):
                    await channel.send(GetVariable("SLOW"))
            await channel.send(SetVariable("A", "b"))
            assert await channel.send(GetVariable("A")) == VariableValue("b")

        channel = FakeChannel(known={"SLOW": "late"})
        result = run(play(handler, channel, Faults(delay_seconds=0.02)))
        assert result.status == "SUCCESS"

    def test_two_tasks_take_turns(self, run: Run):
        async def handler(channel: Channel) -> None:
            values = await asyncio.gather(
                *(channel.send(GetVariable(name)) for name in ("A", "B", "C"))
            )
            assert values == [VariableValue("a"), VariableValue("b"), VariableValue("c")]

        channel = FakeChannel(known={"A": "a", "B": "b", "C": "c"})
        assert run(play(handler, channel)).status == "SUCCESS"


class TestHangUp:
    def test_in_a_prompt(self, run: Run):
        async def handler(channel: Channel) -> None:
            assert await channel.send(StreamFile("a")) == PlayFailed()
            with pytest.raises(HungUpError):
                await channel.send(ChannelStatus())
            assert channel.hung_up
            await channel.send(SetVariable("LAST", "words"))
            await channel.send(StreamFile("b"))

        channel = FakeChannel(caller=ScriptedCaller(during={"a": HangUp()}))
        assert run(play(handler, channel)).status == "HANGUP"
        assert channel.variables["LAST"] == "words"

    def test_while_collecting(self, run: Run):
        async def handler(channel: Channel) -> None:
            assert await channel.send(GetData("a", 5, 1)) == DataFailed()
            await channel.wait_hung_up()
            await channel.send(SetVariable("LAST", "words"))

        channel = FakeChannel(caller=ScriptedCaller(HangUp()))
        assert run(play(handler, channel)).status == "HANGUP"
        assert channel.variables["LAST"] == "words"

    def test_while_the_server_thinks(self, run: Run):
        async def handler(channel: Channel) -> None:
            await channel.send(Answer())
            await channel.wait_hung_up()
            assert channel.hung_up
            with pytest.raises(HungUpError):
                await channel.send(StreamFile("a", ANY_KEY))
            await channel.send(SetVariable("LAST", "words"))

        channel = FakeChannel(leaves_after=1)
        result = run(play(handler, channel))
        assert result.status == "HANGUP"
        assert result.commands == ("ANSWER", 'SET VARIABLE "LAST" "words"')

    def test_from_outside_at_any_time(self, run: Run):
        channel = FakeChannel()

        async def handler(agi_channel: Channel) -> None:
            channel.hang_up()
            await agi_channel.wait_hung_up()

        assert run(play(handler, channel)).status == "HANGUP"

    def test_with_agiexitonhangup_the_session_is_over(self, run: Run):
        errors: list[str] = []

        async def handler(channel: Channel) -> None:
            await channel.send(StreamFile("a"))
            await channel.wait_hung_up()
            try:
                await channel.send(SetVariable("LAST", "words"))
                await channel.send(SetVariable("LAST", "words"))
            except SessionEndedError as error:
                errors.append(str(error))
                raise

        channel = FakeChannel(
            caller=ScriptedCaller(during={1: HangUp()}), known={"AGIEXITONHANGUP": "yes"}
        )
        assert run(play(handler, channel)).status == "HANGUP"
        assert errors

    def test_without_a_notice_the_dead_channel_tells(self, run: Run):
        async def handler(channel: Channel) -> None:
            await channel.send(StreamFile("a"))
            assert not channel.hung_up
            with pytest.raises(HungUpError):
                await channel.send(ChannelStatus())
            assert channel.hung_up

        channel = FakeChannel(
            caller=ScriptedCaller(during={1: HangUp()}), known={"AGISIGHUP": "no"}
        )
        assert run(play(handler, channel)).status == "HANGUP"

    def test_a_session_on_a_dead_channel_works(self, run: Run):
        async def handler(channel: Channel) -> None:
            assert not channel.hung_up
            await channel.send(SetVariable("A", "b"))
            with pytest.raises(HungUpError):
                await channel.send(Answer())

        channel = FakeChannel()
        channel.hang_up()
        assert run(play(handler, channel)).status == "SUCCESS"
        assert channel.variables["A"] == "b"

    def test_hanging_up_ourselves(self, run: Run):
        async def handler(channel: Channel) -> None:
            await channel.send(Hangup())
            await channel.wait_hung_up()

        channel = FakeChannel()
        assert run(play(handler, channel)).status == "HANGUP"
        assert channel.hung_up

    def test_a_reset_in_the_middle_ends_the_session(self, run: Run):
        seen: list[type[Exception]] = []

        async def handler(channel: Channel) -> None:
            await channel.send(Noop())
            try:
                await channel.send(Noop())
            except SessionEndedError as error:
                seen.append(type(error))
                await channel.wait_hung_up()
                raise

        run(play(handler, faults=Faults(reset_at_command=2)))
        assert seen == [SessionEndedError]

    def test_the_closing_notice_is_no_hang_up(self, run: Run):
        kept: list[Channel] = []

        async def handler(channel: Channel) -> None:
            kept.append(channel)

        run(play(handler))
        assert not kept[0].hung_up


class TestHonestEnds:
    def test_a_bug_is_a_failure_with_its_reason_and_a_traceback(self, run: Run):
        async def handler(channel: Channel) -> None:
            await channel.send(Answer())
            raise ZeroDivisionError("made for the test")

        channel = FakeChannel(uniqueid="17.5")
        with structlog.testing.capture_logs() as logs:
            result = run(play(handler, channel))
        assert result.status == "FAILURE"
        assert result.commands[-1] == "failure"
        assert not result.was_reset
        assert channel.variables[contract.REASON] == "internal-error"
        (entry,) = [log for log in logs if log["log_level"] == "error"]
        assert entry["uniqueid"] == "17.5"
        assert entry["exc_info"]

    def test_an_unknown_script(self, run: Run):
        channel = FakeChannel()

        async def check() -> AgiResult:
            async with serving(nothing) as (_, url):
                return await agi(channel, url.replace("/test", "/nosuch"))

        assert run(check()).status == "FAILURE"
        assert channel.variables[contract.REASON] == "unknown-script"

    def test_overload_is_refused_at_once_and_only_while_it_lasts(self, run: Run):
        async def check() -> None:
            entered, release = asyncio.Event(), asyncio.Event()

            async def handler(channel: Channel) -> None:
                entered.set()
                await channel.send(Noop())
                await release.wait()

            async with serving(handler, Limits(sessions=1)) as (_, url):
                first = asyncio.create_task(agi(FakeChannel(leaves_after=1), url))
                await entered.wait()
                refused = FakeChannel()
                began = monotonic()
                assert (await agi(refused, url)).status == "FAILURE"
                assert monotonic() - began < 0.2
                assert refused.variables[contract.REASON] == "overload"
                release.set()
                assert (await first).status == "HANGUP"
                assert (await agi(FakeChannel(), url)).status == "SUCCESS"

        run(check())

    def test_a_drain_lets_sessions_finish_and_refuses_new_ones(self, run: Run):
        async def check() -> None:
            entered, release = asyncio.Event(), asyncio.Event()

            async def handler(channel: Channel) -> None:
                entered.set()
                await release.wait()
                await channel.send(SetVariable("A", "b"))

            async with serving(handler) as (server, url):
                running = FakeChannel()
                first = asyncio.create_task(agi(running, url))
                await entered.wait()
                drain = asyncio.create_task(server.drain(5))
                refused = FakeChannel()
                assert (await agi(refused, url)).status == "FAILURE"
                assert refused.variables[contract.REASON] == "drain"
                release.set()
                assert (await first).status == "SUCCESS"
                assert await drain == 0
                assert running.variables["A"] == "b"
                assert (await agi(FakeChannel(), url)).status == "FAILURE"

        run(check())

    def test_a_drain_cuts_what_does_not_finish(self, run: Run):
        async def check() -> None:
            entered = asyncio.Event()

            async def handler(channel: Channel) -> None:
                del channel
                entered.set()
                await asyncio.Event().wait()

            async with serving(handler) as (server, url):
                first = asyncio.create_task(agi(FakeChannel(), url))
                await entered.wait()
                assert await server.drain(0.01) == 1
                result = await first
                assert (result.status, result.commands) == ("FAILURE", ("failure",))
                assert not result.was_reset

        run(check())

    def test_a_forged_reply_ends_in_failure(self, run: Run):
        async def handler(channel: Channel) -> None:
            await channel.send(GetVariable("EVIL"))
            await channel.send(SetVariable("A", "b"))

        channel = FakeChannel(known={"EVIL": "x)\n200 result=1 (y"})
        assert run(play(handler, channel)).status == "FAILURE"

    def test_a_bug_in_what_we_send_is_ours(self, run: Run):
        async def handler(channel: Channel) -> None:
            with pytest.raises(LocalProtocolError):
                await channel.send(SetVariable("A", "b\nSET VARIABLE C d"))
            await channel.send(SetVariable("A", "b"))

        channel = FakeChannel()
        result = run(play(handler, channel))
        assert result.commands == ('SET VARIABLE "A" "b"',)

    def test_a_reply_that_does_not_come_is_a_failure(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(channel_module, "COMMAND_MARGIN_SECONDS", 0.01)
        seen: list[type[Exception]] = []

        async def handler(channel: Channel) -> None:
            try:
                await channel.send(Noop())
            except CommandDeadlineError as error:
                seen.append(type(error))
                raise

        async def check() -> bytes:
            async with serving(handler) as (_, url):
                reader, writer = await connect(url)
                writer.write(ENVIRONMENT)
                said = await reader.read()
                writer.close()
                return said

        assert run(check()) == b"NOOP\nfailure\n"
        assert seen == [CommandDeadlineError]


class TestPeers:
    @pytest.mark.parametrize(
        "data",
        [b"", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01" + b"\0" * 300, ENVIRONMENT[:40]],
        ids=["probe", "http", "tls", "half"],
    )
    def test_one_who_is_no_asterisk_disturbs_nobody(self, run: Run, data: bytes):
        async def check() -> bytes:
            async with serving(nothing) as (_, url):
                reader, writer = await connect(url)
                writer.write(data)
                writer.write_eof()
                said = await read_to_the_end(reader)
                writer.close()
                assert (await agi(FakeChannel(), url)).status == "SUCCESS"
                return said

        with structlog.testing.capture_logs() as logs:
            assert run(check()) == b""
        assert [log["log_level"] for log in logs] == ["debug"]

    def test_silence_has_its_limit(self, run: Run):
        async def check() -> bytes:
            async with serving(nothing, Limits(environment_seconds=0.01)) as (_, url):
                reader, writer = await connect(url)
                said = await reader.read()
                writer.close()
                return said

        assert run(check()) == b""

    def test_one_who_resets_disturbs_nobody(self, run: Run):
        async def check() -> None:
            async with serving(nothing) as (_, url):
                _, writer = await connect(url)
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, linger
                )
                writer.write(ENVIRONMENT[:30])
                writer.transport.abort()
                assert (await agi(FakeChannel(), url)).status == "SUCCESS"

        run(check())

    def test_a_port_in_use_is_told_with_its_cure(self, run: Run):
        async def check() -> None:
            async with serving(nothing) as (_, url):
                port = int(url.rpartition(":")[2].partition("/")[0])
                with pytest.raises(ListenError, match=f"port {port} .* in use: stop"):
                    listen(port=port)

        run(check())

    @pytest.mark.parametrize(
        ("host", "why"),
        [
            ("no-such-host.invalid", "there is no such host; write"),
            ("192.0.2.1", "Cannot assign requested address; choose"),
        ],
    )
    def test_an_address_of_nobody_here_is_one_clean_sentence(self, run: Run, host: str, why: str):
        """RFC 5737 and 6761 keep both from ever being ours."""

        async def check() -> None:
            with pytest.raises(ListenError) as caught:
                listen(host)
            message = f"cannot listen at port 4573 on {host}: {why} an address of this machine"
            assert str(caught.value) == message

        run(check())

    def test_a_server_that_is_down_is_a_failure(self, run: Run):
        assert run(agi(FakeChannel(), "agi://127.0.0.1:1/test")).status == "FAILURE"


async def connect(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, _, rest = url.removeprefix("agi://").partition(":")
    return await asyncio.open_connection(host, int(rest.partition("/")[0]))


async def read_to_the_end(reader: asyncio.StreamReader) -> bytes:
    """What is said until the end; a reset is an end too, for who is no Asterisk."""
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""
