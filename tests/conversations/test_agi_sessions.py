"""Sessions over real sockets: what handlers get for what they ask, and how sessions end."""

# ruff: noqa: D101, D102  the names of the tests say what they test

import asyncio
from time import monotonic

import pytest
import structlog

from agi_server import link as link_module
from agi_server.channel import (
    Channel,
    CommandDeadlineError,
    CommandRefusedError,
)
from agi_server.commands import (
    Answer,
    ChannelStatus,
    Digits,
    Exec,
    GetData,
    GetFullVariable,
    GetVariable,
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
from agi_server.server import Limits
from agi_server.testing import (
    AgiResult,
    FakeChannel,
    Faults,
    Press,
    ScriptedCaller,
    Usage,
    agi,
)
from dialplan import contract
from tests.conversations.sessions import (
    ENVIRONMENT,
    Run,
    connect,
    nothing,
    play,
    serving,
)


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
                first = asyncio.create_task(agi(FakeChannel(), url))
                await entered.wait()
                refused = FakeChannel()
                began = monotonic()
                assert (await agi(refused, url)).status == "FAILURE"
                assert monotonic() - began < 0.2
                assert refused.variables[contract.REASON] == "overload"
                release.set()
                assert (await first).status == "SUCCESS"
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
                assert result.status == "FAILURE"
                assert result.commands == ('SET VARIABLE "RAHYAB_REASON" "drain"', "failure")
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
        monkeypatch.setattr(link_module, "COMMAND_MARGIN_SECONDS", 0.01)
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
