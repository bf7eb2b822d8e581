"""Whole sessions with the fake Asterisk, without a network: its ends, its faults, its warnings."""

# ruff: noqa: D101, D102  the names of the tests say what they test

import asyncio
from collections.abc import Mapping
from time import monotonic

import pytest

from agi_server.channel import Channel, SessionEndedError
from agi_server.commands import (
    Answer,
    Digits,
    Exec,
    GetData,
    Noop,
    RecordFile,
    SetContext,
    SetExtension,
    SetPriority,
    SetVariable,
    StreamFile,
)
from agi_server.server import AgiServer
from agi_server.testing import (
    AgiResult,
    FakeChannel,
    Faults,
    HangUp,
    Location,
    Press,
    ScriptedCaller,
    Usage,
    agi_in_process,
)
from agi_server.testing.memory import connect_in_memory
from agi_server.testing.session import Session
from agi_server.testing.wire import Wire
from tests.transcripts.on_fake import RawServer


async def greet(channel: Channel) -> None:
    """The handler that most of these tests serve with."""
    await channel.send(Answer())
    await channel.send(SetVariable("GREETED", "yes"))


def speak(
    *segments: bytes, channel: FakeChannel | None = None, faults: Faults | None = None
) -> tuple[list[str], AgiResult]:
    """What the fake answers to bytes, and how the session ended."""

    async def session() -> tuple[list[str], AgiResult]:
        wire, server = Wire(), RawServer()
        connect_in_memory(wire, server)
        one = Session(channel or FakeChannel(), wire, faults or Faults())
        running = asyncio.create_task(one.run("agi://x/", ()))
        await server.read_environment()
        for segment in segments:
            server.send(segment)
        server.half_close()
        result = await running
        wire.close()
        lines = []
        while line := await server.read_line():
            lines.append(line.removesuffix("\n"))
        return lines, result

    return asyncio.run(session())


class TestInProcess:
    def test_a_handler_alone(self):
        channel = FakeChannel()
        result = asyncio.run(agi_in_process(channel, greet, "one"))
        assert result.commands == ("ANSWER", 'SET VARIABLE "GREETED" "yes"')
        assert result.status == channel.variables["AGISTATUS"] == "SUCCESS"
        assert channel.variables["GREETED"] == "yes"
        assert not result.was_reset
        assert result.warnings == ()

    def test_its_environment(self):
        seen: list[Mapping[str, str]] = []

        async def handler(channel: Channel) -> None:
            seen.append(channel.environment)

        channel = FakeChannel(number="+37120000000", priority=7)
        asyncio.run(agi_in_process(channel, handler, "one", script="menu?a=b"))
        assert seen[0]["agi_network_script"] == "menu?a=b"
        assert seen[0]["agi_callerid"] == "+37120000000"
        assert seen[0]["agi_priority"] == "7"
        assert seen[0]["agi_arg_1"] == "one"

    def test_a_whole_server_that_was_never_started(self):
        async def both() -> list[str]:
            server = AgiServer({"greet": greet})
            results = [
                await agi_in_process(FakeChannel(), server, script=script)
                for script in ("greet", "nosuch")
            ]
            assert await server.stop() == 0
            return [result.status for result in results]

        assert asyncio.run(both()) == ["SUCCESS", "FAILURE"]

    def test_the_handlers_own_error_is_the_tests_error(self):
        async def handler(channel: Channel) -> None:
            await channel.send(Noop())
            raise LookupError("a bug")

        channel = FakeChannel()
        with pytest.raises(LookupError, match="a bug"):
            asyncio.run(agi_in_process(channel, handler))
        assert channel.variables["AGISTATUS"] == "FAILURE"

    def test_a_caller_who_leaves_is_no_error(self):
        async def handler(channel: Channel) -> None:
            await channel.send(StreamFile("a"))
            await channel.send(StreamFile("b"))

        channel = FakeChannel(caller=ScriptedCaller(during={2: HangUp()}))
        assert asyncio.run(agi_in_process(channel, handler)).status == "HANGUP"
        assert [heard.file for heard in channel.heard] == ["a", "b"]

    def test_a_call_of_ten_minutes_takes_no_time(self):
        async def handler(channel: Channel) -> None:
            await channel.send(StreamFile("a"))
            await channel.send(RecordFile("/v/1", 120))
            await channel.send(Exec("Wait", ("400",)))
            assert await channel.send(GetData("b", 60, 4)) == Digits("12", timed_out=True)

        channel = FakeChannel(
            caller=ScriptedCaller(Press("#", after=100), Press("12", after=10.5, apart=3.2)),
            sounds=lambda file, language: 20.0 if file == "a" and language else 5.0,
        )
        begin = monotonic()
        asyncio.run(agi_in_process(channel, handler))
        assert channel.clock == pytest.approx(20 + 5 + 100 + 400 + 10.5 + 3.2 + 60)
        assert monotonic() - begin < channel.clock / 60

    def test_where_the_dialplan_goes_on(self):
        async def handler(channel: Channel) -> None:
            await channel.send(SetContext("menus"))
            await channel.send(SetExtension("main"))

        async def further(channel: Channel) -> None:
            await handler(channel)
            await channel.send(SetPriority("again"))

        channel = FakeChannel(priority=4, labels={"again": 9})
        result = asyncio.run(agi_in_process(channel, handler))
        assert result.location == Location("menus", "main", 5)
        result = asyncio.run(agi_in_process(channel, further))
        assert result.location == Location("menus", "main", 9)


class TestFaults:
    @pytest.mark.parametrize(
        "faults", [Faults(split_bytes=True), Faults(delay_seconds=0.001)], ids=str
    )
    def test_those_that_change_nothing(self, faults: Faults):
        channel = FakeChannel()
        result = asyncio.run(agi_in_process(channel, greet, faults=faults))
        assert (result.status, channel.variables["GREETED"]) == ("SUCCESS", "yes")

    def test_a_connection_that_is_cut(self):
        errors: list[Exception] = []

        async def handler(channel: Channel) -> None:
            await channel.send(Answer())
            try:
                await channel.send(Noop())
            except SessionEndedError as error:
                errors.append(error)
                raise

        result = asyncio.run(
            agi_in_process(FakeChannel(), handler, faults=Faults(reset_at_command=2))
        )
        assert [exchange.reply for exchange in result.transcript] == ["200 result=0", None]
        assert not result.was_reset
        assert len(errors) == 1

    def test_a_stall_for_a_while(self):
        faults = Faults(stall_at_command=1, stall_seconds=0.05)
        channel = FakeChannel()
        begin = monotonic()
        result = asyncio.run(agi_in_process(channel, greet, faults=faults))
        assert monotonic() - begin >= 0.05
        assert (result.status, channel.variables["GREETED"]) == ("SUCCESS", "yes")

    def test_a_stall_for_ever_ends_with_the_server(self):
        lines, result = speak(b"NOOP\n", b"NOOP\n", faults=Faults(stall_at_command=2))
        assert lines == ["200 result=0", "HANGUP"]
        assert result.transcript[-1].reply is None

    def test_a_reply_too_many_is_the_end_of_a_session_of_ours(self):
        faults = Faults(unasked={1: ("200 result=1",)})
        result = asyncio.run(agi_in_process(FakeChannel(), greet, faults=faults))
        assert result.status == "FAILURE"

    def test_a_flood_of_notices(self):
        lines, result = speak(b"NOOP\n", faults=Faults(unasked={0: ("HANGUP",) * 1000}))
        assert lines == [*["HANGUP"] * 1000, "200 result=0", "HANGUP"]
        assert result.status == "SUCCESS"

    @pytest.mark.parametrize(
        ("usage", "last"),
        [
            (Usage.BLOCK, "520 End of proper usage."),
            (Usage.GLUED, " So far its explanation.520 End of proper usage."),
            (Usage.LINE, "520 Invalid command syntax.  Proper usage not available."),
        ],
    )
    def test_how_wrong_arguments_are_answered(self, usage: Usage, last: str):
        lines, _ = speak(b"SET VARIABLE A\n", faults=Faults(usage=usage))
        assert lines[-2] == last
        assert (len(lines) == 2) == (usage is Usage.LINE)

    def test_what_exec_returns_is_taken_for_the_dispatchers_own_code(self):
        channel = FakeChannel(applications={"One": 1, "Two": 2, "Three": 3})
        lines, result = speak(b"EXEC One\n", b"EXEC Three\n", channel=channel)
        assert lines[0] == "200 result=1"
        assert lines[1].startswith("520-")
        assert lines[-3:] == ["520 End of proper usage.", "200 result=3", "HANGUP"]
        assert result.status == "SUCCESS"
        _, result = speak(b"EXEC Two\n", channel=FakeChannel(applications={"Two": 2}))
        assert result.status == "FAILURE"


class TestWarnings:
    @pytest.mark.parametrize(
        ("segments", "warning"),
        [
            ((b"VERBOSE ".ljust(9000, b"x") + b"\n",), "cut after 8191 bytes"),
            ((b"NOOP",), "without its newline"),
            ((b"NOOP " + b'"" ' * 130 + b"\n",), "127 words"),
            ((b'STREAM FILE a ""\n', b"NOOP\n"), "cancelled by what the server sent next"),
            ((b"NOOP\nNOOP\n",), "is not seen before more comes"),
        ],
    )
    def test_what_asterisk_bears_badly(self, segments: tuple[bytes, ...], warning: str):
        _, result = speak(*segments)
        assert any(warning in text for text in result.warnings)


class TestHangingUp:
    def test_from_outside_while_the_server_thinks(self):
        channel = FakeChannel()

        async def handler(inner: Channel) -> None:
            await inner.send(Noop())
            channel.hang_up()
            await asyncio.Event().wait()

        assert asyncio.run(agi_in_process(channel, handler)).status == "HANGUP"

    def test_keys_are_taken_while_a_command_runs_only(self):
        channel = FakeChannel()
        channel.press("5")
        assert channel.timeline.take(100.0) is None
        channel.runs_command = True
        channel.press("5")
        assert channel.timeline.take(100.0) is not None

    def test_who_waits_for_ever_is_left_in_the_end(self):
        lines, result = speak(b"RECEIVE TEXT -1\n")
        assert lines == ["200 result=-1", "HANGUP", "HANGUP"]
        assert result.status == "HANGUP"
