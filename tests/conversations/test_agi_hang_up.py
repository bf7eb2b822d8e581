"""The caller hangs up, at any time: what the handler meets."""

# ruff: noqa: D101, D102  the names of the tests say what they test

import asyncio

import pytest

from agi_server.channel import (
    Channel,
    HungUpError,
    SessionEndedError,
)
from agi_server.commands import (
    ANY_KEY,
    Answer,
    ChannelStatus,
    DataFailed,
    GetData,
    GetVariable,
    Hangup,
    Noop,
    PlayFailed,
    SetVariable,
    StreamFile,
    VariableValue,
)
from agi_server.testing import (
    FakeChannel,
    Faults,
    HangUp,
    ScriptedCaller,
    agi,
)
from tests.conversations.sessions import (
    ENVIRONMENT,
    Run,
    connect,
    play,
    read_to_the_end,
    serving,
)


async def for_ever() -> None:
    """Wait for something that never comes, as a database that is down."""
    await asyncio.Event().wait()


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
            with pytest.raises(HungUpError):
                await for_ever()
            await channel.send(SetVariable("LAST", "words"))

        channel = FakeChannel(caller=ScriptedCaller(HangUp()))
        assert run(play(handler, channel)).status == "HANGUP"
        assert channel.variables["LAST"] == "words"

    def test_while_the_server_thinks(self, run: Run):
        async def handler(channel: Channel) -> None:
            await channel.send(Answer())
            with pytest.raises(HungUpError):
                await for_ever()
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

        async def handler(_: Channel) -> None:
            channel.hang_up()
            await for_ever()

        assert run(play(handler, channel)).status == "HANGUP"

    def test_with_agiexitonhangup_the_session_is_over(self, run: Run):
        errors: list[str] = []

        async def handler(channel: Channel) -> None:
            await channel.send(StreamFile("a"))
            with pytest.raises(HungUpError):
                await for_ever()
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
            await for_ever()

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
                raise

        run(play(handler, faults=Faults(reset_at_command=2)))
        assert seen == [SessionEndedError]

    def test_a_reset_is_a_hang_up(self, run: Run):
        """Asterisk with AGIEXITONHANGUP closes without reading the command that is on its way."""

        async def handler(channel: Channel) -> None:
            with pytest.raises(HungUpError):
                await channel.send(StreamFile("a"))
            assert channel.hung_up

        run(play(handler, faults=Faults(reset_at_command=1)))

    def test_the_closing_notice_is_no_hang_up(self, run: Run):
        kept: list[Channel] = []

        async def handler(channel: Channel) -> None:
            kept.append(channel)

        run(play(handler))
        assert not kept[0].hung_up


class TestProtection:
    def test_what_is_protected_goes_on_and_the_rest_does_not(self, run: Run):
        steps: list[str] = []

        async def handler(channel: Channel) -> None:
            await channel.send(Answer())
            with channel.protected():
                await asyncio.sleep(0.02)
                assert channel.hung_up
                steps.append("written")
            try:
                await for_ever()
            except HungUpError:
                steps.append("told")
                raise

        assert run(play(handler, FakeChannel(leaves_after=1))).status == "HANGUP"
        assert steps == ["written", "told"]

    def test_a_hang_up_is_told_once(self, run: Run):
        async def handler(channel: Channel) -> None:
            await channel.send(Answer())
            with pytest.raises(HungUpError):
                await for_ever()
            await asyncio.sleep(0.01)
            await channel.send(SetVariable("LAST", "words"))
            await asyncio.sleep(0.01)

        channel = FakeChannel(leaves_after=1)
        assert run(play(handler, channel)).status == "HANGUP"
        assert channel.variables["LAST"] == "words"

    def test_the_reply_of_a_command_that_works_when_dead_is_not_lost(self, run: Run):
        """The notice comes while the reply is awaited: the reply first, the hang-up afterwards."""
        told: list[object] = []

        async def handler(channel: Channel) -> None:
            told.append(await channel.send(GetVariable("X")))
            try:
                await for_ever()
            except HungUpError:
                told.append("hung up")

        async def check() -> None:
            async with serving(handler) as (_, url):
                reader, writer = await connect(url)
                writer.write(ENVIRONMENT)
                await reader.readuntil(b"\n")
                writer.write(b"HANGUP\n")
                await writer.drain()
                await asyncio.sleep(0.02)  # so that the notice comes by itself
                assert told == []
                writer.write(b"200 result=1 (value)\n")
                assert await read_to_the_end(reader) == b""
                writer.close()

        run(check())
        assert told == [VariableValue("value"), "hung up"]

    def test_a_time_limit_of_the_handler_is_not_taken_for_a_hang_up(self, run: Run):
        async def handler(channel: Channel) -> None:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await for_ever()
            await channel.send(SetVariable("STILL", "there"))

        channel = FakeChannel()
        assert run(play(handler, channel)).status == "SUCCESS"
        assert channel.variables["STILL"] == "there"

    def test_a_hang_up_within_a_time_limit_is_a_hang_up(self, run: Run):
        async def handler(channel: Channel) -> None:
            await channel.send(Answer())
            with pytest.raises(HungUpError):
                async with asyncio.timeout(5):
                    await for_ever()

        assert run(play(handler, FakeChannel(leaves_after=1))).status == "HANGUP"

    def test_a_lost_connection_interrupts_too(self, run: Run):
        seen: list[str] = []

        async def check() -> None:
            entered, left = asyncio.Event(), asyncio.Event()

            async def handler(_: Channel) -> None:
                entered.set()
                try:
                    await for_ever()
                except SessionEndedError as error:
                    seen.append(str(error))
                    left.set()
                    raise

            async with serving(handler) as (_, url):
                _, writer = await connect(url)
                writer.write(ENVIRONMENT)
                await entered.wait()
                writer.close()
                await left.wait()

        run(check())
        assert seen == ["Asterisk closed the connection"]

    def test_a_drain_that_cuts_is_no_hang_up(self, run: Run):
        seen: list[type[BaseException]] = []

        async def check() -> None:
            entered = asyncio.Event()

            async def handler(_: Channel) -> None:
                entered.set()
                try:
                    await for_ever()
                except BaseException as error:
                    seen.append(type(error))
                    raise

            async with serving(handler) as (server, url):
                session = asyncio.create_task(agi(FakeChannel(), url))
                await entered.wait()
                assert await server.drain(0.01) == 1
                assert (await session).status == "FAILURE"
                assert server.measurements.sessions == {"test\tcut": 1}

        run(check())
        assert seen == [asyncio.CancelledError]


class TestWithAsyncio:
    """What asyncio puts in order on a cancellation, it puts in order on a hang-up."""

    def test_the_children_of_a_task_group_end_with_it(self, run: Run):
        ends: list[str] = []

        async def child() -> None:
            try:
                await for_ever()
            finally:
                ends.append("child")

        async def handler(channel: Channel) -> None:
            async with asyncio.TaskGroup() as group:
                group.create_task(child())
                await channel.send(Answer())

        assert run(play(handler, FakeChannel(leaves_after=1))).status == "HANGUP"
        assert ends == ["child"]

    def test_a_group_that_met_the_hang_up_is_no_bug(self, run: Run):
        async def check() -> None:
            async def handler(channel: Channel) -> None:
                async def child() -> None:
                    await channel.send(Answer())
                    await channel.send(StreamFile("a"))
                    await channel.send(StreamFile("b"))

                async with asyncio.TaskGroup() as group:
                    group.create_task(child())

            async with serving(handler) as (server, url):
                assert (await agi(FakeChannel(leaves_after=2), url)).status == "HANGUP"
                assert await server.drain(5) == 0
                assert server.measurements.sessions == {"test\thung-up": 1}

        run(check())

    def test_a_semaphore_keeps_its_permits(self, run: Run):
        semaphore = asyncio.Semaphore(1)

        async def handler(channel: Channel) -> None:
            await channel.send(Answer())
            async with semaphore:
                await for_ever()

        assert run(play(handler, FakeChannel(leaves_after=1))).status == "HANGUP"
        assert not semaphore.locked()

    def test_who_swallows_a_cancellation_is_interrupted_all_the_same(self, run: Run):
        async def stubborn() -> None:
            try:
                await for_ever()
            except asyncio.CancelledError:
                return

        async def handler(channel: Channel) -> None:
            await channel.send(Answer())
            await asyncio.create_task(stubborn())
            await for_ever()

        assert run(play(handler, FakeChannel(leaves_after=1))).status == "HANGUP"

    def test_what_was_cancelled_elsewhere_is_a_bug(self, run: Run):
        async def handler(channel: Channel) -> None:
            del channel
            cancelled = asyncio.get_running_loop().create_future()
            cancelled.cancel()
            await cancelled

        channel = FakeChannel()
        assert run(play(handler, channel)).status == "FAILURE"
        assert channel.variables["RAHYAB_REASON"] == "internal-error"
